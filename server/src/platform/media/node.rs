//! The media server in this very process: `guildhall-media` behind the port.

use std::net::SocketAddr;
use std::time::Instant;

use async_trait::async_trait;
use guildhall_media as node;
use guildhall_media::{Node, NodeConfig, OfferRefused, PatchRefused, RecordRefused, StageId};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use uuid::Uuid;

use super::{
    ConnectionId, Media, Medium, Notice, Notices, Opened, Part, Patched, Publish, Recording, Refused, Silenced, View,
};
use crate::platform::config::Stage;

/// Media threads, at most: each carries some hundred viewers.
const THREADS_MAX: usize = 4;

/// The node of this process.
pub struct OwnNode(Node);

impl OwnNode {
    /// Binds the ports and starts. The port that cannot be had is told with the error.
    pub fn start(config: &Stage) -> Result<Self, (&'static str, SocketAddr, std::io::Error)> {
        try_ports(config)?;
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).clamp(1, THREADS_MAX);
        let node = Node::start(NodeConfig {
            udp: config.udp,
            tcp: Some(config.tcp),
            announced: config.public_addresses.clone(),
            threads,
            limits: node::Limits::default(),
        });
        node.map(OwnNode).map_err(|error| ("UDP port", config.udp, error))
    }
}

/// The node tells that a port cannot be had, but not which one.
fn try_ports(config: &Stage) -> Result<(), (&'static str, SocketAddr, std::io::Error)> {
    std::net::UdpSocket::bind(config.udp).map_err(|error| ("UDP port", config.udp, error))?;
    std::net::TcpListener::bind(config.tcp).map_err(|error| ("TCP port", config.tcp, error))?;
    Ok(())
}

struct Told(broadcast::Receiver<node::Notice>);

#[async_trait]
impl Notices for Told {
    async fn next(&mut self) -> Option<Notice> {
        loop {
            match self.0.recv().await {
                Ok(notice) => {
                    if let Some(notice) = notice_of(notice) {
                        return Some(notice);
                    }
                }
                Err(RecvError::Lagged(_)) => return Some(Notice::Missed),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn waiting(&mut self) -> Option<Notice> {
        loop {
            match self.0.try_recv() {
                Ok(notice) => {
                    if let Some(notice) = notice_of(notice) {
                        return Some(notice);
                    }
                }
                Err(TryRecvError::Lagged(_)) => return Some(Notice::Missed),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    }
}

fn notice_of(notice: node::Notice) -> Option<Notice> {
    match notice {
        node::Notice::Unpublished { stage, connection, .. } => {
            Some(Notice::Gone { stage: stage.0, connection: ConnectionId(connection.0), was_publication: true })
        }
        node::Notice::ViewerGone { stage, connection, .. } => {
            Some(Notice::Gone { stage: stage.0, connection: ConnectionId(connection.0), was_publication: false })
        }
        node::Notice::PartStarted { stage, part } => Some(Notice::PartStarted { stage: stage.0, part: part_of(part) }),
        node::Notice::PartFinished { stage, part } | node::Notice::PartFailed { stage, part } => {
            Some(Notice::PartFinished { stage: stage.0, part: part_of(part) })
        }
        node::Notice::Published { .. } | node::Notice::ViewerArrived { .. } | node::Notice::Speaking { .. } => None,
    }
}

fn part_of(part: node::Part) -> Part {
    let medium = match part.kind {
        node::Kind::Camera => Medium::Camera,
        node::Kind::Screen => Medium::Screen,
    };
    Part { peer: part.peer.0, medium, file: part.file, offset: part.offset, duration: part.duration }
}

#[async_trait]
impl Media for OwnNode {
    async fn publish(&self, wish: Publish) -> Result<Opened, Refused> {
        let kind = match wish.medium {
            Medium::Camera => node::Kind::Camera,
            Medium::Screen => node::Kind::Screen,
        };
        let publish = node::Publish {
            stage: StageId(wish.stage),
            peer: node::PeerId(wish.peer),
            kind,
            offer: wish.offer,
            address: Some(wish.address),
        };
        Ok(opened(self.0.publish(publish).await?))
    }

    async fn view(&self, wish: View) -> Result<Opened, Refused> {
        let view = node::View {
            stage: StageId(wish.stage),
            peer: wish.peer.map(node::PeerId),
            offer: wish.offer,
            address: Some(wish.address),
        };
        Ok(opened(self.0.view(view).await?))
    }

    async fn patch(&self, connection: ConnectionId, fragment: String) -> Result<Patched, Refused> {
        match self.0.restart_ice(node::ConnectionId(connection.0), &fragment).await? {
            node::IcePatched::Unchanged => Ok(Patched::Unchanged),
            node::IcePatched::Restarted { fragment, ice_tag } => Ok(Patched::Restarted { fragment, tag: ice_tag }),
        }
    }

    async fn close(&self, connection: ConnectionId) {
        gone_with_the_node(&self.0.close(node::ConnectionId(connection.0)).await);
    }

    async fn silence(&self, stage: Uuid, peer: Uuid, what: Silenced) {
        let muted = node::Muted { audio: what.audio, video: what.video };
        gone_with_the_node(&self.0.mute(StageId(stage), node::PeerId(peer), muted).await);
    }

    async fn end(&self, stage: Uuid) {
        gone_with_the_node(&self.0.end(StageId(stage)).await);
    }

    async fn record(&self, stage: Uuid, recording: Recording) -> Result<(), Refused> {
        let now = Instant::now();
        // A machine that has not been up for that long counts from its own start.
        let started = now.checked_sub(recording.elapsed).unwrap_or(now);
        match self.0.record(StageId(stage), node::Recording { folder: recording.folder, started }).await {
            Ok(()) | Err(RecordRefused::AlreadyOn) => Ok(()),
            Err(RecordRefused::Folder(error)) => {
                tracing::error!(error = %error, "the folder of a recording cannot be written to");
                Err(Refused::Unavailable)
            }
            Err(RecordRefused::Stopped(_)) => Err(Refused::Unavailable),
        }
    }

    async fn stop_recording(&self, stage: Uuid) {
        gone_with_the_node(&self.0.stop_recording(StageId(stage)).await);
    }

    async fn publications(&self, stage: Uuid) -> Vec<ConnectionId> {
        let snapshot = self.0.snapshot(StageId(stage)).await.unwrap_or_default();
        snapshot.publications.into_iter().map(|publication| ConnectionId(publication.connection.0)).collect()
    }

    fn notices(&self) -> Box<dyn Notices> {
        Box::new(Told(self.0.notices()))
    }

    async fn stop(&self) {
        self.0.stop().await;
    }
}

/// What a stopped node carried has ended with it.
fn gone_with_the_node<T>(done: &Result<T, node::Stopped>) {
    if done.is_err() {
        tracing::debug!("the media node is stopped");
    }
}

fn opened(opened: node::Opened) -> Opened {
    Opened { connection: ConnectionId(opened.connection.0), answer: opened.answer, tag: opened.ice_tag }
}

impl From<OfferRefused> for Refused {
    fn from(refused: OfferRefused) -> Self {
        match refused {
            OfferRefused::TooLarge { .. } => Refused::TooLarge,
            OfferRefused::TooManyLines { .. } | OfferRefused::Malformed(_) | OfferRefused::NothingUsable => {
                Refused::NotUsable
            }
            OfferRefused::StageFull | OfferRefused::AddressFull => Refused::Full,
            OfferRefused::Overloaded | OfferRefused::Stopped(_) => Refused::Unavailable,
        }
    }
}

impl From<PatchRefused> for Refused {
    fn from(refused: PatchRefused) -> Self {
        match refused {
            PatchRefused::NotFound => Refused::Unknown,
            PatchRefused::TooLarge { .. } => Refused::TooLarge,
            PatchRefused::Malformed(_) => Refused::NotUsable,
            PatchRefused::Stopped(_) => Refused::Unavailable,
        }
    }
}
