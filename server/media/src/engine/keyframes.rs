//! When a source layer is asked for a keyframe. A hundred viewers who join at once are answered by one request.

use std::time::{Duration, Instant};

/// A layer is asked at most this often, however many wish for it.
pub const ASKED_AT_MOST_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub struct KeyframeGate {
    asked: Option<Instant>,
    wished: bool,
}

impl KeyframeGate {
    /// Somebody can't go on without a keyframe. Whether to ask for it now.
    pub fn wish(&mut self, now: Instant) -> bool {
        self.wished = true;
        self.due(now)
    }

    /// Whether to ask now for what was wished. A wish stays until a keyframe comes: the request may have been lost.
    pub fn due(&mut self, now: Instant) -> bool {
        let rested = self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= ASKED_AT_MOST_EVERY);
        if self.wished && rested {
            self.asked = Some(now);
        }
        self.wished && rested
    }

    pub fn arrived(&mut self) {
        self.wished = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_wishes_in_a_second_are_one_request() {
        let (mut gate, start) = (KeyframeGate::default(), Instant::now());
        let asked = (0..100).filter(|n| gate.wish(start + Duration::from_millis(n * 9))).count();
        assert_eq!(asked, 1);
    }

    #[test]
    fn a_wish_after_the_keyframe_is_not_forgotten() {
        let (mut gate, start) = (KeyframeGate::default(), Instant::now());
        assert!(gate.wish(start));
        gate.arrived();
        assert!(!gate.wish(start + Duration::from_millis(300)), "too soon");
        assert!(!gate.due(start + Duration::from_millis(900)));
        assert!(gate.due(start + Duration::from_secs(1)));
    }

    #[test]
    fn a_request_that_got_lost_is_repeated_and_one_that_was_answered_is_not() {
        let (mut gate, start) = (KeyframeGate::default(), Instant::now());
        assert!(gate.wish(start));
        assert!(gate.due(start + Duration::from_secs(1)));
        gate.arrived();
        assert!(!gate.due(start + Duration::from_secs(9)));
    }
}
