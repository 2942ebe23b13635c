//! The table `calendar_feeds`.

use sea_orm::FromQueryResult;

use crate::access::{Permit, ReplaceCalendarFeed};
use crate::members::Departed;
use crate::platform::ids::{AccountId, BrandId};
use crate::platform::refusal::Result;
use crate::platform::store::Rows;
use crate::values;

/// Puts a new secret in place of the member's old one.
pub(super) async fn replace(permit: &Permit<'_, ReplaceCalendarFeed>, hash: &[u8]) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "INSERT INTO calendar_feeds (member_id, brand_id, token_hash, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (member_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at",
        values![permit.by(), permit.target(), hash.to_vec(), tx.now()],
    )
    .await?;
    Ok(())
}

pub(super) async fn delete(permit: &Permit<'_, ReplaceCalendarFeed>) -> Result<()> {
    permit.tx().run("DELETE FROM calendar_feeds WHERE member_id = $1", values![permit.by()]).await?;
    Ok(())
}

/// Ends the feed of somebody who is gone, so that it stays dead if they come back.
pub async fn end_feed_of(departed: &Departed<'_>) -> Result<()> {
    let sql = "DELETE FROM calendar_feeds WHERE member_id = $1";
    departed.tx().run(sql, values![departed.member()]).await?;
    Ok(())
}

/// Whose feed it is. What they may see is for the gate to say.
#[derive(FromQueryResult)]
pub(super) struct Bearer {
    pub account_id: AccountId,
    pub brand_id: BrandId,
}

pub(super) async fn bearer(rows: &impl Rows, hash: &[u8]) -> Result<Option<Bearer>> {
    rows.first(
        "SELECT m.account_id, m.brand_id FROM calendar_feeds f JOIN members m ON m.id = f.member_id WHERE f.token_hash = $1",
        values![hash.to_vec()],
    )
    .await
}
