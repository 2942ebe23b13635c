//! What all threads of a node and its handles share: read-only facts, counters, and the mailboxes.

use std::net::SocketAddr;
use std::sync::Arc;

use mio::net::UdpSocket;
use str0m::config::DtlsCert;
use tokio::sync::broadcast;

use super::mail::{Ask, Key, Mail, Mailbox};
use super::registry::Registry;
use crate::config::Limits;
use crate::notices::Notice;
use crate::offer::Candidates;
use crate::recording::Recorder;
use crate::snapshot::Counters;
use crate::words::StageId;

/// Notices that a lagging listener may fall behind before it is told so.
pub const NOTICES_KEPT: usize = 4 * 1024;

pub struct Shared {
    pub limits: Limits,
    pub candidates: Candidates,
    pub certificate: DtlsCert,
    pub counters: Arc<Counters>,
    pub registry: Registry,
    pub notices: broadcast::Sender<Notice>,
    pub mailboxes: Arc<Vec<Mailbox>>,
    pub recorder: Recorder,
    pub udp: UdpSocket,
    pub udp_address: SocketAddr,
    pub tcp_address: Option<SocketAddr>,
    /// What str0m is told as the destination of what comes in: an announced address of the family.
    pub seen_as: SeenAs,
}

/// Announced addresses by protocol and family.
#[derive(Clone, Debug, Default)]
pub struct SeenAs {
    pub udp: Vec<SocketAddr>,
    pub tcp: Vec<SocketAddr>,
}

impl SeenAs {
    /// Any announced address will do, since str0m only compares it with the candidates we gave it.
    pub fn of(addresses: &[SocketAddr], from: SocketAddr) -> Option<SocketAddr> {
        addresses.iter().find(|address| address.is_ipv4() == from.is_ipv4()).copied()
    }
}

impl Shared {
    /// The thread where a stage's publications live.
    pub fn home_of(&self, stage: StageId) -> usize {
        home_among(self.mailboxes.len(), stage)
    }

    /// Where a new viewer goes: threads take turns, beginning with the stage's home.
    pub fn least_busy(&self, stage: StageId) -> usize {
        let threads = self.mailboxes.len();
        let turn = usize::try_from(self.counters.connections.read()).unwrap_or(0);
        (self.home_of(stage) + turn) % threads
    }

    /// A notice without a listener is no fault.
    pub fn tell(&self, notice: Notice) {
        let heard = self.notices.send(notice).is_ok();
        tracing::trace!(heard, "notice");
    }
}

pub fn home_among(threads: usize, StageId(id): StageId) -> usize {
    let threads = u128::try_from(threads).unwrap_or(1).max(1);
    usize::try_from(id.as_u128() % threads).unwrap_or(0)
}

/// Writes to a stage's home, if it still lives.
pub fn ask_home(mailboxes: &[Mailbox], home: usize, stage: StageId, ask: Ask) {
    let sent = mailboxes.get(home).map(|mailbox| mailbox.send(Mail::Ask(stage, ask)));
    if !matches!(sent, Some(Ok(()))) {
        tracing::debug!(?ask, "the home of a stage is gone");
    }
}

/// How the recording wishes a keyframe.
pub fn recording_wishes(mailboxes: &[Mailbox], home: usize, stage: StageId, publication: Key) {
    ask_home(mailboxes, home, stage, Ask::RecordingKeyframe(publication));
}
