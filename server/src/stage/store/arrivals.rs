//! The table `stage_arrivals`: who is there, on which device, and who was.

use std::collections::BTreeSet;

use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::super::stage::{DEVICES_MAX, LEASE_SECONDS};
use super::stages::announce_stage;
use crate::access::{JoinStage, Permit, StageRole};
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, MemberId, WebinarId};
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// What an arrival is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    New,
    Renewed,
}

/// Notes that a device is there until its lease ends. A repeat renews; what had run out has begun anew.
pub async fn arrive(permit: &Permit<'_, JoinStage>, id: Uuid, device: &str) -> Result<Arrival> {
    let (tx, webinar, member) = (permit.tx(), permit.target(), permit.by());
    let until = tx.now().plus_ms(LEASE_SECONDS * 1_000);
    let renewed = tx
        .run(
            "UPDATE stage_arrivals SET renewed_at = $4, expires_at = $5
             WHERE webinar_id = $1 AND member_id = $2 AND device = $3 AND present AND expires_at > $4",
            values![webinar, member, device, tx.now(), until],
        )
        .await?;
    if renewed == 1 {
        return Ok(Arrival::Renewed);
    }
    lose(tx, webinar, member, device).await?;
    if devices_of(tx, webinar, member).await? >= DEVICES_MAX {
        return Err(Refusal::new(Code::RateLimited).retry_after_ms(LEASE_SECONDS.unsigned_abs() * 1_000).into());
    }
    tx.run(
        "INSERT INTO stage_arrivals (id, webinar_id, member_id, brand_id, group_id, device, arrived_at, renewed_at, expires_at, present)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9) ON CONFLICT DO NOTHING",
        values![id, webinar, member, permit.brand(), permit.group()?, device, tx.now(), until, true],
    )
    .await?;
    // A thousand attendees are not a thousand changes: their number comes with each renewal.
    if permit.standing().stage_role() > StageRole::Attendee {
        announce_stage(tx, webinar).await?;
    }
    Ok(Arrival::New)
}

/// A lease that ran out: nobody knows when they left.
async fn lose(tx: &Tx, webinar: WebinarId, member: MemberId, device: &str) -> Result<()> {
    tx.run(
        "UPDATE stage_arrivals SET present = $5
         WHERE webinar_id = $1 AND member_id = $2 AND device = $3 AND present AND expires_at <= $4",
        values![webinar, member, device, tx.now(), false],
    )
    .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Count {
    number: i64,
}

async fn devices_of(rows: &Tx, webinar: WebinarId, member: MemberId) -> Result<i64> {
    let count: Option<Count> = rows
        .first(
            "SELECT COUNT(*) AS number FROM stage_arrivals
             WHERE webinar_id = $1 AND member_id = $2 AND present AND expires_at > $3",
            values![webinar, member, rows.now()],
        )
        .await?;
    Ok(count.map_or(0, |count| count.number))
}

/// Whether a member was let in before.
pub async fn was_there(rows: &impl Rows, webinar: WebinarId, member: MemberId) -> Result<bool> {
    let count: Option<Count> = rows
        .first(
            "SELECT COUNT(*) AS number FROM (SELECT 1 FROM stage_arrivals WHERE webinar_id = $1 AND member_id = $2 LIMIT 1) a",
            values![webinar, member],
        )
        .await?;
    Ok(count.is_some_and(|count| count.number > 0))
}

/// Notes that a device has gone; without one all of the member's.
pub async fn leave(tx: &Tx, webinar: WebinarId, member: MemberId, device: Option<&str>) -> Result<bool> {
    let left = tx
        .run(
            "UPDATE stage_arrivals SET present = $5, left_at = $4
             WHERE webinar_id = $1 AND member_id = $2 AND ($3 IS NULL OR device = $3) AND present AND expires_at > $4",
            values![webinar, member, device, tx.now(), false],
        )
        .await?;
    Ok(left > 0)
}

#[derive(FromQueryResult)]
struct Seat {
    webinar_id: WebinarId,
}

/// Ends all that a member has on the stages of a group. Whoever calls is about to end the membership.
pub async fn leave_all(tx: &Tx, group: GroupId, member: MemberId) -> Result<()> {
    let seats: Vec<Seat> = tx
        .all(
            "UPDATE stage_arrivals SET present = $4, left_at = $3
             WHERE group_id = $1 AND member_id = $2 AND present AND expires_at > $3 RETURNING webinar_id",
            values![group, member, tx.now(), false],
        )
        .await?;
    tx.run(
        "DELETE FROM stage_publications
         WHERE member_id = $2 AND webinar_id IN (SELECT webinar_id FROM stages WHERE group_id = $1)",
        values![group, member],
    )
    .await?;
    announce_each(tx, &seats).await
}

/// Ends what was not renewed in time, and tells each stage once.
pub async fn expire(tx: &Tx) -> Result<usize> {
    let lost: Vec<Seat> = tx
        .all(
            "UPDATE stage_arrivals SET present = $2 WHERE present AND expires_at <= $1 RETURNING webinar_id",
            values![tx.now(), false],
        )
        .await?;
    announce_each(tx, &lost).await?;
    Ok(lost.len())
}

async fn announce_each(tx: &Tx, seats: &[Seat]) -> Result<()> {
    let webinars: BTreeSet<WebinarId> = seats.iter().map(|seat| seat.webinar_id).collect();
    for webinar in webinars {
        announce_stage(tx, webinar).await?;
    }
    Ok(())
}

/// One stay of a device.
#[derive(Debug, Clone, FromQueryResult)]
pub struct StayRow {
    pub member_id: MemberId,
    pub arrived_at: Millis,
    pub renewed_at: Millis,
    pub expires_at: Millis,
    pub present: bool,
    pub left_at: Option<Millis>,
}

#[derive(FromQueryResult)]
struct Who {
    member_id: MemberId,
}

/// Who was there at all, a page of them.
pub async fn attendees(
    rows: &impl Rows,
    webinar: WebinarId,
    after: Option<MemberId>,
    limit: u64,
) -> Result<Vec<MemberId>> {
    let found: Vec<Who> = rows
        .all(
            "SELECT DISTINCT member_id FROM stage_arrivals WHERE webinar_id = $1 AND ($2 IS NULL OR member_id > $2)
             ORDER BY member_id LIMIT $3",
            values![webinar, after, i64::try_from(limit).unwrap_or(i64::MAX)],
        )
        .await?;
    Ok(found.into_iter().map(|who| who.member_id).collect())
}

/// All stays of these members.
pub async fn stays(rows: &impl Rows, webinar: WebinarId, members: &[MemberId]) -> Result<Vec<StayRow>> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT member_id, arrived_at, renewed_at, expires_at, present, left_at FROM stage_arrivals
         WHERE webinar_id = $1 AND member_id IN ({}) ORDER BY member_id, arrived_at, id",
        placeholders(2, members.len())
    );
    let values = std::iter::once(Value::from(webinar)).chain(members.iter().map(|id| Value::from(*id))).collect();
    rows.all(&sql, values).await
}

#[derive(FromQueryResult)]
pub struct Attending {
    pub webinar_id: WebinarId,
    pub number: i64,
}

/// How many are there who are not on the stage, each counted once.
pub async fn attending(rows: &impl Rows, now: Millis, ids: &[WebinarId]) -> Result<Vec<Attending>> {
    let sql = format!(
        "SELECT a.webinar_id, COUNT(DISTINCT a.member_id) AS number FROM stage_arrivals a
         JOIN group_members g ON g.group_id = a.group_id AND g.member_id = a.member_id
         LEFT JOIN stage_people p ON p.webinar_id = a.webinar_id AND p.member_id = a.member_id
         WHERE a.present AND a.expires_at > $1 AND g.role <> 'host' AND (p.role IS NULL OR p.role <> 'speaker')
           AND a.webinar_id IN ({}) GROUP BY a.webinar_id",
        placeholders(2, ids.len())
    );
    rows.all(&sql, std::iter::once(Value::from(now)).chain(ids.iter().map(|id| Value::from(*id))).collect()).await
}
