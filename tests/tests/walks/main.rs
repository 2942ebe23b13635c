//! Walks through the public door: HTTP and WebSocket against a real server with a real database.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a walk that can't go on has failed")]

// A browser's part in sound and picture, as the media node's own tests play it.
#[path = "../../../server/media/tests/stage/camera.rs"]
mod camera;
#[expect(dead_code, reason = "the node's own tests use the rest of it")]
#[path = "../../../server/media/tests/stage/client.rs"]
mod client;
#[path = "../../../server/media/tests/stage/pictures.rs"]
mod pictures;

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
mod waitlist;
mod webinars;
