//! What is published: encoded once, shared by every shard and socket, merged when several have piled up.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use uuid::Uuid;

use super::frame;

/// Changes of one stream, in order, and who stops following it right behind them.
#[derive(Debug, Clone, Default)]
pub struct Publication {
    pub stream: Uuid,
    /// Position and JSON payload; positions rise.
    pub changes: Vec<(u64, Bytes)>,
    /// Members that get these changes and nothing behind them.
    pub then_expel: Vec<Uuid>,
}

/// A publication as it travels: whole frames, and where each ends.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) stream: Uuid,
    pub(super) frames: Bytes,
    marks: Vec<Mark>,
    pub(super) then_expel: Vec<Uuid>,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    position: u64,
    end: usize,
}

/// An ephemeral frame: no position, dropped first under pressure.
#[derive(Debug)]
pub(super) struct Whisper {
    pub(super) stream: Uuid,
    pub(super) frames: Bytes,
    pub(super) except: Option<Uuid>,
}

/// What reaches a shard in order.
#[derive(Debug, Clone)]
pub(super) enum Delivery {
    Parcel(Arc<Parcel>),
    Whisper(Arc<Whisper>),
}

impl Parcel {
    pub(super) fn encode(publication: Publication) -> Self {
        let Publication { stream, changes, then_expel } = publication;
        let mut frames = BytesMut::new();
        let mut marks = Vec::with_capacity(changes.len());
        for (position, payload) in changes {
            frame::put_text(&payload, &mut frames);
            marks.push(Mark { position, end: frames.len() });
        }
        Self { stream, frames: frames.freeze(), marks, then_expel }
    }

    /// Several parcels of one stream as one, so that each follower costs one write.
    pub(super) fn merge(parcels: &[Arc<Self>]) -> Arc<Self> {
        let [first, rest @ ..] = parcels else { return Arc::new(Self::encode(Publication::default())) };
        if rest.is_empty() {
            return Arc::clone(first);
        }
        let mut frames = BytesMut::with_capacity(parcels.iter().map(|parcel| parcel.frames.len()).sum());
        let mut marks = Vec::with_capacity(parcels.iter().map(|parcel| parcel.marks.len()).sum());
        for parcel in parcels {
            let base = frames.len();
            frames.extend_from_slice(&parcel.frames);
            marks.extend(parcel.marks.iter().map(|mark| Mark { end: base + mark.end, ..*mark }));
        }
        let then_expel = parcels.iter().flat_map(|parcel| parcel.then_expel.iter().copied()).collect();
        Arc::new(Self { stream: first.stream, frames: frames.freeze(), marks, then_expel })
    }

    /// The frames behind `position`, and how many they are.
    pub(super) fn behind(&self, position: u64) -> (Bytes, usize) {
        let known = self.marks.partition_point(|mark| mark.position <= position);
        let start = known.checked_sub(1).map_or(0, |last| self.marks[last].end);
        (self.frames.slice(start..), self.marks.len() - known)
    }

    pub(super) fn first_position(&self) -> Option<u64> {
        self.marks.first().map(|mark| mark.position)
    }

    pub(super) fn last_position(&self) -> Option<u64> {
        self.marks.last().map(|mark| mark.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(positions: std::ops::RangeInclusive<u64>) -> Arc<Parcel> {
        let changes = positions.map(|position| (position, Bytes::from(position.to_string()))).collect();
        Arc::new(Parcel::encode(Publication { changes, ..Publication::default() }))
    }

    #[test]
    fn merging_keeps_order_and_places() {
        let merged = Parcel::merge(&[parcel(1..=2), parcel(3..=3), parcel(4..=5)]);
        assert_eq!(&merged.frames[..], b"\x81\x011\x81\x012\x81\x013\x81\x014\x81\x015");
        assert_eq!((merged.first_position(), merged.last_position()), (Some(1), Some(5)));
        for (known, rest) in [(0, 5), (1, 4), (3, 2), (5, 0), (9, 0)] {
            let (frames, count) = merged.behind(known);
            assert_eq!((frames.len(), count), (rest * 3, rest), "behind {known}");
        }
    }

    #[test]
    fn a_lone_parcel_is_shared_and_not_copied() {
        let lone = parcel(1..=1);
        assert!(Arc::ptr_eq(&lone, &Parcel::merge(std::slice::from_ref(&lone))));
    }

    #[test]
    fn a_parcel_that_only_expels_holds_nothing() {
        let parcel = Parcel::encode(Publication { then_expel: vec![Uuid::max()], ..Publication::default() });
        assert_eq!((parcel.first_position(), parcel.behind(0).1), (None, 0));
    }
}
