//! The audit log: who did what to whom, written in the transaction of the act.
//!
//! Invariants: rows are never changed or deleted; each holds the hash of the one before, so that a gap or a forgery shows.

mod routes;
mod store;

pub use routes::routes;
pub use store::{Entry, record, record_admission, record_by_house};
