//! Every bound refuses, and what never comes to life is cleared away.

use std::net::IpAddr;
use std::time::Duration;

use guildhall_media::{Kind, Limits, NodeConfig, Notice, OfferRefused, Publish, View, Why};

use crate::client::{Client, Wants};
use crate::house::{House, STAGE, peer};

fn limited(change: impl FnOnce(&mut Limits)) -> House {
    let mut config = NodeConfig::loopback();
    change(&mut config.limits);
    House::with(config)
}

fn publish(house: &House, offer: String, address: Option<IpAddr>) -> Result<(), OfferRefused> {
    house.ask(house.node.publish(Publish { stage: STAGE, peer: peer(1), kind: Kind::Camera, offer, address })).map(drop)
}

fn view(house: &House, offer: String, address: Option<IpAddr>) -> Result<(), OfferRefused> {
    house.ask(house.node.view(View { stage: STAGE, peer: None, offer, address })).map(drop)
}

#[test]
fn offers_beyond_the_bounds_are_refused() {
    let house = House::new();
    let good = Client::over_udp().offer(Wants::PUBLISHER);
    assert_eq!(publish(&house, good.repeat(80), None), Err(OfferRefused::TooLarge { limit: 65_536 }));
    let lines = format!("{good}{}", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(40));
    assert_eq!(publish(&house, lines, None), Err(OfferRefused::TooManyLines { limit: 32 }));
    assert!(matches!(publish(&house, "v=0\r\n".to_owned(), None), Err(OfferRefused::Malformed(_))));
    assert!(matches!(publish(&house, good.replace("a=fingerprint:", "a=x:"), None), Err(OfferRefused::Malformed(_))));
    assert_eq!(publish(&house, Client::over_udp().offer(Wants::VIEWER), None), Err(OfferRefused::NothingUsable));
    assert_eq!(view(&house, good, None), Err(OfferRefused::NothingUsable));
    assert_eq!(house.node.totals().connections, 0);
}

#[test]
fn a_stage_and_an_address_have_so_many_places() {
    let house = limited(|limits| {
        limits.viewers_per_stage = 2;
        limits.connections_per_address = 1;
    });
    let offer = || Client::over_udp().offer(Wants::VIEWER);
    let address = Some(IpAddr::from([192, 0, 2, 1]));
    assert_eq!(view(&house, offer(), address), Ok(()));
    assert_eq!(view(&house, offer(), address), Err(OfferRefused::AddressFull));
    assert_eq!(view(&house, offer(), None), Ok(()));
    assert_eq!(view(&house, offer(), None), Err(OfferRefused::StageFull));
    house.ask(house.node.end(STAGE)).unwrap();
    assert_eq!(view(&house, offer(), address), Ok(()), "places come back");
}

#[test]
fn a_handshake_that_is_not_finished_is_given_up() {
    let mut house = limited(|limits| limits.handshake = Duration::from_millis(200));
    publish(&house, Client::over_udp().offer(Wants::PUBLISHER), None).unwrap();
    view(&house, Client::over_udp().offer(Wants::VIEWER), None).unwrap();
    house.until("both are given up", |house| house.node.totals().connections == 0);
    let unanswered = |notice: &&Notice| {
        matches!(
            notice,
            Notice::Unpublished { why: Why::NoHandshake, .. } | Notice::ViewerGone { why: Why::NoHandshake, .. }
        )
    };
    house.until("both are told", |house| house.heard.iter().filter(unanswered).count() == 2);
}

#[test]
fn a_wrong_fingerprint_gets_no_further_than_the_handshake() {
    let mut house = limited(|limits| limits.handshake = Duration::from_secs(3));
    let mut client = Client::over_udp();
    let offer = client.offer(Wants::PUBLISHER);
    let at = offer.find("a=fingerprint:sha-256 ").unwrap() + "a=fingerprint:sha-256 ".len();
    let forged =
        format!("{}{}{}", &offer[..at], if &offer[at..at + 2] == "00" { "11" } else { "00" }, &offer[at + 2..]);
    let opened = house
        .ask(house.node.publish(Publish {
            stage: STAGE,
            peer: peer(1),
            kind: Kind::Camera,
            offer: forged,
            address: None,
        }))
        .unwrap();
    client.accept(&opened.answer);
    house.clients.push(client);
    let viewer = house.view(Wants::VIEWER);
    house
        .until("it is given up", |house| house.heard.iter().any(|notice| matches!(notice, Notice::Unpublished { .. })));
    assert!(house.clients[viewer].got.is_empty());
    assert!(!house.heard.iter().any(|notice| matches!(notice, Notice::Published { .. })));
}

#[test]
fn a_publisher_who_sends_nothing_or_goes_silent_loses_the_place() {
    let mut house = limited(|limits| {
        limits.first_media = Duration::from_millis(500);
        limits.silence = Duration::from_millis(1_500);
    });
    let mute = house.publish(1, Wants::PUBLISHER);
    let camera = house.clients[mute].camera.as_mut().unwrap();
    (camera.sends_audio, camera.sends_video) = (false, false);
    house.until("who never sends is sent away", |house| {
        house.heard.iter().any(|notice| matches!(notice, Notice::Unpublished { why: Why::NoMedia, .. }))
    });
    let dies = house.publish(2, Wants::PUBLISHER);
    house.until("it stands", |house| house.clients[dies].connected);
    let dead = house.clients.remove(dies);
    house.until("who is silent is given up", |house| {
        house.heard.iter().any(|notice| matches!(notice, Notice::Unpublished { why: Why::Lost, .. }))
    });
    assert!(!dead.gone, "it never heard of it");
}

#[test]
fn packets_above_the_cap_are_dropped() {
    let mut house = limited(|limits| limits.publisher_packets_per_second = 60);
    house.publish(1, Wants::PUBLISHER);
    house.until("some are dropped", |house| house.node.totals().over_rate > 100);
}
