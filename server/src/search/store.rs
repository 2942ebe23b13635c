//! Which index the cursors belong to, in the table `settings`.

use sea_orm::FromQueryResult;

use crate::platform::refusal::Result;
use crate::platform::store::{Rows, Tx};
use crate::values;

const IDENTITY: &str = "search_identity";

#[derive(FromQueryResult)]
struct Value {
    value: String,
}

/// The identity of the index that was built last.
pub(super) async fn identity(rows: &impl Rows) -> Result<Option<String>> {
    let row: Option<Value> = rows.first("SELECT value FROM settings WHERE key = $1", values![IDENTITY]).await?;
    Ok(row.map(|row| row.value))
}

pub(super) async fn set_identity(tx: &Tx, identity: &str) -> Result<()> {
    tx.run(
        "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        values![IDENTITY, identity],
    )
    .await?;
    Ok(())
}
