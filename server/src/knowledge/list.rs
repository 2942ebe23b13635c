//! Pages of threads and of replies.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::reply::ReplyView;
use super::store::{self, ThreadFilter};
use super::thread::{ThreadKey, ThreadState, ThreadView};
use super::{tags, view};
use crate::access::Seen;
use crate::changes::Position;
use crate::platform::ids::{GroupId, ThreadId};
use crate::platform::paging::{self, Page, PageQuery};
use crate::platform::refusal::Result;

/// Which threads of a group; last touched first.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ThreadsQuery {
    pub state: Option<ThreadState>,
    pub tag: Option<String>,
    /// 1 to 200, default 50.
    pub limit: Option<u64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// A thread, and its group's position of the same read: follow from there.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadSnapshot {
    pub thread: ThreadView,
    pub position: Position,
}

pub(super) async fn threads(seen: &Seen<'_, GroupId>, query: &ThreadsQuery) -> Result<Page<ThreadView>> {
    let limit = paging::limit(query.limit)?;
    let filter = ThreadFilter {
        state: query.state,
        tag_pattern: query.tag.as_deref().map(tags::pattern).transpose()?,
        behind: paging::decode::<ThreadKey>(query.cursor.as_deref())?,
    };
    let rows = store::threads_of_group(seen, &filter, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| ThreadKey { updated_at: row.updated_at, id: row.id });
    let frames = view::assemble_threads(seen.reader(), page.items).await?;
    let now = seen.reader().now();
    let items = frames.into_iter().map(|frame| view::personal(frame, seen.standing(), seen.place(), now)).collect();
    Ok(Page { items, next: page.next })
}

pub(super) async fn replies(seen: &Seen<'_, ThreadId>, query: &PageQuery) -> Result<Page<ReplyView>> {
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = store::replies_of_thread(seen, after, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| row.position);
    Ok(Page { items: view::assemble_replies(seen.reader(), page.items).await?, next: page.next })
}
