//! Knowledge: the threads of a group, questions and articles, with their replies. What stays, where talk flows by.
//!
//! Invariants:
//! - A thread's state follows from two facts, whether it was closed and whether a reply is accepted; an accepted reply is
//!   one that is still there.
//! - `(author, client key)` is unique: a repeat returns the first result, other content under the same key is refused.
//! - The order of replies is the order in which they were announced.
//! - A deleted reply keeps its row without its text; a deleted thread takes its replies with it.
//! - Whatever a list shows of a thread (state, number of replies, last touch) changes with a change of that thread.
//!
//! Verbs: [`start`], [`edit`], [`accept`], [`delete`], [`post_reply`], [`edit_reply`], [`delete_reply`].

mod accept;
mod delete;
mod delete_reply;
mod draft;
mod edit;
mod edit_reply;
mod list;
mod post_reply;
mod reply;
mod routes;
mod start;
mod store;
mod tags;
mod thread;
mod view;

pub use accept::accept;
pub use delete::delete;
pub use delete_reply::delete_reply;
pub use draft::{ReplyRequest, ThreadRequest};
pub use edit::{ThreadChange, WantedState, edit};
pub use edit_reply::edit_reply;
pub use post_reply::post_reply;
pub use reply::ReplyView;
pub use routes::routes;
pub use start::start;
pub use store::{ReplyIndexRow, ThreadIndexRow, reply_index_rows, thread_index_rows};
pub use tags::Tags;
pub use thread::{ThreadFrame, ThreadKind, ThreadState, ThreadView};
pub use view::{reply_frames, thread_frames};
