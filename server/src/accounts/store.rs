//! The tables `accounts`, `logins` and `mailed_tokens`.

use std::collections::HashSet;

use sea_orm::{FromQueryResult, Value};

use super::account::{Email, NewAccount, TimeZoneName};
use super::cookie::LOGIN_DAYS;
use super::log_in::Device;
use crate::platform::clock::Millis;
use crate::platform::ids::{AccountId, LoginId};
use crate::platform::language::Language;
use crate::platform::refusal::{Code, Result};
use crate::platform::store::{Reader, Rows, Tx, placeholders};
use crate::values;

#[derive(Debug, Clone, FromQueryResult)]
pub struct AccountRow {
    pub id: AccountId,
    pub email: String,
    pub password_hash: String,
    pub language: Language,
    pub time_zone: String,
}

const ACCOUNT: &str = "SELECT id, email, password_hash, language, time_zone FROM accounts WHERE deactivated_at IS NULL";

/// Whether there is an account at all.
pub async fn any(rows: &impl Rows) -> Result<bool> {
    let one: Option<AccountRow> = rows.first(&format!("{ACCOUNT} LIMIT 1"), values![]).await?;
    Ok(one.is_some())
}

/// The account of an address.
pub async fn account_by_email(rows: &impl Rows, email: &Email) -> Result<Option<AccountRow>> {
    rows.first(&format!("{ACCOUNT} AND email = $1"), values![email.as_str()]).await
}

pub(super) async fn account(rows: &impl Rows, id: AccountId) -> Result<AccountRow> {
    let row = rows.first(&format!("{ACCOUNT} AND id = $1"), values![id]).await?;
    row.ok_or_else(|| Code::Unauthenticated.into())
}

/// Whom to write to, in which language and zone.
pub async fn account_for_mail(rows: &impl Rows, id: AccountId) -> Result<Option<AccountRow>> {
    rows.first(&format!("{ACCOUNT} AND id = $1"), values![id]).await
}

/// Makes an account; `log_in_first` when the address has one.
pub async fn create_account(tx: &Tx, id: AccountId, new: &NewAccount) -> Result<()> {
    let made = tx
        .run(
            "INSERT INTO accounts (id, email, password_hash, language, time_zone, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email) DO NOTHING",
            values![id, new.email.as_str(), new.password_hash.as_str(), new.language, new.time_zone.as_str(), tx.now()],
        )
        .await?;
    if made == 0 { Err(Code::LogInFirst.into()) } else { Ok(()) }
}

pub(super) async fn set_preferences(
    tx: &Tx,
    id: AccountId,
    language: Option<Language>,
    time_zone: Option<&TimeZoneName>,
) -> Result<()> {
    tx.run(
        "UPDATE accounts SET language = COALESCE($2, language), time_zone = COALESCE($3, time_zone) WHERE id = $1",
        values![id, language, time_zone.map(TimeZoneName::as_str)],
    )
    .await?;
    Ok(())
}

pub(super) async fn set_password(tx: &Tx, id: AccountId, password_hash: &str) -> Result<()> {
    tx.run("UPDATE accounts SET password_hash = $2 WHERE id = $1", values![id, password_hash]).await?;
    Ok(())
}

#[derive(Debug, Clone, FromQueryResult)]
pub struct LoginRow {
    pub id: LoginId,
    pub account_id: AccountId,
    pub token_hash: Vec<u8>,
    pub rotated_at: Millis,
    pub user_agent: String,
    pub created_at: Millis,
    pub last_seen_at: Millis,
    pub expires_at: Millis,
    pub ended_at: Option<Millis>,
}

const LOGIN: &str = "SELECT l.id, l.account_id, l.token_hash, l.rotated_at, l.user_agent, l.created_at, l.last_seen_at,
                            l.expires_at, l.ended_at
                     FROM logins l JOIN accounts a ON a.id = l.account_id AND a.deactivated_at IS NULL";

pub(super) async fn insert_login(
    tx: &Tx,
    id: LoginId,
    account: AccountId,
    token_hash: &[u8],
    device: &Device,
) -> Result<()> {
    tx.run(
        "INSERT INTO logins (id, account_id, token_hash, rotated_at, user_agent, created_at, last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $4, $4, $6)",
        values![id, account, token_hash.to_vec(), tx.now(), device.user_agent.as_str(), tx.now().plus_days(LOGIN_DAYS)],
    )
    .await?;
    Ok(())
}

/// The log-in whose present or previous secret this is.
pub(super) async fn login_by_hash(rows: &impl Rows, hash: &[u8]) -> Result<Option<LoginRow>> {
    rows.first(&format!("{LOGIN} WHERE l.token_hash = $1 OR l.previous_hash = $1"), values![hash.to_vec()]).await
}

/// Whether the log-in still stands.
pub(super) async fn logins(
    rows: &impl Rows,
    account: AccountId,
    after: Option<LoginId>,
    limit: u64,
) -> Result<Vec<LoginRow>> {
    rows.all(
        &format!(
            "{LOGIN} WHERE l.account_id = $1 AND l.ended_at IS NULL AND ($2 IS NULL OR l.id < $2) ORDER BY l.id DESC LIMIT $3"
        ),
        values![account, after, i64::try_from(limit).unwrap_or(i64::MAX)],
    )
    .await
}

/// Exchanges the secret; false when another request did it first.
pub(super) async fn rotate(tx: &Tx, login: &LoginRow, hash: &[u8]) -> Result<bool> {
    let done = tx
        .run(
            "UPDATE logins SET previous_hash = token_hash, token_hash = $3, rotated_at = $4, last_seen_at = $4, expires_at = $5
             WHERE id = $1 AND token_hash = $2 AND ended_at IS NULL",
            values![login.id, login.token_hash.clone(), hash.to_vec(), tx.now(), tx.now().plus_days(LOGIN_DAYS)],
        )
        .await?;
    Ok(done == 1)
}

pub(super) async fn touch(tx: &Tx, id: LoginId) -> Result<()> {
    tx.run("UPDATE logins SET last_seen_at = $2 WHERE id = $1", values![id, tx.now()]).await?;
    Ok(())
}

/// Ends one log-in of an account; false when it has no such log-in.
pub(super) async fn end_login(tx: &Tx, account: AccountId, id: LoginId) -> Result<bool> {
    let done = tx
        .run(
            "UPDATE logins SET ended_at = $3 WHERE id = $1 AND account_id = $2 AND ended_at IS NULL",
            values![id, account, tx.now()],
        )
        .await?;
    Ok(done == 1)
}

#[derive(FromQueryResult)]
struct EndedLogin {
    id: LoginId,
}

/// Ends all log-ins of an account but one, and tells which.
pub async fn end_logins_of_account(tx: &Tx, account: AccountId, but: Option<LoginId>) -> Result<Vec<LoginId>> {
    let ended: Vec<EndedLogin> = tx
        .all(
            "UPDATE logins SET ended_at = $2 WHERE account_id = $1 AND ended_at IS NULL AND ($3 IS NULL OR id <> $3) RETURNING id",
            values![account, tx.now(), but],
        )
        .await?;
    Ok(ended.into_iter().map(|row| row.id).collect())
}

pub(super) async fn insert_reset(
    tx: &Tx,
    id: uuid::Uuid,
    account: AccountId,
    hash: &[u8],
    expires_at: Millis,
) -> Result<()> {
    tx.run(
        "INSERT INTO mailed_tokens (id, account_id, purpose, token_hash, created_at, expires_at) VALUES ($1, $2, 'reset', $3, $4, $5)",
        values![id, account, hash.to_vec(), tx.now(), expires_at],
    )
    .await?;
    Ok(())
}

/// The account that a reset link is for; `None` when the link is unknown, used or expired.
pub(super) async fn account_of_reset(rows: &Reader, hash: &[u8]) -> Result<Option<AccountRow>> {
    let sql = format!(
        "{ACCOUNT} AND id = (SELECT account_id FROM mailed_tokens WHERE token_hash = $1 AND purpose = 'reset'
                             AND used_at IS NULL AND expires_at > $2)"
    );
    rows.first(&sql, values![hash.to_vec(), rows.now()]).await
}

/// Uses up a reset link; false when it is unknown, used or expired.
pub(super) async fn use_reset(tx: &Tx, hash: &[u8]) -> Result<bool> {
    let used = tx
        .run(
            "UPDATE mailed_tokens SET used_at = $2 WHERE token_hash = $1 AND purpose = 'reset' AND used_at IS NULL AND expires_at > $2",
            values![hash.to_vec(), tx.now()],
        )
        .await?;
    Ok(used == 1)
}

/// Makes all other reset links of an account void.
pub(super) async fn void_resets(tx: &Tx, account: AccountId) -> Result<()> {
    tx.run(
        "UPDATE mailed_tokens SET used_at = $2 WHERE account_id = $1 AND purpose = 'reset' AND used_at IS NULL",
        values![account, tx.now()],
    )
    .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct OwnerOfLogin {
    account_id: AccountId,
}

/// Whose log-in it is, while it stands.
pub async fn account_of_login(rows: &impl Rows, login: LoginId) -> Result<Option<AccountId>> {
    let row: Option<OwnerOfLogin> = rows
        .first(
            "SELECT l.account_id FROM logins l JOIN accounts a ON a.id = l.account_id AND a.deactivated_at IS NULL
             WHERE l.id = $1 AND l.ended_at IS NULL",
            values![login],
        )
        .await?;
    Ok(row.map(|row| row.account_id))
}

#[derive(FromQueryResult)]
struct Standing {
    id: LoginId,
}

/// Which of these log-ins still stand.
pub async fn standing_logins(rows: &impl Rows, logins: &[LoginId]) -> Result<HashSet<LoginId>> {
    if logins.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!(
        "SELECT l.id FROM logins l JOIN accounts a ON a.id = l.account_id AND a.deactivated_at IS NULL
         WHERE l.ended_at IS NULL AND l.id IN ({})",
        placeholders(1, logins.len())
    );
    let found: Vec<Standing> = rows.all(&sql, logins.iter().map(|id| Value::from(*id)).collect()).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}
