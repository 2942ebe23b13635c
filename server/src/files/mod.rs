//! Files: what people attach to messages.
//!
//! Invariants:
//! - A file can be fetched by those who may read a message that holds it, and until then by its uploader alone.
//! - What is served can't run in our origin: fixed type, `nosniff`, sandboxed; pictures are drawn anew, so they carry
//!   neither scripts nor the place where they were taken.
//! - The name is for show; the storage key is random.

mod store;
mod view;

pub use store::{attach, detach, of_messages};
pub use view::FileView;
