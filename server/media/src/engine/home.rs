//! A stage's home: its publications, what the host has muted, who speaks, whether it is recorded.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use str0m::format::CodecSpec;
use str0m::media::{KeyframeRequestKind, MediaAdded, MediaKind, Rid};
use str0m::rtp::{ExtensionValues, RtpPacket};

use super::clock::{Reported, SenderClock};
use super::drive::drive;
use super::inbound::{Inbound, Picture};
use super::mail::{Ask, Key, Mail};
use super::peer::{Peer, Role};
use super::programme::{Programme, SourceKey};
use super::publication::{Pictures, Publication, Sound};
use super::worker::Worker;
use crate::notices::Notice;
use crate::recording::{Begin, Expected};
use crate::words::{Muted, PeerId, Recording, StageId};

#[derive(Default)]
pub struct Home {
    /// In the order of their coming.
    pub publications: BTreeMap<Key, Publication>,
    /// Kept when its peer goes, so that a reconnect does not undo it.
    pub muted: HashMap<PeerId, Muted>,
    /// Other threads with viewers of this stage.
    pub subscribers: Vec<usize>,
    pub speaking: Vec<PeerId>,
    pub recording: Option<Recording>,
    /// The audiences must be told anew.
    pub changed: bool,
}

impl Home {
    /// Nothing depends on it any more.
    pub fn is_idle(&self) -> bool {
        self.publications.is_empty() && self.muted.is_empty() && self.subscribers.is_empty() && self.recording.is_none()
    }

    pub fn programme(&self, now: Instant) -> Programme {
        let connected = self.publications.iter().filter(|(_, publication)| publication.connected);
        let sources = connected.flat_map(|(key, publication)| publication.sources(*key, now)).collect();
        Programme { sources, speaking: self.speaking.clone() }
    }

    /// Who speaks now, the latest first; `None` if nothing has changed.
    pub fn listen(&mut self, now: Instant) -> Option<Vec<PeerId>> {
        let speaking = self.publications.values_mut().filter_map(|publication| {
            let speaks = publication.is_speaking(now);
            speaks.then(|| (publication.spoke(), publication.peer))
        });
        let mut speaking: Vec<_> = speaking.collect();
        // A stable order among those who speak at once, or the list would differ with every packet.
        speaking
            .sort_by_key(|(_, peer)| self.speaking.iter().position(|known| known == peer).map_or((0, 0), |at| (1, at)));
        let speaking: Vec<PeerId> = speaking.into_iter().map(|(_, peer)| peer).collect();
        if speaking == self.speaking {
            return None;
        }
        self.speaking.clone_from(&speaking);
        self.changed = true;
        Some(speaking)
    }

    fn find(&mut self, source: SourceKey) -> Option<(Key, &mut Publication)> {
        let same = |publication: &Publication| publication.peer == source.peer && publication.kind == source.kind;
        // The newest, if an older connection is still being replaced.
        self.publications.iter_mut().rev().find(|(_, publication)| same(publication)).map(|(key, found)| (*key, found))
    }
}

impl Worker {
    pub fn publication_has(&mut self, key: Key, media: &MediaAdded) {
        let Some(peer) = self.peers.get_mut(&key) else { return };
        let Role::Publisher(tracks) = &mut peer.role else { return };
        let Some(publication) = self.homes.get_mut(&peer.stage).and_then(|home| home.publications.get_mut(&key)) else {
            return;
        };
        // One of each; what else an offer brings is received and dropped.
        match media.kind {
            MediaKind::Audio if tracks.audio.is_none() => {
                tracks.audio = Some(media.mid);
                publication.audio = Some(Sound::default());
            }
            MediaKind::Video if tracks.video.is_none() => {
                tracks.video = Some(media.mid);
                let rids = media.simulcast.iter().flat_map(|simulcast| simulcast.recv.iter().map(|layer| layer.rid));
                publication.video = Some(Pictures::promised(rids));
            }
            _ => {}
        }
    }

    /// A publisher's packet: counted, refused if muted, recorded, and given to the audiences.
    pub fn media(&mut self, key: Key, packet: RtpPacket) {
        let Some(peer) = self.peers.get_mut(&key) else { return };
        let stage = peer.stage;
        let Some(home) = self.homes.get_mut(&stage) else { return };
        let Some(publication) = home.publications.get_mut(&key) else { return };
        let Some(inbound) = read(peer, publication, packet) else { return };
        if publication.is_muted(inbound.source.media) {
            self.shared.counters.muted.one();
            return;
        }
        let noted = publication.note(&inbound);
        home.changed |= noted.programme;
        let inbound = Arc::new(inbound);
        if noted.recorded
            && let Some(recording) = &home.recording
        {
            if !publication.recorded {
                publication.recorded = true;
                self.shared.recorder.begin(begin(stage, key, publication, recording));
            }
            self.shared.recorder.push(&inbound);
        }
        if noted.programme {
            self.tell_programme(stage);
        }
        self.give_out(stage, &inbound);
    }

    fn give_out(&mut self, stage: StageId, packet: &Arc<Inbound>) {
        let subscribers = self.homes.get(&stage).map(|home| home.subscribers.as_slice()).unwrap_or_default();
        for thread in subscribers {
            if !self.shared.mailboxes[*thread].offer(Mail::Packet(stage, Arc::clone(packet))) {
                self.shared.counters.overflown.one();
            }
        }
        self.show(stage, packet);
    }

    /// Tells all audiences of a stage what there is to see.
    pub fn tell_programme(&mut self, stage: StageId) {
        let Some(home) = self.homes.get_mut(&stage) else { return };
        home.changed = false;
        let programme = Arc::new(home.programme(Instant::now()));
        for thread in &home.subscribers {
            if self.shared.mailboxes[*thread].send(Mail::Programme(stage, Arc::clone(&programme))).is_err() {
                tracing::debug!(thread, "an audience's thread is gone");
            }
        }
        self.new_programme(stage, programme);
    }

    pub fn asked(&mut self, stage: StageId, ask: Ask) {
        match ask {
            Ask::Subscribe(thread) => {
                let home = self.homes.entry(stage).or_default();
                if !home.subscribers.contains(&thread) {
                    home.subscribers.push(thread);
                }
                self.tell_programme(stage);
            }
            Ask::Unsubscribe(thread) => {
                if let Some(home) = self.homes.get_mut(&stage) {
                    home.subscribers.retain(|subscriber| *subscriber != thread);
                }
                self.forget_idle_home(stage);
            }
            Ask::Keyframe(source, rid) => self.wish_keyframe(stage, source, rid),
            Ask::RecordingKeyframe(key) => self.recording_wishes(stage, key),
        }
    }

    fn wish_keyframe(&mut self, stage: StageId, source: SourceKey, rid: Option<Rid>) {
        self.shared.counters.keyframes_wished.one();
        let Some((key, publication)) = self.homes.get_mut(&stage).and_then(|home| home.find(source)) else { return };
        if publication.video.as_mut().is_some_and(|video| video.wish(rid, Instant::now())) {
            self.ask_keyframe(key, rid);
        }
    }

    pub fn recording_wishes(&mut self, stage: StageId, key: Key) {
        let Some(publication) = self.homes.get_mut(&stage).and_then(|home| home.publications.get_mut(&key)) else {
            return;
        };
        let source = publication.key(MediaKind::Video);
        if let Some(rid) = publication.video.as_ref().map(Pictures::recorded_layer) {
            self.wish_keyframe(stage, source, rid);
        }
    }

    pub fn ask_keyframe(&mut self, key: Key, rid: Option<Rid>) {
        let Some(peer) = self.peers.get_mut(&key) else { return };
        let Role::Publisher(tracks) = &peer.role else { return };
        let Some(mid) = tracks.video else { return };
        if let Some(stream) = peer.rtc.direct_api().stream_rx_by_mid(mid, rid) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
            self.shared.counters.keyframes_asked.one();
            drive(peer, &mut self.around);
        }
    }

    /// Who speaks is said when it changes.
    pub fn listen(&mut self, stage: StageId, now: Instant) {
        if let Some(peers) = self.homes.get_mut(&stage).and_then(|home| home.listen(now)) {
            self.shared.tell(Notice::Speaking { stage, peers });
        }
    }

    pub fn forget_idle_home(&mut self, stage: StageId) {
        if self.homes.get(&stage).is_some_and(Home::is_idle) {
            self.homes.remove(&stage);
        }
    }
}

/// Makes of a packet what audiences and the recording see, or `None` if it is of no use to them.
fn read(peer: &mut Peer, publication: &mut Publication, packet: RtpPacket) -> Option<Inbound> {
    let Role::Publisher(tracks) = &mut peer.role else { return None };
    let track = tracks.track(&mut peer.rtc, packet.header.ssrc)?;
    let spec = tracks.spec(&peer.rtc, packet.header.payload_type)?;
    let picture = Picture::of(spec.codec, &packet.payload)?;
    let captured = captured(&mut publication.clock, &packet, spec);
    let came = packet.header.ext_vals;
    // Names of m-lines, transport numbers and send times belong to the hop, and str0m sets them anew.
    let extensions = ExtensionValues {
        audio_level: came.audio_level,
        voice_activity: came.voice_activity,
        video_orientation: came.video_orientation,
        ..ExtensionValues::default()
    };
    Some(Inbound {
        source: publication.key(track.media),
        publication: peer.key,
        rid: track.rid,
        spec,
        sequence: *packet.seq_no,
        time: packet.header.timestamp,
        long_time: packet.time.numer(),
        marker: packet.header.marker,
        at: packet.timestamp,
        captured,
        payload: packet.payload,
        extensions,
        picture,
    })
}

fn captured(clock: &mut SenderClock, packet: &RtpPacket, spec: CodecSpec) -> Option<Instant> {
    let info = packet.last_sender_info?;
    // The report's low 32 bits are what it said; the packet's time is compared with them by difference.
    let time = u32::try_from(info.rtp_time.numer() & u64::from(u32::MAX)).ok()?;
    let reported = Reported { at: info.ntp_time, time };
    let captured = reported.captured(packet.header.timestamp, spec.clock_rate.get())?;
    Some(clock.place(captured, packet.timestamp))
}

fn begin(stage: StageId, key: Key, publication: &Publication, recording: &Recording) -> Begin {
    Begin {
        stage,
        publication: key,
        peer: publication.peer,
        kind: publication.kind,
        folder: recording.folder.clone(),
        started: recording.started,
        expected: Expected {
            audio: publication.audio.is_some() && !publication.muted.audio,
            video: publication.video.is_some() && !publication.muted.video,
        },
    }
}
