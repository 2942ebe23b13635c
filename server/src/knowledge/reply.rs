//! A reply as it is shown: the same for everybody who may see it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::members::Person;
use crate::platform::clock::Millis;
use crate::platform::ids::{ReplyId, ThreadId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReplyView {
    pub id: ReplyId,
    pub thread_id: ThreadId,
    pub author: Person,
    /// Markdown as written; empty when deleted.
    pub body: String,
    /// Sanitised HTML; empty when deleted.
    pub html: String,
    pub created_at: Millis,
    pub edited_at: Option<Millis>,
    pub deleted: bool,
    /// The answer that the asker or a moderator chose.
    pub accepted: bool,
    pub revision: i64,
}
