//! A clock that is set to the moment of the story.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::platform::clock::{Clock, Millis};

#[derive(Debug)]
pub(super) struct StoryClock(AtomicI64);

impl StoryClock {
    pub fn new(at: Millis) -> Self {
        StoryClock(AtomicI64::new(at.0))
    }

    pub fn set(&self, at: Millis) {
        self.0.store(at.0, Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}
