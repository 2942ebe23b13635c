//! Drawing pictures anew: what is served is what our encoder wrote, of the pixels alone.
//!
//! Of anything that moves only the first frame is decoded. Size in pixels and memory is bounded before a pixel is
//! decoded, and so is the number of pictures in work at once.

use std::borrow::Cow;
use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

use crate::platform::refusal::{Code, Failure, Refusal, Result};

/// The longest side that is decoded.
const SIDE_MAX: u32 = 16_384;
/// The most pixels that are decoded: those of a good camera.
const PIXELS_MAX: u64 = 64_000_000;
/// The most memory that decoding one picture may take.
const DECODE_BYTES_MAX: u64 = 256 << 20;
/// The longest side of what is kept.
const KEPT_SIDE_MAX: u32 = 4_096;
/// The longest side of the small picture.
const THUMB_SIDE_MAX: u32 = 480;
const JPEG_QUALITY: u8 = 86;

/// Pictures that are in work at once; others wait with their bytes still in the store.
static EASELS: Semaphore = Semaphore::const_new(2);

/// A picture of ours, and a small one of the same format.
#[derive(Debug)]
pub(super) struct Drawn {
    pub picture: Bytes,
    pub thumb: Bytes,
    pub mime: &'static str,
    pub width: u32,
    pub height: u32,
}

/// Waits for a place, gets the picture and draws it anew.
pub(super) async fn draw_anew(original: impl Future<Output = Result<Bytes>>) -> Result<Drawn> {
    let place = EASELS.acquire().await.map_err(|error| Failure::fault("drawing has ended", error))?;
    let original = original.await?;
    let drawn = tokio::task::spawn_blocking(move || draw(&original)).await;
    drop(place);
    drawn.map_err(|error| Failure::fault("drawing a picture stopped", error))?
}

fn draw(original: &[u8]) -> Result<Drawn> {
    let (image, format) = decode(original)?;
    let image = shrunk(&image, KEPT_SIDE_MAX);
    let thumb = shrunk(&image, THUMB_SIDE_MAX);
    let mime = if format == ImageFormat::Jpeg { "image/jpeg" } else { "image/png" };
    let (width, height) = (image.width(), image.height());
    Ok(Drawn { picture: encode(&image, format)?, thumb: encode(&thumb, format)?, mime, width, height })
}

/// The first frame, upright, with eight bits to a colour; and the format that suits it.
fn decode(original: &[u8]) -> Result<(DynamicImage, ImageFormat)> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::new(Cursor::new(original)).with_guessed_format().map_err(unreadable)?;
    let source = reader.format().ok_or(Code::TypeMismatch)?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    // Not every decoder heeds the limit on memory by itself.
    if u64::from(width) * u64::from(height) > PIXELS_MAX || decoder.total_bytes() > DECODE_BYTES_MAX {
        return Err(too_many_pixels());
    }
    let orientation = decoder.orientation().map_err(|error| refused(&error))?;
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    let mut image = in_eight_bits(image);
    image.apply_orientation(orientation);
    let is_photo = source == ImageFormat::Jpeg || (source == ImageFormat::WebP && !image.color().has_alpha());
    Ok((image, if is_photo { ImageFormat::Jpeg } else { ImageFormat::Png }))
}

fn in_eight_bits(image: DynamicImage) -> DynamicImage {
    if image.color().has_alpha() { image.into_rgba8().into() } else { image.into_rgb8().into() }
}

fn shrunk(image: &DynamicImage, side_max: u32) -> Cow<'_, DynamicImage> {
    let fits = image.width() <= side_max && image.height() <= side_max;
    if fits { Cow::Borrowed(image) } else { Cow::Owned(image.thumbnail(side_max, side_max)) }
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Result<Bytes> {
    let mut bytes = Vec::new();
    let written = if format == ImageFormat::Jpeg {
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))
    } else {
        image.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
    };
    written.map_err(|error| Failure::fault("writing a picture", error))?;
    Ok(bytes.into())
}

fn unreadable(_: std::io::Error) -> Failure {
    Code::TypeMismatch.into()
}

/// It began like a picture and is none, or is too large for us.
fn refused(error: &image::ImageError) -> Failure {
    match error {
        image::ImageError::Limits(_) => too_many_pixels(),
        _ => Code::TypeMismatch.into(),
    }
}

fn too_many_pixels() -> Failure {
    Refusal::field("file", "too_many_pixels").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::gif::GifEncoder;
    use image::{Delay, Frame, Rgb, RgbImage, Rgba, RgbaImage};

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        encode(image, format).unwrap().to_vec()
    }

    fn photo(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) }).into()
    }

    /// An APP1 segment with EXIF that turns the picture by a quarter and names a place, put behind the start of a JPEG.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
        tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x26]);
        tiff.extend([0, 0, 0, 0]);
        tiff.extend(b"GPS 47.3769N 8.5417E");
        let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
        [&jpeg[..2], b"\xff\xe1", &length, b"Exif\0\0", &tiff, &jpeg[2..]].concat()
    }

    #[test]
    fn a_photo_is_upright_and_does_not_tell_where_it_was_taken() {
        let original = with_exif(&encoded(&photo(64, 32), ImageFormat::Jpeg));
        let drawn = draw(&original).unwrap();
        assert_eq!((drawn.width, drawn.height, drawn.mime), (32, 64, "image/jpeg"));
        for bytes in [&drawn.picture, &drawn.thumb] {
            assert!(!bytes.windows(3).any(|window| window == b"GPS"), "the place is gone");
            assert!(!bytes.windows(4).any(|window| window == b"Exif"), "and so is its container");
        }
        let again = image::load_from_memory(&drawn.picture).unwrap().into_rgb8();
        assert!(again.get_pixel(16, 4)[0] > 150, "left became top");
    }

    #[test]
    fn large_pictures_are_shrunk_and_small_ones_stay() {
        let drawn = draw(&encoded(&photo(4_100, 16), ImageFormat::Png)).unwrap();
        assert_eq!((drawn.width, drawn.mime), (KEPT_SIDE_MAX, "image/png"));
        assert_eq!(image::load_from_memory(&drawn.thumb).unwrap().width(), THUMB_SIDE_MAX);
        let small = draw(&encoded(&photo(20, 10), ImageFormat::Png)).unwrap();
        assert_eq!((small.width, small.height), (20, 10));
    }

    #[test]
    fn of_many_frames_the_first_is_drawn() {
        let mut gif = Vec::new();
        let mut encoder = GifEncoder::new(&mut gif);
        for nth in 0..50_u8 {
            let pixel = if nth == 0 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 255, 0, 255]) };
            let frame = Frame::from_parts(RgbaImage::from_pixel(8, 8, pixel), 0, 0, Delay::from_numer_denom_ms(10, 1));
            encoder.encode_frame(frame).unwrap();
        }
        drop(encoder);
        let drawn = draw(&gif).unwrap();
        let first = image::load_from_memory(&drawn.picture).unwrap().into_rgba8();
        assert_eq!((drawn.mime, first.get_pixel(4, 4).0), ("image/png", [255, 0, 0, 255]));
    }

    #[test]
    fn more_pixels_than_we_decode_are_refused_by_the_header_alone() {
        let mut png = encoded(&photo(8, 8), ImageFormat::Png);
        // Width and height stand behind the signature and the name of the first chunk; its checksum follows 13 bytes on.
        for (width, height) in [(16_385_u32, 8_u32), (16_000, 16_000)] {
            png[16..20].copy_from_slice(&width.to_be_bytes());
            png[20..24].copy_from_slice(&height.to_be_bytes());
            let sum = crc32(&png[12..29]);
            png[29..33].copy_from_slice(&sum.to_be_bytes());
            let Failure::Refusal(refusal) = draw(&png).unwrap_err() else { panic!("a fault") };
            assert_eq!(refusal.fields[0].code, "too_many_pixels", "{width}x{height}");
        }
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
        })
    }

    #[test]
    fn half_a_picture_is_none() {
        let png = encoded(&photo(64, 64), ImageFormat::Png);
        assert_eq!(draw(&png[..40]).unwrap_err().code(), Code::TypeMismatch);
        assert_eq!(draw(b"\xff\xd8\xff\xe0 nothing behind").unwrap_err().code(), Code::TypeMismatch);
    }
}
