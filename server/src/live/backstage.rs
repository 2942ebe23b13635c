//! What the engine asks of the rest of the house. It knows sockets, streams and positions; who may see or do what is
//! answered behind this trait.

use async_trait::async_trait;
use bytes::Bytes;
use uuid::Uuid;

/// Whose socket it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketIdentity {
    /// Unique within one hub.
    pub socket: u64,
    pub account: Uuid,
    pub login: Uuid,
    pub brand: Uuid,
    pub member: Uuid,
}

/// The answer to "may this socket follow that stream".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Following {
    Granted {
        start: Start,
        /// Set where the stream is a group's: followers then learn who else is online, under this group id.
        group: Option<Uuid>,
    },
    /// Unknown, or not to be known by this member: the two look the same.
    NotFound,
}

/// How a follower is brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// Every change behind the asked position, in order, each with its payload; `upto` is the stream's position at
    /// that read, also when nothing was missed.
    Replay { changes: Vec<(u64, Bytes)>, upto: u64 },
    /// Too far behind (or never here): the whole payload of the `reset` frame, true at `position`.
    Reset { frame: Bytes, position: u64 },
}

/// A typing notice that may be shown to the followers of `stream`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypingNotice {
    pub stream: Uuid,
    pub payload: Bytes,
}

/// The one door from the engine into the house. Payloads are JSON text without framing.
#[async_trait]
pub trait Backstage: Send + Sync + 'static {
    /// Carries out one client frame that is none of the engine's own: a JSON object with the strings `op` and `ref`.
    /// What it returns goes to this socket only, in order.
    async fn command(&self, who: &SocketIdentity, text: Box<str>) -> Vec<Bytes>;

    /// May `who` follow `stream`, and what did it miss behind `position`?
    ///
    /// The engine has subscribed the socket before it asks and holds back what is published meanwhile, so a read that
    /// begins now and ends at any time leaves no hole and no double.
    async fn follow(&self, who: &SocketIdentity, stream: Uuid, position: u64) -> Following;

    /// May `who` be seen typing in `channel`, and where? Asked at most once in three seconds for each member and
    /// channel.
    async fn typing(&self, who: &SocketIdentity, channel: Uuid, thread_root: Option<Uuid>) -> Option<TypingNotice>;
}
