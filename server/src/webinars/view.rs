//! A webinar as it is shown, and as it goes over the wire.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::schedule::ends_at;
use super::store::{self, WebinarRow};
use super::webinar::{MyRegistration, Phase, State};
use crate::access::GroupRole;
use crate::members::{self, Person};
use crate::platform::clock::Millis;
use crate::platform::ids::{ChannelId, GroupId, MemberId, StreamId, WebinarId};
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::Rows;

/// What is the same for everybody who sees the webinar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebinarFrame {
    pub id: WebinarId,
    pub group_id: GroupId,
    pub title: String,
    /// Markdown as written.
    pub description: String,
    /// Sanitised HTML.
    pub html: String,
    /// Wall time in the zone, as it was given.
    pub local_start: String,
    pub time_zone: String,
    pub starts_at: Millis,
    pub ends_at: Millis,
    pub duration_minutes: i64,
    pub capacity: Option<i64>,
    pub state: State,
    /// As of this answer; it follows from `starts_at` and `ends_at`.
    pub phase: Phase,
    pub registered_count: i64,
    /// Who stands in the queue for a seat.
    pub waiting_count: i64,
    /// Of the live chat; a draft has none yet.
    pub channel_id: Option<ChannelId>,
    pub stream: StreamId,
    pub host: Person,
    /// Raised by each change that people see, as in its calendar entry.
    pub sequence: i64,
    pub version: i64,
}

/// A webinar with one's own place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebinarView {
    #[serde(flatten)]
    pub frame: WebinarFrame,
    #[serde(flatten)]
    pub mine: MyRegistration,
    pub can_manage: bool,
}

/// Webinars as their groups may see them now, by id: no drafts, nothing personal.
pub async fn frames(rows: &impl Rows, now: Millis, ids: &[WebinarId]) -> Result<HashMap<WebinarId, WebinarFrame>> {
    let found = store::by_ids(rows, ids).await?;
    let shown = found.into_iter().filter(|row| row.published_at.is_some()).collect();
    Ok(assemble(rows, now, shown).await?.into_iter().map(|frame| (frame.id, frame)).collect())
}

/// Adds to rows what stands in other tables: one query each, whatever the number of rows.
pub(super) async fn assemble(rows: &impl Rows, now: Millis, found: Vec<WebinarRow>) -> Result<Vec<WebinarFrame>> {
    let mut hosts: Vec<MemberId> = found.iter().map(|row| row.host_id).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let persons = members::persons(rows, &hosts).await?;
    found
        .into_iter()
        .map(|row| {
            let host = persons.get(&row.host_id).cloned();
            let host = host.ok_or_else(|| Failure::broken("a webinar without a host"))?;
            Ok(frame(row, host, now))
        })
        .collect()
}

fn frame(row: WebinarRow, host: Person, now: Millis) -> WebinarFrame {
    WebinarFrame {
        id: row.id,
        group_id: row.group_id,
        ends_at: ends_at(row.starts_at, row.duration_minutes),
        phase: Phase::at(now, row.starts_at, row.duration_minutes),
        title: row.title,
        description: row.description,
        html: row.html,
        local_start: row.local_start,
        time_zone: row.time_zone,
        starts_at: row.starts_at,
        duration_minutes: row.duration_minutes,
        capacity: row.capacity,
        state: row.state,
        registered_count: row.registered_count,
        waiting_count: row.waiting_count,
        channel_id: row.channel_id,
        stream: row.id.into(),
        host,
        sequence: row.sequence,
        version: row.version,
    }
}

/// Rows as one member sees them, whose role in each group `role_in` knows.
pub(super) async fn views(
    rows: &impl Rows,
    now: Millis,
    member: MemberId,
    found: Vec<WebinarRow>,
    role_in: impl Fn(GroupId) -> Option<GroupRole>,
) -> Result<Vec<WebinarView>> {
    let ids: Vec<WebinarId> = found.iter().map(|row| row.id).collect();
    let mine = my_registrations(rows, now, member, &ids).await?;
    let frames = assemble(rows, now, found).await?;
    Ok(frames
        .into_iter()
        .map(|frame| WebinarView {
            mine: mine.get(&frame.id).copied().unwrap_or(MyRegistration::of(false, None)),
            can_manage: role_in(frame.group_id) >= Some(GroupRole::Host),
            frame,
        })
        .collect())
}

/// A member's own part in each of these webinars.
pub async fn my_registrations(
    rows: &impl Rows,
    now: Millis,
    member: MemberId,
    ids: &[WebinarId],
) -> Result<HashMap<WebinarId, MyRegistration>> {
    let seated = store::registered_among(rows, member, ids).await?;
    let waiting = store::waiting_among(rows, now, member, ids).await?;
    let mine = |id: &WebinarId| {
        let queued = waiting.get(id).map(|row| (row.ahead, row.offer_until));
        (*id, MyRegistration::of(seated.contains(id), queued))
    };
    Ok(ids.iter().map(mine).collect())
}
