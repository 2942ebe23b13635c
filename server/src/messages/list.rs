//! A window of a channel's messages.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::{self, MessageRow};
use super::view::{MessageView, assemble};
use crate::access::Seen;
use crate::changes::{Position, stream_position};
use crate::platform::ids::ChannelId;
use crate::platform::paging;
use crate::platform::refusal::{Code, Failure, Result};

/// Which window: the newest messages, or those before, after or around a position.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WindowQuery {
    /// 1 to 200, default 50.
    pub limit: Option<u64>,
    pub before: Option<Position>,
    pub after: Option<Position>,
    pub around: Option<Position>,
}

/// Messages in order, and the stream's position of the same read: follow from there.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageWindow {
    pub items: Vec<MessageView>,
    pub position: Position,
    pub has_before: bool,
    pub has_after: bool,
}

pub(super) async fn window(seen: &Seen<'_, ChannelId>, query: &WindowQuery) -> Result<MessageWindow> {
    let limit = paging::limit(query.limit)?;
    let (rows, has_before, has_after) = match (query.before, query.after, query.around) {
        (before, None, None) => {
            let (rows, has_before) = earlier(seen, before, limit).await?;
            (rows, has_before, before.is_some())
        }
        (None, Some(after), None) => {
            let (rows, has_after) = later(seen, after, limit).await?;
            (rows, true, has_after)
        }
        (None, None, Some(around)) => {
            let (mut rows, has_before) =
                earlier(seen, Some(Position(around.0.saturating_add(1))), limit.div_ceil(2)).await?;
            let (behind, has_after) = later(seen, around, limit / 2).await?;
            rows.extend(behind);
            (rows, has_before, has_after)
        }
        _ => return Err(Code::BadQuery.into()),
    };
    let stream = seen.place().stream.ok_or_else(|| Failure::broken("a channel without a stream"))?;
    Ok(MessageWindow {
        items: assemble(seen.reader(), rows).await?,
        position: stream_position(seen.reader(), stream).await?,
        has_before,
        has_after,
    })
}

async fn earlier(seen: &Seen<'_, ChannelId>, before: Option<Position>, limit: u64) -> Result<(Vec<MessageRow>, bool)> {
    let mut rows = store::before(seen, before, limit + 1).await?;
    let more = cut(&mut rows, limit);
    rows.reverse();
    Ok((rows, more))
}

async fn later(seen: &Seen<'_, ChannelId>, after: Position, limit: u64) -> Result<(Vec<MessageRow>, bool)> {
    let mut rows = store::after(seen, after, limit + 1).await?;
    let more = cut(&mut rows, limit);
    Ok((rows, more))
}

/// Takes off the one row too many, which only tells that there is more.
fn cut(rows: &mut Vec<MessageRow>, limit: u64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    more
}
