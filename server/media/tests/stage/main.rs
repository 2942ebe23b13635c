//! A real node on loopback, and clients that are str0m themselves. Everything goes over sockets; conditions are waited for,
//! and no time is asserted.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod camera;
mod client;
mod house;
mod pictures;

mod bounds;
mod forwarding;
mod hosting;
mod paths;
mod recording;
mod sharing;
