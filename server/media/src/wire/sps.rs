//! The picture size in an H.264 sequence parameter set (H.264, 7.3.2.1.1).

/// Profiles whose set carries the chroma format.
const HIGH_PROFILES: [u8; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
/// Larger than any picture a stage sees; what claims more is nonsense.
const LARGEST_SIDE: u32 = 16_384;

/// Width and height, cropping applied; `None` if the set is cut off or claims nonsense.
pub fn size(unit: &[u8]) -> Option<(u32, u32)> {
    let bytes = without_emulation(unit.get(1..)?);
    let mut bits = Bits { bytes: &bytes, at: 0 };
    let profile = u8::try_from(bits.take(8)?).ok()?;
    bits.take(16)?;
    bits.unsigned()?;
    let mut chroma = 1;
    if HIGH_PROFILES.contains(&profile) {
        chroma = bits.unsigned()?;
        high_profile_part(&mut bits, chroma)?;
    }
    bits.unsigned()?;
    picture_order(&mut bits)?;
    bits.unsigned()?;
    bits.take(1)?;
    let width = bits.unsigned()?.checked_add(1)?.checked_mul(16)?;
    let map_units = bits.unsigned()?.checked_add(1)?.checked_mul(16)?;
    let frames_only = bits.take(1)?;
    if frames_only == 0 {
        bits.take(1)?;
    }
    let height = map_units.checked_mul(2 - frames_only)?;
    bits.take(1)?;
    let (crop_width, crop_height) = crop(&mut bits, chroma, frames_only)?;
    let size = (width.checked_sub(crop_width)?, height.checked_sub(crop_height)?);
    (1..=LARGEST_SIDE).contains(&size.0).then_some(size).filter(|size| (1..=LARGEST_SIDE).contains(&size.1))
}

fn high_profile_part(bits: &mut Bits<'_>, chroma: u32) -> Option<()> {
    if chroma == 3 {
        bits.take(1)?;
    }
    bits.unsigned()?;
    bits.unsigned()?;
    bits.take(1)?;
    if bits.take(1)? == 1 {
        for list in 0..if chroma == 3 { 12 } else { 8 } {
            if bits.take(1)? == 1 {
                skip_scaling_list(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(())
}

fn skip_scaling_list(bits: &mut Bits<'_>, length: u32) -> Option<()> {
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..length {
        if next != 0 {
            next = (last + bits.signed()? + 256) % 256;
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

fn picture_order(bits: &mut Bits<'_>) -> Option<()> {
    match bits.unsigned()? {
        0 => {
            bits.unsigned()?;
        }
        1 => {
            bits.take(1)?;
            bits.signed()?;
            bits.signed()?;
            let cycle = bits.unsigned()?;
            for _ in 0..cycle.min(255) {
                bits.signed()?;
            }
        }
        _ => {}
    }
    Some(())
}

fn crop(bits: &mut Bits<'_>, chroma: u32, frames_only: u32) -> Option<(u32, u32)> {
    if bits.take(1)? == 0 {
        return Some((0, 0));
    }
    let (left, right) = (bits.unsigned()?, bits.unsigned()?);
    let (top, bottom) = (bits.unsigned()?, bits.unsigned()?);
    let unit_width = if matches!(chroma, 1 | 2) { 2 } else { 1 };
    let unit_height = if chroma == 1 { 2 } else { 1 } * (2 - frames_only);
    Some((left.checked_add(right)?.checked_mul(unit_width)?, top.checked_add(bottom)?.checked_mul(unit_height)?))
}

/// Takes out the bytes that keep start codes from appearing.
fn without_emulation(bytes: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(bytes.len());
    let mut zeroes = 0;
    for &byte in bytes {
        if byte == 3 && zeroes >= 2 {
            zeroes = 0;
            continue;
        }
        zeroes = if byte == 0 { zeroes + 1 } else { 0 };
        clean.push(byte);
    }
    clean
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// Exponential Golomb code, unsigned.
    fn unsigned(&mut self) -> Option<u32> {
        let mut zeroes = 0;
        while self.take(1)? == 0 {
            zeroes += 1;
            if zeroes > 31 {
                return None;
            }
        }
        let rest = self.take(zeroes)?;
        (1_u32 << zeroes).checked_sub(1)?.checked_add(rest)
    }

    fn signed(&mut self) -> Option<i64> {
        let code = i64::from(self.unsigned()?);
        Some(if code % 2 == 0 { -(code / 2) } else { (code + 1) / 2 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_sizes_of_real_sets_are_read() {
        // Constrained baseline, 640 x 360 (cropped from 368).
        let baseline = [0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03];
        assert_eq!(size(&baseline), Some((640, 360)));
    }

    #[test]
    fn a_set_that_is_cut_off_has_no_size() {
        assert_eq!(size(&[0x67, 0x42, 0xc0]), None);
        assert_eq!(size(&[]), None);
    }

    #[test]
    fn emulation_bytes_are_taken_out() {
        assert_eq!(without_emulation(&[0, 0, 3, 1, 0, 0, 3, 0, 3]), [0, 0, 1, 0, 0, 0, 3]);
    }

    proptest! {
        #[test]
        fn no_bytes_upset_it(bytes in proptest::collection::vec(any::<u8>(), 0..64), profile in 0_usize..15) {
            let mut bytes = bytes;
            if let (Some(byte), Some(profile)) = (bytes.get_mut(1), HIGH_PROFILES.get(profile)) {
                *byte = *profile;
            }
            if let Some((width, height)) = size(&bytes) {
                prop_assert!(width <= LARGEST_SIDE && height <= LARGEST_SIDE);
            }
        }
    }
}
