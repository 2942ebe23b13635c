//! A publication at its stage's home: its media, its layers, its voice.

use std::time::{Duration, Instant};

use str0m::media::{MediaKind, Rid};

use super::clock::SenderClock;
use super::inbound::Inbound;
use super::keyframes::KeyframeGate;
use super::mail::Key;
use super::programme::{LayerFact, Source, SourceKey};
use super::rate::Meter;
use super::voice::Voice;
use crate::snapshot::{LayerSnapshot, PublicationSnapshot};
use crate::words::{ConnectionId, Kind, Muted, PeerId};

/// Simulcast has three layers; more are not remembered.
const LAYERS: usize = 4;
/// A picture that stands still sends little, a screen less. What has been silent for longer is not shown.
const CAMERA_STANDS: Duration = Duration::from_secs(3);
const SCREEN_STANDS: Duration = Duration::from_secs(15);
/// A better layer than the recorded one is gone over to once it has proved to last.
const RECORDED_AFTER: Duration = Duration::from_secs(2);

pub struct Publication {
    pub connection: ConnectionId,
    pub peer: PeerId,
    pub kind: Kind,
    pub connected: bool,
    pub since: Instant,
    pub muted: Muted,
    pub audio: Option<Sound>,
    pub video: Option<Pictures>,
    pub clock: SenderClock,
    /// The recording knows of it.
    pub recorded: bool,
}

#[derive(Default)]
pub struct Sound {
    voice: Voice,
    meter: Meter,
}

#[derive(Default)]
pub struct Pictures {
    layers: Vec<Layer>,
    last: Option<Instant>,
    /// The layer that is recorded.
    recorded: Option<Name>,
}

/// A layer's name; without simulcast the only layer has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(pub Option<Rid>);

struct Layer {
    rid: Option<Rid>,
    meter: Meter,
    height: Option<u32>,
    gate: KeyframeGate,
    since: Option<Instant>,
}

impl Layer {
    fn new(rid: Option<Rid>) -> Self {
        Self { rid, meter: Meter::default(), height: None, gate: KeyframeGate::default(), since: None }
    }
}

/// What a packet changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// A layer came up, or its height is new: the programme is out of date.
    pub programme: bool,
    /// The packet is of the layer that is recorded.
    pub recorded: bool,
}

impl Publication {
    pub fn key(&self, media: MediaKind) -> SourceKey {
        SourceKey { peer: self.peer, kind: self.kind, media }
    }

    pub fn is_muted(&self, media: MediaKind) -> bool {
        match media {
            MediaKind::Audio => self.muted.audio,
            MediaKind::Video => self.muted.video,
        }
    }

    pub fn has_media(&self) -> bool {
        self.audio.as_ref().is_some_and(|sound| sound.meter.ever())
            || self.video.as_ref().is_some_and(|video| video.last.is_some())
    }

    pub fn note(&mut self, packet: &Inbound) -> Noted {
        match packet.source.media {
            MediaKind::Audio => self.audio.as_mut().map_or_else(Noted::default, |sound| sound.note(packet)),
            MediaKind::Video => self.video.as_mut().map_or_else(Noted::default, |video| video.note(packet)),
        }
    }

    /// What of this publication is in the programme.
    pub fn sources(&self, publication: Key, now: Instant) -> Vec<Source> {
        let source = |media, spoke, layers, kilobits| Source {
            key: self.key(media),
            publication,
            spoke,
            since: self.since,
            layers,
            kilobits,
        };
        let spoke = self.audio.as_ref().and_then(|sound| sound.voice.spoke());
        let sound = self.audio.as_ref().filter(|sound| sound.meter.ever() && !self.muted.audio);
        let picture = self.video.as_ref().filter(|video| video.stands(self.kind, now) && !self.muted.video);
        let sound = sound.map(|sound| source(MediaKind::Audio, spoke, Vec::new(), sound.meter.kilobits()));
        let picture = picture.map(|video| source(MediaKind::Video, spoke, video.facts(now), 0));
        sound.into_iter().chain(picture).collect()
    }

    /// A muted peer does not speak, and a screen's sound is nobody's voice.
    pub fn is_speaking(&mut self, now: Instant) -> bool {
        let heard = self.kind == Kind::Camera && !self.muted.audio;
        self.audio.as_mut().is_some_and(|sound| sound.voice.is_speaking(now)) && heard
    }

    pub fn spoke(&self) -> Option<Instant> {
        self.audio.as_ref().and_then(|sound| sound.voice.spoke())
    }

    pub fn snapshot(&self) -> PublicationSnapshot {
        let video = self.video.as_ref();
        let layer = |layer: &Layer| LayerSnapshot {
            rid: layer.rid.map(|rid| rid.to_string()),
            kilobits: layer.meter.kilobits(),
            height: layer.height,
        };
        PublicationSnapshot {
            connection: self.connection,
            peer: self.peer,
            kind: self.kind,
            connected: self.connected,
            audio: self.audio.is_some(),
            video: video.is_some(),
            muted: self.muted,
            layers: video.map(|video| video.layers.iter().map(layer).collect()).unwrap_or_default(),
        }
    }
}

impl Sound {
    fn note(&mut self, packet: &Inbound) -> Noted {
        let first = !self.meter.ever();
        self.meter.count(packet.payload.len(), packet.at);
        self.voice.hear(packet.extensions.audio_level, packet.payload.len(), packet.at);
        Noted { programme: first, recorded: true }
    }
}

impl Pictures {
    /// The layers an offer promises, the best first; one without a name if it is no simulcast.
    pub fn promised(rids: impl IntoIterator<Item = Rid>) -> Self {
        let mut layers: Vec<Layer> = rids.into_iter().take(LAYERS).map(|rid| Layer::new(Some(rid))).collect();
        if layers.is_empty() {
            layers.push(Layer::new(None));
        }
        Self { layers, last: None, recorded: None }
    }

    fn note(&mut self, packet: &Inbound) -> Noted {
        self.last = Some(packet.at);
        let keyframe = packet.picture.begins();
        let Some(layer) = self.layer(packet.rid) else { return Noted::default() };
        let came_up = !layer.meter.is_alive(packet.at);
        if came_up {
            layer.since = Some(packet.at);
        }
        layer.meter.count(packet.payload.len(), packet.at);
        let mut resized = false;
        if keyframe {
            layer.gate.arrived();
            let height = packet.picture.size(&packet.payload).map(|(_, height)| height);
            resized = height.is_some() && height != layer.height;
            layer.height = height.or(layer.height);
        }
        if keyframe && self.recording_should_be(packet.at) == Some(Name(packet.rid)) {
            self.recorded = Some(Name(packet.rid));
        }
        Noted { programme: came_up || resized, recorded: self.recorded == Some(Name(packet.rid)) }
    }

    fn layer(&mut self, rid: Option<Rid>) -> Option<&mut Layer> {
        if !self.layers.iter().any(|layer| layer.rid == rid) {
            if self.layers.len() >= LAYERS {
                return None;
            }
            self.layers.push(Layer::new(rid));
        }
        self.layers.iter_mut().find(|layer| layer.rid == rid)
    }

    fn stands(&self, kind: Kind, now: Instant) -> bool {
        let allowed = if kind == Kind::Screen { SCREEN_STANDS } else { CAMERA_STANDS };
        self.last.is_some_and(|last| now.saturating_duration_since(last) < allowed)
    }

    /// The layers that arrive. A picture that stands with all its layers still keeps them all.
    fn facts(&self, now: Instant) -> Vec<LayerFact> {
        let any_alive = self.layers.iter().any(|layer| layer.meter.is_alive(now));
        let counts = |layer: &&Layer| if any_alive { layer.meter.is_alive(now) } else { layer.meter.ever() };
        let fact = |layer: &Layer| LayerFact { rid: layer.rid, kilobits: layer.meter.kilobits(), height: layer.height };
        let mut facts: Vec<LayerFact> = self.layers.iter().filter(counts).map(fact).collect();
        if facts.iter().all(|fact| fact.height.is_some()) {
            facts.sort_by_key(|fact| std::cmp::Reverse(fact.height));
        }
        facts
    }

    /// The best layer that arrives, but a better one than the present only when it has lasted.
    fn recording_should_be(&self, now: Instant) -> Option<Name> {
        let alive = |Name(rid): Name| self.layers.iter().any(|layer| layer.rid == rid && layer.meter.is_alive(now));
        let lasts =
            |layer: &Layer| layer.since.is_some_and(|since| now.saturating_duration_since(since) >= RECORDED_AFTER);
        let best = self.facts(now).first().map(|fact| Name(fact.rid))?;
        match self.recorded.filter(|rid| alive(*rid)) {
            Some(present) if present != best => {
                let settled = self.layers.iter().any(|layer| Name(layer.rid) == best && lasts(layer));
                Some(if settled { best } else { present })
            }
            _ => Some(best),
        }
    }

    /// The layer whose next keyframe the recording waits for, if it should go over to another.
    pub fn recording_waits_for(&self, now: Instant) -> Option<Name> {
        self.recording_should_be(now).filter(|rid| self.recorded != Some(*rid))
    }

    pub fn recorded_layer(&self) -> Option<Rid> {
        self.recorded.and_then(|Name(rid)| rid).or_else(|| self.layers.first().and_then(|layer| layer.rid))
    }

    /// Whether to ask the layer for a keyframe now.
    pub fn wish(&mut self, rid: Option<Rid>, now: Instant) -> bool {
        self.layers.iter_mut().find(|layer| layer.rid == rid).is_some_and(|layer| layer.gate.wish(now))
    }

    /// The layers that are to be asked now for what was wished earlier.
    pub fn due(&mut self, now: Instant) -> Vec<Option<Rid>> {
        self.layers.iter_mut().filter_map(|layer| layer.gate.due(now).then_some(layer.rid)).collect()
    }
}
