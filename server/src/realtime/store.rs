//! The table `used_tickets`.

use uuid::Uuid;

use crate::platform::clock::Millis;
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, Tx};
use crate::values;

/// Uses a ticket up; false when it was used before.
pub(super) async fn use_ticket(tx: &Tx, id: Uuid, expires_at: Millis) -> Result<bool> {
    let first = tx
        .run(
            "INSERT INTO used_tickets (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
            values![id, expires_at],
        )
        .await?;
    Ok(first == 1)
}

/// Forgets tickets that have expired anyway.
pub(super) async fn forget_tickets(tx: &Tx, before: Millis) -> Result<()> {
    tx.run("DELETE FROM used_tickets WHERE expires_at < $1", values![before]).await?;
    Ok(())
}
