//! What a publisher sends: a made-up camera and microphone, with the layers it was given.

use std::time::{Duration, Instant};

use str0m::format::Codec;
use str0m::media::{Mid, Pt, Rid};
use str0m::rtp::{ExtensionValues, RtpWrite};

use crate::client::Client;
use crate::pictures::Picture;

const FRAME_EVERY: Duration = Duration::from_millis(20);

/// What a publisher sends, one frame every 20 ms.
pub struct Camera {
    pub author: u8,
    /// The size of a packet of the best layer.
    pub best_bytes: usize,
    pub layers: Vec<Option<Rid>>,
    /// In decibels below the loudest.
    pub level: i8,
    pub sends_video: bool,
    pub sends_audio: bool,
    next: Instant,
    frame: u32,
    sequence: u64,
    pub keyframe_due: bool,
}

struct Sending {
    mid: Mid,
    rid: Option<Rid>,
    sequence: u64,
    time: u32,
    marker: bool,
    level: Option<i8>,
}

impl Camera {
    pub fn new(layers: Vec<Option<Rid>>) -> Self {
        Self {
            author: 1,
            best_bytes: 700,
            layers,
            level: -20,
            sends_video: true,
            sends_audio: true,
            next: Instant::now(),
            frame: 0,
            sequence: 0,
            keyframe_due: true,
        }
    }
}

impl Client {
    pub fn send_due(&mut self, now: Instant) {
        let Some(mut camera) = self.camera.take() else { return };
        while self.connected && !self.gone && now >= camera.next {
            camera.next += FRAME_EVERY;
            self.send_frame(&mut camera, now);
        }
        if !self.connected {
            camera.next = now;
        }
        self.camera = Some(camera);
    }

    /// Two packets of picture a layer, one of sound.
    fn send_frame(&mut self, camera: &mut Camera, now: Instant) {
        camera.frame += 1;
        let keyframe = std::mem::take(&mut camera.keyframe_due) || camera.frame == 1;
        let id = u16::try_from(camera.frame & 0x7fff).unwrap();
        let sends_video = camera.sends_video && !self.video.is_empty();
        for part in 0..2_u8 {
            camera.sequence += 1;
            for rid in camera.layers.clone().into_iter().filter(|_| sends_video) {
                let layer = rid.map_or(0, |rid| rid.as_bytes()[0]);
                let bytes = match layer {
                    b'l' => 100,
                    b'm' => 300,
                    _ => camera.best_bytes,
                };
                let tl0_pic_idx = camera.frame.to_le_bytes()[0];
                let picture = Picture { author: camera.author, layer, keyframe, first: part == 0, id, tl0_pic_idx };
                let sending = Sending {
                    mid: self.video[0],
                    rid,
                    sequence: camera.sequence,
                    time: camera.frame * 1_800,
                    marker: part == 1,
                    level: None,
                };
                let payload =
                    if self.codec == Codec::H264 { picture.h264_payload(bytes) } else { picture.payload(bytes) };
                self.write(&sending, payload, now);
            }
        }
        if camera.sends_audio && !self.audio.is_empty() {
            let (sequence, time) = (camera.frame.into(), camera.frame * 960);
            let sending =
                Sending { mid: self.audio[0], rid: None, sequence, time, marker: false, level: Some(camera.level) };
            self.write(&sending, vec![camera.author; 80], now);
        }
    }

    fn write(&mut self, sending: &Sending, payload: Vec<u8>, now: Instant) {
        let codec = if sending.level.is_some() { Codec::Opus } else { self.codec };
        let payload_type: Pt = self.rtc.codec_config().find(|params| params.spec().codec == codec).unwrap().pt();
        let extensions = ExtensionValues {
            audio_level: sending.level,
            voice_activity: sending.level.map(|_| true),
            ..ExtensionValues::default()
        };
        let write = RtpWrite::new(payload_type, sending.sequence.into(), sending.time, now, payload)
            .marker(sending.marker)
            .nackable(sending.level.is_none())
            .ext_vals(extensions);
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(sending.mid, sending.rid) {
            stream.write_rtp(write);
        }
        self.drain();
    }
}
