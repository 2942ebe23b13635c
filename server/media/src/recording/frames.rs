//! Pictures put together from packets. After a loss nothing is given out until a keyframe comes: a decoder that starts in
//! the middle shows rubbish.

use super::matroska::{Video, VideoCodec};
use super::order::Piece;
use crate::wire::{h264, sps, vp8};

/// Larger than any picture a stage sends; what grows beyond is dropped.
const LARGEST_FRAME_BYTES: usize = 8 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Vp8,
    H264,
}

/// One picture as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub data: Vec<u8>,
    pub keyframe: bool,
    /// With a keyframe: what the file must say about the track.
    pub video: Option<Video>,
}

#[derive(Debug)]
pub struct Frames {
    data: Vec<u8>,
    /// The frame is whole so far.
    whole: bool,
    time: Option<u64>,
    keyframe: bool,
    waits_for_keyframe: bool,
    sps: Vec<u8>,
    pps: Vec<u8>,
    /// Where the unit that is being put together begins, behind room for its length.
    unit: Option<usize>,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            data: Vec::new(),
            whole: false,
            time: None,
            keyframe: false,
            waits_for_keyframe: true,
            sps: Vec::new(),
            pps: Vec::new(),
            unit: None,
        }
    }
}

impl Frames {
    /// Nothing of what came before belongs to what comes.
    pub fn lose(&mut self) {
        self.whole = false;
        self.data.clear();
        self.waits_for_keyframe = true;
    }

    pub fn waits_for_keyframe(&self) -> bool {
        self.waits_for_keyframe
    }

    pub fn push(&mut self, coding: Coding, piece: &Piece) -> Option<Frame> {
        let taken = match coding {
            Coding::Vp8 => self.take_vp8(piece),
            Coding::H264 => self.take_h264(piece),
        };
        if taken.is_none() || self.data.len() > LARGEST_FRAME_BYTES {
            self.lose();
            return None;
        }
        if !piece.marker || !self.whole || self.data.is_empty() {
            return None;
        }
        self.whole = false;
        self.complete(coding)
    }

    fn take_vp8(&mut self, piece: &Piece) -> Option<()> {
        let descriptor = vp8::parse(&piece.payload)?;
        if descriptor.starts_frame {
            self.begin(piece.long_time);
            self.keyframe = descriptor.keyframe;
        }
        if self.whole {
            self.data.extend_from_slice(&piece.payload[descriptor.payload..]);
        }
        Some(())
    }

    /// A frame is what has one time: H.264 has no mark at the beginning.
    fn take_h264(&mut self, piece: &Piece) -> Option<()> {
        if self.time != Some(piece.long_time) {
            self.begin(piece.long_time);
            self.keyframe = false;
        }
        match h264::pieces(&piece.payload)? {
            h264::Piece::Whole(units) => units.into_iter().for_each(|unit| self.unit(unit)),
            h264::Piece::Fragment { begins, ends, data } => {
                if let Some(header) = begins {
                    self.unit = Some(self.data.len());
                    self.data.extend_from_slice(&[0; 4]);
                    self.data.push(header);
                    self.keyframe |= header & 0x1f == h264::IDR;
                }
                let at = self.unit?;
                self.data.extend_from_slice(data);
                if ends {
                    self.unit = None;
                    let length = u32::try_from(self.data.len() - at - 4).ok()?;
                    self.data[at..at + 4].copy_from_slice(&length.to_be_bytes());
                }
            }
        }
        Some(())
    }

    /// Parameter sets stand at the head of the file, everything else in the frame, behind its length.
    fn unit(&mut self, unit: &[u8]) {
        match h264::unit_type(unit) {
            Some(h264::SPS) => self.sps = unit.to_vec(),
            Some(h264::PPS) => self.pps = unit.to_vec(),
            Some(kind) => {
                self.keyframe |= kind == h264::IDR;
                let length = u32::try_from(unit.len()).unwrap_or(0);
                self.data.extend_from_slice(&length.to_be_bytes());
                self.data.extend_from_slice(unit);
            }
            None => {}
        }
    }

    fn begin(&mut self, time: u64) {
        self.data.clear();
        self.unit = None;
        self.whole = true;
        self.time = Some(time);
    }

    fn complete(&mut self, coding: Coding) -> Option<Frame> {
        let data = std::mem::take(&mut self.data);
        if !self.keyframe && self.waits_for_keyframe {
            return None;
        }
        let video = if self.keyframe { self.video(coding, &data) } else { None };
        if self.keyframe && video.is_none() {
            return None;
        }
        self.waits_for_keyframe = false;
        Some(Frame { data, keyframe: self.keyframe, video })
    }

    fn video(&self, coding: Coding, data: &[u8]) -> Option<Video> {
        let (codec, (width, height)) = match coding {
            Coding::Vp8 => (VideoCodec::Vp8, vp8::size(data)?),
            Coding::H264 => (VideoCodec::H264 { sps: self.sps.clone(), pps: self.pps.clone() }, sps::size(&self.sps)?),
        };
        Some(Video { codec, width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Instant;

    const KEY_HEAD: [u8; 10] = [0x10, 0, 0, 0x9d, 1, 0x2a, 0x80, 0x02, 0x68, 0x01];

    fn piece(time: u64, marker: bool, payload: &[u8]) -> Piece {
        Piece { sequence: 0, long_time: time, marker, at: Instant::now(), captured: None, payload: Arc::from(payload) }
    }

    #[test]
    fn a_vp8_keyframe_of_two_packets_becomes_one_frame_with_its_size() {
        let mut frames = Frames::default();
        let first = [&[0x10][..], &KEY_HEAD].concat();
        assert_eq!(frames.push(Coding::Vp8, &piece(1, false, &first)), None);
        let frame = frames.push(Coding::Vp8, &piece(1, true, &[0x00, 7, 8])).unwrap();
        assert_eq!(frame.data, [&KEY_HEAD[..], &[7, 8]].concat());
        assert_eq!(frame.video, Some(Video { codec: VideoCodec::Vp8, width: 640, height: 360 }));
    }

    #[test]
    fn after_a_loss_only_a_keyframe_helps() {
        let mut frames = Frames::default();
        let key = [&[0x10][..], &KEY_HEAD].concat();
        assert!(frames.push(Coding::Vp8, &piece(1, true, &key)).is_some());
        assert!(frames.push(Coding::Vp8, &piece(2, true, &[0x10, 0x11, 1])).is_some());
        frames.lose();
        assert!(frames.push(Coding::Vp8, &piece(3, true, &[0x10, 0x11, 1])).is_none());
        assert!(frames.waits_for_keyframe());
        assert!(frames.push(Coding::Vp8, &piece(4, true, &key)).is_some());
    }

    #[test]
    fn h264_units_stand_behind_their_length_and_parameter_sets_apart() {
        let mut frames = Frames::default();
        let sps = [0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03];
        assert_eq!(frames.push(Coding::H264, &piece(1, false, &sps)), None);
        assert_eq!(frames.push(Coding::H264, &piece(1, false, &[0x68, 0xce])), None);
        assert_eq!(frames.push(Coding::H264, &piece(1, false, &[0x7c, 0x85, 1, 2])), None);
        let frame = frames.push(Coding::H264, &piece(1, true, &[0x7c, 0x45, 3])).unwrap();
        assert_eq!(frame.data, [0, 0, 0, 4, 0x65, 1, 2, 3]);
        assert!(frame.keyframe);
        assert_eq!(frame.video.unwrap().codec, VideoCodec::H264 { sps: sps.to_vec(), pps: vec![0x68, 0xce] });
    }
}
