//! One connection as its thread keeps it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use str0m::Rtc;
use str0m::channel::ChannelId;
use str0m::format::CodecSpec;
use str0m::media::{MediaKind, Mid, Pt, Rid};
use str0m::rtp::Ssrc;

use super::mail::{Key, Opening};
use super::rate::PacketCap;
use super::registry::Place;
use super::viewer::Viewer;
use crate::config::Limits;
use crate::notices::{Notice, Why};
use crate::words::{ConnectionId, Kind, PeerId, StageId};

/// A client has a handful of addresses at a time; the oldest is forgotten.
const ADDRESSES: usize = 8;
/// Streams of one publication: three layers, sound, their retransmissions, and some that came before a restart.
const STREAMS: usize = 64;

pub struct Peer {
    pub key: Key,
    pub connection: ConnectionId,
    pub stage: StageId,
    pub who: Option<PeerId>,
    pub rtc: Box<Rtc>,
    /// The ICE fragments that lead here; an older one is kept until a restart has succeeded.
    pub fragments: Vec<String>,
    /// The client's fragment; a PATCH that repeats it brings only candidates.
    pub theirs: Option<String>,
    pub addresses: Vec<SocketAddr>,
    /// The timer that is set, if any.
    pub armed: Option<Instant>,
    pub opened: Instant,
    pub heard: Instant,
    pub lost: Option<Instant>,
    pub connected: bool,
    pub cap: PacketCap,
    /// The data channel `stage`, once it is open, and what was last said on it.
    pub channel: Option<ChannelId>,
    pub said: String,
    pub role: Role,
    _place: Place,
}

pub enum Role {
    Publisher(Tracks),
    Viewer(Viewer),
}

/// What a publication's streams are.
pub struct Tracks {
    pub kind: Kind,
    pub by_ssrc: HashMap<Ssrc, Track>,
    pub specs: HashMap<Pt, CodecSpec>,
    pub audio: Option<Mid>,
    pub video: Option<Mid>,
}

#[derive(Clone, Copy, Debug)]
pub struct Track {
    pub media: MediaKind,
    pub rid: Option<Rid>,
}

impl Peer {
    pub fn new(key: Key, opening: Opening, limits: &Limits, now: Instant) -> Self {
        let Opening { connection, stage, peer, kind, rtc, name, theirs, place } = opening;
        let (role, packets) = match kind {
            Some(kind) => (Role::Publisher(Tracks::new(kind)), limits.publisher_packets_per_second),
            None => (Role::Viewer(Viewer::default()), limits.viewer_packets_per_second),
        };
        Self {
            key,
            connection,
            stage,
            who: peer,
            rtc,
            fragments: vec![name.ufrag],
            theirs,
            addresses: Vec::new(),
            armed: None,
            opened: now,
            heard: now,
            lost: None,
            connected: false,
            cap: PacketCap::new(packets),
            channel: None,
            said: String::new(),
            role,
            _place: place,
        }
    }

    pub fn kind(&self) -> Option<Kind> {
        match &self.role {
            Role::Publisher(tracks) => Some(tracks.kind),
            Role::Viewer(_) => None,
        }
    }

    /// Remembers an address that proved to be the peer's. Answers one that is to be forgotten instead.
    pub fn learn(&mut self, address: SocketAddr) -> Option<SocketAddr> {
        self.addresses.push(address);
        (self.addresses.len() > ADDRESSES).then(|| self.addresses.remove(0))
    }

    pub fn arrival(&self) -> Notice {
        let Self { stage, connection, .. } = *self;
        match (self.who, self.kind()) {
            (Some(peer), Some(kind)) => Notice::Published { stage, peer, kind, connection },
            (peer, _) => Notice::ViewerArrived { stage, peer, connection },
        }
    }

    pub fn departure(&self, why: Why) -> Notice {
        let Self { stage, connection, .. } = *self;
        match (self.who, self.kind()) {
            (Some(peer), Some(kind)) => Notice::Unpublished { stage, peer, kind, connection, why },
            (peer, _) => Notice::ViewerGone { stage, peer, connection, why },
        }
    }

    /// Why the connection has to end now, if it has.
    pub fn overdue(&self, limits: &Limits, now: Instant) -> Option<Why> {
        let past = |since: Instant, allowed| now.saturating_duration_since(since) >= allowed;
        if !self.connected {
            return past(self.opened, limits.handshake).then_some(Why::NoHandshake);
        }
        let lost = self.lost.is_some_and(|lost| past(lost, limits.silence));
        (lost || past(self.heard, limits.silence)).then_some(Why::Lost)
    }
}

impl Tracks {
    fn new(kind: Kind) -> Self {
        Self { kind, by_ssrc: HashMap::new(), specs: HashMap::new(), audio: None, video: None }
    }

    pub fn mid(&self, media: MediaKind) -> Option<Mid> {
        match media {
            MediaKind::Audio => self.audio,
            MediaKind::Video => self.video,
        }
    }

    /// Whose stream this is. The name of m-line and layer is in the first packets only, so it is remembered.
    pub fn track(&mut self, rtc: &mut Rtc, ssrc: Ssrc) -> Option<Track> {
        if let Some(track) = self.by_ssrc.get(&ssrc) {
            return Some(*track);
        }
        let mut api = rtc.direct_api();
        let stream = api.stream_rx(&ssrc)?;
        let (mid, rid) = (stream.mid(), stream.rid());
        let media = [MediaKind::Audio, MediaKind::Video].into_iter().find(|media| self.mid(*media) == Some(mid))?;
        if self.by_ssrc.len() >= STREAMS {
            self.by_ssrc.clear();
        }
        let track = Track { media, rid };
        self.by_ssrc.insert(ssrc, track);
        Some(track)
    }

    pub fn spec(&mut self, rtc: &Rtc, pt: Pt) -> Option<CodecSpec> {
        if let Some(spec) = self.specs.get(&pt) {
            return Some(*spec);
        }
        let spec = rtc.codec_config().find(|params| params.pt() == pt)?.spec();
        self.specs.insert(pt, spec);
        Some(spec)
    }
}
