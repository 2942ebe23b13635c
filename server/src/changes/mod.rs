//! Changes: everything the world may learn of, in order.
//!
//! Invariants:
//! - The function that writes a row announces its change in the same transaction ([`announce`]); the position comes from
//!   the stream's counter row, whose lock makes order of position the order of commit on both databases.
//! - A change holds ids, never bodies: a replay shows what may be seen now, so a deletion acts in one place.
//! - Who hears a change is a function of its stream ([`Audience`]), never an argument.
//!
//! Absent on purpose: any queue filled after the commit. Whoever reacts reads the changes with a cursor of its own.

mod change;
pub mod client_keys;
pub mod cursors;
mod store;

pub use change::{Audience, Change, ChangeRow, Position, StreamKind, StreamRow};
pub use store::{
    announce, announce_all, hold, open_stream, since, stream, stream_position, stream_positions, streams_of_group,
};
