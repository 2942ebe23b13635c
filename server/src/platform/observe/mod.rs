//! How the operator sees what is going on: log lines, numbers, and whether the server is ready.
//!
//! Nothing here is global but the log itself: each `App` has its own registry, so two can run in one test. What is logged
//! is chosen field by field; bodies, addresses and tokens are not among them, and control bytes come out escaped.

mod log;
mod metrics;
mod probes;
mod requests;

pub use log::{log_panics, start};
pub use metrics::Metrics;
pub use probes::{Check, probes};
pub use requests::{Requests, count};
