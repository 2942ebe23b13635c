//! How long a shard waits before it takes the next wave. Under load it is cheaper to let a little pile up: a write
//! costs the same for one frame as for fifty.

use std::time::Duration;

const LONGEST: Duration = Duration::from_millis(10);
const SHORTEST: Duration = Duration::from_millis(1);

/// Grows from nothing while waves overlap, shrinks when they do not.
#[derive(Debug, Default)]
pub(super) struct Pace {
    window: Duration,
}

impl Pace {
    /// To be asked after each wave, with the time it took and whether more had piled up meanwhile.
    ///
    /// The window is at most as long as the wave was: nobody waits longer for a wave than the waves themselves take.
    pub(super) fn window_after(&mut self, spent: Duration, more: bool) -> Duration {
        let cap = spent.clamp(SHORTEST, LONGEST);
        self.window = if more {
            (self.window * 2).clamp(SHORTEST, cap)
        } else if self.window > SHORTEST {
            (self.window / 2).min(cap)
        } else {
            Duration::ZERO
        };
        self.window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_quiet_shard_never_waits() {
        let mut pace = Pace::default();
        assert!((0..10).all(|_| pace.window_after(millis(5), false).is_zero()));
    }

    #[test]
    fn overlapping_waves_widen_the_window_to_ten_milliseconds_and_calm_closes_it() {
        let mut pace = Pace::default();
        let widths: Vec<_> = (0..6).map(|_| pace.window_after(millis(30), true)).collect();
        assert_eq!(widths, [1, 2, 4, 8, 10, 10].map(millis));
        let widths: Vec<_> = (0..5).map(|_| pace.window_after(millis(30), false).as_micros()).collect();
        assert_eq!(widths, [5_000, 2_500, 1_250, 625, 0]);
    }

    #[test]
    fn cheap_waves_keep_the_window_short() {
        let mut pace = Pace::default();
        assert!((0..10).all(|_| pace.window_after(Duration::from_micros(100), true) == millis(1)));
    }
}
