//! What stands between the network and the rooms: the accept loop, the guard that every request passes, the extractors.
//!
//! Invariants: a request reaches a handler only through `guard`, so host, origin and method have been checked; a body is
//! read only through an extractor that bounds it; whatever happens, the answer is a problem document with a request id.

mod disposition;
mod front;
mod given;
mod guard;
mod headers;
mod proxy;
pub mod range;
mod read;
pub mod serve;

pub use disposition::{Disposition, content_disposition};
pub use front::{Limits, Peer, Traffic};
pub use given::{IfMatch, RawBody};
pub use guard::{Guard, RequestId};
pub use proxy::{ClientAddress, Network};
pub use read::{Id, IdPair, Json, Query, announced_bytes, parse_json};
pub use serve::{Drained, serve};

#[cfg(test)]
mod tests;
