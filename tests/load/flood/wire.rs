//! WebSocket framing, as little of it as a load generator needs.

/// A masked frame with the mask 0, which leaves the payload as it stands.
pub fn frame(opcode: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.push(0x80 | opcode);
    if let Ok(short) = u8::try_from(payload.len())
        && short < 126
    {
        out.push(0x80 | short);
    } else {
        // Nothing this program sends comes near 64 KiB.
        out.push(0xfe);
        out.extend_from_slice(&u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

pub const TEXT: u8 = 0x1;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xa;

/// Visits the whole frames in `bytes` (opcode, payload) and returns how many bytes they take.
pub fn visit(bytes: &[u8], mut each: impl FnMut(u8, &[u8])) -> usize {
    let mut at = 0;
    while let Some((opcode, head, length)) = header(&bytes[at..]) {
        let Some(payload) = bytes.get(at + head..at + head + length) else { break };
        each(opcode, payload);
        at += head + length;
    }
    at
}

fn header(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let (head, length) = match second {
        126 => (4, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        127 => (10, bytes.get(2..10)?.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte))),
        short => (2, usize::from(short)),
    };
    Some((first & 0x0f, head, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_frames_are_visited_and_the_rest_is_left() {
        let mut bytes = vec![0x81, 2, b'h', b'i', 0x89, 0, 0x81, 126, 0, 200];
        bytes.extend([b'x'; 200]);
        let whole = bytes.len();
        bytes.extend([0x81, 5, b'p']);
        let mut seen = Vec::new();
        assert_eq!(visit(&bytes, |opcode, payload| seen.push((opcode, payload.len()))), whole);
        assert_eq!(seen, [(TEXT, 2), (PING, 0), (TEXT, 200)]);
    }

    #[test]
    fn client_frames_are_masked_with_nothing() {
        let mut out = Vec::new();
        frame(TEXT, b"hi", &mut out);
        assert_eq!(out, [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
    }
}
