//! Walks through the public door: HTTP and WebSocket against a real server with a real database.

#![expect(clippy::unwrap_used, reason = "a walk that can't go on has failed")]

mod accounts;
mod calendar;
mod files;
mod invitations;
mod knowledge;
mod mails;
mod members;
mod messages;
mod realtime;
mod seats;
mod webinars;
