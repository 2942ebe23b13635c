//! The throttle of typing notices: one in three seconds for a member and channel, over all of the member's sockets.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;

const EVERY: Duration = Duration::from_secs(3);

#[derive(Debug, Default)]
pub(super) struct TypingThrottle(Mutex<HashMap<(Uuid, Uuid), Duration>>);

impl TypingThrottle {
    /// True if this notice may be asked about; false if it is to be dropped without a word.
    pub(super) fn pass(&self, member: Uuid, channel: Uuid, now: Duration) -> bool {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = latest.get(&(member, channel)).is_some_and(|at| now.saturating_sub(*at) < EVERY);
        if !recent {
            latest.insert((member, channel), now);
        }
        !recent
    }

    /// Forgets what no longer holds anybody back.
    pub(super) fn sweep(&self, now: Duration) {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        latest.retain(|_, at| now.saturating_sub(*at) < EVERY);
        if latest.is_empty() {
            latest.shrink_to(64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_notice_in_three_seconds_for_each_member_and_channel() {
        let throttle = TypingThrottle::default();
        let [one, two] = [1, 2].map(Uuid::from_u128);
        let secs = Duration::from_secs;
        assert!(throttle.pass(one, one, secs(10)));
        assert!(!throttle.pass(one, one, secs(12)));
        assert!(throttle.pass(one, two, secs(12)));
        assert!(throttle.pass(two, one, secs(12)));
        throttle.sweep(secs(12));
        assert!(!throttle.pass(one, one, secs(12)));
        assert!(throttle.pass(one, one, secs(13)));
        throttle.sweep(secs(16));
        assert!(throttle.0.lock().unwrap().is_empty());
    }
}
