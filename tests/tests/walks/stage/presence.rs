//! Coming in and leaving: who may when, and what a lease is worth.

use guildhall::access::GroupRole;
use guildhall_tests::House;
use serde_json::json;

use super::{names, planned, scene};

#[tokio::test]
async fn attendees_come_in_from_the_lobby_on_and_those_who_perform_before() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    for (state, anja) in [(None, false), (Some("practice"), false), (Some("lobby"), true), (Some("live"), true)] {
        if let Some(state) = state {
            assert_eq!(scene.direct(json!({ "state": state })).await["state"], state);
        }
        let answer = scene.arrive(&scene.anja, "anja-desk").await;
        if anja {
            assert_eq!(answer.ok()["stage"]["my_role"], "attendee");
        } else {
            answer.refused(409, "stage_closed");
        }
        assert_eq!(scene.arrive(&scene.ben, "ben-desk").await.ok()["stage"]["my_role"], "speaker");
        house.clock.advance_ms(1);
        assert_eq!(scene.arrive(scene.host(), "host-desk").await.ok()["stage"]["my_role"], "host");
    }
    let stage = scene.seen_by(&scene.anja).await;
    assert_eq!((names(&stage), &stage["attending"]), (vec!["Ben", "Olga Ohm"], &json!(1)));
    scene.direct(json!({ "state": "ended" })).await;
    scene.arrive(scene.host(), "host-desk").await.refused(409, "stage_closed");
    let ended = scene.seen_by(&scene.anja).await;
    assert_eq!((names(&ended), &ended["attending"]), (vec![], &json!(0)), "everybody was sent home");
    assert_eq!(ended["live_at"], stage["live_at"], "the zero of its clock stays");
    assert_ne!(ended["since"], stage["since"]);
}

#[tokio::test]
async fn a_device_that_comes_again_renews_and_neither_doubles_nor_throws_itself_out() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    for device in ["desk-0001", "desk-0001", "phone-001"] {
        let arrived = scene.arrive(&scene.anja, device).await.ok();
        assert_eq!((&arrived["stage"]["attending"], &arrived["lease_seconds"]), (&json!(1), &json!(45)));
    }
    house.clock.advance_ms(44_000);
    scene.arrive(&scene.anja, "desk-0001").await.ok();
    house.clock.advance_ms(44_000);
    assert_eq!(scene.seen_by(&scene.anja).await["attending"], 1, "the phone is gone, the desk was renewed");
    house.clock.advance_ms(1_000);
    assert_eq!(scene.seen_by(&scene.anja).await["attending"], 0);
    scene.arrive(&scene.anja, "desk-0001").await.ok();
    assert_eq!(scene.leave(&scene.anja, "desk-0001").await.status, 204);
    assert_eq!(scene.leave(&scene.anja, "desk-0001").await.status, 204, "twice is as good as once");
    assert_eq!(scene.seen_by(&scene.anja).await["attending"], 0);
}

#[tokio::test]
async fn a_presenter_who_drops_for_ten_seconds_keeps_place_and_role() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.ben, "ben-desk").await.ok();
    house.clock.advance_ms(10_000);
    assert_eq!(names(&scene.seen_by(&scene.anja).await), ["Ben"]);
    let back = scene.arrive(&scene.ben, "ben-desk").await.ok();
    assert_eq!((names(&back["stage"]), &back["stage"]["my_role"]), (vec!["Ben"], &json!("speaker")));
}

#[tokio::test]
async fn nobody_new_comes_into_a_locked_stage_and_who_was_there_comes_back() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.anja, "anja-desk").await.ok();
    assert_eq!(scene.direct(json!({ "locked": true })).await["locked"], true);
    scene.arrive(&scene.ben, "ben-desk").await.refused(403, "stage_locked");
    scene.ticket(&scene.ben, "view").await.refused(403, "stage_locked");
    scene.leave(&scene.anja, "anja-desk").await;
    scene.arrive(&scene.anja, "anja-phone").await.ok();
    scene.arrive(scene.host(), "host-desk").await.ok();
    scene.direct(json!({ "locked": false })).await;
    scene.arrive(&scene.ben, "ben-desk").await.ok();
}

#[tokio::test]
async fn where_seats_are_counted_only_the_registered_come_in() {
    let house = House::new().await;
    let mut scene = scene(&house).await;
    scene.webinar = planned(&scene.brand, &scene.group, &json!({ "capacity": 1 })).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.anja, "anja-desk").await.refused(403, "not_registered");
    scene.anja.put(&format!("/webinars/{}/registration", scene.webinar), &json!({})).await.ok();
    scene.arrive(&scene.anja, "anja-desk").await.ok();
    scene.arrive(scene.host(), "host-desk").await.ok();
    scene.arrive(&scene.ben, "ben-desk").await.refused(403, "not_registered");
}

#[tokio::test]
async fn a_cancelled_webinar_has_no_stage_and_a_draft_none_yet() {
    let house = House::new().await;
    let mut scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.anja, "anja-desk").await.ok();
    scene.host().post(&format!("/webinars/{}/cancel", scene.webinar), &json!({})).await.ok();
    let stage = scene.seen_by(&scene.anja).await;
    assert_eq!((&stage["state"], &stage["attending"]), (&json!("ended"), &json!(0)));
    scene.host().patch(&scene.path(""), &json!({ "state": "live" })).await.refused(409, "webinar_over");
    scene.arrive(scene.host(), "host-desk").await.refused(409, "webinar_over");
    scene.webinar = planned(&scene.brand, &scene.group, &json!({ "publish": false })).await;
    scene.arrive(scene.host(), "host-desk").await.refused(404, "not_found");
    scene.host().patch(&scene.path(""), &json!({ "state": "live" })).await.refused(404, "not_found");
    scene.anja.get(&scene.path("")).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_the_socket_tells_of_a_stage_is_what_a_fresh_look_shows() {
    let house = House::new().await;
    let scene = scene(&house).await;
    let mut socket = scene.anja.socket().await;
    let mut told = socket.follow(&scene.webinar, 0).await;
    scene.direct(json!({ "state": "lobby" })).await;
    told.push(socket.change("stage.changed").await);
    scene.arrive(scene.host(), "host-desk").await.ok();
    told.push(socket.change("stage.changed").await);
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    let told = socket.change("stage.changed").await["change"]["stage"].clone();
    let mut fresh = scene.seen_by(&scene.anja).await;
    for personal in ["my_role", "can"] {
        assert!(fresh.as_object_mut().unwrap().remove(personal).is_some());
    }
    assert_eq!((&told, names(&told)), (&fresh, vec!["Olga Ohm"]));
}

#[tokio::test]
async fn attendees_who_come_and_go_are_no_changes() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    let first = scene.arrive(&scene.anja, "anja-desk").await.ok();
    let second = scene.arrive(&scene.ben, "ben-desk").await.ok();
    assert_eq!((&first["position"], &second["stage"]["attending"]), (&second["position"], &json!(2)));
    scene.leave(&scene.anja, "anja-desk").await;
    assert_eq!(scene.arrive(&scene.ben, "ben-desk").await.ok()["position"], first["position"]);
}

#[tokio::test]
async fn whoever_leaves_the_group_is_gone_from_its_stages_and_comes_back_as_anybody() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.ben, "ben-desk").await.ok();
    let place = format!("/groups/{}/members/{}", scene.group.id, scene.ben.member);
    scene.host().delete(&place).await;
    assert_eq!(names(&scene.seen_by(&scene.anja).await), Vec::<&str>::new());
    scene.arrive(&scene.ben, "ben-desk").await.refused(404, "not_found");
    scene.host().put(&place, &json!({ "role": GroupRole::Member })).await.ok();
    assert_eq!(scene.arrive(&scene.ben, "ben-desk").await.ok()["stage"]["my_role"], "attendee");
}

#[tokio::test]
async fn a_device_has_a_name_of_a_certain_shape_and_there_are_not_hundreds() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    for wrong in ["short", "mit blank", "x;y;z;a;b", &"x".repeat(65)] {
        scene.arrive(&scene.anja, wrong).await.refused(422, "validation");
    }
    for nth in 0..10 {
        scene.arrive(&scene.anja, &format!("device-{nth:03}")).await.ok();
    }
    scene.arrive(&scene.anja, "device-011").await.refused(429, "rate_limited");
}

#[tokio::test]
async fn a_late_comer_gets_the_floor_with_the_stage_and_a_renewal_does_not() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.ben.put(&format!("/webinars/{}/floor/hand", scene.webinar), &json!({})).await;
    let first = scene.arrive(&scene.anja, "anja-desk").await.ok();
    assert_eq!(first["floor"]["hands"][0]["person"]["name"], "Ben");
    assert_eq!(first["stage"]["recording"], "off");
    assert_eq!(scene.arrive(&scene.anja, "anja-desk").await.ok()["floor"], json!(null));
    assert!(scene.arrive(&scene.anja, "anja-phone").await.ok()["floor"].is_object());
}
