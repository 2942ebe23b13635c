//! The table `hands`.

use sea_orm::FromQueryResult;

use crate::access::{Act, Permit, RaiseHand};
use crate::changes::{Change, announce};
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, MemberId, WebinarId};
use crate::platform::refusal::{Refusal, Result};
use crate::platform::store::{Rows, Tx};
use crate::values;

/// The most hands that are up at once: the list of them goes to everybody.
const HANDS_MAX: i64 = 100;

/// A hand as the table has it.
#[derive(Debug, FromQueryResult)]
pub(in crate::floor) struct HandRow {
    pub member_id: MemberId,
    pub raised_at: Millis,
}

pub(in crate::floor) async fn hands(rows: &impl Rows, webinar: WebinarId) -> Result<Vec<HandRow>> {
    rows.all("SELECT member_id, raised_at FROM hands WHERE webinar_id = $1 ORDER BY position", values![webinar]).await
}

#[derive(FromQueryResult)]
struct Raised {
    up: i64,
    mine: i64,
}

/// Puts a hand up at the position that tells of it. The stream's counter is held from there on, so the count is exact.
pub(in crate::floor) async fn raise(permit: &Permit<'_, RaiseHand>) -> Result<()> {
    let (tx, webinar, member) = (permit.tx(), permit.target(), permit.by());
    if raised(tx, webinar, member).await?.mine > 0 {
        return Ok(());
    }
    let position = announce(tx, webinar, Change::HandChanged(webinar)).await?;
    if raised(tx, webinar, member).await?.up >= HANDS_MAX {
        return Err(Refusal::field("hand", "too_many").into());
    }
    tx.run(
        "INSERT INTO hands (webinar_id, member_id, brand_id, group_id, position, raised_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (webinar_id, member_id) DO NOTHING",
        values![webinar, member, permit.brand(), permit.group()?, position, tx.now()],
    )
    .await?;
    Ok(())
}

async fn raised(tx: &Tx, webinar: WebinarId, member: MemberId) -> Result<Raised> {
    let sql =
        "SELECT COUNT(*) AS up, COUNT(CASE WHEN member_id = $2 THEN 1 END) AS mine FROM hands WHERE webinar_id = $1";
    let found: Option<Raised> = tx.first(sql, values![webinar, member]).await?;
    Ok(found.unwrap_or(Raised { up: 0, mine: 0 }))
}

/// Takes a hand down; one that is not up is no news.
pub(in crate::floor) async fn lower<A: Act<Target = WebinarId>>(
    permit: &Permit<'_, A>,
    member: MemberId,
) -> Result<()> {
    let (tx, webinar) = (permit.tx(), permit.target());
    let lowered =
        tx.run("DELETE FROM hands WHERE webinar_id = $1 AND member_id = $2", values![webinar, member]).await?;
    if lowered > 0 {
        announce(tx, webinar, Change::HandChanged(webinar)).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Lowered {
    webinar_id: WebinarId,
}

/// Takes all hands of a member who leaves a group down. Whoever calls is about to end the membership.
pub(in crate::floor) async fn lower_all(tx: &Tx, group: GroupId, member: MemberId) -> Result<()> {
    let mut lowered: Vec<Lowered> = tx
        .all("DELETE FROM hands WHERE group_id = $1 AND member_id = $2 RETURNING webinar_id", values![group, member])
        .await?;
    lowered.sort_unstable_by_key(|row| row.webinar_id);
    for row in lowered {
        announce(tx, row.webinar_id, Change::HandChanged(row.webinar_id)).await?;
    }
    Ok(())
}
