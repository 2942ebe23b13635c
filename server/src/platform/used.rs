//! Which hand-offs have been used, for those that open something only once.
//!
//! They live for seconds, so memory is enough: what this process gave away it takes back itself, and what was given away
//! before it started is refused, because nobody remembers whether it was used.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::platform::clock::Millis;
use crate::platform::handoff::{Purpose, Verified};
use crate::platform::refusal::{Code, Refusal, Result};

/// The most that are remembered; beyond, people are asked to come back when some have expired.
const USED_MAX: usize = 200_000;

/// The used hand-offs, each until it would have expired.
#[derive(Debug)]
pub struct Used {
    since: Millis,
    ids: Mutex<HashMap<String, Millis>>,
}

impl Used {
    pub fn since(start: Millis) -> Self {
        Used { since: start, ids: Mutex::default() }
    }

    /// Uses it up; refuses what was used before or is older than this memory.
    pub fn take<P: Purpose>(&self, handoff: &Verified<P>) -> Result<()> {
        let issued = handoff.expires_at.plus_ms(-P::VALID_SECONDS * 1_000);
        if issued.seconds() < self.since.seconds() {
            return Err(Code::Unauthenticated.into());
        }
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        if ids.len() >= USED_MAX {
            return Err(Refusal::new(Code::Overloaded).retry_after_ms(1_000).into());
        }
        match ids.insert(handoff.id.clone(), handoff.expires_at) {
            None => Ok(()),
            Some(_) => Err(Code::Unauthenticated.into()),
        }
    }

    /// Forgets what has expired anyway.
    pub fn sweep(&self, now: Millis) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, expires_at| *expires_at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::handoff::SocketTicket;
    use crate::platform::ids::{BrandId, LoginId, MemberId};
    use uuid::Uuid;

    const START: Millis = Millis(1_800_000_000_400);

    fn ticket(id: &str, issued: Millis) -> Verified<SocketTicket> {
        let nobody = Uuid::nil();
        let what = SocketTicket { brand: BrandId(nobody), member: MemberId(nobody), login: LoginId(nobody) };
        let expires_at = Millis((issued.seconds() + SocketTicket::VALID_SECONDS) * 1_000);
        Verified { id: id.to_owned(), expires_at, what }
    }

    #[test]
    fn each_is_good_once_also_after_a_sweep() {
        let used = Used::since(START);
        assert!(used.take(&ticket("a", START)).is_ok());
        used.sweep(START.plus_ms(1_000));
        assert_eq!(used.take(&ticket("a", START)).unwrap_err().code(), Code::Unauthenticated);
        assert!(used.take(&ticket("b", START)).is_ok());
    }

    #[test]
    fn what_was_given_away_before_the_start_is_refused() {
        let before = ticket("a", START.plus_ms(-1_000));
        assert_eq!(Used::since(START).take(&before).unwrap_err().code(), Code::Unauthenticated);
    }

    #[test]
    fn what_has_expired_takes_no_room() {
        let used = Used::since(START);
        used.take(&ticket("a", START)).unwrap();
        used.sweep(START.plus_ms(31_000));
        assert_eq!(used.ids.lock().unwrap().len(), 0);
    }
}
