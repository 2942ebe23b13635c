//! From an offer to an answer. This runs on the caller's thread: only the finished connection moves to a media thread.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use str0m::bwe::Bitrate;
use str0m::change::SdpOffer;
use str0m::config::DtlsCert;
use str0m::net::TcpType;
use str0m::{Candidate, IceCreds, Rtc, RtcError};

use crate::config::Limits;
use crate::refusals::OfferRefused;

/// What a viewer's path is thought to carry until it has been measured.
const FIRST_ESTIMATE: Bitrate = Bitrate::kbps(1_500);

/// Far above what is said on the data channel; what str0m may have to hold for one connection.
const LONGEST_NOTE_BYTES: u32 = 16 * 1024;

/// Our half of the ICE credentials. The fragment begins with the number of the media thread, in two hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceName {
    pub ufrag: String,
    pub pwd: String,
}

impl IceName {
    pub fn random(thread: u8) -> Result<Self, getrandom::Error> {
        let ufrag = format!("{thread:02x}{:016x}", getrandom::u64()?);
        let pwd = format!("{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?);
        Ok(Self { ufrag, pwd })
    }

    /// The media thread that a fragment names.
    pub fn thread_of(ufrag: &str) -> Option<usize> {
        usize::from_str_radix(ufrag.get(..2)?, 16).ok()
    }

    pub fn credentials(&self) -> IceCreds {
        IceCreds { ufrag: self.ufrag.clone(), pass: self.pwd.clone() }
    }
}

/// Where the node can be reached, in the order of preference.
#[derive(Clone, Debug, Default)]
pub struct Candidates(Vec<Candidate>);

impl Candidates {
    pub fn of(udp: &[SocketAddr], tcp: &[SocketAddr]) -> Self {
        let udp = udp.iter().map(|address| Candidate::builder().udp().host(*address).build());
        let tcp = tcp.iter().map(|address| Candidate::builder().tcp().tcptype(TcpType::Passive).host(*address).build());
        Self(udp.chain(tcp).filter_map(Result::ok).collect())
    }

    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(Candidate::to_sdp_string)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.0.iter()
    }
}

/// The addresses to announce for a socket bound to `bound`.
pub fn announce(bound: SocketAddr, announced: &[IpAddr]) -> Vec<SocketAddr> {
    let at = |ip: &IpAddr| SocketAddr::new(*ip, bound.port());
    if !announced.is_empty() {
        return announced.iter().map(at).collect();
    }
    if bound.ip().is_unspecified() { vec![at(&outward_address(bound))] } else { vec![bound] }
}

/// The address the system would send from. Connecting a UDP socket sends nothing; without a way out there is loopback.
fn outward_address(bound: SocketAddr) -> IpAddr {
    const SOMEWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)), 9);
    let any = SocketAddr::from(([0, 0, 0, 0], 0));
    let probe = std::net::UdpSocket::bind(any).and_then(|socket| {
        socket.connect(SOMEWHERE)?;
        socket.local_addr()
    });
    probe.map_or(if bound.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() }, |at| {
        at.ip()
    })
}

/// Which way the media of an offer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// What every answer of a node has in common.
pub struct Answering<'a> {
    pub limits: &'a Limits,
    pub certificate: &'a DtlsCert,
    pub candidates: &'a Candidates,
}

/// An accepted offer.
pub struct Answered {
    pub rtc: Box<Rtc>,
    pub answer: String,
    /// The client's ICE fragment, by which a later PATCH is known to restart or not.
    pub theirs: Option<String>,
}

pub fn answer(with: &Answering<'_>, offer: &str, way: Way, name: &IceName) -> Result<Answered, OfferRefused> {
    check(with.limits, offer, way)?;
    let theirs =
        offer.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).map(|ufrag| ufrag.trim_end().to_owned());
    let (rtc, answer) = guarded(|| negotiate(with, offer, way, name))?;
    let answer = paired(&answer, &name.ufrag);
    let usable = |line: &str| is_media_line(line) && line.split(' ').nth(1).is_none_or(|port| port != "0");
    if answer.lines().any(usable) { Ok(Answered { rtc, answer, theirs }) } else { Err(OfferRefused::NothingUsable) }
}

fn negotiate(with: &Answering<'_>, offer: &str, way: Way, name: &IceName) -> Result<(Box<Rtc>, String), RtcError> {
    let offer = SdpOffer::from_sdp_string(offer).map_err(|error| RtcError::RemoteSdp(error.to_string()))?;
    let mut config = Rtc::builder()
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .set_dtls_cert(with.certificate.clone())
        .set_local_ice_credentials(name.credentials())
        .set_sctp_max_message_size(LONGEST_NOTE_BYTES)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .enable_h264(true);
    if way == Way::Out {
        config = config.enable_bwe(Some(FIRST_ESTIMATE));
    }
    let mut rtc = Box::new(config.build(Instant::now()));
    for candidate in with.candidates.iter() {
        rtc.add_local_candidate(candidate.clone());
    }
    let answer = rtc.sdp_api().accept_offer(offer)?.to_sdp_string();
    Ok((rtc, answer))
}

/// The text is a stranger's: where a parser below us panics at it, the stranger is refused.
fn guarded<T>(act: impl FnOnce() -> Result<T, RtcError>) -> Result<T, OfferRefused> {
    match std::panic::catch_unwind(AssertUnwindSafe(act)) {
        Ok(result) => result.map_err(|error| OfferRefused::Malformed(error.to_string())),
        Err(_) => Err(OfferRefused::Malformed("not an offer".to_owned())),
    }
}

/// The bounds, before a parser sees the text.
fn check(limits: &Limits, offer: &str, way: Way) -> Result<(), OfferRefused> {
    if offer.len() > limits.offer_bytes {
        return Err(OfferRefused::TooLarge { limit: limits.offer_bytes });
    }
    if offer.lines().filter(|line| line.starts_with("m=")).count() > limits.media_lines {
        return Err(OfferRefused::TooManyLines { limit: limits.media_lines });
    }
    let wrong = match way {
        Way::In => "a=recvonly",
        Way::Out => "a=sendonly",
    };
    if offer.lines().any(|line| line.trim_end() == wrong) {
        return Err(OfferRefused::NothingUsable);
    }
    Ok(())
}

fn is_media_line(line: &str) -> bool {
    line.starts_with("m=audio ") || line.starts_with("m=video ")
}

/// str0m answers each m-line with a stream of its own, and browsers keep lips in step only within one stream: the n-th
/// sound and the n-th picture are put into one, and slots are filled accordingly where possible.
fn paired(answer: &str, name: &str) -> String {
    let (mut sounds, mut pictures, mut pair) = (0, 0, 0);
    let mut out = String::with_capacity(answer.len());
    for line in answer.split_inclusive('\n') {
        if let Some(count) = counter_of(line, &mut sounds, &mut pictures) {
            pair = *count;
            *count += 1;
        }
        let names_stream = line.starts_with("a=msid:") || line.starts_with("a=ssrc:");
        match line.split_once("msid:").filter(|_| names_stream) {
            Some((head, tail)) => {
                let track = tail.split_once(' ').map_or(tail, |(_, track)| track);
                out.extend([head, "msid:", name, "-", &pair.to_string(), " ", track]);
            }
            None => out.push_str(line),
        }
    }
    out
}

fn counter_of<'a>(line: &str, sounds: &'a mut usize, pictures: &'a mut usize) -> Option<&'a mut usize> {
    match line.split_once(' ')?.0 {
        "m=audio" => Some(sounds),
        "m=video" => Some(pictures),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(offer: &str, way: Way) -> OfferRefused {
        check(&Limits::default(), offer, way).unwrap_err()
    }

    #[test]
    fn bounds_are_checked_before_the_text_is_parsed() {
        assert_eq!(refused(&"a".repeat(70_000), Way::In), OfferRefused::TooLarge { limit: 65_536 });
        assert_eq!(refused(&"m=audio 9 X 0\r\n".repeat(33), Way::Out), OfferRefused::TooManyLines { limit: 32 });
        assert_eq!(refused("m=audio 9 X 0\r\na=recvonly\r\n", Way::In), OfferRefused::NothingUsable);
        assert_eq!(refused("m=audio 9 X 0\r\na=sendonly\r\n", Way::Out), OfferRefused::NothingUsable);
    }

    #[test]
    fn the_first_sound_and_the_first_picture_are_one_stream_and_the_second_another() {
        let answer = "m=audio 9 X 0\r\na=msid:a t1\r\nm=audio 9 X 0\r\na=msid:b t2\r\nm=video 9 X 0\r\na=ssrc:7 msid:c t3\r\na=ssrc:7 cname:x\r\n";
        let paired = paired(answer, "s");
        let named: Vec<&str> = paired.lines().filter(|line| line.contains("msid:")).collect();
        assert_eq!(named, ["a=msid:s-0 t1", "a=msid:s-1 t2", "a=ssrc:7 msid:s-0 t3"]);
        assert!(paired.ends_with("a=ssrc:7 cname:x\r\n"));
    }

    #[test]
    fn a_name_tells_its_thread() {
        let name = IceName::random(11).unwrap();
        assert_eq!(IceName::thread_of(&name.ufrag), Some(11));
        assert!(name.ufrag.len() == 18 && name.pwd.len() == 32);
        assert_eq!(IceName::thread_of("z"), None);
    }

    #[test]
    fn behind_a_nat_the_configured_addresses_are_announced() {
        let bound = "0.0.0.0:7000".parse().unwrap();
        assert_eq!(announce(bound, &["192.0.2.9".parse().unwrap()]), ["192.0.2.9:7000".parse().unwrap()]);
        assert_eq!(announce("127.0.0.1:7000".parse().unwrap(), &[]), ["127.0.0.1:7000".parse().unwrap()]);
    }

    fn real_offer() -> String {
        let mut rtc = Rtc::builder().build(Instant::now());
        let mut api = rtc.sdp_api();
        for kind in [str0m::media::MediaKind::Audio, str0m::media::MediaKind::Video] {
            api.add_media(kind, str0m::media::Direction::SendOnly, None, None, None);
        }
        api.add_channel("stage".to_owned());
        api.apply().unwrap().0.to_sdp_string()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        /// An offer with lines missing, doubled, moved or garbled is refused or answered, and never more than that.
        #[test]
        fn a_garbled_offer_hurts_nobody(changes in proptest::collection::vec((0_usize..120, 0_u8..4, "\\PC{0,20}"), 1..12)) {
            let offer = real_offer();
            let mut lines: Vec<String> = offer.lines().map(str::to_owned).collect();
            for (at, change, text) in changes {
                let at = at % lines.len().max(1);
                match change {
                    0 if lines.len() > 1 => drop(lines.remove(at)),
                    1 => lines.insert(at, lines[at].clone()),
                    2 => lines[at] = text,
                    _ => { let half = lines[at].chars().take(lines[at].chars().count() / 2).collect(); lines[at] = half; }
                }
            }
            let provider = str0m::crypto::from_feature_flags();
            let certificate = provider.dtls_provider.generate_certificate().unwrap();
            let candidates = Candidates::of(&["127.0.0.1:9".parse().unwrap()], &[]);
            let limits = Limits::default();
            let with = Answering { limits: &limits, certificate: &certificate, candidates: &candidates };
            let name = IceName::random(0).unwrap();
            if let Ok(answered) = answer(&with, &format!("{}\r\n", lines.join("\r\n")), Way::In, &name) {
                prop_assert!(answered.answer.contains(&name.ufrag));
            }
        }
    }
}
