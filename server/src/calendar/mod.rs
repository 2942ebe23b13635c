//! Calendar: webinars where people keep their appointments, as a download and as a personal feed.
//!
//! Invariants:
//! - The address of a feed is a secret of 256 bits; the table holds its hash. A member has one, a new one ends the old.
//! - A feed asks the gate at every reading, as its member of this moment: who is removed or suspended reads nothing, who
//!   left a group nothing of it.
//! - One UID for a webinar in mail, download and feed; nothing personal inside any of them but a mail's own recipient.

mod download;
mod feed;
mod routes;
mod store;

pub use routes::{feed_route, routes};
pub use store::end_feed_of;
