//! One publication on its way to disk. Usually that is one file; another begins when the tracks change in a way that a file
//! can't follow: a picture where none was promised, another codec, other H.264 parameters.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use str0m::format::Codec;
use str0m::media::MediaKind;

use super::frames::{Coding, Frames};
use super::matroska::{AUDIO, Tracks, VIDEO, Video, VideoCodec};
use super::order::{Order, Piece};
use super::part::{HELD_BACK, OpenPart, Told};
use super::{Begin, Expected};
use crate::engine::Inbound;
use crate::words::StageId;

/// The first file waits so long for a promised picture before it begins with the sound alone.
const PICTURE_AWAITED: Duration = Duration::from_secs(1);
/// When the sender's clock and ours disagree by more, the sender's has jumped.
const CLOCKS_AGREE_WITHIN_MILLIS: u64 = 500;

pub struct Writing {
    begin: Begin,
    video: Lane,
    audio: Lane,
    frames: Frames,
    coding: Option<Coding>,
    /// Frames in the order of their time, until it is certain that no earlier one comes.
    waiting: BTreeMap<(u64, u64), Waiting>,
    count: u64,
    first: Option<Instant>,
    file: Option<OpenPart>,
    files: u32,
    broken: bool,
    wishes_keyframe: bool,
}

struct Waiting {
    track: u8,
    keyframe: bool,
    data: Vec<u8>,
    video: Option<Video>,
}

/// One medium: its order, and its clock against ours.
struct Lane {
    order: Order,
    clock: u64,
    /// A time on the sender's clock and on ours, and whether the sender's reports have told it.
    base: Option<(u64, u64, bool)>,
    /// The last packet's time, on the sender's clock and on ours.
    last: Option<(u64, u64)>,
}

impl Lane {
    fn new(clock: u64) -> Self {
        Self { order: Order::default(), clock, base: None, last: None }
    }

    /// The time of a packet in milliseconds since `started`: by the sender's clock, fixed to ours.
    /// Frames keep their order even where a clock jumps back.
    fn millis(&mut self, piece: &Piece, started: Instant) -> u64 {
        let millis = match self.last {
            Some((time, millis)) if time == piece.long_time => return millis,
            Some((_, millis)) => self.mapped(piece, started).max(millis + 1),
            None => self.mapped(piece, started),
        };
        self.last = Some((piece.long_time, millis));
        millis
    }

    fn mapped(&mut self, piece: &Piece, started: Instant) -> u64 {
        let came = millis_since(started, piece.captured.unwrap_or(piece.at));
        let now = (piece.long_time, came, piece.captured.is_some());
        let (time, millis, reported) = *self.base.get_or_insert(now);
        let by_sender = millis + piece.long_time.saturating_sub(time) * 1_000 / self.clock;
        // The first report places both media by the same clock, and sets right what was guessed from arrivals.
        let told = piece.captured.is_some() && !reported;
        if told || by_sender.abs_diff(came) > CLOCKS_AGREE_WITHIN_MILLIS {
            self.base = Some(now);
            return came;
        }
        by_sender
    }
}

fn millis_since(started: Instant, at: Instant) -> u64 {
    u64::try_from(at.saturating_duration_since(started).as_millis()).unwrap_or(u64::MAX)
}

impl Writing {
    pub fn new(begin: Begin) -> Self {
        Self {
            begin,
            video: Lane::new(90_000),
            audio: Lane::new(48_000),
            frames: Frames::default(),
            coding: None,
            waiting: BTreeMap::new(),
            count: 0,
            first: None,
            file: None,
            files: 0,
            broken: false,
            wishes_keyframe: false,
        }
    }

    pub fn stage(&self) -> StageId {
        self.begin.stage
    }

    /// Whether to ask for a keyframe; asked once for each need, the publisher's gate repeats it.
    pub fn wishes_keyframe(&mut self) -> bool {
        std::mem::take(&mut self.wishes_keyframe)
    }

    pub fn push(&mut self, packet: &Inbound) -> Vec<Told> {
        if self.broken {
            return Vec::new();
        }
        self.first.get_or_insert(packet.at);
        let piece = Piece::of(packet);
        match packet.source.media {
            MediaKind::Audio => {
                self.audio.order.push(packet.rid, piece);
            }
            MediaKind::Video => {
                let coding = if packet.spec.codec == Codec::H264 { Coding::H264 } else { Coding::Vp8 };
                let another = self.coding.replace(coding).is_some_and(|before| before != coding);
                if self.video.order.push(packet.rid, piece) || another {
                    self.frames.lose();
                    self.video.base = None;
                }
            }
        }
        self.tick_at(packet.at)
    }

    /// Time goes on, also when nothing comes.
    pub fn tick(&mut self, now: Instant) -> Vec<Told> {
        let mut told = self.tick_at(now);
        if let Some(file) = &mut self.file
            && let Err(error) = file.flush()
        {
            told.extend(self.give_up(error));
        }
        told
    }

    pub fn finish(&mut self) -> Vec<Told> {
        let far = Instant::now() + Duration::from_hours(1);
        self.collect(far);
        let mut told = self.write(u64::MAX);
        told.extend(self.file.take().map(OpenPart::finish));
        told
    }

    fn tick_at(&mut self, now: Instant) -> Vec<Told> {
        self.collect(now);
        let awaited = self.awaits_picture(now);
        if awaited {
            return Vec::new();
        }
        let settled = now.checked_sub(HELD_BACK).map_or(0, |settled| millis_since(self.begin.started, settled));
        self.write(settled)
    }

    /// From packets to frames.
    fn collect(&mut self, now: Instant) {
        while let Some((piece, gap)) = self.video.order.pop(now) {
            if gap {
                self.frames.lose();
            }
            let waited = self.frames.waits_for_keyframe();
            let millis = self.video.millis(&piece, self.begin.started);
            let frame = self.coding.and_then(|coding| self.frames.push(coding, &piece));
            self.wishes_keyframe |= !waited && self.frames.waits_for_keyframe() || gap;
            if let Some(frame) = frame {
                self.wait(
                    millis,
                    Waiting { track: VIDEO, keyframe: frame.keyframe, data: frame.data, video: frame.video },
                );
            }
        }
        while let Some((piece, _)) = self.audio.order.pop(now) {
            let millis = self.audio.millis(&piece, self.begin.started);
            self.wait(millis, Waiting { track: AUDIO, keyframe: true, data: piece.payload.to_vec(), video: None });
        }
    }

    fn wait(&mut self, millis: u64, frame: Waiting) {
        self.count += 1;
        self.waiting.insert((millis, self.count), frame);
    }

    /// Before the first file: a picture was promised, and may still come.
    fn awaits_picture(&self, now: Instant) -> bool {
        let Expected { video, .. } = self.begin.expected;
        let there = self.waiting.values().any(|frame| frame.track == VIDEO);
        let since = self.first.map_or(Duration::ZERO, |first| now.saturating_duration_since(first));
        self.files == 0 && video && !there && since < PICTURE_AWAITED
    }

    fn write(&mut self, settled: u64) -> Vec<Told> {
        let mut told = Vec::new();
        while let Some(((millis, _), frame)) = self.waiting.first_key_value()
            && *millis <= settled
            && !self.broken
        {
            let millis = *millis;
            if self.file.as_ref().is_none_or(|file| !holds(&file.tracks, frame)) {
                told.extend(self.file.take().map(OpenPart::finish));
                told.extend(self.begin_file(millis));
            }
            let Some((_, frame)) = self.waiting.pop_first() else { break };
            let written = self.file.as_mut().map(|file| {
                frame.video.as_ref().map_or(Ok(()), |video| file.grow(video))?;
                file.frame(frame.track, millis, frame.keyframe, &frame.data)
            });
            if let Some(Err(error)) = written {
                told.extend(self.give_up(error));
            }
        }
        told
    }

    /// The tracks of a new file: what waits now, and sound if it was promised.
    fn begin_file(&mut self, millis: u64) -> Option<Told> {
        let video = self.waiting.values().find_map(|frame| frame.video.clone());
        let audio = self.begin.expected.audio || self.waiting.values().any(|frame| frame.track == AUDIO);
        if video.is_none() && self.waiting.values().all(|frame| frame.track == VIDEO) {
            return None;
        }
        self.files += 1;
        match OpenPart::create(&self.begin, Tracks { video, audio }, millis) {
            Ok(file) => {
                let told = Told::Started(file.part.clone());
                self.file = Some(file);
                Some(told)
            }
            Err(error) => {
                self.broken = true;
                let (peer, kind, file) = (self.begin.peer, self.begin.kind, self.begin.folder.clone());
                let offset = Duration::from_millis(millis);
                Some(Told::Failed(crate::words::Part { peer, kind, file, offset, duration: None, bytes: 0 }, error))
            }
        }
    }

    /// The disk refuses: what is in the file stays, the rest of this publication is not recorded.
    fn give_up(&mut self, error: io::Error) -> Option<Told> {
        self.broken = true;
        self.waiting.clear();
        self.file.take().map(|file| file.fail(error))
    }
}

/// Whether a file with these tracks can take the frame. VP8 may change its size within a file, H.264 its parameters not.
fn holds(tracks: &Tracks, frame: &Waiting) -> bool {
    if frame.track == AUDIO {
        return tracks.audio;
    }
    match (&tracks.video, &frame.video) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(Video { codec: VideoCodec::Vp8, .. }), Some(now)) => now.codec == VideoCodec::Vp8,
        (Some(was), Some(now)) => was == now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn piece(long_time: u64, at: Instant) -> Piece {
        Piece { sequence: 0, long_time, marker: true, at, captured: None, payload: Arc::from([1_u8].as_slice()) }
    }

    #[test]
    fn frames_are_as_far_apart_as_the_sender_says_whenever_they_arrive() {
        let (mut lane, start) = (Lane::new(90_000), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        let millis: Vec<u64> = [(0, 100), (1_800, 190), (1_800, 191), (3_600, 200)]
            .map(|(time, came)| lane.millis(&piece(time, at(came)), start))
            .into();
        assert_eq!(millis, [100, 120, 120, 140]);
    }

    #[test]
    fn a_clock_that_jumps_is_set_anew_and_never_turns_frames_round() {
        let (mut lane, start) = (Lane::new(90_000), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        assert_eq!(lane.millis(&piece(0, at(0)), start), 0);
        assert_eq!(lane.millis(&piece(90_000 * 3_600, at(40)), start), 40);
        assert_eq!(lane.millis(&piece(90_000 * 3_600 + 36_000, at(80)), start), 440);
        assert_eq!(lane.millis(&piece(90, at(120)), start), 441);
    }

    #[test]
    fn a_file_holds_what_its_tracks_can_say() {
        let vp8 = |width| Video { codec: VideoCodec::Vp8, width, height: 1 };
        let h264 = |set: u8| Video { codec: VideoCodec::H264 { sps: vec![set], pps: vec![] }, width: 1, height: 1 };
        let frame = |track, video: Option<Video>| Waiting { track, keyframe: video.is_some(), data: vec![], video };
        let tracks = |video, audio| Tracks { video, audio };
        assert!(holds(&tracks(Some(vp8(1)), false), &frame(VIDEO, Some(vp8(2)))), "VP8 may change its size");
        assert!(!holds(&tracks(Some(vp8(1)), true), &frame(VIDEO, Some(h264(1)))));
        assert!(
            !holds(&tracks(Some(h264(1)), true), &frame(VIDEO, Some(h264(2)))),
            "other parameters need another head"
        );
        assert!(holds(&tracks(Some(h264(1)), true), &frame(VIDEO, Some(h264(1)))));
        assert!(!holds(&tracks(None, true), &frame(VIDEO, Some(vp8(1)))));
        assert!(!holds(&tracks(Some(vp8(1)), false), &frame(AUDIO, None)));
    }
}
