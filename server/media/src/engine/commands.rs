//! Letters from the node's handles.

use std::time::Instant;

use str0m::Candidate;
use tokio::sync::oneshot;

use super::clock::SenderClock;
use super::mail::{Key, Mail, Opening, Patch};
use super::peer::{Peer, Role};
use super::publication::Publication;
use super::worker::Worker;
use crate::notices::Why;
use crate::snapshot::StageSnapshot;
use crate::words::{ConnectionId, Kind, Muted, Part, PeerId, Recording, StageId};

impl Worker {
    pub fn open_letter(&mut self, mail: Mail) {
        match mail {
            Mail::Open(opening, done) => {
                self.open(*opening);
                answer(done, ());
            }
            Mail::Patch(patch, done) => answer(done, self.patch(*patch)),
            Mail::Close(connection, done) => answer(done, self.close(connection)),
            Mail::Cut(stage, peer, done) => {
                answer(done, self.dismiss_all(stage, Why::Cut, |role, whose| role.is_some() && whose == Some(peer)));
            }
            Mail::DropViewers(stage, peer, done) => {
                answer(done, self.dismiss_all(stage, Why::Cut, |role, whose| role.is_none() && whose == Some(peer)));
            }
            Mail::Mute(stage, peer, muted, done) => {
                self.mute(stage, peer, muted);
                answer(done, ());
            }
            Mail::End(stage, why, done) => {
                self.end(stage, why);
                answer(done, ());
            }
            Mail::Record(stage, recording, done) => answer(done, self.record(stage, recording)),
            Mail::StopRecording(stage, done) => self.stop_recording(stage, done),
            Mail::Snapshot(stage, done) => answer(done, self.snapshot(stage)),
            Mail::Stop(done) => self.stop(done),
            Mail::Programme(stage, programme) => self.new_programme(stage, programme),
            Mail::Packet(stage, packet) => self.show(stage, &packet),
            Mail::Ask(stage, ask) => self.asked(stage, ask),
            Mail::Datagram { bytes, from, at } => self.hear_from_front(&bytes, from, at),
            Mail::Link(link) => self.adopt(*link),
            Mail::Learned(address, thread) => {
                if let Some(front) = &mut self.front {
                    front.elsewhere.entry(address).or_insert(thread);
                }
            }
            Mail::Forgotten(address) => {
                if let Some(front) = &mut self.front {
                    front.elsewhere.remove(&address);
                }
            }
        }
    }

    fn open(&mut self, opening: Opening) {
        let key = self.next_key;
        self.next_key += 1;
        let now = Instant::now();
        let (stage, connection) = (opening.stage, opening.connection);
        let peer = Peer::new(key, opening, &self.shared.limits, now);
        self.connections.insert(connection, key);
        self.fragments.extend(peer.fragments.iter().map(|fragment| (fragment.clone(), key)));
        self.shared.counters.connections.one();
        let publishes = peer.who.zip(peer.kind());
        self.peers.insert(key, peer);
        match publishes {
            Some((peer, kind)) => self.open_publication(stage, key, (peer, kind), now),
            None => self.join_audience(stage, key),
        }
        if let Some(peer) = self.peers.get_mut(&key) {
            super::drive::drive(peer, &mut self.around);
        }
    }

    fn open_publication(&mut self, stage: StageId, key: Key, (peer, kind): (PeerId, Kind), since: Instant) {
        let Some(connection) = self.peers.get(&key).map(|peer| peer.connection) else { return };
        let home = self.homes.entry(stage).or_default();
        let same = |publication: &Publication| publication.peer == peer && publication.kind == kind;
        let older: Vec<Key> =
            home.publications.iter().filter(|(_, publication)| same(publication)).map(|(key, _)| *key).collect();
        let muted = home.muted.get(&peer).copied().unwrap_or_default();
        let publication = Publication {
            connection,
            peer,
            kind,
            connected: false,
            since,
            muted,
            audio: None,
            video: None,
            clock: SenderClock::default(),
            recorded: false,
        };
        home.publications.insert(key, publication);
        for older in older {
            self.dismiss(older, Why::Replaced);
        }
    }

    /// Two kinds of PATCH. Restarting keeps the old fragment until the connection ends: the client may be in between.
    fn patch(&mut self, patch: Patch) -> Option<bool> {
        let Patch { connection, ours, theirs } = patch;
        let key = *self.connections.get(&connection)?;
        let peer = self.peers.get_mut(&key)?;
        let candidates: Vec<Candidate> = self.shared.candidates.iter().cloned().collect();
        if peer.theirs.as_deref() == Some(theirs.ufrag.as_str()) {
            return Some(false);
        }
        peer.theirs = Some(theirs.ufrag.clone());
        let mut api = peer.rtc.direct_api();
        // Paths of the old network are dropped at once, or media would go there until they time out.
        for candidate in &candidates {
            api.invalidate_candidate(candidate);
        }
        api.set_local_ice_credentials(ours.credentials());
        api.set_remote_ice_credentials(theirs.credentials());
        for candidate in candidates {
            peer.rtc.add_local_candidate(candidate);
        }
        peer.lost = Some(Instant::now());
        self.fragments.insert(ours.ufrag.clone(), key);
        peer.fragments.push(ours.ufrag);
        if peer.fragments.len() > 2 {
            self.fragments.remove(&peer.fragments.remove(0));
        }
        super::drive::drive(peer, &mut self.around);
        Some(true)
    }

    fn close(&mut self, connection: ConnectionId) -> bool {
        let Some(key) = self.connections.get(&connection).copied() else { return false };
        self.dismiss(key, Why::Closed);
        true
    }

    /// Ends the connections of a stage that the test names, by a publication's kind (`None` for a viewer) and peer.
    fn dismiss_all(&mut self, stage: StageId, why: Why, named: impl Fn(Option<Kind>, Option<PeerId>) -> bool) -> usize {
        let on_stage = self.peers.values().filter(|peer| peer.stage == stage);
        let keys: Vec<Key> = on_stage.filter(|peer| named(peer.kind(), peer.who)).map(|peer| peer.key).collect();
        for key in &keys {
            self.dismiss(*key, why);
        }
        keys.len()
    }

    fn mute(&mut self, stage: StageId, peer: PeerId, muted: Muted) {
        let home = self.homes.entry(stage).or_default();
        if muted == Muted::default() {
            home.muted.remove(&peer);
        } else {
            home.muted.insert(peer, muted);
        }
        let mut told = Vec::new();
        for (key, publication) in home.publications.iter_mut().filter(|(_, publication)| publication.peer == peer) {
            publication.muted = muted;
            told.push(*key);
        }
        self.tell_programme(stage);
        for key in told {
            self.tell_slots(key);
        }
        self.forget_idle_home(stage);
    }

    fn end(&mut self, stage: StageId, why: Why) {
        self.dismiss_all(stage, why, |_, _| true);
        self.homes.remove(&stage);
    }

    fn record(&mut self, stage: StageId, recording: Recording) -> bool {
        let home = self.homes.entry(stage).or_default();
        if home.recording.is_some() {
            return false;
        }
        home.recording = Some(recording);
        for key in home.publications.keys().copied().collect::<Vec<_>>() {
            self.recording_wishes(stage, key);
        }
        true
    }

    /// The recording thread answers, when the files are complete.
    fn stop_recording(&mut self, stage: StageId, done: oneshot::Sender<Vec<Part>>) {
        if let Some(home) = self.homes.get_mut(&stage) {
            home.recording = None;
            home.publications.values_mut().for_each(|publication| publication.recorded = false);
        }
        self.shared.recorder.finish(stage, done);
        self.forget_idle_home(stage);
    }

    fn snapshot(&self, stage: StageId) -> StageSnapshot {
        let stands = |peer: &&Peer| peer.stage == stage && peer.connected && matches!(peer.role, Role::Viewer(_));
        let viewers = self.peers.values().filter(stands).count();
        let Some(home) = self.homes.get(&stage) else { return StageSnapshot { viewers, ..StageSnapshot::default() } };
        StageSnapshot {
            publications: home.publications.values().map(Publication::snapshot).collect(),
            viewers,
            speaking: home.speaking.clone(),
            recording: home.recording.is_some(),
        }
    }

    fn stop(&mut self, done: oneshot::Sender<()>) {
        for key in self.peers.keys().copied().collect::<Vec<_>>() {
            self.dismiss(key, Why::Ended);
        }
        self.homes.clear();
        self.stopping = Some(done);
    }
}

/// Whoever asked may have gone away meanwhile.
fn answer<T>(done: oneshot::Sender<T>, value: T) {
    if done.send(value).is_err() {
        tracing::debug!("an answer that nobody waits for");
    }
}
