//! The door. Offers are answered on the caller's thread; everything else is a letter to a media thread, and the call
//! returns when the thread has done it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{broadcast, oneshot};
use uuid::Uuid;

use crate::config::NodeConfig;
use crate::engine::{self, Mail, Opening, Patch, Shared};
use crate::notices::{Notice, Why};
use crate::offer::{self, Answering, IceName, Way};
use crate::refusals::{OfferRefused, PatchRefused, RecordRefused, Stopped};
use crate::restart;
use crate::snapshot::{StageSnapshot, Totals};
use crate::wire::sdpfrag;
use crate::words::{ConnectionId, IcePatched, Kind, Muted, Opened, Part, PeerId, Publish, Recording, StageId, View};

/// A running media node. Clones are handles on the same one.
#[derive(Clone)]
pub struct Node {
    shared: Arc<Shared>,
}

/// Who comes, as far as both ways in are the same.
struct Arrival {
    stage: StageId,
    peer: Option<PeerId>,
    kind: Option<Kind>,
    address: Option<std::net::IpAddr>,
}

impl Node {
    /// Binds the sockets and starts the media threads and the recording thread.
    pub fn start(config: NodeConfig) -> io::Result<Self> {
        Ok(Self { shared: engine::start(config)? })
    }

    pub fn udp_address(&self) -> SocketAddr {
        self.shared.udp_address
    }

    pub fn tcp_address(&self) -> Option<SocketAddr> {
        self.shared.tcp_address
    }

    /// Takes a publication in. An older one of the same peer and kind is replaced: its viewers' slots go over to the new.
    pub async fn publish(&self, publish: Publish) -> Result<Opened, OfferRefused> {
        let Publish { stage, peer, kind, offer, address } = publish;
        self.open(Arrival { stage, peer: Some(peer), kind: Some(kind), address }, &offer).await
    }

    /// Takes a viewer in.
    pub async fn view(&self, view: View) -> Result<Opened, OfferRefused> {
        let View { stage, peer, offer, address } = view;
        self.open(Arrival { stage, peer, kind: None, address }, &offer).await
    }

    async fn open(&self, arrival: Arrival, text: &str) -> Result<Opened, OfferRefused> {
        let Arrival { stage, peer, kind, address } = arrival;
        let way = if kind.is_some() { Way::In } else { Way::Out };
        let thread = if kind.is_some() { self.shared.home_of(stage) } else { self.shared.least_busy(stage) };
        let name = IceName::random(thread_number(thread)).map_err(|_| Stopped)?;
        let answered = offer::answer(
            &Answering {
                limits: &self.shared.limits,
                certificate: &self.shared.certificate,
                candidates: &self.shared.candidates,
            },
            text,
            way,
            &name,
        )?;
        let place = self.shared.registry.take(stage, way, address)?;
        let connection = new_connection(thread)?;
        let ice_tag = name.ufrag.clone();
        let opening =
            Opening { connection, stage, peer, kind, rtc: answered.rtc, name, theirs: answered.theirs, place };
        self.order(thread, |done| Mail::Open(Box::new(opening), done)).await?;
        Ok(Opened { connection, answer: answered.answer, ice_tag })
    }

    /// A PATCH of RFC 9725: new credentials restart ICE, candidates alone change nothing.
    pub async fn restart_ice(&self, connection: ConnectionId, fragment: &str) -> Result<IcePatched, PatchRefused> {
        let limit = self.shared.limits.fragment_bytes;
        if fragment.len() > limit {
            return Err(PatchRefused::TooLarge { limit });
        }
        let asked = sdpfrag::parse(fragment).map_err(PatchRefused::Malformed)?;
        let thread = thread_of(connection);
        let name = IceName::random(thread_number(thread)).map_err(|_| Stopped)?;
        let (ufrag, pwd) = (asked.ufrag.to_owned(), asked.pwd.to_owned());
        let patch = Patch { connection, ours: name.clone(), theirs: IceName { ufrag, pwd } };
        match self.ask(thread, |answer| Mail::Patch(Box::new(patch), answer)).await? {
            None => Err(PatchRefused::NotFound),
            Some(false) => Ok(IcePatched::Unchanged),
            Some(true) => {
                let fragment = restart::write(&asked, &name, &self.shared.candidates);
                Ok(IcePatched::Restarted { fragment, ice_tag: name.ufrag })
            }
        }
    }

    /// Ends one connection with a goodbye; `false` if there was none.
    pub async fn close(&self, connection: ConnectionId) -> Result<bool, Stopped> {
        self.ask(thread_of(connection), |answer| Mail::Close(connection, answer)).await
    }

    /// Ends all publications of a peer on a stage, and says how many there were.
    pub async fn cut(&self, stage: StageId, peer: PeerId) -> Result<usize, Stopped> {
        self.ask(self.shared.home_of(stage), |answer| Mail::Cut(stage, peer, answer)).await
    }

    /// Ends all views of a peer on a stage, and says how many there were.
    pub async fn drop_viewers(&self, stage: StageId, peer: PeerId) -> Result<usize, Stopped> {
        let mut dropped = 0;
        for thread in 0..self.shared.mailboxes.len() {
            dropped += self.ask(thread, |answer| Mail::DropViewers(stage, peer, answer)).await?;
        }
        Ok(dropped)
    }

    /// Takes sound or picture from a peer or gives it back. It holds for later publications too, until the stage ends.
    pub async fn mute(&self, stage: StageId, peer: PeerId, muted: Muted) -> Result<(), Stopped> {
        self.ask(self.shared.home_of(stage), |done| Mail::Mute(stage, peer, muted, done)).await
    }

    /// Ends everything of a stage: connections, mutes, the recording.
    pub async fn end(&self, stage: StageId) -> Result<(), Stopped> {
        self.stop_recording(stage).await?;
        for thread in 0..self.shared.mailboxes.len() {
            self.ask(thread, |done| Mail::End(stage, Why::Ended, done)).await?;
        }
        Ok(())
    }

    /// Begins to record what the stage's publishers send.
    pub async fn record(&self, stage: StageId, recording: Recording) -> Result<(), RecordRefused> {
        let folder = recording.folder.clone();
        let writable = tokio::task::spawn_blocking(move || try_folder(&folder)).await;
        writable.map_err(|_| Stopped)?.map_err(RecordRefused::Folder)?;
        let begun = self.ask(self.shared.home_of(stage), |answer| Mail::Record(stage, recording, answer)).await?;
        if begun { Ok(()) } else { Err(RecordRefused::AlreadyOn) }
    }

    /// Ends the recording and answers with its parts, each complete and seekable.
    pub async fn stop_recording(&self, stage: StageId) -> Result<Vec<Part>, Stopped> {
        self.ask(self.shared.home_of(stage), |answer| Mail::StopRecording(stage, answer)).await
    }

    pub async fn snapshot(&self, stage: StageId) -> Result<StageSnapshot, Stopped> {
        let mut whole = StageSnapshot::default();
        for thread in 0..self.shared.mailboxes.len() {
            let part = self.ask(thread, |answer| Mail::Snapshot(stage, answer)).await?;
            whole.viewers += part.viewers;
            if thread == self.shared.home_of(stage) {
                whole = StageSnapshot { viewers: whole.viewers, ..part };
            }
        }
        Ok(whole)
    }

    /// What happens from now on. Who lags is told so, and then reads snapshots.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.shared.notices.subscribe()
    }

    pub fn totals(&self) -> Totals {
        self.shared.counters.read()
    }

    /// Says goodbye to everybody, completes all recordings and ends the threads. A second call does nothing.
    pub async fn stop(&self) {
        // Each thread forgets its half of the stages; the first is last, since it reads the socket for the others.
        for thread in (0..self.shared.mailboxes.len()).rev() {
            if self.ask(thread, Mail::Stop).await.is_err() {
                tracing::debug!(thread, "media thread was already gone");
            }
        }
        self.shared.recorder.stop().await;
    }

    /// Writes a letter that waits in the bounded part of the mailbox: for work that strangers can cause.
    async fn order<T>(
        &self,
        thread: usize,
        letter: impl FnOnce(oneshot::Sender<T>) -> Mail,
    ) -> Result<T, OfferRefused> {
        if self.shared.mailboxes.get(thread).ok_or(Stopped)?.is_swamped() {
            return Err(OfferRefused::Overloaded);
        }
        Ok(self.ask(thread, letter).await?)
    }

    async fn ask<T>(&self, thread: usize, letter: impl FnOnce(oneshot::Sender<T>) -> Mail) -> Result<T, Stopped> {
        let (answer, answered) = oneshot::channel();
        self.shared.mailboxes.get(thread).ok_or(Stopped)?.send(letter(answer))?;
        answered.await.map_err(|_| Stopped)
    }
}

/// The last byte of a connection's id names its media thread; fifteen random bytes are left.
fn new_connection(thread: usize) -> Result<ConnectionId, Stopped> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Stopped)?;
    bytes[15] = thread_number(thread);
    Ok(ConnectionId(uuid::Builder::from_random_bytes(bytes).into_uuid()))
}

fn thread_of(ConnectionId(id): ConnectionId) -> usize {
    usize::from(Uuid::into_bytes(id)[15])
}

fn thread_number(thread: usize) -> u8 {
    u8::try_from(thread).unwrap_or(u8::MAX)
}

/// Refuses a folder that can't be written to now, rather than the first part later.
fn try_folder(folder: &std::path::Path) -> io::Result<()> {
    let probe = folder.join(".writable");
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(probe)
}
