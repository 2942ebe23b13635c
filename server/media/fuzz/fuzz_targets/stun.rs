//! Whose a STUN datagram is: `cargo +nightly fuzz run stun`.
#![no_main]

use guildhall_media::wire::stun::{is_stun, local_fragment};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|datagram: &[u8]| {
    if let Some(fragment) = local_fragment(datagram) {
        assert!(is_stun(datagram) && !fragment.is_empty());
    }
});
