//! Server frames of RFC 6455. They carry no mask, so one encoding serves every receiver.

use bytes::{BufMut, Bytes, BytesMut};

use super::close::CloseCode;

const FINAL: u8 = 0x80;
const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;

/// The longest header a server frame can have.
const HEADER_MAX: usize = 10;

pub(super) fn text(payload: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(payload.len() + HEADER_MAX);
    put_text(payload, &mut out);
    out.freeze()
}

pub(super) fn put_text(payload: &[u8], out: &mut BytesMut) {
    put(TEXT, payload, out);
}

pub(super) const fn ping() -> Bytes {
    Bytes::from_static(&[FINAL | PING, 0])
}

pub(super) fn close(code: CloseCode) -> Bytes {
    let mut payload = BytesMut::with_capacity(32);
    payload.put_u16(code.number());
    payload.put_slice(code.reason().as_bytes());
    let mut out = BytesMut::with_capacity(payload.len() + 2);
    put(CLOSE, &payload, &mut out);
    out.freeze()
}

fn put(opcode: u8, payload: &[u8], out: &mut BytesMut) {
    out.reserve(payload.len() + HEADER_MAX);
    out.put_u8(FINAL | opcode);
    if let Ok(short) = u8::try_from(payload.len())
        && short < 126
    {
        out.put_u8(short);
    } else if let Ok(medium) = u16::try_from(payload.len()) {
        out.put_u8(126);
        out.put_u16(medium);
    } else {
        out.put_u8(127);
        out.put_u64(payload.len() as u64);
    }
    out.put_slice(payload);
}

/// The first place at or behind `offset` where a frame begins (or the end). `frames` holds whole frames of ours.
///
/// A socket that is cut off has part of a frame on the wire: that frame is finished before anything else is said.
pub(super) fn boundary(frames: &[u8], offset: usize) -> usize {
    let mut at = 0;
    while at < offset {
        at += frame_length(&frames[at..]);
    }
    at
}

fn frame_length(frame: &[u8]) -> usize {
    match frame[1] {
        126 => 4 + usize::from(u16::from_be_bytes([frame[2], frame[3]])),
        127 => {
            let length = frame[2..10].iter().fold(0, |length, byte| (length << 8) | usize::from(*byte));
            10 + length
        }
        short => 2 + usize::from(short),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_use_the_shortest_form() {
        let header = |length: usize| text(&vec![b'a'; length])[..4].to_vec();
        assert_eq!(header(125)[..2], [0x81, 125]);
        assert_eq!(header(126), [0x81, 126, 0, 126]);
        assert_eq!(header(65_535), [0x81, 126, 0xff, 0xff]);
        assert_eq!(text(&vec![b'a'; 65_536])[..10], [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn a_close_frame_names_code_and_reason() {
        assert_eq!(&close(CloseCode::Idle)[..], b"\x88\x06\x03\xe9idle");
    }

    #[test]
    fn a_boundary_is_the_next_frame_or_the_end() {
        let mut frames = BytesMut::new();
        for length in [0, 3, 126, 65_536] {
            put_text(&vec![b'a'; length], &mut frames);
        }
        let starts = [0, 2, 7, 137, 137 + 65_546];
        assert_eq!(frames.len(), starts[4]);
        for (offset, expected) in [(0, 0), (1, 2), (2, 2), (3, 7), (7, 7), (100, 137), (138, starts[4])] {
            assert_eq!(boundary(&frames, offset), expected, "behind {offset}");
        }
    }
}
