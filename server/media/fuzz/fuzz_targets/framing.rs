//! Frames over TCP, cut anywhere: `cargo +nightly fuzz run framing`.
#![no_main]

use guildhall_media::wire::framing::{LONGEST_FRAME_BYTES, Unframer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (cut, bytes) = input;
    let mut unframer = Unframer::default();
    for piece in bytes.chunks(usize::from(cut).max(1)) {
        unframer.push(piece);
        loop {
            match unframer.pop() {
                Ok(Some(frame)) => assert!(!frame.is_empty() && frame.len() <= LONGEST_FRAME_BYTES),
                Ok(None) => break,
                Err(_) => return,
            }
        }
        assert!(unframer.held() <= LONGEST_FRAME_BYTES + 2);
    }
});
