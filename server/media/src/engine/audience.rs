//! The viewers of a stage on one thread.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::bwe::Bitrate;
use str0m::media::{MediaAdded, MediaKind, Mid};
use str0m::rtp::StreamTx;

use super::drive::drive;
use super::inbound::Inbound;
use super::mail::{Ask, Key};
use super::peer::{Peer, Role};
use super::programme::{Programme, SourceKey};
use super::shared::ask_home;
use super::worker::Worker;
use crate::words::StageId;

/// A new estimate counts when it differs by one part in so many.
const ESTIMATE_STEPS: u64 = 30;

#[derive(Default)]
pub struct Audience {
    pub programme: Arc<Programme>,
    pub viewers: Vec<Key>,
    /// Who shows a source, and in which slot: a packet is given to these and to nobody else.
    index: HashMap<SourceKey, Vec<(Key, usize)>>,
}

impl Worker {
    /// Gives a packet to every slot that shows its source.
    pub fn show(&mut self, stage: StageId, packet: &Arc<Inbound>) {
        let Some(places) = self.audiences.get(&stage).and_then(|audience| audience.index.get(&packet.source)) else {
            return;
        };
        let mut forwarded = 0;
        for (key, at) in places {
            let Some(peer) = self.peers.get_mut(key) else { continue };
            let Role::Viewer(viewer) = &mut peer.role else { continue };
            let Some(slot) = viewer.slots.get_mut(*at) else { continue };
            let mut api = peer.rtc.direct_api();
            if slot.media == MediaKind::Video
                && api.stream_tx_by_mid(slot.mid, None).is_some_and(|stream| is_late(stream, packet.at))
            {
                slot.hold(packet.at);
                self.shared.counters.held_back.one();
                continue;
            }
            let Some(write) = slot.take(packet, &peer.rtc) else { continue };
            if let Some(stream) = peer.rtc.direct_api().stream_tx_by_mid(slot.mid, None) {
                stream.write_rtp(write);
                forwarded += 1;
                drive(peer, &mut self.around);
            }
        }
        self.shared.counters.forwarded.add(forwarded);
    }

    pub fn new_programme(&mut self, stage: StageId, programme: Arc<Programme>) {
        let Some(audience) = self.audiences.get_mut(&stage) else { return };
        audience.programme = programme;
        let viewers = audience.viewers.clone();
        let mut moved = false;
        for key in viewers {
            moved |= self.arrange(stage, key);
            self.tell_slots(key);
        }
        if moved {
            self.reindex(stage);
        }
    }

    /// A viewer's own change: a slot more, another tile size, another estimate.
    pub fn arrange_one(&mut self, key: Key) {
        let Some(stage) = self.peers.get(&key).map(|peer| peer.stage) else { return };
        if self.arrange(stage, key) {
            self.reindex(stage);
            self.tell_slots(key);
        }
    }

    fn arrange(&mut self, stage: StageId, key: Key) -> bool {
        let Some(audience) = self.audiences.get(&stage) else { return false };
        let Some(peer) = self.peers.get_mut(&key) else { return false };
        let Role::Viewer(viewer) = &mut peer.role else { return false };
        let before = viewer.ambition();
        let arranged = viewer.arrange(&audience.programme, peer.who);
        let after = viewer.ambition();
        if is_another(before, after) {
            peer.rtc.bwe().set_bitrate(Bitrate::kbps(after.0), Bitrate::kbps(after.1));
            drive(peer, &mut self.around);
        }
        for (source, rid) in arranged.keyframes {
            self.ask(stage, Ask::Keyframe(source, rid));
        }
        arranged.moved
    }

    fn reindex(&mut self, stage: StageId) {
        let Some(audience) = self.audiences.get_mut(&stage) else { return };
        audience.index.clear();
        for key in &audience.viewers {
            let Some(Role::Viewer(viewer)) = self.peers.get(key).map(|peer| &peer.role) else { continue };
            for (at, slot) in viewer.slots.iter().enumerate() {
                if let Some(source) = slot.source {
                    audience.index.entry(source).or_default().push((*key, at));
                }
            }
        }
    }

    /// To the stage's home, by letter if that is another thread.
    pub fn ask(&mut self, stage: StageId, ask: Ask) {
        let home = self.shared.home_of(stage);
        if home == self.index {
            self.asked(stage, ask);
        } else {
            ask_home(&self.shared.mailboxes, home, stage, ask);
        }
    }

    pub fn viewer_has(&mut self, key: Key, media: &MediaAdded) {
        let Some(peer) = self.peers.get_mut(&key) else { return };
        let Role::Viewer(viewer) = &mut peer.role else { return };
        if media.direction.is_sending() {
            viewer.add_slot(media.mid, media.kind);
            self.arrange_one(key);
        }
    }

    pub fn viewer_lacks_keyframe(&mut self, key: Key, mid: Mid) {
        let Some(Peer { stage, role: Role::Viewer(viewer), .. }) = self.peers.get(&key) else { return };
        let stage = *stage;
        if let Some((source, rid)) = viewer.wanted(mid) {
            self.ask(stage, Ask::Keyframe(source, rid));
        }
    }

    pub fn viewer_can_carry(&mut self, key: Key, kilobits: u64) {
        let Some(Role::Viewer(viewer)) = self.peers.get_mut(&key).map(|peer| &mut peer.role) else { return };
        // Estimates come many times a second, and most say what the last one said.
        let before = viewer.estimate.unwrap_or(0);
        if before.abs_diff(kilobits) * ESTIMATE_STEPS > before {
            viewer.estimate = Some(kilobits);
            self.arrange_one(key);
        }
    }

    /// The first viewer of a stage on this thread makes its audience; the home begins to tell it the programme.
    pub fn join_audience(&mut self, stage: StageId, key: Key) {
        let first = !self.audiences.contains_key(&stage);
        self.audiences.entry(stage).or_default().viewers.push(key);
        if !first {
            return;
        }
        if self.shared.home_of(stage) == self.index {
            self.tell_programme(stage);
        } else {
            self.ask(stage, Ask::Subscribe(self.index));
        }
    }

    pub fn leave_audience(&mut self, stage: StageId, key: Key) {
        let Some(audience) = self.audiences.get_mut(&stage) else { return };
        audience.viewers.retain(|viewer| *viewer != key);
        if !audience.viewers.is_empty() {
            return self.reindex(stage);
        }
        self.audiences.remove(&stage);
        if self.shared.home_of(stage) != self.index {
            self.ask(stage, Ask::Unsubscribe(self.index));
        }
    }
}

/// What may wait for its turn on a viewer's path. More is a picture of the past, and memory without a bound. The choice of
/// layers comes long before: this is for what it does not foresee.
const QUEUED_AT_MOST: Duration = Duration::from_secs(2);
/// A sample of the queue older than this says nothing of it now.
const SAMPLE_HOLDS: Duration = Duration::from_secs(1);

fn is_late(stream: &StreamTx, now: Instant) -> bool {
    let Some(queue) = stream.queue_info() else { return false };
    let sampled = queue.created_at();
    let waits = queue.first_unsent().map_or(Duration::ZERO, |first| sampled.saturating_duration_since(first));
    waits > QUEUED_AT_MOST && now.saturating_duration_since(sampled) < SAMPLE_HOLDS
}

/// The estimator is told what differs by more than a tenth; its own answer to every nudge would be a probe.
fn is_another(before: (u64, u64), after: (u64, u64)) -> bool {
    let differs = |before: u64, after: u64| before.abs_diff(after) * 10 > before;
    differs(before.0, after.0) || differs(before.1, after.1)
}
