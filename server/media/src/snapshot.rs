//! What can be read from a node: one stage as it stands, and the counters of the whole node.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::words::{ConnectionId, Kind, Muted, PeerId};

/// A stage at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageSnapshot {
    pub publications: Vec<PublicationSnapshot>,
    /// Viewers whose connection stands.
    pub viewers: usize,
    /// The latest first.
    pub speaking: Vec<PeerId>,
    pub recording: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationSnapshot {
    pub connection: ConnectionId,
    pub peer: PeerId,
    pub kind: Kind,
    /// The connection stands; before that the publication is only promised.
    pub connected: bool,
    pub audio: bool,
    pub video: bool,
    pub muted: Muted,
    /// The measured bit rate of each layer, the best first. One without a name if it is no simulcast.
    pub layers: Vec<LayerSnapshot>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerSnapshot {
    pub rid: Option<String>,
    pub kilobits: u64,
    /// Known after the first keyframe.
    pub height: Option<u32>,
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The node's counters since its start, for metrics.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Totals { $($(#[$doc])* pub $name: u64,)* }

        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub $name: Counter,)* }

        impl Counters {
            pub fn read(&self) -> Totals {
                Totals { $($name: self.$name.read(),)* }
            }
        }
    };
}

counters! {
    /// Connections that exist now.
    connections,
    /// Datagrams and frames received.
    received,
    /// Datagrams and frames sent.
    sent,
    /// Sends the system refused or a full TCP queue swallowed.
    send_failures,
    /// Media packets handed on, counted once for each viewer.
    forwarded,
    /// Pictures that were stopped for a while because a viewer's path did not keep up.
    held_back,
    /// Packets that belong to nobody: unknown name, unknown address, wrong password.
    strangers,
    /// Packets above a publisher's rate cap.
    over_rate,
    /// Media packets dropped because the host has muted the peer.
    muted,
    /// Packets between media threads that were dropped because one could not follow.
    overflown,
    /// Keyframes asked of publishers.
    keyframes_asked,
    /// Keyframes wished by viewers, joins and layer changes: most are answered by an earlier request.
    keyframes_wished,
    /// Media packets that a recording had to drop because the disk could not follow.
    recording_dropped,
}

/// One number, written by media threads, read by whoever wants to know.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub fn one(&self) {
        self.add(1);
    }

    pub fn less(&self, n: u64) {
        self.0.fetch_sub(n, Ordering::Relaxed);
    }

    pub fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
