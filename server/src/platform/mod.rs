//! The building's pipes: what every room uses and what knows no room.

pub mod assets;
pub mod blobs;
pub mod clock;
pub mod config;
pub mod csv;
pub mod handoff;
pub mod http;
pub mod ics;
pub mod ids;
pub mod keys;
pub mod language;
pub mod limits;
pub mod mail;
pub mod markdown;
pub mod media;
pub mod observe;
pub mod paging;
pub mod passwords;
pub mod refusal;
pub mod store;
pub mod text;
pub mod together;
pub mod turn;
pub mod used;
