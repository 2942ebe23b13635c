//! Made-up VP8 that a forwarder and a recorder take for real: a descriptor with all indices, a frame tag, and in what would
//! be the picture, who sent it.

/// Where the picture's own bytes begin behind the descriptor.
const DESCRIPTOR_BYTES: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    pub author: u8,
    /// `b'h'`, `b'm'`, `b'l'`, or 0 without simulcast.
    pub layer: u8,
    pub keyframe: bool,
    pub first: bool,
    pub id: u16,
    pub tl0_pic_idx: u8,
}

impl Picture {
    pub fn payload(self, bytes: usize) -> Vec<u8> {
        let [high, low] = (self.id & 0x7fff).to_be_bytes();
        let mut payload = vec![if self.first { 0x90 } else { 0x80 }, 0xe0, 0x80 | high, low, self.tl0_pic_idx, 0x20];
        let tag = if self.keyframe { 0x10 } else { 0x11 };
        // 640 x 360; smaller layers say so.
        let (width, height) = match self.layer {
            b'l' => (320_u16, 180_u16),
            b'm' => (480, 270),
            _ => (640, 360),
        };
        payload.extend_from_slice(&[tag, 0, 0, 0x9d, 1, 0x2a]);
        payload.extend_from_slice(&width.to_le_bytes());
        payload.extend_from_slice(&height.to_le_bytes());
        payload.extend_from_slice(&[self.author, self.layer]);
        payload.resize(bytes.max(payload.len()), 0x55);
        payload
    }

    /// The same as H.264: parameter sets in one packet, then the picture; or two slices that need what came before.
    pub fn h264_payload(self, bytes: usize) -> Vec<u8> {
        const SPS: [u8; 14] = [0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03];
        const PPS: [u8; 4] = [0x68, 0xce, 0x3c, 0x80];
        if self.keyframe && self.first {
            return [&[0x78, 0, 14][..], &SPS, &[0, 4], &PPS].concat();
        }
        let mut payload = vec![if self.keyframe { 0x65 } else { 0x41 }, self.author];
        payload.resize(bytes, 0x55);
        payload
    }

    pub fn read(payload: &[u8]) -> Option<Self> {
        let picture = payload.get(DESCRIPTOR_BYTES..)?;
        Some(Self {
            author: *picture.get(10)?,
            layer: *picture.get(11)?,
            keyframe: picture[0] & 1 == 0,
            first: payload[0] & 0x10 != 0,
            id: u16::from_be_bytes([payload[2] & 0x7f, payload[3]]),
            tl0_pic_idx: payload[4],
        })
    }
}
