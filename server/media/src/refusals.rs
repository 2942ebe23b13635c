//! What the node refuses, and why.

use thiserror::Error;

/// Why an offer was not accepted.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum OfferRefused {
    #[error("the offer is longer than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the offer has more than {limit} m-lines")]
    TooManyLines { limit: usize },
    #[error("the offer is not understood: {0}")]
    Malformed(String),
    /// The offer has no m-line of the right direction with a codec the stage speaks (Opus, VP8, H.264).
    #[error("the offer has no media that could be used")]
    NothingUsable,
    #[error("the stage has no place left")]
    StageFull,
    #[error("too many connections from one address")]
    AddressFull,
    /// The queue to the media threads is full: 503.
    #[error("the node has too much to do")]
    Overloaded,
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Why an SDP fragment was not accepted.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PatchRefused {
    #[error("no such connection")]
    NotFound,
    #[error("the fragment is longer than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the fragment is not understood: {0}")]
    Malformed(&'static str),
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Why a recording was not started.
#[derive(Debug, Error)]
pub enum RecordRefused {
    #[error("the stage is already being recorded")]
    AlreadyOn,
    #[error("the folder can't be written to")]
    Folder(#[source] std::io::Error),
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// The node has been stopped, or its thread is gone.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the media node is stopped")]
pub struct Stopped;
