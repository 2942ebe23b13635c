//! The timing wheel: which sockets are to be looked at in which second. One entry a socket, no timer a socket.

use std::time::Duration;

/// Seconds the wheel spans; nothing is planned further ahead.
const SPAN: usize = 64;

#[derive(Debug)]
pub(super) struct Wheel {
    slots: Vec<Vec<u64>>,
    /// The second up to which everything due was handed out.
    second: u64,
}

impl Wheel {
    pub(super) fn new(now: Duration) -> Self {
        Self { slots: vec![Vec::new(); SPAN], second: now.as_secs() }
    }

    /// Plans a look at `socket` after `delay`, at least one second and at most the span of the wheel from now.
    pub(super) fn plan(&mut self, socket: u64, delay: Duration) {
        let ahead = delay.as_secs().clamp(1, SPAN as u64 - 1);
        let slot = slot(self.second + ahead);
        self.slots[slot].push(socket);
    }

    /// Turns the wheel to `now` and hands out who is due. Sockets that are gone meanwhile are still named.
    pub(super) fn turn(&mut self, now: Duration) -> Vec<u64> {
        let mut due = Vec::new();
        let behind = now.as_secs().saturating_sub(self.second).min(SPAN as u64);
        for second in self.second + 1..=self.second + behind {
            due.append(&mut self.slots[slot(second)]);
        }
        self.second = self.second.max(now.as_secs());
        due
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the remainder is below SPAN")]
const fn slot(second: u64) -> usize {
    (second % SPAN as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn everyone_is_due_once_at_the_planned_second() {
        let mut wheel = Wheel::new(secs(100));
        wheel.plan(1, secs(25));
        wheel.plan(2, secs(0));
        wheel.plan(3, secs(1_000));
        assert!(wheel.turn(secs(100)).is_empty());
        assert_eq!(wheel.turn(secs(101)), [2]);
        assert!(wheel.turn(secs(124)).is_empty());
        assert_eq!(wheel.turn(secs(126)), [1]);
        assert_eq!(wheel.turn(secs(163)), [3]);
        assert!(wheel.turn(secs(10_000)).is_empty());
    }

    #[test]
    fn a_long_stall_hands_out_everyone_and_goes_on() {
        let mut wheel = Wheel::new(secs(0));
        for (socket, delay) in [(1, 1), (2, 40), (3, 63)] {
            wheel.plan(socket, secs(delay));
        }
        let mut due = wheel.turn(secs(500));
        due.sort_unstable();
        assert_eq!(due, [1, 2, 3]);
        wheel.plan(4, secs(2));
        assert_eq!(wheel.turn(secs(502)), [4]);
    }
}
