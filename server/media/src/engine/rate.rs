//! Measured bit rates, and the cap on packets.

use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(1);
/// A layer that has been silent for so long does not arrive any more.
const ALIVE: Duration = Duration::from_secs(2);

/// Bits over one-second windows.
#[derive(Debug, Default)]
pub struct Meter {
    window: Option<Instant>,
    bytes: u64,
    kilobits: u64,
    last: Option<Instant>,
}

impl Meter {
    pub fn count(&mut self, bytes: usize, now: Instant) {
        let began = *self.window.get_or_insert(now);
        self.last = Some(now);
        let elapsed = now.saturating_duration_since(began);
        if elapsed >= WINDOW {
            let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
            self.kilobits = self.bytes * 8 / millis;
            self.bytes = 0;
            self.window = Some(now);
        }
        self.bytes += bytes as u64;
    }

    /// 0 until a whole window has been seen.
    pub fn kilobits(&self) -> u64 {
        self.kilobits
    }

    pub fn is_alive(&self, now: Instant) -> bool {
        self.last.is_some_and(|last| now.saturating_duration_since(last) < ALIVE)
    }

    pub fn ever(&self) -> bool {
        self.last.is_some()
    }
}

/// So many packets a second; what is above is dropped. A burst of one second is let through.
#[derive(Debug)]
pub struct PacketCap {
    per_second: u32,
    second: Option<Instant>,
    counted: u32,
}

impl PacketCap {
    pub fn new(per_second: u32) -> Self {
        Self { per_second, second: None, counted: 0 }
    }

    pub fn admits(&mut self, now: Instant) -> bool {
        if self.second.is_none_or(|began| now.saturating_duration_since(began) >= WINDOW) {
            self.second = Some(now);
            self.counted = 0;
        }
        self.counted = self.counted.saturating_add(1);
        self.counted <= self.per_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_known_after_a_second_and_ends_with_the_packets() {
        let (mut meter, start) = (Meter::default(), Instant::now());
        for n in 0..=100 {
            meter.count(1_250, start + Duration::from_millis(n * 10));
        }
        assert_eq!(meter.kilobits(), 1_000);
        assert!(meter.is_alive(start + Duration::from_millis(2_900)));
        assert!(!meter.is_alive(start + Duration::from_millis(3_100)));
    }

    #[test]
    fn what_is_above_the_cap_waits_for_the_next_second() {
        let (mut cap, start) = (PacketCap::new(10), Instant::now());
        assert_eq!((0..30).filter(|_| cap.admits(start)).count(), 10);
        assert!(cap.admits(start + Duration::from_secs(1)));
    }
}
