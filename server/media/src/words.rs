//! The few words that the server and the media engine share. Ids are opaque here: who is behind a peer, and what a stage
//! belongs to, is the caller's business.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::Serialize;
use uuid::Uuid;

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

opaque_id! {
    /// One stage: publications, viewers and a recording that belong together.
    StageId
}
opaque_id! {
    /// Who publishes or views: a member or an ingest key.
    PeerId
}
opaque_id! {
    /// One WHIP or WHEP connection. Made by the node from random bytes, so it can't be guessed.
    ConnectionId
}

/// What a publication shows. A peer has at most one of each kind on a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Camera,
    Screen,
}

/// What the host has taken from a peer. The node drops these packets, whatever the peer's client believes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Muted {
    pub audio: bool,
    pub video: bool,
}

/// A wish to publish: one peer connection that only sends.
#[derive(Clone, Debug)]
pub struct Publish {
    pub stage: StageId,
    pub peer: PeerId,
    pub kind: Kind,
    /// The body of the WHIP request, as it came.
    pub offer: String,
    /// Where the request came from, for the cap per address; `None` is not counted.
    pub address: Option<IpAddr>,
}

/// A wish to view: one peer connection that only receives, with as many slots as it has m-lines.
#[derive(Clone, Debug)]
pub struct View {
    pub stage: StageId,
    /// Who views. Their own publications are not sent back to them.
    pub peer: Option<PeerId>,
    /// The body of the WHEP request, as it came.
    pub offer: String,
    /// Where the request came from, for the cap per address; `None` is not counted.
    pub address: Option<IpAddr>,
}

/// The answer to an accepted offer.
#[derive(Clone, Debug)]
pub struct Opened {
    pub connection: ConnectionId,
    /// The body of the 201 answer.
    pub answer: String,
    /// Names the ICE state, for the `ETag` of RFC 9725; changes with every ICE restart.
    pub ice_tag: String,
}

/// The answer to a PATCH with an SDP fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IcePatched {
    /// Only candidates, which an ICE-lite server has no use for: 204, the ETag stays.
    Unchanged,
    /// New credentials: 200 with this fragment (`application/trickle-ice-sdpfrag`) and this ETag.
    Restarted { fragment: String, ice_tag: String },
}

/// Where and since when a stage is recorded.
#[derive(Clone, Debug)]
pub struct Recording {
    /// An existing folder; each publication becomes one file in it, or several if its codec or size forces it.
    pub folder: PathBuf,
    /// The zero of the recording's clock: offsets of parts count from here.
    pub started: Instant,
}

/// One file of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub peer: PeerId,
    pub kind: Kind,
    /// `.webm` for VP8 and Opus, `.mkv` where H.264 is inside.
    pub file: PathBuf,
    /// When the part's first moment was, on the recording's clock.
    pub offset: Duration,
    /// Known when the part is finished.
    pub duration: Option<Duration>,
    pub bytes: u64,
}
