//! The proof that it is somebody's turn to write: in a slow chat each waits between two messages.
//!
//! It is asked apart from the permit, behind the look for a repeat: a message that is there already needs no turn.

use std::marker::PhantomData;

use sea_orm::FromQueryResult;

use super::act::PostMessage;
use super::permit::Permit;
use super::policy::pause_ms;
use crate::platform::clock::Millis;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::Rows;
use crate::values;

/// Proves that the author of a permit need not wait any more. Only [`turn`] makes one.
///
/// It can't be forged, its field is private to the gate:
/// ```compile_fail
/// # use guildhall::access::Turn;
/// let turn: Turn<'_> = Turn { };
/// ```
#[derive(Debug)]
pub struct Turn<'tx>(PhantomData<&'tx ()>);

#[derive(FromQueryResult)]
struct LastTurn {
    at: Millis,
}

/// Asks whether it is the author's turn, and takes it; refuses with the time left to wait. One statement looks and takes,
/// so of two messages at once one gets the turn.
pub async fn turn<'tx>(permit: &Permit<'tx, PostMessage>) -> Result<Turn<'tx>> {
    let Some(pause_ms) = pause_ms(permit.standing(), permit.place()) else { return Ok(Turn(PhantomData)) };
    let (tx, channel, member) = (permit.tx(), permit.target(), permit.by());
    let taken = tx
        .run(
            "INSERT INTO turns (channel_id, member_id, brand_id, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (channel_id, member_id) DO UPDATE SET at = excluded.at WHERE turns.at <= $5",
            values![channel, member, permit.brand(), tx.now(), tx.now().plus_ms(-pause_ms)],
        )
        .await?;
    if taken == 1 {
        return Ok(Turn(PhantomData));
    }
    let last: Option<LastTurn> =
        tx.first("SELECT at FROM turns WHERE channel_id = $1 AND member_id = $2", values![channel, member]).await?;
    let left_ms = last.map_or(0, |last| last.at.plus_ms(pause_ms).0 - tx.now().0);
    Err(Refusal::new(Code::SlowMode).retry_after_ms(u64::try_from(left_ms).unwrap_or(0).max(1)).into())
}
