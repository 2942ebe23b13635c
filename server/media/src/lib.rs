//! The stage's media: an SFU that takes publications in (WHIP offers), gives them out to viewers (WHEP offers) and records
//! them. Media is forwarded, never decoded or mixed.
//!
//! Invariants
//! - Stages, peers and connections are opaque ids. Nothing here knows groups, members, HTTP or the database.
//! - A command (mute, cut, end) is in effect at the node when its call answers; no client needs to agree.
//! - No packet of an unknown name or address gets past the front; every queue, cap and wait is bounded ([`Limits`]).
//! - Video starts and switches on keyframes only; one source layer is asked for a keyframe at most once a second.
//! - Nothing is written to disk unless [`Node::record`] said so.
//!
//! Rooms: `node` (the door) · `offer` and `restart` (signalling, on the caller's thread) · `engine` (the media threads) ·
//! `recording` (RTP to WebM and Matroska, on its own thread) · `wire` (parsers of what strangers send).
//!
//! Absent on purpose: transcoding, renegotiation (slots are fixed by the viewer's offer), TURN (named by the caller).

mod config;
mod engine;
mod node;
mod notices;
mod offer;
mod recording;
mod refusals;
mod restart;
mod snapshot;
pub mod wire;
mod words;

pub use config::{Limits, NodeConfig};
pub use node::Node;
pub use notices::{Notice, Why};
pub use refusals::{OfferRefused, PatchRefused, RecordRefused, Stopped};
pub use snapshot::{LayerSnapshot, PublicationSnapshot, StageSnapshot, Totals};
pub use words::{ConnectionId, IcePatched, Kind, Muted, Opened, Part, PeerId, Publish, Recording, StageId, View};
