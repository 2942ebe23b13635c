//! A browser's part, played by str0m: it offers, connects over UDP or TCP, sends like a camera and keeps what it receives.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Instant;

use guildhall_media::wire::framing::{Unframer, length_prefix};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::channel::ChannelId;
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Rid, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::{Candidate, Event, Input, Output, Rtc};

use crate::camera::Camera;
use crate::pictures::Picture;

/// A media packet as the viewer got it.
#[derive(Clone, Debug)]
pub struct Got {
    pub mid: Mid,
    pub sequence: u64,
    pub time: u32,
    pub payload: Vec<u8>,
}

impl Got {
    pub fn picture(&self) -> Picture {
        Picture::read(&self.payload).unwrap()
    }
}

enum Wire {
    Udp(UdpSocket),
    Tcp(TcpStream, Unframer),
}

pub struct Client {
    pub rtc: Rtc,
    pub codec: Codec,
    wire: Wire,
    address: SocketAddr,
    remote: Option<SocketAddr>,
    timeout: Instant,
    pub connected: bool,
    pub gone: bool,
    pub video: Vec<Mid>,
    pub audio: Vec<Mid>,
    pub got: Vec<Got>,
    /// Whether what it gets is kept, or only counted.
    pub keeps: bool,
    pub counted: u64,
    pub keyframes_asked: usize,
    pub notes: Vec<serde_json::Value>,
    channel: Option<ChannelId>,
    pub camera: Option<Camera>,
    /// Loses every so many-th media packet on arrival.
    pub loses_every: Option<usize>,
    media_arrivals: usize,
    pending: Option<SdpPendingOffer>,
}

/// What a client offers.
#[derive(Clone, Copy, Debug)]
pub struct Wants {
    pub audio: usize,
    pub video: usize,
    pub channel: bool,
    pub simulcast: bool,
    pub sends: bool,
}

impl Wants {
    pub const VIEWER: Self = Self { audio: 1, video: 1, channel: true, simulcast: false, sends: false };
    pub const PUBLISHER: Self = Self { audio: 1, video: 1, channel: true, simulcast: false, sends: true };
}

impl Client {
    pub fn over_udp() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let address = socket.local_addr().unwrap();
        Self::new(Wire::Udp(socket), address, Candidate::host(address, "udp").unwrap(), Codec::Vp8)
    }

    /// As a studio that knows only H.264, or its viewer.
    pub fn with_h264() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let address = socket.local_addr().unwrap();
        Self::new(Wire::Udp(socket), address, Candidate::host(address, "udp").unwrap(), Codec::H264)
    }

    pub fn over_tcp(node: SocketAddr) -> Self {
        let stream = TcpStream::connect(node).unwrap();
        stream.set_nonblocking(true).unwrap();
        stream.set_nodelay(true).unwrap();
        let address = stream.local_addr().unwrap();
        let candidate = Candidate::builder().tcp().tcptype(TcpType::Active).host(address).build().unwrap();
        Self::new(Wire::Tcp(stream, Unframer::default()), address, candidate, Codec::Vp8)
    }

    fn new(wire: Wire, address: SocketAddr, candidate: Candidate, codec: Codec) -> Self {
        let config = Rtc::builder().set_rtp_mode(true).clear_codecs().enable_opus(true, false);
        let config = config.enable_vp8(codec == Codec::Vp8).enable_h264(codec == Codec::H264);
        let mut rtc = config.build(Instant::now());
        rtc.add_local_candidate(candidate);
        Self {
            rtc,
            codec,
            wire,
            address,
            remote: None,
            timeout: Instant::now(),
            connected: false,
            gone: false,
            video: Vec::new(),
            audio: Vec::new(),
            got: Vec::new(),
            keeps: true,
            counted: 0,
            keyframes_asked: 0,
            notes: Vec::new(),
            channel: None,
            camera: None,
            loses_every: None,
            media_arrivals: 0,
            pending: None,
        }
    }

    pub fn offer(&mut self, wants: Wants) -> String {
        let direction = if wants.sends { Direction::SendOnly } else { Direction::RecvOnly };
        let layers = ["h", "m", "l"];
        let simulcast = wants.simulcast.then(|| {
            let mut simulcast = Simulcast::new();
            for rid in layers {
                simulcast.add_send_layer(SimulcastLayer::new(rid));
            }
            simulcast
        });
        let mut api = self.rtc.sdp_api();
        self.audio.extend((0..wants.audio).map(|_| api.add_media(MediaKind::Audio, direction, None, None, None)));
        self.video.extend(
            (0..wants.video).map(|_| api.add_media(MediaKind::Video, direction, None, None, simulcast.clone())),
        );
        if wants.channel {
            api.add_channel("stage".to_owned());
        }
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        if wants.sends {
            let layers =
                if wants.simulcast { layers.iter().map(|rid| Some(Rid::from(*rid))).collect() } else { vec![None] };
            self.camera = Some(Camera::new(layers));
        }
        offer.to_sdp_string()
    }

    pub fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(&self.reachable(answer)).unwrap();
        self.rtc.sdp_api().accept_answer(self.pending.take().unwrap(), answer).unwrap();
        self.drain();
    }

    /// Only the candidates of the own protocol: the other is what a firewall would keep away.
    fn reachable(&self, answer: &str) -> String {
        let wanted = if matches!(self.wire, Wire::Udp(_)) { " udp " } else { " tcp " };
        let keep = |line: &&str| !line.starts_with("a=candidate:") || line.to_lowercase().contains(wanted);
        answer.split_inclusive('\n').filter(keep).collect()
    }

    pub fn local_fragment(&mut self) -> (String, String) {
        let creds = self.rtc.direct_api().local_ice_credentials();
        (creds.ufrag, creds.pass)
    }

    /// Goes on from another network: another socket, and ICE begins anew.
    pub fn move_elsewhere(&mut self, ours: (String, String), theirs: (String, String)) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let old = Candidate::host(self.address, "udp").unwrap();
        self.address = socket.local_addr().unwrap();
        self.wire = Wire::Udp(socket);
        let mut api = self.rtc.direct_api();
        api.invalidate_candidate(&old);
        api.set_local_ice_credentials(str0m::IceCreds { ufrag: ours.0, pass: ours.1 });
        api.set_remote_ice_credentials(str0m::IceCreds { ufrag: theirs.0, pass: theirs.1 });
        self.rtc.add_local_candidate(Candidate::host(self.address, "udp").unwrap());
        self.drain();
    }

    pub fn say(&mut self, note: &serde_json::Value) {
        let channel = self.channel.unwrap();
        self.rtc.channel(channel).unwrap().write(false, note.to_string().as_bytes()).unwrap();
        self.drain();
    }

    /// One turn: receive, let time pass, send what is due.
    pub fn turn(&mut self) {
        if self.gone {
            return;
        }
        let mut buffer = [0; 4096];
        while let Some(datagram) = self.receive(&mut buffer) {
            self.take(&datagram);
        }
        let now = Instant::now();
        if now >= self.timeout {
            self.feed(Input::Timeout(now));
        }
        self.send_due(now);
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Option<Vec<u8>> {
        match &mut self.wire {
            Wire::Udp(socket) => {
                let (length, from) = socket.recv_from(buffer).ok()?;
                self.remote = Some(from);
                Some(buffer[..length].to_vec())
            }
            Wire::Tcp(stream, unframer) => {
                self.remote = stream.peer_addr().ok().or(self.remote);
                loop {
                    if let Some(frame) = unframer.pop().unwrap() {
                        return Some(frame.to_vec());
                    }
                    match stream.read(buffer) {
                        Ok(length) if length > 0 => unframer.push(&buffer[..length]),
                        _ => return None,
                    }
                }
            }
        }
    }

    fn take(&mut self, datagram: &[u8]) {
        let is_media = datagram.len() > 1 && (128..192).contains(&datagram[0]) && !(192..224).contains(&datagram[1]);
        if is_media {
            self.media_arrivals += 1;
            if self.loses_every.is_some_and(|every| self.media_arrivals.is_multiple_of(every)) {
                return;
            }
        }
        let protocol = if matches!(self.wire, Wire::Udp(_)) { Protocol::Udp } else { Protocol::Tcp };
        let (address, from) = (self.address, self.remote.unwrap());
        if let Ok(receive) = Receive::new(protocol, from, address, datagram) {
            self.feed(Input::Receive(Instant::now(), receive));
        }
    }

    fn feed(&mut self, input: Input<'_>) {
        if self.rtc.handle_input(input).is_err() {
            self.gone = true;
        }
        self.drain();
    }

    pub fn drain(&mut self) {
        let now = Instant::now();
        for _ in 0..10_000 {
            if !self.rtc.is_alive() {
                self.gone = true;
                return;
            }
            match self.rtc.poll_output() {
                Ok(Output::Transmit(transmit)) => self.send(&transmit.contents, transmit.destination),
                Ok(Output::Event(event)) => self.note(event),
                Ok(Output::Timeout(at)) if at > now => {
                    self.timeout = at;
                    return;
                }
                Ok(Output::Timeout(_)) => self.gone |= self.rtc.handle_input(Input::Timeout(now)).is_err(),
                Err(_) => self.gone = true,
            }
        }
    }

    fn send(&mut self, datagram: &[u8], to: SocketAddr) {
        let sent = match &mut self.wire {
            Wire::Udp(socket) => socket.send_to(datagram, to).map(drop),
            Wire::Tcp(stream, _) => stream.write_all(&[&length_prefix(datagram).unwrap()[..], datagram].concat()),
        };
        // The node may have closed already, or be full for a moment: both show in what is waited for.
        if let Err(error) = sent {
            assert!(!matches!(error.kind(), ErrorKind::InvalidInput), "{error}");
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Connected => self.connected = true,
            Event::KeyframeRequest(_) => {
                self.keyframes_asked += 1;
                if let Some(camera) = &mut self.camera {
                    camera.keyframe_due = true;
                }
            }
            Event::RtpPacket(packet) => {
                let mid = self.rtc.direct_api().stream_rx(&packet.header.ssrc).map(|stream| stream.mid());
                // Padding of the bandwidth probes has no content.
                if let Some(mid) = mid.filter(|_| packet.payload.len() > 12) {
                    self.counted += 1;
                    if self.keeps {
                        let (sequence, time) = (*packet.seq_no, packet.header.timestamp);
                        self.got.push(Got { mid, sequence, time, payload: packet.payload.to_vec() });
                    }
                }
            }
            Event::ChannelOpen(channel, _) => self.channel = Some(channel),
            Event::ChannelData(data) => self.notes.push(serde_json::from_slice(&data.data).unwrap()),
            Event::Closed => self.gone = true,
            _ => {}
        }
    }

    pub fn leave(&mut self) {
        // A data channel that is still being opened makes str0m refuse; who just vanishes then is gone all the same.
        self.gone |= self.rtc.close().is_err();
        self.drain();
    }

    pub fn pictures(&self) -> Vec<&Got> {
        self.got.iter().filter(|got| self.video.contains(&got.mid)).collect()
    }

    pub fn sounds(&self) -> Vec<&Got> {
        self.got.iter().filter(|got| self.audio.contains(&got.mid)).collect()
    }
}
