//! What the host does: it is in effect at the node when the call answers.

use guildhall_media::{Kind, Muted, Notice, Why};

use crate::client::{Client, Wants};
use crate::house::{House, STAGE, missing, peer};

const BOTH: Muted = Muted { audio: true, video: true };

#[test]
fn a_muted_peer_is_dropped_at_the_node_and_comes_back_without_a_seam() {
    let mut house = House::new();
    let publisher = house.publish(1, Wants::PUBLISHER);
    let viewer = house.view(Wants::VIEWER);
    house.until("the viewer sees and hears", |house| {
        house.pictures(viewer) > 20 && house.clients[viewer].sounds().len() > 20
    });
    house.ask(house.node.mute(STAGE, peer(1), BOTH)).unwrap();
    // What was on its way before the call answered may still arrive; then comes nothing, while the client keeps sending.
    let dropped = house.node.totals().muted;
    house.until("packets are dropped", |house| house.node.totals().muted > dropped + 30);
    let before = house.clients[viewer].got.len();
    house.until("more are dropped", |house| house.node.totals().muted > dropped + 150);
    assert_eq!(house.clients[viewer].got.len(), before);
    house.until("the publisher is told", |house| {
        house.clients[publisher].notes.last() == Some(&serde_json::json!({"muted": {"audio": true, "video": true}}))
    });
    house.ask(house.node.mute(STAGE, peer(1), Muted::default())).unwrap();
    house.until("the viewer sees again", |house| house.clients[viewer].got.len() > before + 60);
    let client = &house.clients[viewer];
    assert_eq!(missing(client.pictures().iter().map(|got| got.sequence)), [0; 0]);
    assert_eq!(missing(client.sounds().iter().map(|got| got.sequence)), [0; 0]);
}

#[test]
fn a_mute_survives_a_reconnect() {
    let mut house = House::new();
    house.ask(house.node.mute(STAGE, peer(1), Muted { audio: true, video: false })).unwrap();
    house.publish(1, Wants::PUBLISHER);
    let viewer = house.view(Wants::VIEWER);
    house.until("the viewer sees", |house| house.pictures(viewer) > 60);
    assert!(house.clients[viewer].sounds().is_empty());
    assert!(house.node.totals().muted > 0);
}

#[test]
fn who_is_cut_is_gone_at_once_from_both_cameras_and_screens() {
    let mut house = House::new();
    let camera = house.publish(1, Wants::PUBLISHER);
    let screen = house.publish_as(Client::over_udp(), peer(1), Kind::Screen, Wants::PUBLISHER);
    let stays = house.publish(2, Wants::PUBLISHER);
    let viewer = house.view(Wants { audio: 3, video: 3, ..Wants::VIEWER });
    house.clients[stays].camera.as_mut().unwrap().author = 2;
    let seen = |house: &House, author: u8| {
        house.clients[viewer].pictures().iter().filter(|got| got.picture().author == author).count()
    };
    house.until("all are seen", |house| seen(house, 1) > 60 && seen(house, 2) > 30);
    assert_eq!(house.ask(house.node.cut(STAGE, peer(1))).unwrap(), 2);
    house.until("both are told to go", |house| house.clients[camera].gone && house.clients[screen].gone);
    // What was on its way, and what str0m paces, is let in.
    house.frames(stays, 80);
    let before = seen(&house, 1);
    house.frames(stays, 50);
    assert_eq!(seen(&house, 1), before);
    let cut = house.heard.iter().filter(|notice| matches!(notice, Notice::Unpublished { why: Why::Cut, .. })).count();
    assert_eq!(cut, 2);
    assert!(!house.clients[stays].gone && !house.clients[viewer].gone);
}

#[test]
fn the_end_of_a_stage_is_the_end_for_everybody() {
    let mut house = House::new();
    let publisher = house.publish(1, Wants::PUBLISHER);
    let viewer = house.view(Wants::VIEWER);
    house.until("the viewer sees", |house| house.pictures(viewer) > 5);
    house.ask(house.node.end(STAGE)).unwrap();
    house.until("both are told", |house| house.clients[publisher].gone && house.clients[viewer].gone);
    let snapshot = house.ask(house.node.snapshot(STAGE)).unwrap();
    assert_eq!(snapshot, guildhall_media::StageSnapshot::default());
    assert_eq!(house.node.totals().connections, 0);
}

#[test]
fn a_viewer_who_is_removed_sees_nothing_more() {
    let mut house = House::new();
    let publisher = house.publish(1, Wants::PUBLISHER);
    let removed = house.view_as(Client::over_udp(), Some(peer(7)), Wants::VIEWER);
    let stays = house.view_as(Client::over_udp(), Some(peer(8)), Wants::VIEWER);
    house.until("both see", |house| house.pictures(removed) > 5 && house.pictures(stays) > 5);
    assert_eq!(house.ask(house.node.drop_viewers(STAGE, peer(7))).unwrap(), 1);
    house.until("it is told", |house| house.clients[removed].gone);
    let before = house.pictures(removed);
    house.frames(publisher, 20);
    assert_eq!(house.pictures(removed), before);
    assert!(!house.clients[stays].gone);
}

#[test]
fn a_node_that_stops_says_goodbye_and_answers_no_more() {
    let mut house = House::new();
    let publisher = house.publish(1, Wants::PUBLISHER);
    let viewer = house.view(Wants::VIEWER);
    house.until("the viewer sees", |house| house.pictures(viewer) > 5);
    house.ask(house.node.stop());
    house.until("both are told", |house| house.clients[publisher].gone && house.clients[viewer].gone);
    assert_eq!(house.ask(house.node.snapshot(STAGE)), Err(guildhall_media::Stopped));
}
