//! A clock that a test turns by hand.

use std::sync::atomic::{AtomicI64, Ordering};

use guildhall::platform::clock::{Clock, Millis};

/// Starts at a fixed instant, so that runs are alike.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

/// 2026-11-23T09:00:00Z, a Monday.
const START: i64 = 1_795_424_400_000;

impl Default for HandClock {
    fn default() -> Self {
        HandClock(AtomicI64::new(START))
    }
}

impl HandClock {
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
    pub fn set(&self, at: Millis) {
        self.0.store(at.0, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}
