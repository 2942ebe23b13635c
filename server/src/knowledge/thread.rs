//! A thread: what it is, how its state comes about, and how it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tags::Tags;
use crate::access::words;
use crate::members::Person;
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, ReplyId, ThreadId};

words!(/// What a thread is: something asked, or something told.
    ThreadKind { Question "question", Article "article", });
words!(/// How far a thread has come.
    ThreadState { Open "open", Answered "answered", Closed "closed", });

impl ThreadState {
    /// The state that follows from the two facts.
    pub const fn of(closed: bool, accepted: Option<ReplyId>) -> ThreadState {
        match (closed, accepted) {
            (true, _) => ThreadState::Closed,
            (false, Some(_)) => ThreadState::Answered,
            (false, None) => ThreadState::Open,
        }
    }

    pub fn is_closed(self) -> bool {
        self == ThreadState::Closed
    }
}

/// What is the same for everybody who sees the thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThreadFrame {
    pub id: ThreadId,
    pub group_id: GroupId,
    pub kind: ThreadKind,
    /// Empty when deleted, as are body and tags.
    pub title: String,
    /// Markdown as written.
    pub body: String,
    /// Sanitised HTML.
    pub html: String,
    #[schema(value_type = Vec<String>)]
    pub tags: Tags,
    pub author: Person,
    pub state: ThreadState,
    pub accepted_reply_id: Option<ReplyId>,
    /// Replies that are still there.
    pub reply_count: i64,
    pub created_at: Millis,
    pub edited_at: Option<Millis>,
    /// The last edit, reply or change of state; orders the list.
    pub updated_at: Millis,
    pub deleted: bool,
    pub revision: i64,
}

/// A thread with what one may do to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThreadView {
    #[serde(flatten)]
    pub frame: ThreadFrame,
    pub can_edit: bool,
    /// Accept a reply as the answer.
    pub can_accept: bool,
}

/// Where a thread stands in the list: last touched first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ThreadKey {
    pub updated_at: Millis,
    pub id: ThreadId,
}

impl std::fmt::Display for ThreadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.updated_at.0, self.id)
    }
}

impl std::str::FromStr for ThreadKey {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('.').ok_or(())?;
        Ok(ThreadKey { updated_at: Millis(at.parse().map_err(|_| ())?), id: id.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_thread_that_is_reopened_is_answered_again_when_it_has_an_answer() {
        let answer = Some(ReplyId(Uuid::from_u128(1)));
        assert_eq!(ThreadState::of(true, answer), ThreadState::Closed);
        assert_eq!(ThreadState::of(false, answer), ThreadState::Answered);
        assert_eq!(ThreadState::of(true, None), ThreadState::Closed);
        assert_eq!(ThreadState::of(false, None), ThreadState::Open);
    }

    #[test]
    fn a_place_in_the_list_survives_its_cursor() {
        let key = ThreadKey { updated_at: Millis(-5), id: ThreadId(Uuid::from_u128(7)) };
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["", ".", "1", "1.x", "x.00000000-0000-0000-0000-000000000007"] {
            assert_eq!(wrong.parse::<ThreadKey>(), Err(()), "{wrong}");
        }
    }
}
