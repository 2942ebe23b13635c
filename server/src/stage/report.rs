//! Who was there: a page of people for hosts, or the whole as a table for spreadsheets.

use serde::Serialize;
use utoipa::ToSchema;

use super::attendance::{Interval, seen_seconds, union};
use super::store::{self, StayRow};
use crate::access::{Actor, ReadAttendance, Seen, see_for};
use crate::app::App;
use crate::members::{self, Person};
use crate::platform::csv;
use crate::platform::ids::{MemberId, WebinarId};
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::Result;

/// How many are read at once for the whole table.
const BATCH: u64 = 500;

/// Somebody who was there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Attendance {
    pub person: Person,
    /// They are there at this moment.
    pub present: bool,
    /// Over all devices and reconnects.
    pub intervals: Vec<Interval>,
    /// For how long they were there for certain.
    pub seen_seconds: i64,
}

pub(super) async fn page(app: &App, actor: &Actor, webinar: WebinarId, query: &PageQuery) -> Result<Page<Attendance>> {
    let (limit, after) = (query.limit()?, query.after::<MemberId>()?);
    let reader = app.store.read().await?;
    let seen = see_for::<ReadAttendance>(&reader, actor, webinar).await?;
    let members = store::attendees(&reader, seen.target(), after, limit + 1).await?;
    let members = Page::cut(members, limit, |member| *member);
    Ok(Page { items: of(&seen, &members.items).await?, next: members.next })
}

/// One line for each time that somebody was there.
pub(super) async fn table(app: &App, actor: &Actor, webinar: WebinarId) -> Result<String> {
    let reader = app.store.read().await?;
    let seen = see_for::<ReadAttendance>(&reader, actor, webinar).await?;
    let mut lines = vec![["name", "company", "job_title", "from", "to", "seen_until"].map(str::to_owned)];
    let mut after = None;
    loop {
        let members = store::attendees(&reader, seen.target(), after, BATCH).await?;
        let Some(last) = members.last() else { break };
        after = Some(*last);
        lines.extend(of(&seen, &members).await?.iter().flat_map(lines_of));
    }
    Ok(csv::write(lines.iter().map(|line| line.iter().map(String::as_str).collect())))
}

fn lines_of(attendance: &Attendance) -> Vec<[String; 6]> {
    let Person { name, company, job_title, .. } = &attendance.person;
    let line = |it: &Interval| {
        let to = it.to.map(|to| to.to_string()).unwrap_or_default();
        [name.clone(), company.clone(), job_title.clone(), it.from.to_string(), to, it.seen_until.to_string()]
    };
    attendance.intervals.iter().map(line).collect()
}

async fn of(seen: &Seen<'_, WebinarId>, members: &[MemberId]) -> Result<Vec<Attendance>> {
    let reader = seen.reader();
    let stays = store::stays(reader, seen.target(), members).await?;
    let persons = members::persons(reader, members).await?;
    let attendance = |member: &MemberId| {
        let own: Vec<StayRow> = stays.iter().filter(|stay| stay.member_id == *member).cloned().collect();
        let intervals = union(&own);
        let present = own.iter().any(|stay| stay.present && stay.expires_at > reader.now());
        let seen_seconds = seen_seconds(&intervals);
        Some(Attendance { person: persons.get(member)?.clone(), present, intervals, seen_seconds })
    };
    Ok(members.iter().filter_map(attendance).collect())
}
