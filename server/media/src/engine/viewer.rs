//! A viewer's slots, and what is in them.

use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::format::{Codec, CodecSpec};
use str0m::media::{MediaKind, Mid, Pt};
use str0m::rtp::{RtpWrite, Vp8Patch};

use super::inbound::{Inbound, Picture};
use super::layers::{self, Target, Wish};
use super::mail::Key;
use super::programme::{Programme, SourceKey};
use super::rewrite::{Feed, Numbers, Rewriter};
use super::slots::{assign, ranked};
use crate::words::PeerId;

#[derive(Debug, Default)]
pub struct Viewer {
    pub slots: Vec<Slot>,
    /// What the path carries, in kilobits, once the estimator has said so.
    pub estimate: Option<u64>,
    ambition: (u64, u64),
}

/// One m-line.
#[derive(Debug)]
pub struct Slot {
    pub mid: Mid,
    pub media: MediaKind,
    pub source: Option<SourceKey>,
    /// The connection that brings the source now.
    publication: Option<Key>,
    /// The tile's height in device pixels, once the viewer has said it; 0 is out of sight.
    pub height: Option<u32>,
    pub target: Target,
    rewriter: Rewriter,
    /// The path does not keep up: nothing is sent before this.
    held_until: Option<Instant>,
    /// Our payload type for the codec of the source.
    payload_type: Option<(CodecSpec, Option<Pt>)>,
}

/// How long a picture stands still when the path did not keep up, so that the queue drains and the estimate follows.
const HELD_FOR: Duration = Duration::from_secs(2);

/// What a new arrangement asks of others.
#[derive(Debug, Default)]
pub struct Arranged {
    /// Sources have moved: the audience's index is out of date.
    pub moved: bool,
    /// Layers this viewer waits for.
    pub keyframes: Vec<(SourceKey, Option<str0m::media::Rid>)>,
}

impl Viewer {
    pub fn add_slot(&mut self, mid: Mid, media: MediaKind) {
        let clock = if media == MediaKind::Video { 90_000 } else { 48_000 };
        self.slots.push(Slot {
            mid,
            media,
            source: None,
            publication: None,
            height: None,
            target: Target::Off,
            rewriter: Rewriter::new(clock),
            held_until: None,
            payload_type: None,
        });
    }

    /// Fills the slots from the programme and chooses layers.
    pub fn arrange(&mut self, programme: &Programme, own: Option<PeerId>) -> Arranged {
        let mut arranged = Arranged { moved: self.fill(programme, own), ..Arranged::default() };
        self.choose_layers(programme);
        for slot in self.slots.iter().filter(|slot| slot.media == MediaKind::Video) {
            if let (Some(source), Some(feed)) = (slot.source, slot.waits_for()) {
                arranged.keyframes.push((source, feed.rid));
            }
        }
        arranged
    }

    fn fill(&mut self, programme: &Programme, own: Option<PeerId>) -> bool {
        let mut moved = false;
        for media in [MediaKind::Video, MediaKind::Audio] {
            let pictures: Vec<_> = self.sources(MediaKind::Video);
            let beside = |key: SourceKey| {
                let picture = SourceKey { media: MediaKind::Video, ..key };
                pictures.iter().position(|shown| *shown == Some(picture))
            };
            let filled = assign(&self.sources(media), &ranked(programme, media, own), beside);
            let slots = self.slots.iter_mut().filter(|slot| slot.media == media);
            for (slot, source) in slots.zip(filled) {
                moved |= slot.source != source;
                slot.put(source, programme);
            }
        }
        moved
    }

    fn sources(&self, media: MediaKind) -> Vec<Option<SourceKey>> {
        self.slots.iter().filter(|slot| slot.media == media).map(|slot| slot.source).collect()
    }

    fn choose_layers(&mut self, programme: &Programme) {
        let facts = |slot: &Slot| slot.source.and_then(|source| programme.find(source));
        let sound: u64 = self
            .slots
            .iter()
            .filter(|slot| slot.media == MediaKind::Audio)
            .filter_map(facts)
            .map(|source| source.kilobits)
            .sum();
        let mut pictures: Vec<usize> =
            (0..self.slots.len()).filter(|at| self.slots[*at].media == MediaKind::Video).collect();
        let order = ranked(programme, MediaKind::Video, None);
        pictures.sort_by_key(|at| {
            self.slots[*at].source.and_then(|source| order.iter().position(|key| *key == source)).unwrap_or(usize::MAX)
        });
        let wishes: Vec<Wish<'_>> = pictures
            .iter()
            .map(|at| {
                let slot = &self.slots[*at];
                let layers = facts(slot).map(|source| source.layers.as_slice()).unwrap_or_default();
                Wish { now: slot.target, height: slot.height, layers }
            })
            .collect();
        let targets = layers::share(self.estimate, sound, &wishes);
        self.ambition = layers::ambition(sound, &wishes, &targets);
        for (at, target) in pictures.into_iter().zip(targets) {
            self.slots[at].target = target;
        }
    }

    /// What the estimator is to try for, in kilobits: minimum and desired.
    pub fn ambition(&self) -> (u64, u64) {
        self.ambition
    }

    /// The layer a slot waits for, or shows: what a keyframe request of the viewer means.
    pub fn wanted(&self, mid: Mid) -> Option<(SourceKey, Option<str0m::media::Rid>)> {
        let slot = self.slots.iter().find(|slot| slot.mid == mid)?;
        match slot.target {
            Target::Layer(rid) => Some((slot.source?, rid)),
            Target::Off => None,
        }
    }
}

impl Slot {
    fn put(&mut self, source: Option<SourceKey>, programme: &Programme) {
        if self.source != source {
            self.rewriter.pause();
        }
        self.source = source;
        self.publication = source.and_then(|source| programme.find(source)).map(|source| source.publication);
    }

    /// What was sent so far is still queued: more would only arrive later and later, so the picture stands still instead.
    pub fn hold(&mut self, now: Instant) {
        self.rewriter.pause();
        self.held_until = Some(now + HELD_FOR);
    }

    fn waits_for(&self) -> Option<Feed> {
        if self.held_until.is_some() {
            return None;
        }
        let (Target::Layer(rid), Some(publication)) = (self.target, self.publication) else { return None };
        let feed = Feed { publication, rid };
        (self.rewriter.feed() != Some(feed)).then_some(feed)
    }

    /// The packet as this viewer gets it, if it is for this slot at all.
    pub fn take(&mut self, packet: &Inbound, rtc: &Rtc) -> Option<RtpWrite> {
        if self.publication != Some(packet.publication) {
            return None;
        }
        if self.held_until.is_some_and(|until| packet.at < until) {
            return None;
        }
        self.held_until = None;
        if self.media == MediaKind::Video {
            let Target::Layer(rid) = self.target else {
                self.rewriter.pause();
                return None;
            };
            // The layer shown so far goes on until the wanted one has a keyframe.
            if rid != packet.rid && self.rewriter.feed() != Some(Feed::of(packet)) {
                return None;
            }
        }
        let payload_type = self.payload_type(packet.spec, rtc)?;
        let numbers = self.rewriter.rewrite(packet)?;
        Some(write(packet, numbers, payload_type))
    }

    fn payload_type(&mut self, spec: CodecSpec, rtc: &Rtc) -> Option<Pt> {
        if let Some((known, payload_type)) = self.payload_type
            && known == spec
        {
            return payload_type;
        }
        let found = find_payload_type(rtc, self.mid, spec);
        self.payload_type = Some((spec, found));
        found
    }
}

/// The viewer's own number for the codec. For H.264 the packetisation must be the same; another profile is better than none.
fn find_payload_type(rtc: &Rtc, mid: Mid, spec: CodecSpec) -> Option<Pt> {
    let offered = rtc.media(mid)?.remote_pts();
    let params = || rtc.codec_config().params().iter().filter(|params| offered.contains(&params.pt()));
    let packed_alike =
        |other: &CodecSpec| other.format.packetization_mode.unwrap_or(0) == spec.format.packetization_mode.unwrap_or(0);
    let exact = params().find(|params| params.spec() == spec);
    let alike = || {
        params().find(|params| {
            params.spec().codec == spec.codec && (spec.codec != Codec::H264 || packed_alike(&params.spec()))
        })
    };
    exact.or_else(alike).map(str0m::format::PayloadParams::pt)
}

fn write(packet: &Inbound, numbers: Numbers, payload_type: Pt) -> RtpWrite {
    // Our reports to the viewer say when it was captured, so that lips stay in step across the hop.
    let at = packet.captured.unwrap_or(packet.at);
    let write = RtpWrite::new(payload_type, numbers.sequence.into(), numbers.time, at, packet.payload.clone())
        .marker(packet.marker)
        .ext_vals(packet.extensions.clone())
        .nackable(packet.source.media == MediaKind::Video);
    match patch(packet, numbers) {
        Some(patch) => write.vp8_patch(patch),
        None => write,
    }
}

fn patch(packet: &Inbound, numbers: Numbers) -> Option<Vp8Patch> {
    let Picture::Vp8(ours, theirs) = &packet.picture else { return None };
    let changed = ours.picture_id.map(|id| id.value) != numbers.picture_id || ours.tl0_pic_idx != numbers.tl0_pic_idx;
    if !changed {
        return None;
    }
    let mut patch = theirs.patch();
    if let Some(id) = numbers.picture_id {
        patch = patch.picture_id(id);
    }
    if let Some(index) = numbers.tl0_pic_idx {
        patch = patch.tl0_pic_idx(index);
    }
    patch.build().ok()
}
