//! The programme: what a stage's home tells its audiences. It is replaced as a whole when something in it changes.

use std::time::Instant;

use str0m::media::{MediaKind, Rid};

use super::mail::Key;
use crate::words::{Kind, PeerId};

/// What a slot can show: one medium of a peer's publication of a kind, whichever connection brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceKey {
    pub peer: PeerId,
    pub kind: Kind,
    pub media: MediaKind,
}

#[derive(Clone, Debug, Default)]
pub struct Programme {
    /// What can be seen and heard now; what the host has muted is not here.
    pub sources: Vec<Source>,
    /// The latest first.
    pub speaking: Vec<PeerId>,
}

#[derive(Clone, Debug)]
pub struct Source {
    pub key: SourceKey,
    pub publication: Key,
    /// When its peer was last heard to speak.
    pub spoke: Option<Instant>,
    /// For order among the silent: who came first stays first.
    pub since: Instant,
    /// Video only: the layers that arrive, the best first.
    pub layers: Vec<LayerFact>,
    pub kilobits: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerFact {
    pub rid: Option<Rid>,
    /// 0 until it has been measured for a second.
    pub kilobits: u64,
    /// Known after the first keyframe.
    pub height: Option<u32>,
}

impl Programme {
    pub fn find(&self, key: SourceKey) -> Option<&Source> {
        self.sources.iter().find(|source| source.key == key)
    }
}
