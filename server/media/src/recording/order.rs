//! One incoming stream put back in order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::media::Rid;

use crate::engine::Inbound;

/// How long a lost packet may take to be sent again.
pub const PATIENCE: Duration = Duration::from_millis(300);
/// Packets held behind a gap, whatever the time.
const HELD: usize = 512;

/// What the recorder needs of a packet.
#[derive(Clone, Debug)]
pub struct Piece {
    pub sequence: u64,
    pub long_time: u64,
    pub marker: bool,
    pub at: Instant,
    pub captured: Option<Instant>,
    pub payload: Arc<[u8]>,
}

impl Piece {
    pub fn of(packet: &Inbound) -> Self {
        Self {
            sequence: packet.sequence,
            long_time: packet.long_time,
            marker: packet.marker,
            at: packet.at,
            captured: packet.captured,
            payload: Arc::clone(&packet.payload),
        }
    }
}

#[derive(Debug, Default)]
pub struct Order {
    layer: Option<Rid>,
    next: Option<u64>,
    held: BTreeMap<u64, Piece>,
}

impl Order {
    /// Answers whether another layer begins: its numbers and times have nothing to do with the former's.
    pub fn push(&mut self, layer: Option<Rid>, piece: Piece) -> bool {
        let another = self.next.is_some() && layer != self.layer;
        if another {
            self.held.clear();
            self.next = None;
        }
        self.layer = layer;
        if self.next.is_none_or(|next| piece.sequence >= next) {
            self.held.insert(piece.sequence, piece);
        }
        another
    }

    /// The next packet, and whether some are missing before it.
    pub fn pop(&mut self, now: Instant) -> Option<(Piece, bool)> {
        let (sequence, piece) = self.held.first_key_value()?;
        let gap = self.next.is_some_and(|next| next != *sequence);
        let waits = now.saturating_duration_since(piece.at) < PATIENCE && self.held.len() < HELD;
        if gap && waits {
            return None;
        }
        self.next = Some(sequence + 1);
        self.held.pop_first().map(|(_, piece)| (piece, gap))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(sequence: u64, at: Instant) -> Piece {
        Piece { sequence, long_time: 0, marker: false, at, captured: None, payload: Arc::from([0_u8].as_slice()) }
    }

    fn drain(order: &mut Order, now: Instant) -> Vec<(u64, bool)> {
        std::iter::from_fn(|| order.pop(now)).map(|(piece, gap)| (piece.sequence, gap)).collect()
    }

    #[test]
    fn a_packet_that_is_sent_again_in_time_leaves_no_gap() {
        let (mut order, now) = (Order::default(), Instant::now());
        for sequence in [10, 12, 13] {
            order.push(None, piece(sequence, now));
        }
        assert_eq!(drain(&mut order, now), [(10, false)]);
        order.push(None, piece(11, now));
        assert_eq!(drain(&mut order, now), [(11, false), (12, false), (13, false)]);
    }

    #[test]
    fn a_packet_that_never_comes_is_a_gap_after_a_while_and_what_comes_too_late_is_dropped() {
        let (mut order, now) = (Order::default(), Instant::now());
        for sequence in [10, 12] {
            order.push(None, piece(sequence, now));
        }
        assert_eq!(drain(&mut order, now + PATIENCE), [(10, false), (12, true)]);
        order.push(None, piece(11, now));
        assert_eq!(drain(&mut order, now + PATIENCE), []);
    }

    #[test]
    fn another_layer_begins_anew() {
        let (mut order, now) = (Order::default(), Instant::now());
        assert!(!order.push(Some("l".into()), piece(500, now)));
        assert_eq!(drain(&mut order, now), [(500, false)]);
        assert!(order.push(Some("h".into()), piece(7, now)));
        assert_eq!(drain(&mut order, now), [(7, false)]);
    }
}
