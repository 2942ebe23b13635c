//! The little EBML (RFC 8794) that writing Matroska needs.

/// A size that is not known yet, in eight bytes so that it can be filled in.
pub const UNKNOWN_SIZE: [u8; 8] = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
pub const VOID: u32 = 0xec;

/// An id in the bytes it has by its own marker.
pub fn id(out: &mut Vec<u8>, id: u32) {
    let bytes = id.to_be_bytes();
    let zeroes = bytes.iter().take_while(|byte| **byte == 0).count();
    out.extend_from_slice(&bytes[zeroes..]);
}

/// A size in the fewest bytes.
pub fn size(out: &mut Vec<u8>, size: u64) {
    // All ones is "unknown", hence the smaller of two neighbours is chosen by `<`.
    let length = (1..8).find(|length| size < (1 << (7 * length)) - 1).unwrap_or(8_usize);
    let marked = size | 1 << (7 * length);
    out.extend_from_slice(&marked.to_be_bytes()[8 - length..]);
}

/// A size in eight bytes, to be written over [`UNKNOWN_SIZE`].
pub fn long_size(size: u64) -> [u8; 8] {
    (size | 1 << 56).to_be_bytes()
}

pub fn element(out: &mut Vec<u8>, name: u32, content: &[u8]) {
    id(out, name);
    size(out, content.len() as u64);
    out.extend_from_slice(content);
}

pub fn unsigned(out: &mut Vec<u8>, name: u32, value: u64) {
    let bytes = value.to_be_bytes();
    let zeroes = bytes.iter().take(7).take_while(|byte| **byte == 0).count();
    element(out, name, &bytes[zeroes..]);
}

pub fn float(out: &mut Vec<u8>, name: u32, value: f64) {
    element(out, name, &value.to_be_bytes());
}

/// Room of exactly `bytes` for an element that is written later; at least two, and less than 129.
pub fn room(out: &mut Vec<u8>, bytes: usize) {
    id(out, VOID);
    let content = bytes.saturating_sub(2);
    size(out, content as u64);
    out.resize(out.len() + content, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_fewest_bytes_and_never_look_unknown() {
        let written = |n| {
            let mut out = Vec::new();
            size(&mut out, n);
            out
        };
        assert_eq!(written(0), [0x80]);
        assert_eq!(written(126), [0xfe]);
        assert_eq!(written(127), [0x40, 0x7f]);
        assert_eq!(written(16_382), [0x7f, 0xfe]);
        assert_eq!(written(16_383), [0x20, 0x3f, 0xff]);
        assert_eq!(long_size(5), [1, 0, 0, 0, 0, 0, 0, 5]);
    }

    #[test]
    fn room_is_exactly_as_large_as_what_will_stand_there() {
        let (mut room_made, mut written) = (Vec::new(), Vec::new());
        float(&mut written, 0x4489, 12.5);
        room(&mut room_made, written.len());
        assert_eq!(room_made.len(), written.len());
    }

    #[test]
    fn ids_and_numbers_are_as_short_as_they_are() {
        let mut out = Vec::new();
        unsigned(&mut out, 0x4286, 1);
        unsigned(&mut out, 0xd7, 0);
        unsigned(&mut out, 0x2a_d7b1, 1_000_000);
        assert_eq!(out, [0x42, 0x86, 0x81, 1, 0xd7, 0x81, 0, 0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40]);
    }
}
