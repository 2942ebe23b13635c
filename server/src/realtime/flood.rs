//! A socket that keeps sending messages faster than it may, whatever it is told. What is refused costs little, but whoever
//! does not heed the waiting time is cut off.

use crate::platform::clock::Millis;

/// So many refusals within [`SPAN_MS`] are a burst. A client that had a few messages too many waiting stays far below.
const REFUSALS_OF_A_BURST: u32 = 20;
const SPAN_MS: i64 = 1_000;
/// The burst with this number closes the socket.
const BURSTS_TO_CLOSE: u8 = 3;
/// Bursts are forgotten after this long without one.
const FORGIVEN_AFTER_MS: i64 = 60_000;

/// What is remembered of one socket's refusals.
#[derive(Debug, Default)]
pub(super) struct Flood {
    refusals: u32,
    since: Millis,
    bursts: u8,
    last_burst: Millis,
}

impl Flood {
    /// Counts a refusal as too fast; true when the socket is to be closed.
    pub(super) fn count(&mut self, now: Millis) -> bool {
        if now.0 - self.since.0 >= SPAN_MS {
            (self.refusals, self.since) = (0, now);
        }
        self.refusals += 1;
        if self.refusals == REFUSALS_OF_A_BURST {
            if now.0 - self.last_burst.0 >= FORGIVEN_AFTER_MS {
                self.bursts = 0;
            }
            self.bursts += 1;
            self.last_burst = now;
        }
        self.bursts >= BURSTS_TO_CLOSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: i64 = 1_800_000_000_000;

    /// Whether any of so many refusals at one moment closes.
    fn refused(flood: &mut Flood, times: u32, at_ms: i64) -> bool {
        (0..times).any(|_| flood.count(Millis(BEGIN + at_ms)))
    }

    #[test]
    fn the_third_burst_closes_however_long_each_is() {
        let mut flood = Flood::default();
        assert!(!refused(&mut flood, 500, 0));
        assert!(!refused(&mut flood, 90, 5_000));
        assert!(refused(&mut flood, 20, 20_000));
    }

    #[test]
    fn a_few_refusals_now_and_then_are_no_burst() {
        let mut flood = Flood::default();
        assert!(!(0..200).any(|second| refused(&mut flood, 19, second * 1_000)));
    }

    #[test]
    fn old_bursts_are_forgiven() {
        let mut flood = Flood::default();
        assert!(!refused(&mut flood, 30, 0) && !refused(&mut flood, 30, 10_000));
        assert!(!refused(&mut flood, 30, 70_000), "a minute later it begins anew");
        assert!(!refused(&mut flood, 30, 72_000));
        assert!(refused(&mut flood, 30, 74_000));
    }
}
