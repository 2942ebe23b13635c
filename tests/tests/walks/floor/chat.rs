//! The chat of a webinar in slow mode, and for those who run it only.

use guildhall::access::GroupRole;
use guildhall_tests::{Answer, House, Person, fresh_key};
use serde_json::json;

use super::Scene;

async fn say(scene: &Scene, person: &Person, text: &str) -> Answer {
    let message = json!({ "client_key": fresh_key(), "body": text });
    person.post(&format!("/channels/{}/messages", scene.channel), &message).await
}

async fn set_chat(scene: &Scene, slow_seconds: i64, hosts_only: bool) {
    let rules = json!({ "slow_seconds": slow_seconds, "hosts_only": hosts_only });
    scene.host().put(&scene.at("/chat"), &rules).await.ok();
}

#[tokio::test]
async fn in_slow_mode_each_waits_and_is_told_how_long_and_those_who_run_the_webinar_do_not() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let mona = house.member(&scene.brand, "Mona", &[(&scene.group, GroupRole::Moderator)]).await;
    set_chat(&scene, 30, false).await;
    let message = json!({ "client_key": "slow-one-1", "body": "eins" });
    let path = format!("/channels/{}/messages", scene.channel);
    let first = scene.anja.post(&path, &message).await.ok();
    house.clock.advance_ms(12_000);
    let refused = say(&scene, &scene.anja, "zwei").await.refused(403, "slow_mode");
    assert_eq!(refused.json()["retry_after_ms"], 18_000);
    assert_eq!(scene.anja.post(&path, &message).await.ok(), first, "a repeat needs no turn");
    let mut socket = scene.anja.socket().await;
    let post = json!({ "op": "post", "channel": scene.channel, "client_key": "slow-socket-1", "body": "zwei" });
    let error = socket.ask(post).await;
    assert_eq!((&error["code"], &error["retry_after_ms"]), (&json!("slow_mode"), &json!(18_000)));
    say(&scene, &scene.bert, "ich auch").await.ok();
    for person in [scene.host(), &mona] {
        for text in ["a", "b"] {
            say(&scene, person, text).await.ok();
        }
    }
    house.clock.advance_ms(18_000);
    say(&scene, &scene.anja, "zwei").await.ok();
    say(&scene, &scene.anja, "drei").await.refused(403, "slow_mode");
    set_chat(&scene, 0, false).await;
    say(&scene, &scene.anja, "drei").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_messages_at_once_in_slow_mode_one_is_posted() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    set_chat(&scene, 5, false).await;
    let posts = (0..10).map(|n| {
        let (anja, path) = (scene.anja.clone(), format!("/channels/{}/messages", scene.channel));
        let message = json!({ "client_key": fresh_key(), "body": format!("Nachricht {n}") });
        tokio::spawn(async move { anja.post(&path, &message).await })
    });
    let answers = futures_util::future::join_all(posts.collect::<Vec<_>>()).await;
    let codes: Vec<String> = answers.into_iter().map(|answer| answer.unwrap().code()).collect();
    assert_eq!(codes.iter().filter(|code| code.is_empty()).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "slow_mode").count(), 9, "{codes:?}");
}

#[tokio::test]
async fn a_chat_for_hosts_is_read_by_all_and_written_by_those_who_run_the_webinar() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let mut socket = scene.follower(&scene.bert).await;
    set_chat(&scene, 0, true).await;
    let told = socket.change("floor.changed").await;
    assert_eq!(told["change"]["chat"], json!({ "slow_seconds": 0, "hosts_only": true }));
    say(&scene, &scene.anja, "Darf ich?").await.refused(403, "hosts_only");
    say(&scene, scene.host(), "Gleich geht es los").await.ok();
    assert_eq!(socket.change("message.posted").await["change"]["message"]["body"], "Gleich geht es los");
    scene.anja.say(&scene.group.chat, "Anderswo ja").await;
    assert_eq!(scene.floor(&scene.anja).await["chat"]["hosts_only"], true);
}

#[tokio::test]
async fn those_who_do_not_run_the_webinar_change_no_rules_and_no_rule_is_without_bounds() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let path = scene.at("/chat");
    let rules = json!({ "slow_seconds": 5, "hosts_only": true });
    scene.anja.put(&path, &rules).await.refused(403, "forbidden");
    scene.anja.patch(&scene.at("/asking"), &json!({ "moderated": true })).await.refused(403, "forbidden");
    for slow_seconds in [-1, 3_601] {
        let rules = json!({ "slow_seconds": slow_seconds, "hosts_only": false });
        scene.host().put(&path, &rules).await.refused(422, "validation");
    }
    let unknown = json!({ "slow_seconds": 5, "hosts_only": true, "members_only": true });
    scene.host().put(&path, &unknown).await.refused(400, "unknown_field");
    scene.host().post(&format!("/webinars/{}/cancel", scene.webinar), &json!({})).await.ok();
    scene.host().put(&path, &rules).await.refused(409, "webinar_over");
    scene.anja.put(&scene.at("/hand"), &json!({})).await.refused(409, "webinar_over");
    scene.try_ask(&scene.anja, "Noch da?", false).await.refused(409, "webinar_over");
}
