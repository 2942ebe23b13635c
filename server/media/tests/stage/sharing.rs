//! Slots and layers.

use guildhall_media::Kind;
use serde_json::{Value, json};

use crate::client::{Client, Got, Wants};
use crate::house::{House, STAGE, missing, peer};

const SIMULCAST: Wants = Wants { simulcast: true, ..Wants::PUBLISHER };

/// Who is in which slot, by the last note: `(mid, peer, kind, media)`.
fn slots(client: &Client) -> Vec<(String, String, String, String)> {
    let text = |slot: &Value, name: &str| slot[name].as_str().unwrap().to_owned();
    let Some(note) = client.notes.last() else { return Vec::new() };
    let slots = note["slots"].as_array().unwrap();
    slots.iter().map(|slot| (text(slot, "mid"), text(slot, "peer"), text(slot, "kind"), text(slot, "media"))).collect()
}

fn shown(client: &Client) -> Vec<u8> {
    client.pictures().iter().rev().take(10).map(|got| got.picture().layer).collect()
}

#[test]
fn the_viewer_is_told_who_is_in_which_slot_and_who_speaks() {
    let mut house = House::new();
    let speaker = house.publish(1, Wants::PUBLISHER);
    let silent = house.publish(2, Wants::PUBLISHER);
    house.clients[silent].camera.as_mut().unwrap().level = -100;
    let viewer = house.view(Wants { audio: 2, video: 2, ..Wants::VIEWER });
    let speaking = json!([peer(1)]);
    house.until("all slots are told", |house| {
        let client = &house.clients[viewer];
        slots(client).len() == 4 && client.notes.last().unwrap()["speaking"] == speaking
    });
    let client = &house.clients[viewer];
    for who in [peer(1), peer(2)] {
        let of_peer: Vec<_> = slots(client).into_iter().filter(|slot| slot.1 == who.to_string()).collect();
        let sound = of_peer.iter().find(|slot| slot.3 == "audio").unwrap();
        let picture = of_peer.iter().find(|slot| slot.3 == "video").unwrap();
        let index =
            |mids: &[str0m::media::Mid], mid: &str| mids.iter().position(|known| known.to_string() == mid).unwrap();
        assert_eq!(
            index(&client.audio, &sound.0),
            index(&client.video, &picture.0),
            "sound and picture share a stream"
        );
    }
    assert_eq!(house.ask(house.node.snapshot(STAGE)).unwrap().speaking, [peer(1)]);
    house.clients[speaker].leave();
    house.until("the slots are free again", |house| slots(&house.clients[viewer]).len() == 2);
    house.until("nobody speaks", |house| house.clients[viewer].notes.last().unwrap()["speaking"] == json!([]));
}

#[test]
fn a_screen_on_the_wall_shows_the_shared_screen_first_and_else_who_speaks() {
    let mut house = House::new();
    let loud = house.publish(1, Wants::PUBLISHER);
    let quiet = house.publish(2, Wants::PUBLISHER);
    house.clients[loud].camera.as_mut().unwrap().level = -100;
    house.clients[quiet].camera.as_mut().unwrap().level = -100;
    let wall = house.view(Wants::VIEWER);
    let shows = |house: &House, who: u128, kind: &str| {
        slots(&house.clients[wall])
            .iter()
            .any(|slot| slot.3 == "video" && slot.1 == peer(who).to_string() && slot.2 == kind)
    };
    house.until("somebody is shown", |house| shows(house, 1, "camera") || shows(house, 2, "camera"));
    house.clients[quiet].camera.as_mut().unwrap().level = -10;
    house.until("who speaks is shown", |house| shows(house, 2, "camera"));
    house.clients[quiet].camera.as_mut().unwrap().level = -100;
    house.clients[loud].camera.as_mut().unwrap().level = -10;
    house.until("who speaks now is shown", |house| shows(house, 1, "camera"));
    let screen = house.publish_as(Client::over_udp(), peer(3), Kind::Screen, Wants { audio: 0, ..Wants::PUBLISHER });
    house.until("the screen is shown", |house| shows(house, 3, "screen"));
    house.clients[screen].leave();
    house.until("who speaks is shown again", |house| shows(house, 1, "camera"));
    assert_eq!(missing(house.clients[wall].pictures().iter().map(|got| got.sequence)), [0; 0], "one slot, one stream");
}

#[test]
fn the_size_of_the_tile_decides_the_layer_and_every_switch_is_on_a_keyframe() {
    let mut house = House::new();
    house.publish(1, SIMULCAST);
    let viewer = house.view(Wants::VIEWER);
    house.until("the best layer is shown", |house| {
        house.pictures(viewer) > 30 && shown(&house.clients[viewer]) == [b'h'; 10]
    });
    let mid = house.clients[viewer].video[0].to_string();
    for (height, layer) in [(180, b'l'), (250, b'm'), (2_000, b'h'), (100, b'l')] {
        house.clients[viewer].say(&json!({"want": [{"mid": mid, "height": height}]}));
        house.until("the wanted layer is shown", |house| shown(&house.clients[viewer]) == [layer; 10]);
    }
    let pictures = house.clients[viewer].pictures();
    for (before, after) in pictures.iter().zip(pictures.iter().skip(1)) {
        let (before, after) = (before.picture(), after.picture());
        assert!(before.layer == after.layer || after.keyframe && after.first, "{before:?} then {after:?}");
        assert!(before.layer == after.layer || after.id == before.id + 1);
    }
    assert_eq!(missing(pictures.iter().map(|got| got.sequence)), [0; 0]);
    house.clients[viewer].say(&json!({"want": [{"mid": mid, "height": 0}]}));
    let sounds = house.clients[viewer].sounds().len();
    house.until("only the sound goes on", |house| {
        let before = house.pictures(viewer);
        house.until("sound comes", |house| house.clients[viewer].sounds().len() > sounds + 20);
        house.pictures(viewer) == before
    });
}

#[test]
fn a_layer_that_stops_is_left_for_one_that_comes() {
    let mut house = House::new();
    let publisher = house.publish(1, SIMULCAST);
    let viewer = house.view(Wants::VIEWER);
    house.until("the best layer is shown", |house| {
        house.pictures(viewer) > 30 && shown(&house.clients[viewer]) == [b'h'; 10]
    });
    house.clients[publisher].camera.as_mut().unwrap().layers.remove(0);
    house.until("the next layer is shown", |house| shown(&house.clients[viewer]) == [b'm'; 10]);
}

#[test]
fn a_poor_path_gets_a_smaller_picture_and_a_good_one_the_best_again() {
    let mut house = House::new();
    house.publish(1, SIMULCAST);
    let viewer = house.view(Wants::VIEWER);
    house.until("the best layer is shown", |house| {
        house.pictures(viewer) > 30 && shown(&house.clients[viewer]) == [b'h'; 10]
    });
    house.clients[viewer].loses_every = Some(2);
    // Smaller, or nothing but the sound: either way the best layer no longer comes.
    house.until("the best layer is left", |house| {
        let client = &house.clients[viewer];
        let latest = client.got.iter().rev().take(60).filter(|got| client.video.contains(&got.mid));
        latest.map(Got::picture).all(|picture| picture.layer != b'h')
    });
    house.clients[viewer].loses_every = None;
    house.until("the best layer is shown again", |house| shown(&house.clients[viewer]) == [b'h'; 10]);
}
