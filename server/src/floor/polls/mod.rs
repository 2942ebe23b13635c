//! Polls: prepared as drafts, opened, closed, and their results shown when it is time.

mod create;
mod poll;
mod routes;
mod run;
mod view;
mod vote;

pub(super) use create::PollDraft;
pub use poll::{PollFrame, PollView};
pub(super) use poll::{PollKind, PollState, Results};
pub(super) use routes::routes;
pub(super) use view::for_snapshot;
pub use view::poll_frames;
pub(super) use vote::Choice;
