//! Parsers of bytes that strangers send. Each is a pure function that answers `None` for what it does not understand, reads
//! nothing twice and allocates nothing it was not promised. They are public for the fuzz targets only.

pub mod framing;
pub mod h264;
pub mod sdpfrag;
pub mod sps;
pub mod stun;
pub mod vp8;
