//! Pictures are drawn anew: nothing of what came is served but the pixels of the first frame.

use guildhall_tests::House;
use image::ImageFormat;
use serde_json::json;

use super::{Circle, circle, contains, content, encoded, photo, share, until_blobs_are, upload};

#[tokio::test]
async fn a_photo_is_delivered_upright_and_without_the_place_where_it_was_taken() {
    let house = House::new().await;
    let Circle { group, anja, bert, .. } = circle(&house).await;
    let original = with_metadata(&encoded(&photo(640, 320), ImageFormat::Jpeg));
    assert!(contains(&original, b"47.3769N") && contains(&original, b"xmpmeta"));
    let file = upload(&anja, &group, "Werk%20Nord.jpg", original).await.ok();
    assert_eq!((&file["width"], &file["height"], &file["mime"]), (&json!(320), &json!(640), &json!("image/jpeg")));
    share(&anja, &group, &file).await;
    for (path, sides) in [(content(&file), (320, 640)), (format!("{}?variant=thumb", content(&file)), (240, 480))] {
        let answer = bert.get(&path).await;
        assert_eq!(answer.headers["content-type"], "image/jpeg");
        assert!(
            answer.headers["content-disposition"].to_str().unwrap().starts_with("inline; filename=\"Werk Nord.jpg\"")
        );
        let picture = image::load_from_memory(&answer.bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), sides);
        for trace in [&b"Exif"[..], b"47.3769N", b"xmpmeta", b"http://ns.adobe.com"] {
            assert!(!contains(&answer.bytes, trace));
        }
    }
    until_blobs_are(&house, 2).await;
}

/// A JPEG with EXIF, which turns it by a quarter and names a place, and XMP behind its first marker.
fn with_metadata(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]);
    tiff.extend(b"GPS 47.3769N 8.5417E");
    let segment = |head: &[u8], body: &[u8]| {
        let length = u16::try_from(head.len() + body.len() + 2).unwrap().to_be_bytes();
        [b"\xff\xe1", &length[..], head, body].concat()
    };
    let exif = segment(b"Exif\0\0", &tiff);
    let xmp = segment(b"http://ns.adobe.com/xap/1.0/\0", b"<x:xmpmeta>47.3769N</x:xmpmeta>");
    [&jpeg[..2], &exif, &xmp, &jpeg[2..]].concat()
}

#[tokio::test]
async fn of_what_moves_only_the_first_frame_is_kept() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    for (name, bytes, now) in [
        ("a.gif", moving_gif(100_000), "a.png"),
        ("a.png", moving_png(1_000), "a.png"),
        ("a.webp", moving_webp(1_000), "a.jpg"),
    ] {
        let file = upload(&anja, &group, name, bytes).await.ok();
        assert_eq!(file["name"], now);
        let answer = anja.get(&content(&file)).await;
        let picture = image::load_from_memory(&answer.bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (16, 8), "{name}");
        for trace in [&b"acTL"[..], b"fdAT", b"ANMF", b"GIF8"] {
            assert!(!contains(&answer.bytes, trace), "{name}");
        }
    }
}

/// The block of one frame is what a GIF of two frames has more than a GIF of one.
fn moving_gif(frames: usize) -> Vec<u8> {
    let of = |count: usize| {
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
        encoder.encode_frames((0..count).map(|_| image::Frame::new(photo(16, 8).into_rgba8()))).unwrap();
        drop(encoder);
        bytes
    };
    let (one, two) = (of(1), of(2));
    let (start, end) = (one.len() - 1, two.len() - 1);
    [&two[..start], &two[start..end].repeat(frames - 1), &two[end..]].concat()
}

/// A PNG with a chunk that announces frames, and with those frames (PNG, third edition, section 11.3.6).
fn moving_png(frames: u32) -> Vec<u8> {
    let still = encoded(&photo(16, 8), ImageFormat::Png);
    let head_end = 8 + 25;
    let data_at = still.windows(4).position(|window| window == b"IDAT").unwrap();
    let length = u32::from_be_bytes(still[data_at - 4..data_at].try_into().unwrap()) as usize;
    let data = &still[data_at + 4..data_at + 4 + length];
    let control = |number: u32| {
        let mut body = number.to_be_bytes().to_vec();
        for side in [16_u32, 8, 0, 0] {
            body.extend(side.to_be_bytes());
        }
        body.extend([0, 1, 0, 10, 0, 0]);
        chunk(*b"fcTL", &body)
    };
    let mut moving = still[..head_end].to_vec();
    moving.extend(chunk(*b"acTL", &[frames.to_be_bytes(), [0; 4]].concat()));
    moving.extend(control(0));
    moving.extend(chunk(*b"IDAT", data));
    for frame in 1..frames {
        moving.extend(control(2 * frame - 1));
        moving.extend(chunk(*b"fdAT", &[&(2 * frame).to_be_bytes(), data].concat()));
    }
    moving.extend(chunk(*b"IEND", &[]));
    moving
}

fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&kind[..], body].concat();
    let sum = !named.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    });
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &named, &sum.to_be_bytes()].concat()
}

/// A WebP whose frames are all the one of a still picture (RFC 9649, section 2.7).
fn moving_webp(frames: usize) -> Vec<u8> {
    let still = encoded(&photo(16, 8), ImageFormat::WebP);
    let riff = |kind: &[u8; 4], body: &[u8]| {
        let padding = vec![0; body.len() % 2];
        [&kind[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), body, &padding].concat()
    };
    let sides = [15, 0, 0, 7, 0, 0];
    let extended = riff(b"VP8X", &[&[0x02, 0, 0, 0][..], &sides].concat());
    let animation = riff(b"ANIM", &[0; 6]);
    let frame = riff(b"ANMF", &[&[0; 6][..], &sides, &[10, 0, 0, 0], &still[12..]].concat());
    riff(b"RIFF", &[b"WEBP", &extended[..], &animation, &frame.repeat(frames)].concat())
}
