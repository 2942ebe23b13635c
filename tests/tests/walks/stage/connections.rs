//! WHIP and WHEP with a real node behind them.

use std::sync::Arc;

use guildhall::app::Outside;
use guildhall::platform::config::{Config, Hidden, Stage};
use guildhall::platform::ids::SystemChance;
use guildhall::platform::passwords::Cost;
use guildhall_tests::{HandClock, House};
use reqwest::Method;
use serde_json::json;

use super::bearers::{offer, ticket};
use super::scene;
use super::sending::{open, until};
use crate::client::{Client, Wants};

#[tokio::test]
async fn what_a_speaker_sends_reaches_who_watches() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.ben, "ben-desk").await.ok();
    let mut speaker = scene.publish(&house, &scene.ben, "camera").await;
    let mut viewer = scene.view(&house, &scene.anja).await;
    assert!(scene.camera_of(&scene.ben).await);
    let mut clients = [&mut speaker.client, &mut viewer.client];
    until(&mut clients, "picture and sound arrive", |clients| {
        !clients[1].pictures().is_empty() && !clients[1].sounds().is_empty()
    })
    .await;
    let slots = |client: &Client| client.notes.iter().any(|note| note.to_string().contains(&scene.ben.member));
    until(&mut clients, "the viewer knows who it is", |clients| slots(clients[1])).await;
}

#[tokio::test]
async fn the_answer_says_where_the_connection_is_changed_and_ended() {
    let house = House::with(Box::new(|config| {
        config.stage.turn_urls = vec!["turn:turn.example:3478".into(), "turns:turn.example:443?transport=tcp".into()];
        config.stage.turn_secret = Some(Hidden::new("north".into()));
    }))
    .await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    let arrived = scene.arrive(scene.host(), "host-desk").await.ok();
    let name = arrived["ice_servers"][0]["username"].as_str().unwrap();
    assert_eq!(name, format!("{}:{}", 1_795_424_400 + 6 * 3_600, scene.host().member));

    let bearer = ticket(&scene, scene.host(), "camera").await;
    let sdp = Client::over_udp().offer(Wants::PUBLISHER);
    let answer = offer(&house, &format!("/stage/whip/{}", scene.webinar), Some(&bearer), &sdp).await;
    assert_eq!(answer.status, 201);
    let header = |name: &str| answer.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/sdp");
    assert_eq!(header("accept-patch"), "application/trickle-ice-sdpfrag");
    assert_eq!(header("access-control-allow-origin"), "*");
    assert!(header("location").starts_with("/api/v1/stage/connections/") && header("etag").starts_with('"'));
    let links: Vec<_> = answer.headers.get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    assert_eq!(links.len(), 2);
    assert!(links[1].starts_with("<turns:turn.example:443?transport=tcp>; rel=\"ice-server\"; username="), "{links:?}");
}

#[tokio::test]
async fn a_connection_is_changed_and_closed_by_its_bearer_and_by_nobody_else() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(scene.host(), "host-desk").await.ok();
    let sent = scene.publish(&house, scene.host(), "camera").await;
    let line = |name: &str| sent.offer.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let nobody = house.nobody();
    let patch = |if_match: &str, body: String| {
        let request =
            nobody.request(Method::PATCH, &sent.location).header("authorization", format!("Bearer {}", sent.bearer));
        nobody.send(
            request.header("content-type", "application/trickle-ice-sdpfrag").header("if-match", if_match).body(body),
        )
    };
    let own = format!("{}\r\n{}\r\n", line("a=ice-ufrag:"), line("a=ice-pwd:"));
    patch("\"another\"", own.clone()).await.refused(412, "version_conflict");
    assert_eq!(patch(&sent.etag, own).await.status, 204, "candidates change nothing");
    let anew = "a=ice-ufrag:abcdefgh\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n".to_owned();
    let restarted = patch("*", anew).await;
    let tag = restarted.headers["etag"].to_str().unwrap();
    assert!(restarted.status == 200 && tag != sent.etag && restarted.bytes.starts_with(b"a=ice-lite"));
    patch("\"x\"", "no fragment".into()).await.refused(412, "version_conflict");
    patch("*", "v=0\r\n".into()).await.refused(400, "bad_offer");

    sent.ask(&house, Method::DELETE, "another").await.refused(404, "not_found");
    assert!(scene.camera_of(scene.host()).await);
    assert_eq!(sent.ask(&house, Method::DELETE, &sent.bearer).await.status, 200);
    assert!(!scene.camera_of(scene.host()).await);
    sent.ask(&house, Method::DELETE, &sent.bearer).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_is_no_offer_of_this_kind_is_refused_by_the_node_and_leaves_nothing() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(scene.host(), "host-desk").await.ok();
    let good = Client::over_udp().offer(Wants::PUBLISHER);
    let watching = Client::over_udp().offer(Wants::VIEWER);
    let lines = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(500);
    for bad in ["v=0".to_owned(), format!("{good}{lines}"), watching, good.replace("a=fingerprint", "a=finger")] {
        let bearer = ticket(&scene, scene.host(), "camera").await;
        let answer = offer(&house, &format!("/stage/whip/{}", scene.webinar), Some(&bearer), &bad).await;
        answer.refused(400, "bad_offer");
        assert!(!scene.camera_of(scene.host()).await);
    }
}

#[tokio::test]
async fn a_person_is_on_the_stage_once_and_the_newer_camera_takes_the_place() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(scene.host(), "host-desk").await.ok();
    let mut first = scene.publish(&house, scene.host(), "camera").await;
    until(&mut [&mut first.client], "the first stands", |clients| clients[0].connected).await;
    let screen = scene.publish(&house, scene.host(), "screen").await;
    let second = scene.publish(&house, scene.host(), "camera").await;
    until(&mut [&mut first.client], "the first is gone", |clients| clients[0].gone).await;
    let stage = scene.seen_by(scene.host()).await;
    assert_eq!(stage["people"].as_array().unwrap().len(), 1);
    assert_eq!((&stage["people"][0]["camera"], &stage["people"][0]["screen"]), (&json!(true), &json!(true)));
    let publications = house.app().stages.media().unwrap().publications(scene.webinar.parse().unwrap()).await;
    assert_eq!(publications.len(), 2, "camera and screen, each once");
    let ended = |sent: &super::sending::Sent| sent.location.clone();
    assert_ne!(ended(&second), ended(&screen));
}

#[tokio::test]
async fn a_studio_sends_with_its_key_until_the_key_is_void() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    let key = |r#use: &str| json!({ "use": r#use, "name": "Regie" });
    let studio = scene.host().post(&scene.path("/keys"), &key("publish")).await.ok();
    let lobby = scene.host().post(&scene.path("/keys"), &key("view")).await.ok();
    let (whip, whep) = (format!("/stage/whip/{}", scene.webinar), format!("/stage/whep/{}", scene.webinar));
    let mut sent = open(&house, &whip, studio["key"].as_str().unwrap(), Wants::PUBLISHER).await;
    let mut shown = open(&house, &whep, lobby["key"].as_str().unwrap(), Wants::VIEWER).await;
    let stage = scene.seen_by(&scene.anja).await;
    let expected = json!([{ "id": studio["id"], "name": "Regie", "camera": true, "screen": false }]);
    assert_eq!((&stage["studios"], &stage["people"]), (&expected, &json!([])));
    let mut clients = [&mut sent.client, &mut shown.client];
    until(&mut clients, "the lobby shows it", |clients| !clients[1].pictures().is_empty()).await;
    scene.host().delete(&format!("/stage/keys/{}", studio["id"].as_str().unwrap())).await;
    until(&mut clients, "the studio is cut off", |clients| clients[0].gone).await;
    assert_eq!(scene.seen_by(&scene.anja).await["studios"], json!([]));
    assert!(!shown.client.gone, "the other key is still good");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_in_one_line_with_the_remedy() {
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    let (udp, tcp) = (std::net::UdpSocket::bind(any).unwrap(), std::net::TcpListener::bind(any).unwrap());
    for (port, stage) in [
        ("UDP port", Stage { udp: udp.local_addr().unwrap(), tcp: any, ..Stage::default() }),
        ("TCP port", Stage { udp: any, tcp: tcp.local_addr().unwrap(), ..Stage::default() }),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { listen: any, data: folder.path().to_owned(), stage, ..Config::default() };
        let password_cost = Cost { memory_kib: 64, rounds: 1 };
        let outside = Outside { clock: Arc::<HandClock>::default(), chance: Arc::new(SystemChance), password_cost };
        let line = guildhall::serve::start(config, outside).await.unwrap_err().explain();
        assert!(line.contains(port) && line.contains("`stage.udp`") && !line.contains('\n'), "{line}");
    }
}

#[tokio::test]
async fn where_sound_and_picture_are_switched_off_it_is_said() {
    let house = House::with(Box::new(|config| config.stage.enabled = false)).await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.anja, "anja-desk").await.ok();
    scene.ticket(&scene.anja, "view").await.refused(503, "stage_unavailable");
    let recording = scene.path("/recording");
    scene.host().post(&recording, &json!({ "notice_given": true })).await.refused(503, "stage_unavailable");
}

#[tokio::test]
async fn of_many_cameras_of_one_person_at_once_one_is_left_and_the_stage_tells_of_its_end() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(scene.host(), "host-desk").await.ok();
    let opening = (0..6).map(|_| scene.publish(&house, scene.host(), "camera"));
    let sent = futures_util::future::join_all(opening).await;
    let webinar = scene.webinar.parse().unwrap();
    let left = house.app().stages.media().unwrap().publications(webinar).await;
    assert_eq!(left.len(), 1);
    let last = sent.iter().find(|sent| sent.location.ends_with(&left[0].0.to_string())).unwrap();
    assert!(scene.camera_of(scene.host()).await);
    assert_eq!(last.ask(&house, Method::DELETE, &last.bearer).await.status, 200);
    assert!(!scene.camera_of(scene.host()).await);
}
