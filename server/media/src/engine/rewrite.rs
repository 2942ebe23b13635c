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
