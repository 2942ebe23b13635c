//! The tables of the stage. Whoever writes what everybody sees announces it in the same function.

mod arrivals;
mod keys;
mod people;
mod publications;
mod recordings;
mod stages;

pub use arrivals::leave_all;
pub(super) use arrivals::{Arrival, StayRow, arrive, attendees, attending, expire, leave, stays, was_there};
pub(super) use keys::*;
pub(super) use people::*;
pub(super) use publications::*;
pub(super) use recordings::*;
pub use stages::end_with_webinar;
pub(super) use stages::{
    Carrier, StageRow, announce_stage, hold, inherit, renew_lease, row, save, stage_rows, state, take_lease,
};
