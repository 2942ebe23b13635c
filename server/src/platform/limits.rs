//! How often something may be asked: one table of named limits, each counted per key.
//!
//! A key is an account, an address, or both; it is kept as a hash, so neither addresses nor mail addresses lie around. The
//! number of keys is bounded: where even sweeping does not help, newcomers are refused rather than not counted.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as GovernorClock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use sha2::{Digest, Sha256};

use crate::platform::clock::Clock;
use crate::platform::refusal::{Code, Refusal};

const KEYS_MAX: usize = 100_000;
const KEYS_FULL_RETRY_MS: u64 = 5_000;

/// Declares the limits once: name, burst, and the time in which the burst comes back.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident $burst:literal in $period_ms:expr,)*) => {
        /// What is limited.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Limit { $($(#[$doc])* $name,)* }

        impl Limit {
            pub const ALL: &'static [Limit] = &[$(Limit::$name,)*];

            const fn burst_and_period_ms(self) -> (u32, u64) {
                match self { $(Limit::$name => ($burst, $period_ms),)* }
            }
        }
    };
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

limits! {
    /// Log-in, per account and address.
    LoginPerAccount 10 in 15 * MINUTE,
    LoginPerAddress 60 in 15 * MINUTE,
    /// Reset and other mails that anybody can ask for.
    MailPerAccount 3 in HOUR,
    MailPerAddress 10 in HOUR,
    /// Guesses of codes and tickets, per actor or address.
    Guess 5 in 5 * MINUTE,
    InviteGuess 10 in MINUTE,
    /// Calendar feeds that are not there, per address.
    FeedGuess 5 in 5 * MINUTE,
    /// Messages of a member: three a second.
    Post 30 in 10 * SECOND,
    /// Messages of a member in one channel: one a second.
    PostInChannel 10 in 10 * SECOND,
    /// Edits, deletions, reactions, markers of a member.
    Touch 50 in 10 * SECOND,
    Typing 1 in 3 * SECOND,
    Presence 1 in 10 * SECOND,
    Upload 30 in MINUTE,
    /// Questions of a member in webinars.
    Ask 6 in MINUTE,
    /// Emoji that a member sends over the screens.
    Cheer 10 in SECOND,
    /// Seats that a member takes in one webinar: each time sends a mail.
    Register 5 in HOUR,
    /// Changes of one webinar that are mailed to everybody in it.
    WebinarNews 20 in HOUR,
    /// Arrivals of a member on a stage, renewals included.
    Arrive 20 in 10 * SECOND,
    /// Tickets of a member for sound and picture.
    StageTicket 30 in MINUTE,
    /// Tickets and keys of a stage that are not good, per address.
    StageGuess 60 in MINUTE,
    Search 10 in 5 * SECOND,
    Invite 50 in DAY,
    /// Any API call of a person.
    Call 100 in 5 * SECOND,
    /// New sockets, per address.
    Handshake 50 in 10 * SECOND,
}

/// Whom it is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 16]);

impl Key {
    /// Of anything that has a text: an id, a mail address; of several joined where the limit is per pair.
    pub fn of(parts: &[&dyn ToString]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            let text = part.to_string();
            digest.update(text.len().to_le_bytes());
            digest.update(text);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&digest.finalize()[..16]);
        Key(key)
    }

    /// Of an address. One customer has a whole IPv6 network of 64 bits, so that is what counts.
    pub fn of_address(address: IpAddr) -> Self {
        Key::of(&[&network_of(address)])
    }

    pub fn of_account_at(account: &dyn ToString, address: IpAddr) -> Self {
        Key::of(&[account, &network_of(address)])
    }
}

fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into()),
    }
}

/// The clock that was passed in, as the limiter wants it.
#[derive(Clone)]
struct Passed(Arc<dyn Clock>);

impl GovernorClock for Passed {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().0).unwrap_or(0))
    }
}

type Limiter = RateLimiter<Key, DashMapStateStore<Key>, Passed, NoOpMiddleware<Duration>>;

/// All limits with what they have counted.
pub struct Limits {
    limiters: Vec<Limiter>,
    clock: Passed,
}

impl Limits {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Passed(clock);
        let limiter = |limit: &Limit| RateLimiter::dashmap_with_clock(quota(*limit), clock.clone());
        Limits { limiters: Limit::ALL.iter().map(limiter).collect(), clock }
    }

    /// Counts one, or says when the next one may come.
    pub fn check(&self, limit: Limit, key: Key) -> Result<(), Refusal> {
        let Some(limiter) = self.limiters.get(limit as usize) else { return Ok(()) };
        if limiter.len() >= KEYS_MAX {
            limiter.retain_recent();
            if limiter.len() >= KEYS_MAX {
                return Err(Refusal::new(Code::RateLimited).retry_after_ms(KEYS_FULL_RETRY_MS));
            }
        }
        limiter.check_key(&key).map_err(|not_until| {
            let wait = not_until.earliest_possible().duration_since(self.clock.now());
            let wait_ms = wait.as_u64().div_ceil(1_000_000).max(1);
            Refusal::new(Code::RateLimited).retry_after_ms(wait_ms)
        })
    }

    /// Forgets whoever has all of the burst back; called by a timer.
    pub fn sweep(&self) {
        for limiter in &self.limiters {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// How many keys are being counted, for the metrics.
    pub fn keys(&self) -> usize {
        self.limiters.iter().map(RateLimiter::len).sum()
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limits")
    }
}

fn quota(limit: Limit) -> Quota {
    let (burst, period_ms) = limit.burst_and_period_ms();
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let one_per = Duration::from_millis(period_ms / u64::from(burst.get())).max(Duration::from_millis(1));
    Quota::with_period(one_per).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(burst)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Millis;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[derive(Default)]
    struct Turned(AtomicI64);

    impl Clock for Turned {
        fn now(&self) -> Millis {
            Millis(1_800_000_000_000 + self.0.load(Ordering::Relaxed))
        }
    }

    fn limits() -> (Arc<Turned>, Limits) {
        let clock = Arc::new(Turned::default());
        let limits = Limits::new(clock.clone());
        (clock, limits)
    }

    #[test]
    fn the_eleventh_log_in_waits_and_others_do_not() {
        let (clock, limits) = limits();
        let key = Key::of_account_at(&"anna@example.com", "192.0.2.1".parse().unwrap());
        for _ in 0..10 {
            assert_eq!(limits.check(Limit::LoginPerAccount, key), Ok(()));
        }
        let refusal = limits.check(Limit::LoginPerAccount, key).unwrap_err();
        assert_eq!((refusal.code, refusal.retry_after_ms), (Code::RateLimited, Some(90_000)));
        let elsewhere = Key::of_account_at(&"anna@example.com", "192.0.2.2".parse().unwrap());
        assert_eq!(limits.check(Limit::LoginPerAccount, elsewhere), Ok(()));
        clock.0.store(90_000, Ordering::Relaxed);
        assert_eq!(limits.check(Limit::LoginPerAccount, key), Ok(()));
        assert!(limits.check(Limit::LoginPerAccount, key).is_err());
    }

    #[test]
    fn every_limit_lets_its_burst_through_and_gives_it_back_in_its_period() {
        let (clock, limits) = limits();
        let key = Key::of(&[&"somebody"]);
        for limit in Limit::ALL {
            let (burst, period_ms) = limit.burst_and_period_ms();
            for _ in 0..2 {
                for nth in 0..burst {
                    assert_eq!(limits.check(*limit, key), Ok(()), "{limit:?} {nth}");
                }
                assert!(limits.check(*limit, key).is_err(), "{limit:?}");
                clock.0.fetch_add(i64::try_from(period_ms).unwrap(), Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn whoever_is_quiet_is_forgotten() {
        let (clock, limits) = limits();
        limits.check(Limit::Typing, Key::of(&[&"a"])).unwrap();
        assert_eq!(limits.keys(), 1);
        limits.sweep();
        assert_eq!(limits.keys(), 1, "still counted");
        clock.0.store(60_000, Ordering::Relaxed);
        limits.sweep();
        assert_eq!(limits.keys(), 0);
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        let (_clock, limits) = limits();
        for nth in 0..KEYS_MAX {
            limits.check(Limit::Invite, Key::of(&[&nth])).unwrap();
        }
        let refusal = limits.check(Limit::Invite, Key::of(&[&"newcomer"])).unwrap_err();
        assert_eq!(refusal.retry_after_ms, Some(KEYS_FULL_RETRY_MS));
    }

    #[test]
    fn keys_keep_their_parts_apart_and_networks_together() {
        assert_ne!(Key::of(&[&"ab", &"c"]), Key::of(&[&"a", &"bc"]));
        let key = |address: &str| Key::of_address(address.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}
