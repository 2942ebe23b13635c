//! The live engine: sockets, streams, positions. It knows nothing of rooms, permissions or storage; what it needs from
//! the house it asks through [`Backstage`].
//!
//! A socket is upgraded by [`Handshake`], given to the [`Hub`] as a [`Newcomer`], and lives and dies on one shard, which
//! is a thread with its own runtime. A change is encoded once, reaches each shard as one shared parcel, and is written
//! straight into the sockets that follow its stream.
//!
//! What always holds:
//! - Per stream a socket sees rising positions: no hole, no double, from its replay on. Who is expelled gets what was
//!   published before that place and nothing behind it.
//! - No reader delays another: writes never wait, a backlog is bounded in bytes and age, and who exceeds it is cut off
//!   with 4408 to resume from its last position.
//! - Every bound has a name: here, in [`LiveConfig`], or as a constant beside the code that keeps it.
//! - Time is the hub's uptime, which is passed in.
//!
//! Absent on purpose: compression (a context per socket costs more memory than everything else together), binary
//! frames, priorities between streams, and anything durable.

mod backlog;
mod backstage;
mod bucket;
mod close;
mod commands;
mod commons;
mod config;
mod follow;
mod frame;
mod headcount;
mod hub;
mod intake;
mod life;
mod metrics;
mod pace;
mod parcel;
mod presence;
mod shard;
mod socket;
mod streams;
mod typing;
mod upgrade;
mod waves;
mod wheel;
mod wire;

#[cfg(test)]
mod tests;

pub use backstage::{Backstage, Following, SocketIdentity, Start, TypingNotice};
pub use close::{CloseCode, Selector};
pub use commons::{Uptime, machine_uptime};
pub use config::LiveConfig;
pub use hub::{Hub, Newcomer};
pub use metrics::{Count, LiveMetrics};
pub use parcel::Publication;
pub use upgrade::{BadHandshake, Handshake, UpgradedSocket};
