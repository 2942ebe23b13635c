//! The VP8 payload descriptor and the size in a keyframe: `cargo +nightly fuzz run vp8`.
#![no_main]

use guildhall_media::wire::vp8::{parse, size};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packet: &[u8]| {
    if let Some(descriptor) = parse(packet) {
        assert!(descriptor.payload < packet.len());
        let _ = size(&packet[descriptor.payload..]);
    }
});
