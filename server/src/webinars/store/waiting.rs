//! The table `waiting`: who has no seat, in order, and to whom a free one is offered.
//!
//! A seat that is offered is taken as long as the offer stands; one whose offer has run out belongs to whoever waits next.
//! Whoever calls holds the webinar, so that two never decide on the same seat.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::{ENDS_AT, WebinarRow, announce_registration};
use crate::access::{Permit, Register};
use crate::changes::{Change, announce};
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, MemberId, WebinarId};
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// The most offers that are made at once.
const OFFERS_MAX: i64 = 200;
/// The most webinars that a round of offers looks at.
const WEBINARS_MAX: i64 = 100;

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

async fn count(rows: &impl Rows, sql: &str, values: Vec<Value>) -> Result<i64> {
    let found: Option<Count> = rows.first(sql, values).await?;
    Ok(found.map_or(0, |found| found.n))
}

/// Seats that are neither taken nor offered; `None` where there is no limit.
async fn free_seats(tx: &Tx, webinar: &WebinarRow) -> Result<Option<i64>> {
    let Some(capacity) = webinar.capacity else { return Ok(None) };
    let sql = "SELECT COUNT(*) AS n FROM waiting WHERE webinar_id = $1 AND offer_until > $2";
    let offered = count(tx, sql, values![webinar.id, tx.now()]).await?;
    Ok(Some(capacity - webinar.registered_count - offered))
}

/// Whether somebody who comes now gets a seat: one that is offered to them, or one for which nobody waits.
pub(in crate::webinars) async fn has_room_for(permit: &Permit<'_, Register>, webinar: &WebinarRow) -> Result<bool> {
    let tx = permit.tx();
    let own = "SELECT COUNT(*) AS n FROM waiting WHERE webinar_id = $1 AND member_id = $2 AND offer_until > $3";
    if count(tx, own, values![webinar.id, permit.by(), tx.now()]).await? > 0 {
        return Ok(true);
    }
    let waiting = "SELECT COUNT(*) AS n FROM waiting WHERE webinar_id = $1 AND offer_until IS NULL AND member_id <> $2";
    let ahead = count(tx, waiting, values![webinar.id, permit.by()]).await?;
    Ok(free_seats(tx, webinar).await?.is_none_or(|free| free > ahead))
}

/// Puts somebody at the end of the queue; who stands there already keeps the place, unless an offer has run out on them.
pub(in crate::webinars) async fn wait(permit: &Permit<'_, Register>, webinar: &WebinarRow) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "DELETE FROM waiting WHERE webinar_id = $1 AND member_id = $2 AND offer_until <= $3",
        values![webinar.id, permit.by(), tx.now()],
    )
    .await?;
    let queued = tx
        .run(
            "INSERT INTO waiting (webinar_id, member_id, brand_id, group_id, place, at)
             SELECT $1, $2, $3, $4, COALESCE(MAX(place), 0) + 1, $5 FROM waiting WHERE webinar_id = $1
             ON CONFLICT (webinar_id, member_id) DO NOTHING",
            values![webinar.id, permit.by(), permit.brand(), webinar.group_id, tx.now()],
        )
        .await?;
    if queued > 0 {
        announce_registration(tx, webinar.group_id, permit.by(), webinar.id).await?;
    }
    Ok(())
}

/// Takes somebody out of the queue; false when they were not in it.
pub(in crate::webinars) async fn stop_waiting(permit: &Permit<'_, Register>, webinar: WebinarId) -> Result<bool> {
    let sql = "DELETE FROM waiting WHERE webinar_id = $1 AND member_id = $2";
    Ok(permit.tx().run(sql, values![webinar, permit.by()]).await? > 0)
}

#[derive(FromQueryResult)]
struct Member {
    member_id: MemberId,
}

/// Takes out of the queue on whom an offer has run out, and offers the seats that are free to those who stand first.
/// Returns to whom.
pub(in crate::webinars) async fn pass_on(tx: &Tx, webinar: &WebinarRow, until: Millis) -> Result<Vec<MemberId>> {
    let late: Vec<Member> = tx
        .all(
            "DELETE FROM waiting WHERE webinar_id = $1 AND offer_until <= $2 RETURNING member_id",
            values![webinar.id, tx.now()],
        )
        .await?;
    let free = free_seats(tx, webinar).await?.unwrap_or(OFFERS_MAX).clamp(0, OFFERS_MAX);
    let offered: Vec<Member> = tx
        .all(
            "UPDATE waiting SET offer_until = $2 WHERE webinar_id = $1 AND place IN
               (SELECT place FROM waiting WHERE webinar_id = $1 AND offer_until IS NULL ORDER BY place LIMIT $3)
             RETURNING member_id",
            values![webinar.id, until, free],
        )
        .await?;
    let mut moved: Vec<MemberId> = late.iter().chain(&offered).map(|row| row.member_id).collect();
    moved.sort_unstable();
    // All inboxes first and the group last: streams are taken in one order everywhere.
    for member in &moved {
        announce(tx, *member, Change::RegistrationChanged(webinar.id)).await?;
    }
    if !moved.is_empty() {
        announce(tx, webinar.group_id, Change::WebinarChanged(webinar.id)).await?;
    }
    Ok(offered.into_iter().map(|row| row.member_id).collect())
}

#[derive(FromQueryResult)]
struct Due {
    id: WebinarId,
}

/// Webinars in which an offer has run out, or a seat is free while somebody waits.
pub(in crate::webinars) async fn due(rows: &impl Rows, now: Millis) -> Result<Vec<WebinarId>> {
    let sql = format!(
        "SELECT w.id FROM webinars w WHERE w.state = 'published' AND {ENDS_AT} > $1 AND EXISTS (
           SELECT 1 FROM waiting q WHERE q.webinar_id = w.id AND (q.offer_until <= $1 OR (q.offer_until IS NULL AND
             (w.capacity IS NULL OR w.capacity > (SELECT COUNT(*) FROM registrations r WHERE r.webinar_id = w.id)
                + (SELECT COUNT(*) FROM waiting o WHERE o.webinar_id = w.id AND o.offer_until > $1)))))
         ORDER BY w.starts_at LIMIT $2"
    );
    let found: Vec<Due> = rows.all(&sql, values![now, WEBINARS_MAX]).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Takes a member who leaves a group out of all its queues, and returns of which webinars.
pub(super) async fn leave_queues(tx: &Tx, group: GroupId, member: MemberId) -> Result<Vec<WebinarId>> {
    let mut left: Vec<WaitingRow> = tx
        .all(
            "DELETE FROM waiting WHERE group_id = $1 AND member_id = $2
             RETURNING webinar_id, offer_until, CAST(0 AS bigint) AS ahead",
            values![group, member],
        )
        .await?;
    left.sort_unstable_by_key(|row| row.webinar_id);
    Ok(left.into_iter().map(|row| row.webinar_id).collect())
}

/// Somebody's place in a queue.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(in crate::webinars) struct WaitingRow {
    pub webinar_id: WebinarId,
    pub offer_until: Option<Millis>,
    /// How many stand before them.
    pub ahead: i64,
}

/// Where a member waits among these webinars; an offer that has run out is none.
pub(in crate::webinars) async fn waiting_among(
    rows: &impl Rows,
    now: Millis,
    member: MemberId,
    ids: &[WebinarId],
) -> Result<HashMap<WebinarId, WaitingRow>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT q.webinar_id, q.offer_until,
                (SELECT COUNT(*) FROM waiting o WHERE o.webinar_id = q.webinar_id AND o.place < q.place
                   AND o.offer_until IS NULL) AS ahead
         FROM waiting q WHERE q.member_id = $1 AND (q.offer_until IS NULL OR q.offer_until > $2) AND q.webinar_id IN ({})",
        placeholders(3, ids.len())
    );
    let values = values![member, now].into_iter().chain(ids.iter().map(|id| Value::from(*id))).collect();
    let found: Vec<WaitingRow> = rows.all(&sql, values).await?;
    Ok(found.into_iter().map(|row| (row.webinar_id, row)).collect())
}
