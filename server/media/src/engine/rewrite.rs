//! One viewer's numbers. A slot is one RTP stream to the viewer, whatever feeds it: sequence numbers, times and picture ids
//! go on without a gap when the source, its connection or its layer changes, or after a silence of our own making.

use std::time::{Duration, Instant};

use str0m::media::Rid;

use super::inbound::{Inbound, Picture};
use super::mail::Key;
use crate::wire::vp8::PictureId;

/// The one encoded stream that feeds a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    pub publication: Key,
    pub rid: Option<Rid>,
}

impl Feed {
    pub fn of(packet: &Inbound) -> Self {
        Self { publication: packet.publication, rid: packet.rid }
    }
}

/// The numbers a packet gets for one viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub sequence: u64,
    pub time: u32,
    pub picture_id: Option<u16>,
    pub tl0_pic_idx: Option<u8>,
}

#[derive(Debug)]
pub struct Rewriter {
    clock: u32,
    feed: Option<Feed>,
    /// Packets of the feed from before this one came late, and their numbers are taken.
    first: u64,
    sequence: u64,
    time: u32,
    picture_id: u16,
    tl0_pic_idx: u8,
    last: Option<Last>,
}

/// What has been sent with the highest sequence number.
#[derive(Clone, Copy, Debug)]
struct Last {
    sequence: u64,
    time: u32,
    at: Instant,
    picture_id: u16,
    tl0_pic_idx: u8,
}

impl Rewriter {
    pub fn new(clock: u32) -> Self {
        Self { clock, feed: None, first: 0, sequence: 0, time: 0, picture_id: 0, tl0_pic_idx: 0, last: None }
    }

    pub fn feed(&self) -> Option<Feed> {
        self.feed
    }

    /// Nothing is sent from here on; what comes next begins anew, without the viewer noticing a loss.
    pub fn pause(&mut self) {
        self.feed = None;
    }

    /// The packet's numbers. `None` if it is not of the feed and can't begin one, or is too late.
    pub fn rewrite(&mut self, packet: &Inbound) -> Option<Numbers> {
        if self.feed != Some(Feed::of(packet)) {
            if !packet.picture.begins() {
                return None;
            }
            self.begin(packet);
        } else if packet.sequence < self.first {
            return None;
        }
        let (picture_id, tl0_pic_idx) = indices(packet);
        let numbers = Numbers {
            sequence: packet.sequence.wrapping_add(self.sequence),
            time: packet.time.wrapping_add(self.time),
            picture_id: picture_id.map(|id| id.with(id.value.wrapping_add(self.picture_id))),
            tl0_pic_idx: tl0_pic_idx.map(|index| index.wrapping_add(self.tl0_pic_idx)),
        };
        if self.last.is_none_or(|last| numbers.sequence > last.sequence) {
            self.remember(numbers, packet.at);
        }
        Some(numbers)
    }

    fn begin(&mut self, packet: &Inbound) {
        self.feed = Some(Feed::of(packet));
        self.first = packet.sequence;
        let (picture_id, tl0_pic_idx) = indices(packet);
        let Some(last) = self.last else {
            // The receiver's rollover counter begins at zero, so the extended number must not be forwarded as it is.
            self.sequence = FIRST_SEQUENCE.wrapping_sub(packet.sequence);
            return;
        };
        let ticks = self.ticks(packet.at.saturating_duration_since(last.at));
        self.sequence = (last.sequence + 1).wrapping_sub(packet.sequence);
        self.time = last.time.wrapping_add(ticks).wrapping_sub(packet.time);
        if let Some(id) = picture_id {
            self.picture_id = last.picture_id.wrapping_add(1).wrapping_sub(id.value);
        }
        if let Some(index) = tl0_pic_idx {
            self.tl0_pic_idx = last.tl0_pic_idx.wrapping_add(1).wrapping_sub(index);
        }
    }

    fn remember(&mut self, numbers: Numbers, at: Instant) {
        let before = self.last.unwrap_or(Last { sequence: 0, time: 0, at, picture_id: 0, tl0_pic_idx: 0 });
        self.last = Some(Last {
            sequence: numbers.sequence,
            time: numbers.time,
            at,
            picture_id: numbers.picture_id.unwrap_or(before.picture_id),
            tl0_pic_idx: numbers.tl0_pic_idx.unwrap_or(before.tl0_pic_idx),
        });
    }

    /// Elapsed time on the media clock, at least one tick, so that two frames never share a time. The clock wraps.
    fn ticks(&self, elapsed: Duration) -> u32 {
        let ticks = elapsed.as_micros() * u128::from(self.clock) / 1_000_000;
        u32::try_from(ticks & u128::from(u32::MAX)).unwrap_or(1).max(1)
    }
}

/// Below half of the counter, so that even a reordered first packet stays in the first round.
const FIRST_SEQUENCE: u64 = 1_000;

fn indices(packet: &Inbound) -> (Option<PictureId>, Option<u8>) {
    match &packet.picture {
        Picture::Vp8(descriptor, _) => (descriptor.picture_id, descriptor.tl0_pic_idx),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::programme::SourceKey;
    use crate::words::{Kind, PeerId};
    use proptest::prelude::*;
    use std::sync::Arc;
    use str0m::format::{Codec, CodecSpec, FormatParams};
    use str0m::media::{Frequency, MediaKind};
    use str0m::rtp::ExtensionValues;

    /// A packet of one frame; its picture id is the last two bytes of its number.
    fn packet(publication: Key, number: u64, time: u32, keyframe: bool, at: Instant) -> Inbound {
        let [high, low] = (u16::try_from(number & 0x7fff).unwrap()).to_be_bytes();
        let tag = if keyframe { 0x10 } else { 0x11 };
        let payload = [0x90, 0xe0, 0x80 | high, low, low, 0x20, tag, 0, 0, 0x9d, 1, 0x2a, 0, 1, 0, 1];
        let spec = CodecSpec {
            codec: Codec::Vp8,
            clock_rate: Frequency::NINETY_KHZ,
            channels: None,
            format: FormatParams::default(),
        };
        Inbound {
            source: SourceKey { peer: PeerId(uuid::Uuid::nil()), kind: Kind::Camera, media: MediaKind::Video },
            publication,
            rid: None,
            spec,
            sequence: number,
            time,
            long_time: time.into(),
            marker: true,
            at,
            captured: None,
            payload: Arc::from(payload.as_slice()),
            extensions: ExtensionValues::default(),
            picture: Picture::of(Codec::Vp8, &payload).unwrap(),
        }
    }

    #[test]
    fn a_stream_begins_low_and_on_a_keyframe() {
        let (mut rewriter, now) = (Rewriter::new(90_000), Instant::now());
        assert_eq!(rewriter.rewrite(&packet(1, 900_000, 5, false, now)), None);
        let first = rewriter.rewrite(&packet(1, 900_001, 5, true, now)).unwrap();
        assert_eq!((first.sequence, first.time), (FIRST_SEQUENCE, 5));
        assert_eq!(
            rewriter.rewrite(&packet(1, 900_003, 5, false, now)).unwrap().sequence,
            FIRST_SEQUENCE + 2,
            "a gap stays"
        );
        assert_eq!(rewriter.rewrite(&packet(1, 900_002, 5, false, now)).unwrap().sequence, FIRST_SEQUENCE + 1);
        assert_eq!(rewriter.rewrite(&packet(1, 900_000, 5, false, now)), None, "from before the beginning");
    }

    #[test]
    fn another_feed_goes_on_where_the_last_one_stood() {
        let (mut rewriter, start) = (Rewriter::new(90_000), Instant::now());
        let before = rewriter.rewrite(&packet(1, 10, 3_000, true, start)).unwrap();
        assert_eq!(rewriter.rewrite(&packet(2, 7_000, 50, false, start)), None, "not in the middle of a picture");
        let after = rewriter.rewrite(&packet(2, 7_001, 50, true, start + Duration::from_millis(100))).unwrap();
        assert_eq!(after.sequence, before.sequence + 1);
        assert_eq!(after.time, before.time + 9_000, "100 ms on a clock of 90 kHz");
        assert_eq!(after.picture_id, before.picture_id.map(|id| id + 1));
        assert_eq!(after.tl0_pic_idx, before.tl0_pic_idx.map(|index| index + 1));
    }

    #[test]
    fn after_a_pause_of_our_own_there_is_no_gap() {
        let (mut rewriter, start) = (Rewriter::new(90_000), Instant::now());
        let before = rewriter.rewrite(&packet(1, 10, 0, true, start)).unwrap();
        rewriter.pause();
        assert_eq!(rewriter.rewrite(&packet(1, 500, 0, false, start)), None);
        assert_eq!(rewriter.rewrite(&packet(1, 501, 0, true, start)).unwrap().sequence, before.sequence + 1);
    }

    proptest! {
        /// Whatever feeds a slot, in whatever order: no number is used twice, and the highest ever is one above the former.
        #[test]
        fn no_number_is_used_twice(steps in proptest::collection::vec((1_u64..4, 0_u64..40, any::<bool>(), any::<bool>()), 1..120)) {
            let (mut rewriter, start) = (Rewriter::new(90_000), Instant::now());
            let mut seen = std::collections::HashMap::new();
            for (n, (publication, number, keyframe, pause)) in steps.into_iter().enumerate() {
                let at = start + Duration::from_millis(n as u64);
                let before = rewriter.feed();
                if let Some(numbers) = rewriter.rewrite(&packet(publication, number, 0, keyframe, at)) {
                    let same_feed = before == rewriter.feed();
                    let duplicate = seen.insert(numbers.sequence, (publication, number));
                    prop_assert!(duplicate.is_none() || same_feed && duplicate == Some((publication, number)));
                }
                if pause {
                    rewriter.pause();
                }
            }
        }
    }
}
