//! Cheers: emoji over the screens, told together and kept nowhere.

use guildhall_tests::{House, Socket};
use serde_json::{Value, json};

use super::Scene;

fn cheer(scene: &Scene, emoji: &str) -> Value {
    json!({ "op": "react_live", "webinar": scene.webinar, "emoji": emoji })
}

/// Adds up the frames until as many came as were sent.
async fn told(socket: &mut Socket, emoji: &str, sent: u64) -> u64 {
    let mut told = 0;
    while told < sent {
        let frame = socket.until(|frame| frame["type"] == "live_reactions").await;
        assert_eq!(frame["position"], Value::Null, "not in the stream");
        told += frame["counts"][emoji].as_u64().unwrap_or_default();
    }
    told
}

#[tokio::test]
async fn what_is_cheered_is_told_to_those_who_follow_the_webinar_and_leaves_no_trace() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let before = scene.host().get(&scene.at("")).await.ok();
    let mut watching = scene.follower(scene.host()).await;
    let mut elsewhere = scene.bert.socket().await;
    let mut sending = scene.anja.socket().await;
    for _ in 0..10 {
        assert_eq!(sending.ask(cheer(&scene, "👏")).await["type"], "ack");
    }
    let refused = sending.ask(cheer(&scene, "👏")).await;
    assert_eq!((&refused["code"], refused["retry_after_ms"].as_u64().is_some()), (&json!("rate_limited"), true));
    assert_eq!(told(&mut watching, "👏", 10).await, 10);
    assert_eq!(scene.host().get(&scene.at("")).await.ok(), before, "nothing is kept");
    assert!(elsewhere.so_far().await.iter().all(|frame| frame["type"] != "live_reactions"));
}

#[tokio::test]
async fn strangers_and_the_muted_cheer_nothing_and_words_are_no_emoji() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let south = house.brand("Suedstern").await;
    let mut stranger = south.owner.socket().await;
    assert_eq!(stranger.ask(cheer(&scene, "👏")).await["code"], "not_found");
    let mut anja = scene.anja.socket().await;
    assert_eq!(anja.ask(cheer(&scene, "buh")).await["code"], "validation");
    let muted = json!({ "muted_until": "2027-01-01T00:00:00Z" });
    scene.host().patch(&format!("/groups/{}/members/{}", scene.group.id, scene.anja.member), &muted).await.ok();
    assert_eq!(anja.ask(cheer(&scene, "👏")).await["code"], "muted");
}
