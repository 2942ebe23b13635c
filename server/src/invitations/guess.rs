//! What stands against guessing and against rushes.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, MutexGuard};

use crate::access::invited;
use crate::app::App;
use crate::platform::ids::InvitationId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Failure, Result};

/// Counts a miss of a token or a code for the address it came from; the answer is to wait when there were too many.
///
/// Only misses count: a whole office may come in behind one address on one morning.
pub(super) fn count_miss(app: &App, address: IpAddr, failure: Failure) -> Failure {
    if !matches!(failure.code(), Code::InviteInvalid | Code::CodeInvalid) {
        return failure;
    }
    match app.limits.check(Limit::InviteGuess, Key::of_address(address)) {
        Ok(()) => failure,
        Err(refusal) => refusal.into(),
    }
}

/// Looks whether a token is worth anything, at the price of one read and before its holder costs more.
pub(super) async fn look(app: &App, token_hash: &[u8], address: IpAddr) -> Result<()> {
    let reader = app.store.read().await?;
    let held = invited(&reader, reader.now(), token_hash).await;
    held.map(drop).map_err(|failure| count_miss(app, address, failure))
}

/// The hash of a mailed code, bound to what it was mailed for: codes are short, and a table of all hashes must not fit.
pub(super) fn hash_code(invitation: InvitationId, email: &str, code: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [invitation.to_string().as_str(), email, code] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

const DOORS: usize = 64;

/// Those who redeem one invitation go in one after the other, so that a rush for the last seat hashes one password and not
/// hundreds. Who gets the seat is not decided here but by the table.
#[derive(Debug)]
pub struct Doors([Mutex<()>; DOORS]);

impl Default for Doors {
    fn default() -> Self {
        Doors(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Doors {
    pub(super) async fn pass(&self, token_hash: &[u8]) -> MutexGuard<'_, ()> {
        let nth = token_hash.first().map_or(0, |byte| usize::from(*byte) % DOORS);
        self.0[nth].lock().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_same_code_for_another_purpose_is_another_hash() {
        let (one, other) = (InvitationId(Uuid::from_u128(1)), InvitationId(Uuid::from_u128(2)));
        let hash = hash_code(one, "a@example.org", "123456");
        assert_eq!(hash, hash_code(one, "a@example.org", "123456"));
        assert_ne!(hash, hash_code(other, "a@example.org", "123456"));
        assert_ne!(hash, hash_code(one, "a@example.or", "g123456"));
    }
}
