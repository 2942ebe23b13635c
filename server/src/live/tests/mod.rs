//! The engine from outside: a hub behind a real axum server, a house that exists only in memory, and clients that speak
//! WebSocket over TCP. The clock is in the test's hand.

mod archive;
mod client;
mod following;
mod limits;
mod orders;
mod rig;
