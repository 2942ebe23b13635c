//! Messages: one post in a channel.
//!
//! Invariants:
//! - A message's position is the position of the change that announced it, so a channel's order is its stream's order;
//!   an edit changes neither order nor time.
//! - `(author, client key)` is unique: a repeat returns the first result, other content under the same key is refused.
//! - A deleted message keeps its row, so that replies stay readable, and loses its text, files and reactions.
//! - Only the author changes the text; moderators delete, and that is on record with what stood there.
//!
//! Verbs: [`post`], [`edit`], [`delete`], [`react`], [`mark`]; HTTP and socket call the same.

mod delete;
mod draft;
mod edit;
mod list;
mod mark;
mod post;
mod react;
mod routes;
mod store;
mod view;

pub use delete::delete;
pub use draft::{PostRequest, client_key};
pub use edit::edit;
pub use mark::{Marked, mark};
pub use post::{Posted, Posting, post};
pub use react::{emoji, react, unreact};
pub use routes::routes;
pub use store::{IndexRow, index_rows};
pub use view::{MessageView, Reaction, views};
