//! Letters to a media thread, and its box.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use mio::Waker;
use mio::net::TcpStream;
use str0m::Rtc;
use tokio::sync::oneshot;

use super::inbound::Inbound;
use super::programme::{Programme, SourceKey};
use super::registry::Place;
use crate::notices::Why;
use crate::offer::IceName;
use crate::refusals::Stopped;
use crate::snapshot::StageSnapshot;
use crate::words::{ConnectionId, Kind, Muted, Part, PeerId, Recording, StageId};

/// A connection inside the engine: never used twice, so a late letter can't hit a successor.
pub type Key = u64;

/// Packets that may wait for one thread. More than a second of a busy stage; beyond it they are dropped and counted.
const PACKETS_WAITING: usize = 16 * 1024;
/// Letters that may wait before new connections are refused.
const LETTERS_WAITING: usize = 4 * 1024;

pub enum Mail {
    Open(Box<Opening>, oneshot::Sender<()>),
    /// Answers `None` if there is no such connection, else whether ICE was restarted.
    Patch(Box<Patch>, oneshot::Sender<Option<bool>>),
    Close(ConnectionId, oneshot::Sender<bool>),
    Cut(StageId, PeerId, oneshot::Sender<usize>),
    DropViewers(StageId, PeerId, oneshot::Sender<usize>),
    Mute(StageId, PeerId, Muted, oneshot::Sender<()>),
    End(StageId, Why, oneshot::Sender<()>),
    Record(StageId, Recording, oneshot::Sender<bool>),
    StopRecording(StageId, oneshot::Sender<Vec<Part>>),
    Snapshot(StageId, oneshot::Sender<StageSnapshot>),
    Stop(oneshot::Sender<()>),
    /// From a stage's home to its audiences.
    Programme(StageId, Arc<Programme>),
    Packet(StageId, Arc<Inbound>),
    /// From an audience, or the recording, to a stage's home.
    Ask(StageId, Ask),
    /// From the thread that reads the socket to the owner of the connection, and back what was learned.
    Datagram {
        bytes: Vec<u8>,
        from: SocketAddr,
        at: Instant,
    },
    Link(Box<HandedLink>),
    Learned(SocketAddr, usize),
    Forgotten(SocketAddr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// This thread has viewers now, or none any more.
    Subscribe(usize),
    Unsubscribe(usize),
    Keyframe(SourceKey, Option<str0m::media::Rid>),
    /// The recording of a publication can't go on without one.
    RecordingKeyframe(Key),
}

/// An answered offer on its way to its thread.
pub struct Opening {
    pub connection: ConnectionId,
    pub stage: StageId,
    pub peer: Option<PeerId>,
    /// A publication's kind; `None` for a viewer.
    pub kind: Option<Kind>,
    pub rtc: Box<Rtc>,
    pub name: IceName,
    /// The client's ICE fragment.
    pub theirs: Option<String>,
    pub place: Place,
}

/// New ICE credentials of both sides.
pub struct Patch {
    pub connection: ConnectionId,
    pub ours: IceName,
    pub theirs: IceName,
}

/// A TCP connection that has said whose it is, with what it has said so far.
pub struct HandedLink {
    pub stream: TcpStream,
    pub from: SocketAddr,
    pub heard: Vec<u8>,
}

/// Where letters to one thread are put.
pub struct Mailbox {
    sender: mpsc::Sender<Mail>,
    waker: Waker,
    packets: AtomicUsize,
    letters: AtomicUsize,
}

impl Mailbox {
    pub fn new(sender: mpsc::Sender<Mail>, waker: Waker) -> Self {
        Self { sender, waker, packets: AtomicUsize::new(0), letters: AtomicUsize::new(0) }
    }

    /// Puts a letter in. Letters about state are never dropped: a peer or a stage sends few of them.
    pub fn send(&self, mail: Mail) -> Result<(), Stopped> {
        self.letters.fetch_add(1, Ordering::Relaxed);
        self.sender.send(mail).map_err(|_| Stopped)?;
        self.waker.wake().map_err(|_| Stopped)
    }

    /// Puts a packet in, unless too many wait already.
    pub fn offer(&self, mail: Mail) -> bool {
        if self.packets.fetch_add(1, Ordering::Relaxed) >= PACKETS_WAITING {
            self.packets.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        let sent = self.sender.send(mail).is_ok();
        // The eventfd coalesces wake-ups, so this is cheap when the thread is awake anyway.
        sent && self.waker.wake().is_ok()
    }

    pub fn is_swamped(&self) -> bool {
        self.letters.load(Ordering::Relaxed) >= LETTERS_WAITING
    }

    /// The thread has taken this letter out.
    pub fn taken(&self, mail: &Mail) {
        let count = if mail.is_packet() { &self.packets } else { &self.letters };
        count.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Mail {
    fn is_packet(&self) -> bool {
        matches!(self, Self::Packet(..) | Self::Datagram { .. })
    }
}
