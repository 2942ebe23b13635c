//! What the stage and the floor of a webinar go by.

use super::schedule::ends_at;
use super::store;
use super::webinar::State;
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, WebinarId};
use crate::platform::refusal::Result;
use crate::platform::store::Rows;

/// A webinar that its group can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    pub group: GroupId,
    pub title: String,
    pub cancelled: bool,
    /// Only so many may be there, so each needs a seat.
    pub limited: bool,
    pub ends_at: Millis,
}

/// `None` for a draft, which has nothing but a plan yet.
pub async fn occasion(rows: &impl Rows, id: WebinarId) -> Result<Option<Occasion>> {
    let row = store::by_ids(rows, &[id]).await?.pop().filter(|row| row.published_at.is_some());
    Ok(row.map(|row| Occasion {
        group: row.group_id,
        ends_at: ends_at(row.starts_at, row.duration_minutes),
        title: row.title,
        cancelled: row.state == State::Cancelled,
        limited: row.capacity.is_some(),
    }))
}
