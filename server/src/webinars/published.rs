//! A webinar as far as other rooms build upon it.

use super::schedule::ends_at;
use super::store;
use super::webinar::State;
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, MemberId, WebinarId};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Rows;

/// A webinar that its group knows of.
#[derive(Debug, Clone)]
pub struct Published {
    pub group: GroupId,
    pub host: MemberId,
    pub title: String,
    pub ends_at: Millis,
    pub cancelled: bool,
}

/// Refuses a draft, also to the hosts who see it: it has no stream yet in which anything could be told.
pub async fn published(rows: &impl Rows, webinar: WebinarId) -> Result<Published> {
    let row = store::one(rows, webinar).await?;
    if row.published_at.is_none() {
        return Err(Code::NotFound.into());
    }
    Ok(Published {
        group: row.group_id,
        host: row.host_id,
        ends_at: ends_at(row.starts_at, row.duration_minutes),
        title: row.title,
        cancelled: row.state == State::Cancelled,
    })
}
