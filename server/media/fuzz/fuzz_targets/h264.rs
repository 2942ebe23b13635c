//! H.264 payloads and parameter sets: `cargo +nightly fuzz run h264`.
#![no_main]

use guildhall_media::wire::{h264, sps};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packet: &[u8]| {
    let _ = (h264::starts_keyframe(packet), h264::pieces(packet));
    let _ = h264::find_sps(packet).and_then(sps::size);
    let _ = sps::size(packet);
});
