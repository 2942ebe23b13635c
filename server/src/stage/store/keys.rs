//! The table `stage_keys`: bearers for studios and for screens in lobbies, stored as their hashes.

use sea_orm::FromQueryResult;

use super::super::stage::{KEYS_MAX, StageKeyUse};
use crate::access::{MakeStageKey, Permit, RevokeStageKey};
use crate::platform::clock::Millis;
use crate::platform::ids::{MemberId, Secret, StageKeyId, WebinarId};
use crate::platform::refusal::{Refusal, Result};
use crate::platform::store::Rows;
use crate::values;

#[derive(Debug, Clone, FromQueryResult)]
pub struct KeyRow {
    pub id: StageKeyId,
    pub webinar_id: WebinarId,
    pub maker_id: MemberId,
    pub r#use: StageKeyUse,
    pub name: String,
    pub created_at: Millis,
}

const KEY: &str = "SELECT id, webinar_id, maker_id, use, name, created_at FROM stage_keys WHERE revoked_at IS NULL";

pub async fn insert_key(
    permit: &Permit<'_, MakeStageKey>,
    id: StageKeyId,
    r#use: StageKeyUse,
    name: &str,
    secret: &Secret,
) -> Result<()> {
    let (tx, webinar) = (permit.tx(), permit.target());
    // The webinar's row is the lock under which they are counted.
    tx.run("UPDATE webinars SET version = version WHERE id = $1", values![webinar]).await?;
    if i64::try_from(keys(tx, webinar).await?.len()).unwrap_or(i64::MAX) >= KEYS_MAX {
        return Err(Refusal::field("name", "too_many").into());
    }
    tx.run(
        "INSERT INTO stage_keys (id, webinar_id, brand_id, maker_id, use, name, token_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![id, webinar, permit.brand(), permit.by(), r#use, name, secret.hash(), tx.now()],
    )
    .await?;
    Ok(())
}

/// The keys of a webinar that are good; there are few.
pub async fn keys(rows: &impl Rows, webinar: WebinarId) -> Result<Vec<KeyRow>> {
    rows.all(&format!("{KEY} AND webinar_id = $1 ORDER BY id"), values![webinar]).await
}

pub async fn key(rows: &impl Rows, id: StageKeyId) -> Result<Option<KeyRow>> {
    rows.first(&format!("{KEY} AND id = $1"), values![id]).await
}

pub async fn key_by_hash(rows: &impl Rows, hash: Vec<u8>) -> Result<Option<KeyRow>> {
    rows.first(&format!("{KEY} AND token_hash = $1"), values![hash]).await
}

/// Makes a key void; false when it was already.
pub async fn revoke_key(permit: &Permit<'_, RevokeStageKey>, webinar: WebinarId) -> Result<bool> {
    let tx = permit.tx();
    let revoked = tx
        .run(
            "UPDATE stage_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
            values![permit.target(), tx.now()],
        )
        .await?;
    if revoked == 1 {
        tx.run("DELETE FROM stage_publications WHERE key_id = $1", values![permit.target()]).await?;
        super::stages::announce_stage(tx, webinar).await?;
    }
    Ok(revoked == 1)
}
