//! One media packet of a publisher, as audiences and the recording see it. It is shared, so giving it out copies nothing.

use std::sync::Arc;
use std::time::Instant;

use str0m::format::{Codec, CodecSpec};
use str0m::media::Rid;
use str0m::rtp::{ExtensionValues, Vp8Descriptor};

use super::mail::Key;
use super::programme::SourceKey;
use crate::wire::{h264, sps, vp8};

pub struct Inbound {
    pub source: SourceKey,
    /// The publication's connection: changes when the publisher reconnects.
    pub publication: Key,
    pub rid: Option<Rid>,
    pub spec: CodecSpec,
    /// Extended, so it never wraps.
    pub sequence: u64,
    pub time: u32,
    /// The same, extended.
    pub long_time: u64,
    pub marker: bool,
    pub at: Instant,
    /// When it was captured, on our clock; the arrival as long as the sender has not reported.
    pub captured: Option<Instant>,
    pub payload: Arc<[u8]>,
    /// Only what belongs to the media and not to the hop it came by.
    pub extensions: ExtensionValues,
    pub picture: Picture,
}

/// What a payload is, as far as a forwarder must know.
pub enum Picture {
    Sound,
    Vp8(vp8::Descriptor, Vp8Descriptor),
    H264 { keyframe: bool },
}

impl Picture {
    /// `None` for what is not to be forwarded: padding, or a codec we do not speak.
    pub fn of(codec: Codec, payload: &[u8]) -> Option<Self> {
        match codec {
            Codec::Opus => (!payload.is_empty()).then_some(Self::Sound),
            Codec::Vp8 => Some(Self::Vp8(vp8::parse(payload)?, Vp8Descriptor::parse(payload).ok()?)),
            Codec::H264 => (!payload.is_empty()).then(|| Self::H264 { keyframe: h264::starts_keyframe(payload) }),
            _ => None,
        }
    }

    /// Whether a viewer can begin here. Sound begins anywhere.
    pub fn begins(&self) -> bool {
        match self {
            Self::Sound => true,
            Self::Vp8(descriptor, _) => descriptor.keyframe,
            Self::H264 { keyframe } => *keyframe,
        }
    }

    /// The picture's size, where this packet tells it.
    pub fn size(&self, payload: &[u8]) -> Option<(u32, u32)> {
        match self {
            Self::Vp8(descriptor, _) if descriptor.keyframe => vp8::size(&payload[descriptor.payload..]),
            Self::H264 { keyframe: true } => h264::find_sps(payload).and_then(sps::size),
            _ => None,
        }
    }
}
