//! What waits for one socket: slices of shared batches, bounded in bytes and in age. Empty for a socket that reads.

use std::{collections::VecDeque, io::IoSlice, time::Duration};

use bytes::Bytes;

use super::frame;

/// Slices handed to one vectored write.
pub(super) const SLICES: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Backlog {
    chunks: VecDeque<Chunk>,
    /// Bytes that are still to be written.
    bytes: usize,
}

/// Whole frames, of which the first `written` bytes are on the wire.
#[derive(Debug)]
struct Chunk {
    frames: Bytes,
    written: usize,
    since: Duration,
}

impl Backlog {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds whole frames, of which `written` bytes were taken by the kernel already.
    pub(super) fn push(&mut self, frames: Bytes, written: usize, now: Duration) {
        self.bytes += frames.len() - written;
        self.chunks.push_back(Chunk { frames, written, since: now });
    }

    /// When the oldest bytes came in.
    pub(super) fn oldest(&self) -> Option<Duration> {
        self.chunks.front().map(|chunk| chunk.since)
    }

    /// Fills `slices` with what is next; returns how many were filled.
    pub(super) fn gather<'a>(&'a self, slices: &mut [IoSlice<'a>; SLICES]) -> usize {
        let mut filled = 0;
        for (slice, chunk) in slices.iter_mut().zip(&self.chunks) {
            *slice = IoSlice::new(&chunk.frames[chunk.written..]);
            filled += 1;
        }
        filled
    }

    /// Notes that `count` bytes were written. An empty backlog gives its memory back.
    pub(super) fn advance(&mut self, mut count: usize) {
        self.bytes -= count;
        while let Some(chunk) = self.chunks.front_mut() {
            let left = chunk.frames.len() - chunk.written;
            if count < left {
                chunk.written += count;
                return;
            }
            count -= left;
            self.chunks.pop_front();
        }
        self.chunks = VecDeque::new();
    }

    /// Drops everything but the rest of the frame that is on the wire in part. Returns the bytes dropped.
    pub(super) fn cut(&mut self) -> usize {
        let before = self.bytes;
        let first = self.chunks.pop_front();
        *self = Self::default();
        if let Some(Chunk { frames, written, since }) = first {
            let end = frame::boundary(&frames, written);
            // A copy, so that a few bytes do not keep a whole shared batch alive.
            let rest = Bytes::copy_from_slice(&frames[written..end]);
            if !rest.is_empty() {
                self.push(rest, 0, since);
            }
        }
        before - self.bytes
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use proptest::prelude::*;

    use super::*;

    fn batch(lengths: &[usize]) -> Bytes {
        let mut frames = BytesMut::new();
        for (index, length) in lengths.iter().enumerate() {
            frame::put_text(&vec![b'a' + u8::try_from(index % 26).unwrap(); *length], &mut frames);
        }
        frames.freeze()
    }

    /// A kernel that takes `count` bytes.
    fn write(backlog: &mut Backlog, count: usize) -> Vec<u8> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let filled = backlog.gather(&mut slices);
        let wire: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.iter().copied()).take(count).collect();
        backlog.advance(wire.len());
        wire
    }

    #[test]
    fn the_oldest_bytes_tell_the_age() {
        let mut backlog = Backlog::default();
        assert_eq!(backlog.oldest(), None);
        backlog.push(batch(&[3]), 2, Duration::from_secs(1));
        backlog.push(batch(&[3]), 0, Duration::from_secs(2));
        assert_eq!(backlog.bytes(), 8);
        write(&mut backlog, 3);
        assert_eq!(backlog.oldest(), Some(Duration::from_secs(2)));
    }

    proptest! {
        #[test]
        fn bytes_leave_in_order_however_the_kernel_takes_them(
            batches in prop::collection::vec(prop::collection::vec(0usize..200, 1..5), 1..40),
            takes in prop::collection::vec(1usize..400, 1..400),
        ) {
            let mut backlog = Backlog::default();
            let mut expected = Vec::new();
            for lengths in &batches {
                expected.extend_from_slice(&batch(lengths));
                backlog.push(batch(lengths), 0, Duration::ZERO);
            }
            let mut wire = Vec::new();
            for take in takes {
                wire.extend(write(&mut backlog, take));
            }
            prop_assert_eq!(backlog.bytes(), expected.len() - wire.len());
            prop_assert!(expected.starts_with(&wire));
        }

        #[test]
        fn a_cut_finishes_the_frame_on_the_wire_and_nothing_else(
            lengths in prop::collection::vec(0usize..200, 1..6),
            taken in 0usize..600,
        ) {
            let frames = batch(&lengths);
            let mut backlog = Backlog::default();
            backlog.push(frames.clone(), 0, Duration::ZERO);
            backlog.push(batch(&[50]), 0, Duration::ZERO);
            let mut wire = write(&mut backlog, taken.min(frames.len()));
            let dropped = backlog.cut();
            prop_assert_eq!(dropped + backlog.bytes() + wire.len(), frames.len() + 52);
            let end = frame::boundary(&frames, wire.len());
            wire.extend(write(&mut backlog, usize::MAX));
            prop_assert_eq!(&wire[..], &frames[..end]);
            prop_assert!(backlog.is_empty());
        }
    }
}
