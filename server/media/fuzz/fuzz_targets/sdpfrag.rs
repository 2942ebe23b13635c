//! The body of a PATCH: `cargo +nightly fuzz run sdpfrag`.
#![no_main]

use guildhall_media::wire::sdpfrag::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(fragment) = parse(text) {
        assert!((4..=256).contains(&fragment.ufrag.len()) && (22..=256).contains(&fragment.pwd.len()));
    }
});
