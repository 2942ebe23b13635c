//! Guildhall: the server as a library, so that tests and tools enter by the same door as `main`.

pub mod access;
pub mod changes;
pub mod live;
pub mod platform;
pub mod search;
