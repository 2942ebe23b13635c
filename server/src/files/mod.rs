//! Files: what people attach to messages.
//!
//! Invariants:
//! - A file can be fetched by those who may read a message that holds it, or see a webinar that shows it as slides, and
//!   until then by its uploader alone; this is proven anew for every request, also for one that comes with a signed link.
//! - What is served can't run in our origin: a fixed type, `nosniff`, sandboxed, and as a download unless it is a picture
//!   that we have drawn. Pictures are drawn anew, so they carry neither scripts nor the place where they were taken; the
//!   bytes that came are not kept.
//! - The name is for show; the storage key is random and leaves the house in no form.
//! - Rights, rate and quota are asked before a body is read, and rights and quota again where the row is written.
//!
//! Verbs: [`upload`], `fetch`, `link`; [`sweep`] is a job.

mod content;
mod draw;
mod fetch;
mod kind;
mod link;
mod routes;
mod store;
mod sweep;
mod upload;
mod view;

pub use routes::routes;
pub use store::{attach, detach, make_deck, of_messages, view};
pub use sweep::sweep;
pub use upload::{Incoming, upload};
pub use view::FileView;
