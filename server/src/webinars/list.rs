//! Webinars as lists, as a page, and as entries of a calendar.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::mail::entry;
use super::store::{self, Drafts, WebinarRow, Window};
use super::view::{WebinarView, views};
use crate::access::{GroupRole, Scope, Seen};
use crate::app::App;
use crate::changes::{Position, stream_position};
use crate::groups::{self, ChannelView};
use crate::platform::clock::Millis;
use crate::platform::ics::Entry;
use crate::platform::ids::{GroupId, WebinarId};
use crate::platform::paging::{self, Page};
use crate::platform::refusal::{Code, Failure, Refusal, Result};
use crate::{brands, members};

/// The most webinars that a first screen or a calendar holds.
const COMING_MAX: i64 = 200;

/// Which webinars of a group.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WebinarQuery {
    /// Those that are over, latest first; otherwise those to come, soonest first.
    pub past: Option<bool>,
    /// 1 to 200, default 50.
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

/// Where a webinar stands in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListKey {
    pub starts_at: Millis,
    pub id: WebinarId,
}

impl std::fmt::Display for ListKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}_{}", self.starts_at.0, self.id)
    }
}

impl FromStr for ListKey {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let wrong = || Refusal::new(Code::BadQuery);
        let (starts_at, id) = text.split_once('_').ok_or_else(wrong)?;
        let starts_at = Millis(starts_at.parse().map_err(|_| wrong())?);
        Ok(ListKey { starts_at, id: id.parse().map_err(|_| wrong())? })
    }
}

/// A page of a group's webinars.
pub(super) async fn page(seen: &Seen<'_, GroupId>, query: &WebinarQuery) -> Result<Page<WebinarView>> {
    let (reader, role) = (seen.reader(), seen.standing().group_role);
    let limit = paging::limit(query.limit)?;
    let drafts = if role >= Some(GroupRole::Host) { Drafts::Shown } else { Drafts::Hidden };
    let window = Window {
        drafts,
        past: query.past.unwrap_or(false),
        now: reader.now(),
        after: paging::decode(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    let rows = store::page(reader, seen.target(), &window).await?;
    let rows = Page::cut(rows, limit, |row| ListKey { starts_at: row.starts_at, id: row.id });
    let items = views(reader, reader.now(), seen.member(), rows.items, |_| role).await?;
    Ok(Page { items, next: rows.next })
}

/// What is to come or under way in one's groups, soonest first.
pub async fn coming(scope: &Scope<'_>) -> Result<Vec<WebinarView>> {
    let reader = scope.reader();
    let rows = store::coming(scope, reader.now(), COMING_MAX).await?;
    views(reader, reader.now(), scope.member(), rows, |group| scope.role_in(group)).await
}

/// A webinar with its chat, as of a position in its own stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebinarPage {
    pub webinar: WebinarView,
    /// Of the webinar's own stream, in which its chat runs; 0 for a draft.
    pub position: Position,
    /// A draft has none yet.
    pub channel: Option<ChannelView>,
}

pub(super) async fn whole(seen: &Seen<'_, WebinarId>) -> Result<WebinarPage> {
    let (reader, id) = (seen.reader(), seen.target());
    let row = store::one(reader, id).await?;
    let (position, channel) = match row.channel_id {
        Some(channel) => {
            (stream_position(reader, id).await?, groups::channel_view(reader, seen.member(), channel).await?)
        }
        None => (Position(0), None),
    };
    let role = seen.standing().group_role;
    let webinar = views(reader, reader.now(), seen.member(), vec![row], |_| role).await?.pop();
    let webinar = webinar.ok_or_else(|| Failure::broken("a webinar without a view"))?;
    Ok(WebinarPage { webinar, position, channel })
}

/// One webinar as an entry of a calendar.
pub async fn entry_of(app: &App, seen: &Seen<'_, WebinarId>) -> Result<Entry> {
    let row = store::one(seen.reader(), seen.target()).await?;
    if row.published_at.is_none() {
        return Err(Code::NotFound.into());
    }
    let entries = entries(app, seen.reader(), vec![row]).await?;
    entries.into_iter().next().ok_or_else(|| Failure::broken("a webinar without an entry"))
}

/// What stands in a member's own calendar: what they are registered for or host, cancelled ones as such.
pub async fn entries_of(app: &App, scope: &Scope<'_>, from: Millis) -> Result<Vec<Entry>> {
    let rows = store::calendar_of(scope, from, COMING_MAX).await?;
    entries(app, scope.reader(), rows).await
}

async fn entries(app: &App, rows: &impl crate::platform::store::Rows, found: Vec<WebinarRow>) -> Result<Vec<Entry>> {
    let Some(brand) = found.first().map(|row| row.brand_id) else { return Ok(Vec::new()) };
    let brand = brands::view(rows, brand).await?;
    let hosts: Vec<_> = found.iter().map(|row| row.host_id).collect();
    let persons = members::persons(rows, &hosts).await?;
    let entries = found.iter().map(|row| {
        let host = persons.get(&row.host_id).map_or("", |person| person.name.as_str());
        entry(app, &brand, row, host)
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let key = ListKey { starts_at: Millis(-7), id: WebinarId(uuid::Uuid::from_u128(9)) };
        assert_eq!(key.to_string().parse::<ListKey>().ok(), Some(key));
        for wrong in ["", "_", "1", "1_x", "x_00000000-0000-0000-0000-000000000009"] {
            assert!(wrong.parse::<ListKey>().is_err(), "{wrong}");
        }
    }
}
