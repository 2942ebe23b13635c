//! From one publisher to its viewers.

use guildhall_media::{Kind, Notice, Why};

use crate::client::{Client, Wants};
use crate::house::{House, missing, peer};

#[test]
fn a_viewer_begins_with_a_keyframe_and_misses_nothing_after_it() {
    let mut house = House::new();
    let publisher = house.publish(1, Wants::PUBLISHER);
    house.until("the publisher stands", |house| house.clients[publisher].connected);
    let viewer = house.view(Wants::VIEWER);
    house.until("media arrives", |house| house.pictures(viewer) > 60 && house.clients[viewer].sounds().len() > 30);
    let viewer = &house.clients[viewer];
    let pictures = viewer.pictures();
    assert!(pictures[0].picture().keyframe && pictures[0].picture().first);
    assert_eq!(missing(pictures.iter().map(|got| got.sequence)), [0; 0]);
    assert_eq!(missing(viewer.sounds().iter().map(|got| got.sequence)), [0; 0]);
    assert!(house.clients[publisher].keyframes_asked >= 1);
    assert!(pictures[0].sequence < 65_536, "the receiver's rollover counter begins at zero");
}

#[test]
fn a_hundred_viewers_at_once_cost_the_publisher_one_keyframe_a_second() {
    let mut house = House::new();
    let publisher = house.publish(1, Wants::PUBLISHER);
    house.until("the publisher stands", |house| house.clients[publisher].connected);
    let since = std::time::Instant::now();
    let mut viewers = Vec::new();
    for _ in 0..100 {
        viewers.push(house.view(Wants { channel: false, ..Wants::VIEWER }));
        // The publisher goes on meanwhile, or it would make up for the pause with a flood.
        house.clients[publisher].turn();
    }
    house.until("everybody sees", |house| viewers.iter().all(|viewer| house.pictures(*viewer) > 0));
    let asked = house.node.totals().keyframes_asked;
    let (wished, seconds) = (house.node.totals().keyframes_wished, since.elapsed().as_secs());
    assert!(wished >= 100, "each viewer had a wish of its own, {wished}");
    // One for the beginning, and one for each second that has passed since.
    assert!(asked <= seconds + 2, "{asked} requests in {seconds} s");
    assert!(viewers.iter().all(|viewer| house.clients[*viewer].pictures()[0].picture().keyframe));
}

#[test]
fn a_publisher_who_comes_again_takes_over_the_slots_without_negotiation() {
    let mut house = House::new();
    let first = house.publish(1, Wants::PUBLISHER);
    let viewer = house.view(Wants::VIEWER);
    house.until("the first is seen", |house| house.pictures(viewer) > 20);
    let again = house.publish(1, Wants::PUBLISHER);
    house.clients[again].camera.as_mut().unwrap().author = 2;
    house.until("the second is seen", |house| {
        house.clients[viewer].pictures().iter().filter(|got| got.picture().author == 2).count() > 20
    });
    let pictures = house.clients[viewer].pictures();
    let turn = pictures.iter().position(|got| got.picture().author == 2).unwrap();
    assert!(pictures[turn].picture().keyframe);
    assert_eq!(missing(pictures.iter().map(|got| got.sequence)), [0; 0], "the viewer sees no loss");
    let ids: Vec<u16> = pictures.iter().map(|got| got.picture().id).collect();
    assert_eq!(ids[turn], ids[turn - 1] + 1, "picture ids go on");
    assert!(pictures[turn].time.wrapping_sub(pictures[turn - 1].time) < 90_000 * 60, "and so does time");
    house.until("the first is told to go", |house| house.clients[first].gone);
    let replaced = house.heard.iter().any(|notice| {
        matches!(notice, Notice::Unpublished { peer: who, kind: Kind::Camera, why: Why::Replaced, .. } if *who == peer(1))
    });
    assert!(replaced, "{:?}", house.heard);
    let snapshot = house.ask(house.node.snapshot(crate::house::STAGE)).unwrap();
    assert_eq!(snapshot.publications.len(), 1, "a reconnect never doubles");
}

#[test]
fn what_a_viewer_loses_is_sent_again() {
    let mut house = House::new();
    let publisher = house.publish(1, Wants::PUBLISHER);
    let viewer = house.view(Wants::VIEWER);
    house.until("the viewer sees", |house| house.pictures(viewer) > 20);
    let asked = house.clients[publisher].keyframes_asked;
    house.clients[viewer].loses_every = Some(10);
    house.until("much has passed", |house| house.pictures(viewer) > 300);
    house.clients[viewer].loses_every = None;
    house.until("the last losses are repaired", |house| {
        let pictures = house.clients[viewer].pictures();
        missing(pictures.iter().map(|got| got.sequence)).is_empty() && pictures.len() > 320
    });
    // Thirty losses and more: a keyframe for each would be no repair.
    assert!(house.clients[publisher].keyframes_asked < asked + 10);
}

#[test]
fn h264_begins_with_its_parameter_sets_and_goes_to_nobody_who_does_not_know_it() {
    let mut house = House::new();
    let studio = house.publish_as(Client::with_h264(), peer(1), Kind::Camera, Wants::PUBLISHER);
    house.until("the studio stands", |house| house.clients[studio].connected);
    let viewer = house.view_as(Client::with_h264(), None, Wants::VIEWER);
    let other = house.view(Wants::VIEWER);
    house.until("it is seen", |house| house.pictures(viewer) > 60 && house.clients[other].sounds().len() > 30);
    let pictures = house.clients[viewer].pictures();
    assert_eq!(pictures[0].payload[0], 0x78, "parameter sets first");
    assert_eq!(missing(pictures.iter().map(|got| got.sequence)), [0; 0]);
    assert_eq!(house.pictures(other), 0, "who knows no H.264 hears the sound");
}

#[test]
fn people_do_not_get_their_own_picture_back() {
    let mut house = House::new();
    house.publish(1, Wants::PUBLISHER);
    let own = house.view_as(Client::over_udp(), Some(peer(1)), Wants::VIEWER);
    let other = house.view_as(Client::over_udp(), Some(peer(2)), Wants::VIEWER);
    house.until("the other sees and hears", |house| {
        house.pictures(other) > 50 && house.clients[other].sounds().len() > 20
    });
    assert!(house.clients[own].got.is_empty());
    assert!(house.clients[own].connected);
}
