//! When which connection wants to be driven. Deletion is lazy: an entry that is not the connection's next time is skipped.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use super::mail::Key;

#[derive(Debug, Default)]
pub struct Timers {
    heap: BinaryHeap<Reverse<(Instant, Key)>>,
}

impl Timers {
    pub fn set(&mut self, at: Instant, key: Key) {
        self.heap.push(Reverse((at, key)));
    }

    /// The next entry that is due. The caller compares it with what the connection now wants.
    pub fn pop_due(&mut self, now: Instant) -> Option<(Instant, Key)> {
        let due = self.heap.peek().is_some_and(|Reverse((at, _))| *at <= now);
        if due { self.heap.pop().map(|Reverse(entry)| entry) } else { None }
    }

    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn entries_come_out_in_order_and_not_before_their_time() {
        let (mut timers, start) = (Timers::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        timers.set(at(30), 3);
        timers.set(at(10), 1);
        timers.set(at(20), 2);
        assert_eq!(timers.next(), Some(at(10)));
        assert_eq!(timers.pop_due(at(5)), None);
        assert_eq!(timers.pop_due(at(25)), Some((at(10), 1)));
        assert_eq!(timers.pop_due(at(25)), Some((at(20), 2)));
        assert_eq!(timers.pop_due(at(25)), None);
    }
}
