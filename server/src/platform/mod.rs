//! The building's pipes: what every room uses and what knows no room.

pub mod clock;
pub mod config;
pub mod http;
pub mod ids;
pub mod language;
pub mod mail;
pub mod paging;
pub mod refusal;
pub mod store;
