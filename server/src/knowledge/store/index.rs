//! What the search index needs of threads and replies, and what shows the hits that a searcher may read.

use sea_orm::{FromQueryResult, Value};

use crate::knowledge::tags::Tags;
use crate::knowledge::thread::ThreadState;
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, MemberId, ReplyId, ThreadId};
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, placeholders};

#[derive(Debug, Clone, FromQueryResult)]
pub struct ThreadIndexRow {
    pub id: ThreadId,
    pub group_id: GroupId,
    pub author_id: MemberId,
    pub title: String,
    pub body: String,
    pub tags: Tags,
    pub state: ThreadState,
    pub accepted_reply_id: Option<ReplyId>,
    pub created_at: Millis,
    pub deleted_at: Option<Millis>,
}

const THREAD: &str =
    "SELECT id, group_id, author_id, title, body, tags, state, accepted_reply_id, created_at, deleted_at
    FROM threads";

pub async fn thread_index_rows(rows: &impl Rows, ids: &[ThreadId]) -> Result<Vec<ThreadIndexRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{THREAD} WHERE id IN ({})", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}

#[derive(Debug, Clone, FromQueryResult)]
pub struct ReplyIndexRow {
    pub id: ReplyId,
    pub group_id: GroupId,
    pub thread_id: ThreadId,
    pub thread_title: String,
    pub author_id: MemberId,
    pub body: String,
    /// The answer of the thread, which may be this reply.
    pub accepted_reply_id: Option<ReplyId>,
    pub created_at: Millis,
    /// When it, or its thread, was deleted.
    pub deleted_at: Option<Millis>,
}

impl ReplyIndexRow {
    pub fn is_accepted(&self) -> bool {
        self.accepted_reply_id == Some(self.id)
    }
}

const REPLY: &str = "SELECT r.id, r.group_id, r.thread_id, t.title AS thread_title, r.author_id, r.body, t.accepted_reply_id,
    r.created_at, COALESCE(r.deleted_at, t.deleted_at) AS deleted_at FROM replies r JOIN threads t ON t.id = r.thread_id";

pub async fn reply_index_rows(rows: &impl Rows, ids: &[ReplyId]) -> Result<Vec<ReplyIndexRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{REPLY} WHERE r.id IN ({})", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}
