//! The table `settings`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sea_orm::FromQueryResult;

use crate::platform::refusal::{Code, Result};
use crate::platform::store::{Rows, Tx};
use crate::values;

const SETUP_TOKEN: &str = "setup_token";
const PEPPER_PRINT: &str = "pepper_print";
/// What stands in place of the token once it is used.
const USED: &str = "used";

#[derive(FromQueryResult)]
struct Value {
    value: String,
}

async fn read(rows: &impl Rows, key: &str) -> Result<Option<String>> {
    let row: Option<Value> = rows.first("SELECT value FROM settings WHERE key = $1", values![key]).await?;
    Ok(row.map(|row| row.value))
}

async fn write(tx: &Tx, key: &str, value: &str) -> Result<()> {
    tx.run(
        "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        values![key, value],
    )
    .await?;
    Ok(())
}

/// By what the pepper of the passwords here is recognised.
pub(super) async fn pepper_print(rows: &impl Rows) -> Result<Option<String>> {
    read(rows, PEPPER_PRINT).await
}

pub(super) async fn set_pepper_print(tx: &Tx, print: &str) -> Result<()> {
    write(tx, PEPPER_PRINT, print).await
}

/// Puts a new set-up token in place of the old; false when the server is already set up.
pub async fn new_setup_token(tx: &Tx, hash: &[u8]) -> Result<bool> {
    let done = tx
        .run(
            "INSERT INTO settings (key, value) VALUES ($1, $2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE settings.value <> $3",
            values![SETUP_TOKEN, STANDARD.encode(hash), USED],
        )
        .await?;
    Ok(done == 1)
}

/// Whether nobody has set the server up yet.
pub async fn setup_is_open(rows: &impl Rows) -> Result<bool> {
    Ok(read(rows, SETUP_TOKEN).await?.is_none_or(|value| value != USED))
}

/// Refuses a wrong token before anything costly is done for its holder.
pub async fn check_setup_token(rows: &impl Rows, hash: &[u8]) -> Result<()> {
    match read(rows, SETUP_TOKEN).await?.as_deref() {
        Some(USED) => Err(Code::AlreadySetUp.into()),
        Some(value) if value == STANDARD.encode(hash) => Ok(()),
        _ => Err(Code::TokenInvalid.into()),
    }
}

/// Uses the token up; of two founders at once the second is refused.
pub async fn use_setup_token(tx: &Tx, hash: &[u8]) -> Result<()> {
    let done = tx
        .run(
            "UPDATE settings SET value = $3 WHERE key = $1 AND value = $2",
            values![SETUP_TOKEN, STANDARD.encode(hash), USED],
        )
        .await?;
    if done == 1 { Ok(()) } else { Err(Code::AlreadySetUp.into()) }
}

/// Opens the set-up once more, for one more brand on the same server.
pub async fn reopen_setup(tx: &Tx, hash: &[u8]) -> Result<()> {
    write(tx, SETUP_TOKEN, &STANDARD.encode(hash)).await
}

/// Closes the set-up for good: there is a brand already.
pub async fn close_setup(tx: &Tx) -> Result<()> {
    write(tx, SETUP_TOKEN, USED).await
}
