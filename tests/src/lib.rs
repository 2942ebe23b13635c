//! The test house: a real server in this process, on a random port, with a real database, and people who enter by the
//! front door.
//!
//! SQLite by default; with `GUILDHALL_TEST_POSTGRES` set to the URL of a server, each house gets a database of its own
//! there. Time stands still until a test turns the clock.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test house that can't be built is a failed test")]

mod clock;
mod database;
mod house;
mod mail_sink;
mod people;
mod person;
pub mod program;
mod search_server;
mod socket;

pub use clock::HandClock;
pub use house::{Furniture, House};
pub use mail_sink::{Letter, MailSink, Mood};
pub use people::{Brand, Group, PASSWORD, id_of};
pub use person::{Answer, Person, fresh_key};
pub use search_server::{Health, INDIGESTIBLE, SearchServer};
pub use socket::{Closed, Socket};
