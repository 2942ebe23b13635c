//! The tables `webinars` and `registrations`; `waiting` has a file of its own.

mod waiting;

use std::collections::HashSet;

use sea_orm::{FromQueryResult, Value};

use super::list::ListKey;
use super::request::Plan;
use super::webinar::State;
use crate::access::{EditWebinar, Permit, PlanWebinar, Register, Scope};
use crate::changes::{Change, announce};
use crate::platform::clock::Millis;
use crate::platform::ids::{BrandId, ChannelId, GroupId, MemberId, WebinarId};
use crate::platform::refusal::{Code, Failure, Refusal, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;
pub(super) use waiting::{due, pass_on, waiting_among};

/// A webinar as the table has it.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct WebinarRow {
    pub id: WebinarId,
    pub brand_id: BrandId,
    pub group_id: GroupId,
    pub host_id: MemberId,
    pub title: String,
    pub description: String,
    pub html: String,
    pub local_start: String,
    pub time_zone: String,
    pub starts_at: Millis,
    pub duration_minutes: i64,
    pub capacity: Option<i64>,
    pub state: State,
    pub sequence: i64,
    pub version: i64,
    pub published_at: Option<Millis>,
    pub channel_id: Option<ChannelId>,
    pub registered_count: i64,
    pub waiting_count: i64,
}

const WEBINAR: &str =
    "SELECT w.id, w.brand_id, w.group_id, w.host_id, w.title, w.description, w.html, w.local_start, w.time_zone,
    w.starts_at, w.duration_minutes, w.capacity, w.state, w.sequence, w.version, w.published_at, w.channel_id,
    (SELECT COUNT(*) FROM registrations r WHERE r.webinar_id = w.id) AS registered_count,
    (SELECT COUNT(*) FROM waiting q WHERE q.webinar_id = w.id) AS waiting_count FROM webinars w";
const ENDS_AT: &str = "(w.starts_at + w.duration_minutes * 60000)";

pub(super) async fn insert(permit: &Permit<'_, PlanWebinar>, id: WebinarId, plan: &Plan) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "INSERT INTO webinars (id, brand_id, group_id, host_id, title, description, html, local_start, time_zone, starts_at,
                               duration_minutes, capacity, state, sequence, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 1, $14)",
        values![
            id,
            permit.brand(),
            permit.target(),
            permit.by(),
            plan.title.as_str(),
            plan.description.as_str(),
            plan.html.as_str(),
            plan.schedule.local_start.as_str(),
            plan.schedule.time_zone.as_str(),
            plan.schedule.starts_at,
            plan.schedule.duration_minutes,
            plan.capacity,
            State::Draft,
            tx.now()
        ],
    )
    .await?;
    Ok(())
}

/// Holds the webinar until the end of the transaction and reads it: what is decided by it then holds when it is written.
pub(super) async fn hold(tx: &Tx, id: WebinarId) -> Result<WebinarRow> {
    tx.run("UPDATE webinars SET version = version WHERE id = $1", values![id]).await?;
    one(tx, id).await
}

pub(super) async fn one(rows: &impl Rows, id: WebinarId) -> Result<WebinarRow> {
    by_ids(rows, &[id]).await?.pop().ok_or_else(|| Code::NotFound.into())
}

pub(super) async fn by_ids(rows: &impl Rows, ids: &[WebinarId]) -> Result<Vec<WebinarRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{WEBINAR} WHERE w.id IN ({})", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}

/// Shows a webinar to its group, with the channel of its chat.
pub(super) async fn publish(tx: &Tx, webinar: &WebinarRow, channel: ChannelId) -> Result<()> {
    tx.run(
        "UPDATE webinars SET state = $2, published_at = $3, channel_id = $4 WHERE id = $1",
        values![webinar.id, State::Published, tx.now(), channel],
    )
    .await?;
    announce(tx, webinar.group_id, Change::WebinarChanged(webinar.id)).await?;
    Ok(())
}

/// Writes a change of a webinar that is held. `shown`: whether what people see of it changes.
pub(super) async fn save(
    permit: &Permit<'_, EditWebinar>,
    before: &WebinarRow,
    plan: &Plan,
    shown: bool,
) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "UPDATE webinars SET title = $2, description = $3, html = $4, local_start = $5, time_zone = $6, starts_at = $7,
                             duration_minutes = $8, capacity = $9, sequence = sequence + $10, version = version + 1
         WHERE id = $1",
        values![
            permit.target(),
            plan.title.as_str(),
            plan.description.as_str(),
            plan.html.as_str(),
            plan.schedule.local_start.as_str(),
            plan.schedule.time_zone.as_str(),
            plan.schedule.starts_at,
            plan.schedule.duration_minutes,
            plan.capacity,
            i64::from(shown)
        ],
    )
    .await?;
    // A draft has no audience; saying that it changed would tell that it is there.
    if before.published_at.is_some() {
        announce(tx, before.group_id, Change::WebinarChanged(before.id)).await?;
    }
    Ok(())
}

pub(super) async fn set_cancelled(permit: &Permit<'_, EditWebinar>, before: &WebinarRow) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "UPDATE webinars SET state = $2, sequence = sequence + 1, version = version + 1 WHERE id = $1",
        values![permit.target(), State::Cancelled],
    )
    .await?;
    if before.published_at.is_some() {
        announce(tx, before.group_id, Change::WebinarChanged(before.id)).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct FreeSeat {
    seat: i64,
}

/// Takes the lowest free seat of a webinar that is held, or stands in the queue where none is. False when the member has
/// no new seat.
pub(super) async fn take_seat(permit: &Permit<'_, Register>, webinar: &WebinarRow) -> Result<bool> {
    let tx = permit.tx();
    if !registered_among(tx, permit.by(), &[webinar.id]).await?.is_empty() {
        return Ok(false);
    }
    if !waiting::has_room_for(permit, webinar).await? {
        waiting::wait(permit, webinar).await?;
        return Ok(false);
    }
    waiting::stop_waiting(permit, webinar.id).await?;
    let free: Option<FreeSeat> = tx
        .first(
            "SELECT MIN(c.seat) AS seat
             FROM (SELECT CAST(1 AS bigint) AS seat UNION SELECT seat + 1 FROM registrations WHERE webinar_id = $1) c
             WHERE NOT EXISTS (SELECT 1 FROM registrations r WHERE r.webinar_id = $1 AND r.seat = c.seat)",
            values![webinar.id],
        )
        .await?;
    let seat = free.ok_or_else(|| Failure::broken("no seat has no number"))?.seat;
    let taken = tx
        .run(
            "INSERT INTO registrations (webinar_id, member_id, brand_id, group_id, seat, at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT DO NOTHING",
            values![webinar.id, permit.by(), permit.brand(), webinar.group_id, seat, tx.now()],
        )
        .await?;
    if taken == 0 {
        return Err(Refusal::new(Code::Overloaded).retry_after_ms(100).into());
    }
    announce_registration(tx, webinar.group_id, permit.by(), webinar.id).await?;
    Ok(true)
}

/// Gives a seat back, or a place in the queue; false when there was no seat.
pub(super) async fn leave_seat(permit: &Permit<'_, Register>, webinar: &WebinarRow) -> Result<bool> {
    let tx = permit.tx();
    let left = tx
        .run("DELETE FROM registrations WHERE webinar_id = $1 AND member_id = $2", values![webinar.id, permit.by()])
        .await?;
    let waited = waiting::stop_waiting(permit, webinar.id).await?;
    if left > 0 || waited {
        announce_registration(tx, webinar.group_id, permit.by(), webinar.id).await?;
    }
    Ok(left > 0)
}

/// The group sees the number of seats move, the member's own devices whose seat it was.
async fn announce_registration(tx: &Tx, group: GroupId, member: MemberId, webinar: WebinarId) -> Result<()> {
    announce(tx, member, Change::RegistrationChanged(webinar)).await?;
    announce(tx, group, Change::WebinarChanged(webinar)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Registration {
    webinar_id: WebinarId,
}

/// Gives back all seats, and places in queues, of a member who leaves a group. Whoever calls is about to end the membership.
pub(super) async fn leave_all_seats(tx: &Tx, group: GroupId, member: MemberId) -> Result<()> {
    let left: Vec<Registration> = tx
        .all(
            "SELECT webinar_id FROM registrations WHERE group_id = $1 AND member_id = $2 ORDER BY webinar_id",
            values![group, member],
        )
        .await?;
    tx.run("DELETE FROM registrations WHERE group_id = $1 AND member_id = $2", values![group, member]).await?;
    let mut moved: Vec<WebinarId> = left.iter().map(|registration| registration.webinar_id).collect();
    moved.extend(waiting::leave_queues(tx, group, member).await?);
    for webinar in moved {
        announce_registration(tx, group, member, webinar).await?;
    }
    Ok(())
}

/// In which of these webinars a member has a seat.
pub async fn registered_among(rows: &impl Rows, member: MemberId, ids: &[WebinarId]) -> Result<HashSet<WebinarId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!(
        "SELECT webinar_id FROM registrations WHERE member_id = $1 AND webinar_id IN ({})",
        placeholders(2, ids.len())
    );
    let values = std::iter::once(Value::from(member)).chain(ids.iter().map(|id| Value::from(*id))).collect();
    let found: Vec<Registration> = rows.all(&sql, values).await?;
    Ok(found.into_iter().map(|row| row.webinar_id).collect())
}

/// A seat with its holder.
#[derive(Debug, FromQueryResult)]
pub(super) struct SeatRow {
    pub member_id: MemberId,
    pub seat: i64,
    pub at: Millis,
}

pub(super) async fn seats(rows: &impl Rows, webinar: WebinarId, after: i64, limit: u64) -> Result<Vec<SeatRow>> {
    rows.all(
        "SELECT member_id, seat, at FROM registrations WHERE webinar_id = $1 AND seat > $2 ORDER BY seat LIMIT $3",
        values![webinar, after, i64::try_from(limit).unwrap_or(i64::MAX)],
    )
    .await
}

/// Whether drafts are among what is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drafts {
    Shown,
    Hidden,
}

/// Which part of a group's webinars.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub drafts: Drafts,
    /// Those that are over, latest first, rather than those to come, soonest first.
    pub past: bool,
    pub now: Millis,
    pub after: Option<ListKey>,
    pub limit: u64,
}

/// A page of a group's webinars.
pub(super) async fn page(rows: &impl Rows, group: GroupId, window: &Window) -> Result<Vec<WebinarRow>> {
    let (side, beyond, order) = if window.past { ("<=", "<", "DESC") } else { (">", ">", "ASC") };
    let visible = if window.drafts == Drafts::Shown { "" } else { "AND w.published_at IS NOT NULL" };
    let sql = format!(
        "{WEBINAR} WHERE w.group_id = $1 AND {ENDS_AT} {side} $2 {visible}
           AND ($3 IS NULL OR w.starts_at {beyond} $3 OR (w.starts_at = $3 AND w.id {beyond} $4))
         ORDER BY w.starts_at {order}, w.id {order} LIMIT $5"
    );
    let (starts_at, id) = (window.after.map(|key| key.starts_at), window.after.map(|key| key.id));
    let limit = i64::try_from(window.limit).unwrap_or(i64::MAX);
    rows.all(&sql, values![group, window.now, starts_at, id, limit]).await
}

/// What is to come or under way in the groups of a scope, soonest first; drafts where the member is a host.
pub(super) async fn coming(scope: &Scope<'_>, now: Millis, limit: i64) -> Result<Vec<WebinarRow>> {
    let sql = format!(
        "{WEBINAR} JOIN group_members g ON g.group_id = w.group_id AND g.member_id = $1
         WHERE w.brand_id = $2 AND {ENDS_AT} > $3 AND (w.published_at IS NOT NULL OR g.role = 'host')
         ORDER BY w.starts_at, w.id LIMIT $4"
    );
    scope.reader().all(&sql, values![scope.member(), scope.brand(), now, limit]).await
}

/// The published webinars that a member holds a seat in or hosts, ending after an instant; only in groups they are in now.
pub(super) async fn calendar_of(scope: &Scope<'_>, from: Millis, limit: i64) -> Result<Vec<WebinarRow>> {
    let sql = format!(
        "{WEBINAR} JOIN group_members g ON g.group_id = w.group_id AND g.member_id = $1
         WHERE w.brand_id = $2 AND {ENDS_AT} > $3 AND w.published_at IS NOT NULL
           AND (w.host_id = $1 OR EXISTS (SELECT 1 FROM registrations r WHERE r.webinar_id = w.id AND r.member_id = $1))
         ORDER BY w.starts_at, w.id LIMIT $4"
    );
    scope.reader().all(&sql, values![scope.member(), scope.brand(), from, limit]).await
}

/// Who holds a seat, for those who write to them.
pub(super) async fn registered(rows: &impl Rows, webinar: WebinarId) -> Result<Vec<MemberId>> {
    Ok(seats(rows, webinar, 0, u64::MAX).await?.into_iter().map(|row| row.member_id).collect())
}
