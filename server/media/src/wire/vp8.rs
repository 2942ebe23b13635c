//! The VP8 payload descriptor of RFC 7741, and the head of a keyframe.

/// What the forwarder and the recorder need of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Where the VP8 data begins behind the descriptor.
    pub payload: usize,
    /// The packet begins a frame.
    pub starts_frame: bool,
    pub picture_id: Option<PictureId>,
    pub tl0_pic_idx: Option<u8>,
    /// The packet begins a frame that needs no other.
    pub keyframe: bool,
}

/// A picture id with its width, which a rewritten one must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureId {
    pub value: u16,
    pub long: bool,
}

impl PictureId {
    /// Another value in the same width.
    pub fn with(self, value: u16) -> u16 {
        value & if self.long { 0x7fff } else { 0x7f }
    }
}

/// `None` for what carries no VP8 data: padding, or not VP8.
pub fn parse(packet: &[u8]) -> Option<Descriptor> {
    let first = *packet.first()?;
    let mut at = 1;
    let mut picture_id = None;
    let mut tl0_pic_idx = None;
    if first & 0x80 != 0 {
        let extended = *packet.get(1)?;
        at = 2;
        if extended & 0x80 != 0 {
            let high = *packet.get(at)?;
            let long = high & 0x80 != 0;
            let value = if long { u16::from_be_bytes([high & 0x7f, *packet.get(at + 1)?]) } else { u16::from(high) };
            picture_id = Some(PictureId { value, long });
            at += if long { 2 } else { 1 };
        }
        if extended & 0x40 != 0 {
            tl0_pic_idx = Some(*packet.get(at)?);
            at += 1;
        }
        if extended & 0x30 != 0 {
            at += 1;
        }
    }
    let starts_frame = first & 0x17 == 0x10;
    let frame_tag = *packet.get(at)?;
    Some(Descriptor {
        payload: at,
        starts_frame,
        picture_id,
        tl0_pic_idx,
        keyframe: starts_frame && frame_tag & 1 == 0,
    })
}

/// Whether VP8 data without a descriptor is a keyframe.
pub fn is_keyframe(frame: &[u8]) -> bool {
    frame.first().is_some_and(|tag| tag & 1 == 0)
}

/// Width and height from the head of a keyframe (RFC 6386, 9.1).
pub fn size(frame: &[u8]) -> Option<(u32, u32)> {
    let [tag, _, _, 0x9d, 0x01, 0x2a, w_low, w_high, h_low, h_high, ..] = frame else { return None };
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    (tag & 1 == 0).then(|| (side(*w_low, *w_high), side(*h_low, *h_high))).filter(|(w, h)| *w > 0 && *h > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_descriptor_with_everything_is_read() {
        let packet = [0x90, 0xF0, 0x81, 0x23, 7, 0x60, 0x10, 0, 0, 0x9d];
        let read = parse(&packet).unwrap();
        assert_eq!(read.payload, 6);
        assert_eq!(read.picture_id, Some(PictureId { value: 0x123, long: true }));
        assert_eq!(read.tl0_pic_idx, Some(7));
        assert!(read.starts_frame && read.keyframe);
    }

    #[test]
    fn a_packet_in_the_middle_of_a_keyframe_starts_nothing() {
        let read = parse(&[0x80, 0x80, 5, 0x10]).unwrap();
        assert!(!read.starts_frame && !read.keyframe);
        assert_eq!(read.picture_id, Some(PictureId { value: 5, long: false }));
    }

    #[test]
    fn padding_is_no_picture() {
        assert_eq!(parse(&[]), None);
        assert_eq!(parse(&[0x90, 0x80, 0x81, 0x01]), None);
    }

    #[test]
    fn a_keyframe_tells_its_size_and_another_frame_does_not() {
        let key = [0x10, 0, 0, 0x9d, 1, 0x2a, 0x80, 0x02, 0x68, 0x41];
        assert_eq!(size(&key), Some((640, 360)));
        assert_eq!(size(&[0x11, 0, 0, 0x9d, 1, 0x2a, 0x80, 0x02, 0x68, 0x01]), None);
    }

    proptest! {
        #[test]
        fn the_payload_lies_inside_the_packet_and_agrees_with_str0m(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            if let Some(read) = parse(&bytes) {
                prop_assert!(read.payload < bytes.len());
                let _ = size(&bytes[read.payload..]);
                let theirs = str0m::rtp::Vp8Descriptor::parse(&bytes);
                if let Ok(theirs) = theirs {
                    prop_assert_eq!(theirs.picture_id(), read.picture_id.map(|id| id.value));
                    prop_assert_eq!(theirs.tl0_pic_idx(), read.tl0_pic_idx);
                }
            }
        }
    }
}
