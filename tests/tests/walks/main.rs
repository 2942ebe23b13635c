//! Walks through the public door: HTTP and WebSocket against a real server with a real database.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a walk that can't go on has failed")]

mod accounts;
mod calendar;
mod durability;
mod everybody;
mod files;
mod floor;
mod histories;
mod hostile;
mod invitations;
mod knowledge;
mod mails;
mod members;
mod messages;
mod program;
mod realtime;
mod search;
mod search_server;
mod seats;
mod stage;
mod webinars;
