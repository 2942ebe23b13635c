//! What the engine counts. Plain atomics, touched once per batch and not once per receiver.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters and gauges of one hub.
#[derive(Debug, Default)]
pub struct LiveMetrics {
    /// Open sockets now.
    pub sockets: Count,
    /// Frames handed to sockets: one change to a hundred followers counts a hundred.
    pub deliveries: Count,
    /// Bytes of those frames.
    pub delivered_bytes: Count,
    /// Bytes waiting now because a socket's kernel buffer is full.
    pub backlog_bytes: Count,
    /// Sockets cut off because they read too slowly.
    pub slow_readers: Count,
    /// Typing and presence frames that were dropped under pressure.
    pub whispers_dropped: Count,
    /// Sockets turned away because of too many from one account or address.
    pub turned_away: Count,
}

/// One number, up or down; its order relative to other memory does not matter.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, amount: usize) {
        self.0.fetch_add(amount as u64, Ordering::Relaxed);
    }

    pub(super) fn take(&self, amount: usize) {
        self.0.fetch_sub(amount as u64, Ordering::Relaxed);
    }
}
