//! What time brings: speeches that end, keyframes still owed, rates that changed, deadlines that passed.

use std::time::Instant;

use super::mail::Key;
use super::peer::{Peer, Role};
use super::worker::{TICK, Worker};
use crate::notices::Why;
use crate::words::StageId;

/// Every so many ticks the programme is told with new rates, and deadlines are looked at.
const SLOW: u64 = 5;

impl Worker {
    pub fn upkeep(&mut self, now: Instant) {
        if now < self.next_tick {
            return;
        }
        self.next_tick = now + TICK;
        self.ticks += 1;
        let slow = self.ticks.is_multiple_of(SLOW);
        for stage in self.homes.keys().copied().collect::<Vec<_>>() {
            self.look_after_home(stage, now, slow);
        }
        if slow {
            self.end_overdue(now);
            self.around.outlets.links.close_late_strangers(now);
            self.repeat_notes();
        }
        self.work();
    }

    fn look_after_home(&mut self, stage: StageId, now: Instant, slow: bool) {
        self.listen(stage, now);
        let Some(home) = self.homes.get_mut(&stage) else { return };
        let mut due = Vec::new();
        let recording = home.recording.is_some();
        let mut waits: Vec<Key> = Vec::new();
        for (key, publication) in &mut home.publications {
            let Some(video) = &mut publication.video else { continue };
            due.extend(video.due(now).into_iter().map(|rid| (*key, rid)));
            if recording && slow && video.recording_waits_for(now).is_some() {
                waits.push(*key);
            }
        }
        if slow || home.changed {
            self.tell_programme(stage);
        }
        for (key, rid) in due {
            self.ask_keyframe(key, rid);
        }
        for key in waits {
            self.recording_wishes(stage, key);
        }
    }

    fn end_overdue(&mut self, now: Instant) {
        let limits = &self.shared.limits;
        let mut overdue: Vec<(Key, Why)> =
            self.peers.values().filter_map(|peer| peer.overdue(limits, now).map(|why| (peer.key, why))).collect();
        let mute_so_far = self.homes.values().flat_map(|home| &home.publications).filter(|(_, publication)| {
            let held_back = publication.muted.audio || publication.muted.video;
            let waited = now.saturating_duration_since(publication.since) >= limits.first_media;
            publication.connected && waited && !held_back && !publication.has_media()
        });
        overdue.extend(mute_so_far.map(|(key, _)| (*key, Why::NoMedia)));
        for (key, why) in overdue {
            self.dismiss(key, why);
        }
    }

    /// What a full channel did not take. Viewers are told with every programme anyway.
    fn repeat_notes(&mut self) {
        let publishes = |peer: &&Peer| peer.channel.is_some() && matches!(peer.role, Role::Publisher(_));
        let open: Vec<Key> = self.peers.values().filter(publishes).map(|peer| peer.key).collect();
        for key in open {
            self.tell_slots(key);
        }
    }
}
