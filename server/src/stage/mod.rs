//! The stage of a webinar: who is on it, who may send and see, and what is kept of it.
//!
//! Verbs: arrive and leave ([`arrive`]), open, lock and end ([`direct`]), act on people ([`people`]), hand out tickets
//! ([`ticket`]) and keys ([`key`]), connect ([`connect`]), record ([`record`]).
//!
//! Invariants:
//! - Sound and picture are carried behind the port `platform::media`; here it is decided who may.
//! - A connection is opened by right and ends with it: [`follow`] reads the changes and asks the gate again, so that a
//!   demotion, a removal, a log-out and the end of the stage cut it at the node, whatever the client does.
//! - Each stage is carried by one server at a time, under a lease with an epoch; the publications of an earlier epoch are
//!   gone.
//! - A peer has one publication of each kind, by the key of the table.
//! - Presence is a lease for each device: a reconnect renews it, and an end that nobody saw is not made up.
//! - Nothing is recorded before everybody can see that it is.

mod arrive;
mod attendance;
mod bearer;
mod carry;
mod connect;
mod direct;
mod follow;
mod key;
mod notices;
mod parts;
mod people;
mod record;
mod report;
mod routes;
#[expect(clippy::module_inception, reason = "the noun of the room, as in every room")]
mod stage;
mod store;
mod ticket;
mod view;
mod whip;

pub use carry::Stages;
pub use follow::run;
pub use routes::routes;
pub use store::{end_with_webinar, leave_all};
pub use view::{StageFrame, StageView, frames};
