//! RFC 4571: a datagram over TCP is two bytes of length and the datagram.

/// No datagram of ICE, DTLS or SRTP is longer on our links; a longer frame ends the connection, so the buffer is bounded.
pub const LONGEST_FRAME_BYTES: usize = 4 * 1024;
const LENGTH_BYTES: usize = 2;

/// Collects what a TCP connection brings until a frame is whole.
#[derive(Debug, Default)]
pub struct Unframer {
    buffer: Vec<u8>,
    /// Where the first unread frame begins; what is before it has been handed out.
    start: usize,
}

/// The other side does not speak RFC 4571, or sends more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameTooLong;

impl Unframer {
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame, if there is one. Empty frames are legal and skipped.
    pub fn pop(&mut self) -> Result<Option<&[u8]>, FrameTooLong> {
        loop {
            let unread = &self.buffer[self.start..];
            let [high, low, ..] = unread else { return Ok(None) };
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if length > LONGEST_FRAME_BYTES {
                return Err(FrameTooLong);
            }
            if unread.len() < LENGTH_BYTES + length {
                return Ok(None);
            }
            let from = self.start + LENGTH_BYTES;
            self.start = from + length;
            if length > 0 {
                return Ok(Some(&self.buffer[from..from + length]));
            }
        }
    }

    /// What came after the last whole frame.
    pub fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// What is held back: never more than one frame and what one read brought.
    pub fn held(&self) -> usize {
        self.buffer.len() - self.start
    }
}

/// The two bytes in front of a datagram; `None` if it is too long to be framed.
pub fn length_prefix(datagram: &[u8]) -> Option<[u8; LENGTH_BYTES]> {
    u16::try_from(datagram.len()).ok().map(u16::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn framed(datagrams: &[Vec<u8>]) -> Vec<u8> {
        datagrams.iter().flat_map(|one| [length_prefix(one).unwrap().to_vec(), one.clone()].concat()).collect()
    }

    #[test]
    fn a_frame_above_the_bound_is_an_error_before_it_is_read() {
        let mut unframer = Unframer::default();
        unframer.push(&[0xff, 0xff]);
        assert_eq!(unframer.pop(), Err(FrameTooLong));
    }

    proptest! {
        #[test]
        fn frames_come_out_whole_however_they_were_cut(
            datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..300), 0..20),
            cut in 1_usize..700,
        ) {
            let mut unframer = Unframer::default();
            let mut found = Vec::new();
            for piece in framed(&datagrams).chunks(cut) {
                unframer.push(piece);
                while let Some(frame) = unframer.pop().unwrap() {
                    found.push(frame.to_vec());
                }
            }
            prop_assert_eq!(found, datagrams);
            prop_assert_eq!(unframer.held(), 0);
        }

        #[test]
        fn what_is_held_stays_bounded(bytes in proptest::collection::vec(any::<u8>(), 0..20_000), cut in 1_usize..2_000) {
            let mut unframer = Unframer::default();
            for piece in bytes.chunks(cut) {
                unframer.push(piece);
                while let Ok(Some(_)) = unframer.pop() {}
                if unframer.pop().is_err() {
                    break;
                }
                prop_assert!(unframer.held() <= LONGEST_FRAME_BYTES + LENGTH_BYTES);
            }
        }
    }
}
