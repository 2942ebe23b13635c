//! Recording: only when everybody can see it, and whole afterwards.

use guildhall_tests::{House, Person};
use reqwest::Method;
use serde_json::{Value, json};

use super::sending::{Sent, until};
use super::{Scene, scene};

fn files_in(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| if path.is_dir() { files_in(&path) } else { 1 }).sum()
}

async fn sending(house: &House, scene: &Scene) -> Box<Sent> {
    Box::new(Box::pin(begun(house, scene)).await)
}

async fn begun(house: &House, scene: &Scene) -> Sent {
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(scene.host(), "host-desk").await.ok();
    let mut sent = scene.publish(house, scene.host(), "camera").await;
    let mut viewer = scene.view(house, &scene.anja).await;
    let mut clients = [&mut sent.client, &mut viewer.client];
    until(&mut clients, "the picture arrives", |clients| !clients[1].pictures().is_empty()).await;
    sent
}

async fn recordings(scene: &Scene, person: &Person) -> Value {
    person.get(&format!("/webinars/{}/recordings", scene.webinar)).await.ok()
}

/// Lets the sender live until the recordings are so.
async fn until_recorded(scene: &Scene, sent: &mut Sent, what: &str, so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..20_000 {
        let found = recordings(scene, &scene.anja).await;
        if so(&found) {
            return found;
        }
        sent.client.turn();
    }
    panic!("waited in vain until {what}");
}

#[tokio::test]
async fn nothing_is_recorded_before_notice_was_given_and_everybody_sees_that_it_is() {
    let house = House::new().await;
    let scene = scene(&house).await;
    let path = scene.path("/recording");
    scene.host().post(&path, &json!({ "notice_given": true })).await.refused(409, "stage_closed");
    let mut sent = sending(&house, &scene).await;
    scene.host().post(&path, &json!({ "notice_given": false })).await.refused(409, "consent_required");
    scene.host().post(&path, &json!({})).await.refused(422, "validation");
    let folder = house.folder().join("recordings");
    assert_eq!((files_in(&folder), recordings(&scene, &scene.anja).await), (0, json!([])));

    let started = scene.host().post(&path, &json!({ "notice_given": true })).await.ok();
    assert_eq!(started["recording"], "on");
    assert_eq!(scene.seen_by(&scene.anja).await["recording"], "on");
    let begun = until_recorded(&scene, &mut sent, "a file is begun", |found| found[0]["parts"][0].is_object()).await;
    let part = &begun[0]["parts"][0];
    assert_eq!((&part["kind"], &part["peer"]["id"]), (&json!("camera"), &json!(scene.host().member)));
    assert_eq!((&begun[0]["ended_at"], &part["duration_ms"]), (&Value::Null, &Value::Null));
    let running = format!("/webinars/{}/recordings/{}", scene.webinar, begun[0]["id"].as_str().unwrap());
    scene.host().delete(&running).await.refused(422, "validation");

    assert_eq!(scene.host().delete(&path).await.ok()["recording"], "off");
    let whole = |found: &Value| found[0]["parts"][0]["duration_ms"].is_number();
    let ended = until_recorded(&scene, &mut sent, "the file is whole", whole).await;
    assert!(ended[0]["ended_at"].is_string());
    let url = ended[0]["parts"][0]["url"].as_str().unwrap();
    let bytes = scene.anja.get(url).await;
    assert_eq!((bytes.status.as_u16(), &bytes.headers["content-type"]), (200, &"video/webm".parse().unwrap()));
    assert_eq!(&bytes.bytes[..4], [0x1a, 0x45, 0xdf, 0xa3], "an EBML file");
    let part = scene.anja.send(scene.anja.request(Method::GET, url).header("range", "bytes=1-3")).await;
    assert_eq!((part.status.as_u16(), &part.bytes[..]), (206, &bytes.bytes[1..4]));
    let behind = scene.anja.request(Method::GET, url).header("range", "bytes=99999999-");
    assert_eq!(scene.anja.send(behind).await.status, 416);
    scene.stranger.get(url).await.refused(404, "not_found");
    house.nobody().get(url).await.refused(401, "unauthenticated");

    scene.anja.delete(&running).await.refused(403, "forbidden");
    assert_eq!(scene.host().delete(&running).await.status, 204);
    assert_eq!((files_in(&folder), recordings(&scene, &scene.anja).await), (0, json!([])));
    scene.anja.get(url).await.refused(404, "not_found");
}

#[tokio::test]
async fn the_end_of_the_stage_ends_the_recording() {
    let house = House::new().await;
    let scene = scene(&house).await;
    let mut sent = sending(&house, &scene).await;
    scene.host().post(&scene.path("/recording"), &json!({ "notice_given": true })).await.ok();
    until_recorded(&scene, &mut sent, "a file is begun", |found| found[0]["parts"][0].is_object()).await;
    assert_eq!(scene.direct(json!({ "state": "ended" })).await["recording"], "off");
    let whole = |found: &Value| found[0]["parts"][0]["duration_ms"].is_number();
    let ended = until_recorded(&scene, &mut sent, "the file is whole", whole).await;
    assert_eq!(ended.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_recording_goes_on_after_a_restart_and_what_was_there_stays() {
    let mut house = House::new().await;
    let mut scene = scene(&house).await;
    let mut sent = sending(&house, &scene).await;
    scene.host().post(&scene.path("/recording"), &json!({ "notice_given": true })).await.ok();
    until_recorded(&scene, &mut sent, "a file is begun", |found| found[0]["parts"][0].is_object()).await;
    house.restart().await;
    let url = house.url();
    scene.brand.owner = scene.brand.owner.at(&url);
    scene.anja = scene.anja.at(&url);
    let before = recordings(&scene, &scene.anja).await;
    assert!(before[0]["parts"][0]["duration_ms"].is_number(), "the files were finished on the way out: {before}");
    assert_eq!(scene.seen_by(&scene.anja).await["recording"], "on");
    let mut sent = scene.publish(&house, scene.host(), "camera").await;
    let two = |found: &Value| found[0]["parts"].as_array().unwrap().len() == 2;
    let after = until_recorded(&scene, &mut sent, "the second file is begun", two).await;
    assert_eq!(after.as_array().unwrap().len(), 1, "one recording with two parts");
}
