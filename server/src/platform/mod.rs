//! The building's pipes: what every room uses and what knows no room.

pub mod clock;
pub mod ids;
pub mod paging;
pub mod refusal;
pub mod store;
