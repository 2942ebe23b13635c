//! Questions: asked, voted for, curated, answered live or in writing.

mod ask;
mod curate;
mod delete;
mod list;
mod question;
mod view;
mod vote;

pub(super) use ask::{QuestionDraft, QuestionRequest, ask};
pub(super) use curate::{QuestionChange, curate};
pub(super) use delete::delete;
pub(super) use list::{QuestionsQuery, for_snapshot, list};
pub use question::{QuestionFrame, QuestionNews, QuestionView};
pub(super) use question::{QuestionKey, QuestionState};
pub(super) use view::one;
pub use view::question_news;
pub(super) use vote::{unvote, vote};
