//! Realtime: from the changes in the database to the sockets, and from the sockets to the verbs.
//!
//! - [`relay`] follows the changes, encodes each once and publishes it through the live engine.
//! - [`backstage`] answers the engine: may this socket follow that stream, and what did it miss.
//! - `routes` hands out tickets and takes the upgrade.
//!
//! Invariants: what a socket hears of a stream is what a replay of that stream would say now; losing a group is a change
//! in the group's own stream, and the socket stops following at that very position.

mod backstage;
mod cheers;
mod encode;
mod flood;
mod relay;
mod routes;
mod ticket;
mod wire;

pub use backstage::Door;
pub use cheers::show_cheers;
pub use relay::Relay;
pub use routes::{routes, upgrade};
pub use wire::{ChangeBody, ClientCommand, ServerFrame};
