//! Mail: what a letter is, how it is written, and the port through which it leaves.
//!
//! A letter is stored by the room that writes it, in the same transaction as what it tells, and posted later by a job.
//! No letter is lost for want of a mail server: `Keep` leaves it where the owner can read it. Headers come only from the
//! builder in `compose`, so nothing that a person typed can become a header.

mod compose;
mod smtp;
mod templates;

use async_trait::async_trait;

use crate::platform::clock::Millis;

pub use compose::{address_of, compose, is_mailbox};
pub use smtp::{Smtp, is_smtp_url};
pub use templates::{Content, Frame, Webinar, Written, write};

/// A letter to one address, ready to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Names the letter in its Message-ID, so that a repeat can be recognised as one.
    pub id: String,
    pub at: Millis,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub calendar: Option<CalendarPart>,
}

/// An ICS body that mail programs offer to put into the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarPart {
    pub method: Method,
    pub ics: String,
}

/// What the calendar entry wants (RFC 5546).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Request,
    Cancel,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Request => "REQUEST",
            Method::Cancel => "CANCEL",
        }
    }
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    Sent,
    /// No mail server is set; the letter stays where it is.
    Kept,
}

/// Why a letter did not leave. The words are for the owner and hold neither address nor body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPosted {
    #[error("{0}")]
    Retry(String),
    #[error("{0}")]
    Fail(String),
}

/// Where letters leave the house.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    async fn post(&self, letter: &Letter) -> Result<Posted, NotPosted>;
}

/// The adapter for a house without a mail server.
#[derive(Debug, Default)]
pub struct Keep;

#[async_trait]
impl Mailer for Keep {
    async fn post(&self, _letter: &Letter) -> Result<Posted, NotPosted> {
        Ok(Posted::Kept)
    }
}
