//! A Matroska (RFC 9559) or WebM file that is written while it is played to: segment and clusters have no size at first, so
//! that the file is whole at every moment; `finish` fills in sizes, duration and cues.

use std::io::{self, Seek, SeekFrom, Write};

use super::ebml::{UNKNOWN_SIZE, element, float, id, long_size, room, size, unsigned};

pub const VIDEO: u8 = 1;
pub const AUDIO: u8 = 2;

/// A cluster's blocks count their time from its own in 16 bits.
const LONGEST_CLUSTER_MILLIS: u64 = 20_000;
/// Without pictures a cluster ends by itself, so that one can jump.
const SOUND_CLUSTER_MILLIS: u64 = 5_000;
/// Keyframes that follow each other closely share a cluster.
const SHORTEST_CLUSTER_MILLIS: u64 = 500;
/// The last frame's own length is unknown.
const LAST_FRAME_MILLIS: u64 = 20;
/// Samples a decoder of Opus throws away at the beginning, and has to decode before a jump's target.
const PRE_SKIP: u16 = 312;
const SEEK_PRE_ROLL_NANOS: u64 = 80_000_000;

/// What the tracks are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracks {
    pub video: Option<Video>,
    pub audio: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Video {
    pub codec: VideoCodec,
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    Vp8,
    /// With the parameter sets that stand at the head of the file.
    H264 {
        sps: Vec<u8>,
        pps: Vec<u8>,
    },
}

impl Tracks {
    /// WebM knows no H.264.
    pub fn extension(&self) -> &'static str {
        if self.is_webm() { "webm" } else { "mkv" }
    }

    fn is_webm(&self) -> bool {
        !matches!(self.video, Some(Video { codec: VideoCodec::H264 { .. }, .. }))
    }
}

pub struct Matroska<W: Write + Seek> {
    out: W,
    at: u64,
    /// Where the segment's content begins: positions in it count from here.
    segment: u64,
    duration: u64,
    /// Where the picture's size stands, and what it says.
    picture: Option<(u64, u32, u32)>,
    cluster: Option<Cluster>,
    cues: Vec<Cue>,
    cue_track: u8,
    last_millis: u64,
}

struct Cluster {
    millis: u64,
    /// Where its size is to be filled in.
    size_at: u64,
}

struct Cue {
    millis: u64,
    position: u64,
}

impl<W: Write + Seek> Matroska<W> {
    pub fn begin(mut out: W, tracks: &Tracks) -> io::Result<Self> {
        let mut head = header(tracks.is_webm());
        id(&mut head, 0x1853_8067);
        head.extend_from_slice(&UNKNOWN_SIZE);
        let segment = head.len() as u64;
        room(&mut head, seek_head(0).len());
        let duration = head.len() as u64 + info(&mut head) as u64;
        let picture = tracks.video.as_ref().map(|video| (video.width, video.height));
        let (list, picture_at) = track_list(tracks);
        let picture = picture.map(|(width, height)| (head.len() as u64 + picture_at as u64, width, height));
        head.extend_from_slice(&list);
        out.write_all(&head)?;
        let cue_track = if tracks.video.is_some() { VIDEO } else { AUDIO };
        let (cluster, cues) = (None, Vec::new());
        Ok(Self { out, at: head.len() as u64, segment, duration, picture, cluster, cues, cue_track, last_millis: 0 })
    }

    /// Writes one frame. Time may go back by as much as frames of two tracks do when interleaved.
    pub fn frame(&mut self, track: u8, millis: u64, keyframe: bool, data: &[u8]) -> io::Result<()> {
        if self.needs_cluster(track, millis, keyframe) {
            self.begin_cluster(track, millis, keyframe)?;
        }
        let base = self.cluster.as_ref().map_or(millis, |cluster| cluster.millis);
        let relative =
            if millis >= base { i16::try_from(millis - base) } else { i16::try_from(base - millis).map(|back| -back) };
        let mut block = Vec::with_capacity(data.len() + 16);
        id(&mut block, 0xa3);
        size(&mut block, data.len() as u64 + 4);
        block.push(0x80 | track);
        block.extend_from_slice(&relative.unwrap_or(i16::MAX).to_be_bytes());
        block.push(if keyframe { 0x80 } else { 0 });
        block.extend_from_slice(data);
        self.write(&block)?;
        self.last_millis = self.last_millis.max(millis);
        Ok(())
    }

    /// The head says the largest size: simulcast begins small, and a player lays its window out by the head.
    pub fn grow(&mut self, width: u32, height: u32) -> io::Result<()> {
        let Some((at, known_width, known_height)) = self.picture else { return Ok(()) };
        if width <= known_width && height <= known_height {
            return Ok(());
        }
        self.picture = Some((at, width, height));
        self.patch(at, &picture_size(width, height))
    }

    /// Makes what is written survive the process.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    pub fn bytes(&self) -> u64 {
        self.at
    }

    /// Fills in everything that was not known, and gives the file back.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_cluster()?;
        if !self.cues.is_empty() {
            let position = self.at - self.segment;
            let cues = cue_list(&self.cues, self.cue_track);
            self.write(&cues)?;
            self.patch(self.segment, &seek_head(position))?;
        }
        let mut duration = Vec::new();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a duration in milliseconds is exact in 52 bits for 140,000 years"
        )]
        float(&mut duration, 0x4489, (self.last_millis + LAST_FRAME_MILLIS) as f64);
        self.patch(self.duration, &duration)?;
        let length = self.at - self.segment;
        self.patch(self.segment - UNKNOWN_SIZE.len() as u64, &long_size(length))?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn needs_cluster(&self, track: u8, millis: u64, keyframe: bool) -> bool {
        let Some(cluster) = &self.cluster else { return true };
        let age = millis.saturating_sub(cluster.millis);
        let picture = track == VIDEO && keyframe && age >= SHORTEST_CLUSTER_MILLIS;
        let sound = self.cue_track == AUDIO && age >= SOUND_CLUSTER_MILLIS;
        picture || sound || age >= LONGEST_CLUSTER_MILLIS
    }

    fn begin_cluster(&mut self, track: u8, millis: u64, keyframe: bool) -> io::Result<()> {
        self.end_cluster()?;
        if track == self.cue_track && keyframe {
            self.cues.push(Cue { millis, position: self.at - self.segment });
        }
        let mut head = Vec::new();
        id(&mut head, 0x1f43_b675);
        self.cluster = Some(Cluster { millis, size_at: self.at + head.len() as u64 });
        head.extend_from_slice(&UNKNOWN_SIZE);
        unsigned(&mut head, 0xe7, millis);
        self.write(&head)
    }

    fn end_cluster(&mut self) -> io::Result<()> {
        let Some(Cluster { size_at, .. }) = self.cluster.take() else { return Ok(()) };
        let length = self.at - size_at - UNKNOWN_SIZE.len() as u64;
        self.patch(size_at, &long_size(length))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn patch(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.out.seek(SeekFrom::Start(at))?;
        self.out.write_all(bytes)?;
        self.out.seek(SeekFrom::Start(self.at))?;
        Ok(())
    }
}

fn header(webm: bool) -> Vec<u8> {
    let mut content = Vec::new();
    unsigned(&mut content, 0x4286, 1);
    unsigned(&mut content, 0x42f7, 1);
    unsigned(&mut content, 0x42f2, 4);
    unsigned(&mut content, 0x42f3, 8);
    element(&mut content, 0x4282, if webm { b"webm" } else { b"matroska" });
    unsigned(&mut content, 0x4287, 4);
    unsigned(&mut content, 0x4285, 2);
    let mut out = Vec::new();
    element(&mut out, 0x1a45_dfa3, &content);
    out
}

/// The index of one entry that leads to the cues; always of the same length.
fn seek_head(cues: u64) -> Vec<u8> {
    let mut entry = Vec::new();
    element(&mut entry, 0x53ab, &0x1c53_bb6b_u32.to_be_bytes());
    element(&mut entry, 0x53ac, &cues.to_be_bytes());
    let (mut seek, mut out) = (Vec::new(), Vec::new());
    element(&mut seek, 0x4dbb, &entry);
    element(&mut out, 0x114d_9b74, &seek);
    out
}

/// Writes the segment's facts with room for the duration, and answers where in them the room is.
fn info(out: &mut Vec<u8>) -> usize {
    const WRITER: &[u8] = b"guildhall";
    let (mut content, mut duration) = (Vec::new(), Vec::new());
    unsigned(&mut content, 0x2a_d7b1, 1_000_000);
    element(&mut content, 0x4d80, WRITER);
    element(&mut content, 0x5741, WRITER);
    float(&mut duration, 0x4489, 0.0);
    let before = out.len();
    let room_at = content.len();
    room(&mut content, duration.len());
    element(out, 0x1549_a966, &content);
    out.len() - before - content.len() + room_at
}

/// The tracks, and where in them the picture's size begins: it is the end of the first track.
fn track_list(tracks: &Tracks) -> (Vec<u8>, usize) {
    let mut content = Vec::new();
    if let Some(video) = &tracks.video {
        element(&mut content, 0xae, &video_track(video));
    }
    let first = content.len();
    if tracks.audio {
        element(&mut content, 0xae, &audio_track());
    }
    let mut out = Vec::new();
    element(&mut out, 0x1654_ae6b, &content);
    let picture_at = (out.len() - content.len() + first).saturating_sub(PICTURE_SIZE_BYTES);
    (out, picture_at)
}

const PICTURE_SIZE_BYTES: usize = 12;

/// Width and height with all their bytes, so that larger ones fit later.
fn picture_size(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(PICTURE_SIZE_BYTES);
    element(&mut out, 0xb0, &width.to_be_bytes());
    element(&mut out, 0xba, &height.to_be_bytes());
    out
}

fn track(number: u8, kind: u64, codec: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    unsigned(&mut out, 0xd7, u64::from(number));
    unsigned(&mut out, 0x73c5, u64::from(number));
    unsigned(&mut out, 0x83, kind);
    unsigned(&mut out, 0x9c, 0);
    element(&mut out, 0x86, codec);
    out
}

fn video_track(video: &Video) -> Vec<u8> {
    let mut out = match &video.codec {
        VideoCodec::Vp8 => track(VIDEO, 1, b"V_VP8"),
        VideoCodec::H264 { sps, pps } => {
            let mut out = track(VIDEO, 1, b"V_MPEG4/ISO/AVC");
            element(&mut out, 0x63a2, &decoder_configuration(sps, pps));
            out
        }
    };
    element(&mut out, 0xe0, &picture_size(video.width, video.height));
    out
}

/// ISO/IEC 14496-15, 5.3.3: profile and level as in the set, lengths of four bytes, one set of each kind.
fn decoder_configuration(sps: &[u8], pps: &[u8]) -> Vec<u8> {
    let mut out = vec![1];
    out.extend((1..4).map(|at| sps.get(at).copied().unwrap_or(0)));
    for (lead, set) in [(&[0xff, 0xe1][..], sps), (&[1][..], pps)] {
        out.extend_from_slice(lead);
        out.extend_from_slice(&u16::try_from(set.len()).unwrap_or(0).to_be_bytes());
        out.extend_from_slice(set);
    }
    out
}

fn audio_track() -> Vec<u8> {
    const RATE: u32 = 48_000;
    let mut out = track(AUDIO, 2, b"A_OPUS");
    let mut head = b"OpusHead".to_vec();
    head.extend_from_slice(&[1, 2]);
    head.extend_from_slice(&PRE_SKIP.to_le_bytes());
    head.extend_from_slice(&RATE.to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]);
    element(&mut out, 0x63a2, &head);
    unsigned(&mut out, 0x56aa, u64::from(PRE_SKIP) * 1_000_000_000 / u64::from(RATE));
    unsigned(&mut out, 0x56bb, SEEK_PRE_ROLL_NANOS);
    let mut sound = Vec::new();
    float(&mut sound, 0xb5, f64::from(RATE));
    unsigned(&mut sound, 0x9f, 2);
    element(&mut out, 0xe1, &sound);
    out
}

fn cue_list(cues: &[Cue], track: u8) -> Vec<u8> {
    let mut content = Vec::new();
    for cue in cues {
        let (mut place, mut point) = (Vec::new(), Vec::new());
        unsigned(&mut place, 0xf7, u64::from(track));
        unsigned(&mut place, 0xf1, cue.position);
        unsigned(&mut point, 0xb3, cue.millis);
        element(&mut point, 0xb7, &place);
        element(&mut content, 0xbb, &point);
    }
    let mut out = Vec::new();
    element(&mut out, 0x1c53_bb6b, &content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn the_head_grows_with_the_picture_and_nothing_else_moves() {
        let video = Video { codec: VideoCodec::Vp8, width: 240, height: 135 };
        let tracks = Tracks { video: Some(video), audio: true };
        let mut film = Matroska::begin(Cursor::new(Vec::new()), &tracks).unwrap();
        film.frame(VIDEO, 0, true, &[1]).unwrap();
        let before = film.out.get_ref().clone();
        film.grow(960, 540).unwrap();
        film.grow(480, 270).unwrap();
        let after = film.out.get_ref();
        let found = |size: &[u8]| after.windows(PICTURE_SIZE_BYTES).any(|bytes| bytes == size);
        assert!(found(&picture_size(960, 540)) && !found(&picture_size(240, 135)));
        assert_eq!(before.len(), after.len());
        assert!(before.iter().zip(after).filter(|(before, after)| before != after).count() <= 4);
    }
}
