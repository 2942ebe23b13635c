//! H.264 in RTP (RFC 6184): which packets start a picture that needs no other, and the units inside.

pub const IDR: u8 = 5;
pub const SPS: u8 = 7;
pub const PPS: u8 = 8;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// The type of a unit by its first byte.
pub fn unit_type(unit: &[u8]) -> Option<u8> {
    unit.first().map(|header| header & 0x1f)
}

/// Whether the packet starts a keyframe: parameter sets or an IDR slice, alone, aggregated, or as a first fragment.
pub fn starts_keyframe(packet: &[u8]) -> bool {
    match unit_type(packet) {
        Some(IDR | SPS) => true,
        Some(STAP_A) => aggregated(packet).any(|unit| matches!(unit_type(unit), Some(IDR | SPS))),
        Some(FU_A) => packet.get(1).is_some_and(|header| header & 0x80 != 0 && header & 0x1f == IDR),
        _ => false,
    }
}

/// The units inside a STAP-A packet, up to the first that does not fit.
pub fn aggregated(packet: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = packet.get(1..).unwrap_or_default();
    std::iter::from_fn(move || {
        let [high, low, tail @ ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let unit = tail.get(..length).filter(|unit| !unit.is_empty())?;
        rest = &tail[length..];
        Some(unit)
    })
}

/// What one packet contributes to a frame.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Whole(Vec<&'a [u8]>),
    /// A fragment. The first one names the header of the unit that is being put together.
    Fragment {
        begins: Option<u8>,
        ends: bool,
        data: &'a [u8],
    },
}

/// Takes a packet apart; `None` for what we do not record (interleaved mode, empty units).
pub fn pieces(packet: &[u8]) -> Option<Piece<'_>> {
    match unit_type(packet)? {
        1..=23 => Some(Piece::Whole(vec![packet])),
        STAP_A => Some(Piece::Whole(aggregated(packet).collect())),
        FU_A => {
            let [indicator, header, data @ ..] = packet else { return None };
            let begins = (header & 0x80 != 0).then_some(indicator & 0xe0 | header & 0x1f);
            Some(Piece::Fragment { begins, ends: header & 0x40 != 0, data })
        }
        _ => None,
    }
}

/// The sequence parameter set in a packet, if one is there: it tells the picture's size.
pub fn find_sps(packet: &[u8]) -> Option<&[u8]> {
    match unit_type(packet)? {
        SPS => Some(packet),
        STAP_A => aggregated(packet).find(|unit| unit_type(unit) == Some(SPS)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keyframes_are_seen_in_every_wrapping() {
        assert!(starts_keyframe(&[0x67, 1, 2]));
        assert!(starts_keyframe(&[0x65, 1, 2]));
        assert!(starts_keyframe(&[0x78, 0, 2, 0x67, 1, 0, 2, 0x65, 1]));
        assert!(starts_keyframe(&[0x7c, 0x85, 1]));
        assert!(!starts_keyframe(&[0x7c, 0x05, 1]), "a fragment in the middle");
        assert!(!starts_keyframe(&[0x7c, 0x81, 1]), "the first fragment of another picture");
        assert!(!starts_keyframe(&[0x41, 1]));
        assert!(!starts_keyframe(&[]));
    }

    #[test]
    fn fragments_give_back_the_header_of_their_unit() {
        assert_eq!(pieces(&[0x7c, 0x85, 9]), Some(Piece::Fragment { begins: Some(0x65), ends: false, data: &[9] }));
        assert_eq!(pieces(&[0x7c, 0x45, 9]), Some(Piece::Fragment { begins: None, ends: true, data: &[9] }));
        assert_eq!(pieces(&[0x78, 0, 1, 0x67, 0, 9, 0x68]), Some(Piece::Whole(vec![&[0x67]])));
    }

    proptest! {
        #[test]
        fn no_bytes_upset_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), kind in 0_u8..32) {
            let mut bytes = bytes;
            if let Some(first) = bytes.first_mut() {
                *first = *first & 0xe0 | kind;
            }
            let _ = (starts_keyframe(&bytes), pieces(&bytes), find_sps(&bytes));
            let inside: usize = aggregated(&bytes).map(|unit| unit.len() + 2).sum();
            prop_assert!(inside <= bytes.len());
        }
    }
}
