//! Tickets and keys at the doors of WHIP and WHEP.

use guildhall_tests::{Answer, House, Person};
use reqwest::Method;
use serde_json::json;

use super::{Scene, planned, scene};

/// Posts an offer as a studio does: with a bearer, without a cookie.
pub async fn offer(house: &House, path: &str, bearer: Option<&str>, sdp: &str) -> Answer {
    let nobody = house.nobody();
    let mut request = nobody.request(Method::POST, path).header("content-type", "application/sdp");
    if let Some(bearer) = bearer {
        request = request.header("authorization", format!("Bearer {bearer}"));
    }
    nobody.send(request.body(sdp.to_owned())).await
}

pub async fn ticket(scene: &Scene, person: &Person, wish: &str) -> String {
    scene.ticket(person, wish).await.ok()["ticket"].as_str().unwrap().to_owned()
}

fn whip(webinar: &str) -> String {
    format!("/stage/whip/{webinar}")
}

#[tokio::test]
async fn a_ticket_opens_one_connection_of_its_kind_on_its_stage_once() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    let other = planned(&scene.brand, &scene.group, &json!({})).await;
    let door = whip(&scene.webinar);
    offer(&house, &door, None, "v=0").await.refused(401, "unauthenticated");
    offer(&house, &door, Some("x.y.z"), "v=0").await.refused(401, "unauthenticated");
    offer(&house, &door, Some("no-key-of-ours"), "v=0").await.refused(401, "unauthenticated");

    let camera = ticket(&scene, scene.host(), "camera").await;
    offer(&house, &whip(&other), Some(&camera), "v=0").await.refused(404, "not_found");
    let refused = offer(&house, &door, Some(&camera), "v=0").await;
    assert_ne!(refused.status, 401, "the ticket was good, the offer was not");
    let again = offer(&house, &door, Some(&camera), "v=0").await.refused(401, "unauthenticated");
    assert_eq!(again.headers["www-authenticate"], "Bearer");

    for (wish, path) in [
        ("view", door.clone()),
        ("screen", door.clone()),
        ("camera", format!("{door}?kind=screen")),
        ("camera", format!("/stage/whep/{}", scene.webinar)),
    ] {
        let wrong = ticket(&scene, scene.host(), wish).await;
        offer(&house, &path, Some(&wrong), "v=0").await.refused(401, "unauthenticated");
    }
    let late = ticket(&scene, scene.host(), "camera").await;
    house.clock.advance_ms(60_000);
    offer(&house, &door, Some(&late), "v=0").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_ticket_is_worth_what_its_holder_may_when_it_is_used() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    scene.direct(json!({ "state": "live" })).await;
    let door = whip(&scene.webinar);
    let demoted = ticket(&scene, &scene.ben, "camera").await;
    scene.give_role(scene.host(), &scene.ben, "attendee").await.ok();
    offer(&house, &door, Some(&demoted), "v=0").await.refused(403, "not_on_stage");
    let ended = ticket(&scene, scene.host(), "camera").await;
    scene.direct(json!({ "state": "ended" })).await;
    offer(&house, &door, Some(&ended), "v=0").await.refused(409, "stage_closed");
    scene.direct(json!({ "state": "live" })).await;
    let logged_out = ticket(&scene, &scene.anja, "view").await;
    scene.anja.delete("/logins/current").await;
    let view = format!("/stage/whep/{}", scene.webinar);
    offer(&house, &view, Some(&logged_out), "v=0").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn what_is_no_offer_is_refused_before_it_costs_a_ticket() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    let (door, nobody) = (whip(&scene.webinar), house.nobody());
    let camera = ticket(&scene, scene.host(), "camera").await;
    let post = |content_type: &'static str, accept: &'static str, body: String| {
        let request = nobody.request(Method::POST, &door).header("authorization", format!("Bearer {camera}"));
        nobody.send(request.header("content-type", content_type).header("accept", accept).body(body))
    };
    post("application/json", "*/*", "{}".into()).await.refused(415, "unsupported_media_type");
    post("application/sdp", "text/html", "v=0".into()).await.refused(406, "not_acceptable");
    post("application/sdp", "*/*", "v".repeat(1 << 20)).await.refused(413, "body_too_large");
    for method in [Method::GET, Method::PUT, Method::HEAD] {
        assert_eq!(nobody.send(nobody.request(method, &door)).await.status, 405);
    }
    assert_ne!(post("application/sdp", "application/sdp", "v=0".into()).await.status, 401, "the ticket was still good");
}

#[tokio::test]
async fn pages_of_other_sites_may_ask_with_a_bearer_and_never_with_a_cookie() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    let door = format!("{}/api/v1{}", house.url(), whip(&scene.webinar));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let foreign = |method: Method| http.request(method, &door).header("origin", "https://player.example");
    let preflight = foreign(Method::OPTIONS).send().await.unwrap();
    assert_eq!(
        (preflight.status().as_u16(), &preflight.headers()["accept-post"]),
        (204, &"application/sdp".parse().unwrap())
    );
    assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
    assert!(preflight.headers()["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    let post = |cookie: Option<String>| {
        let request =
            foreign(Method::POST).header("authorization", "Bearer x").header("content-type", "application/sdp");
        match cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    };
    assert_eq!(post(None).body("v=0").send().await.unwrap().status(), 401, "it got through to the door");
    let with_cookie = post(scene.host().cookie()).body("v=0").send().await.unwrap();
    assert_eq!(with_cookie.status(), 403);
    assert!(with_cookie.headers().get("access-control-allow-origin").is_none());
}

#[tokio::test]
async fn a_key_is_told_once_and_ends_with_the_right_of_its_maker() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    let hanna = house.member(&scene.brand, "Hanna", &[(&scene.group, guildhall::access::GroupRole::Host)]).await;
    let wish = |r#use: &str| json!({ "use": r#use, "name": "Studio 1" });
    let made = hanna.post(&scene.path("/keys"), &wish("publish")).await.ok();
    let key = made["key"].as_str().unwrap();
    assert!(key.len() == 43 && made["url"].as_str().unwrap().starts_with("http"));
    let listed = scene.host().get(&scene.path("/keys")).await.ok();
    assert_eq!((&listed[0]["name"], &listed[0]["maker"]["name"]), (&json!("Studio 1"), &json!("Hanna")));
    assert!(listed[0].get("key").is_none() && !listed.to_string().contains(key));

    let door = whip(&scene.webinar);
    let opens = async |path: &str| offer(&house, path, Some(key), "v=0").await;
    assert_ne!(opens(&door).await.status, 401);
    assert_ne!(opens(&door).await.status, 401, "a key is for more than once");
    opens(&format!("/stage/whep/{}", scene.webinar)).await.refused(401, "unauthenticated");
    let other = planned(&scene.brand, &scene.group, &json!({})).await;
    opens(&whip(&other)).await.refused(404, "not_found");
    let place = format!("/groups/{}/members/{}", scene.group.id, hanna.member);
    scene.host().patch(&place, &json!({ "role": "member" })).await.ok();
    opens(&door).await.refused(401, "unauthenticated");
    scene.host().patch(&place, &json!({ "role": "host" })).await.ok();
    assert_ne!(opens(&door).await.status, 401);
    let path = format!("/stage/keys/{}", made["id"].as_str().unwrap());
    scene.stranger.delete(&path).await.refused(404, "not_found");
    scene.anja.delete(&path).await.refused(403, "forbidden");
    assert_eq!(scene.host().delete(&path).await.status, 204);
    opens(&door).await.refused(401, "unauthenticated");
    assert_eq!(scene.host().get(&scene.path("/keys")).await.ok(), json!([]));
    hanna.post(&scene.path("/keys"), &json!({ "use": "publish", "name": " " })).await.refused(422, "validation");
}

#[tokio::test]
async fn a_connection_belongs_to_whoever_has_its_bearer_and_its_address() {
    let house = House::new().await;
    let nobody = house.nobody();
    let path = "/stage/connections/01890a5d-ac96-774b-bcce-b302099a8057";
    for method in [Method::DELETE, Method::PATCH] {
        nobody.send(nobody.request(method, path)).await.refused(401, "unauthenticated");
    }
    let asked = |method: Method| nobody.request(method, path).header("authorization", "Bearer x");
    nobody.send(asked(Method::DELETE)).await.refused(404, "not_found");
    let patch = |content_type: &'static str| asked(Method::PATCH).header("content-type", content_type);
    nobody.send(patch("application/sdp").body("x")).await.refused(415, "unsupported_media_type");
    let fragment = "application/trickle-ice-sdpfrag";
    nobody.send(patch(fragment).body("x")).await.refused(428, "precondition_required");
    nobody.send(patch(fragment).header("if-match", "*").body("x")).await.refused(404, "not_found");
    assert_eq!(nobody.send(asked(Method::POST)).await.status, 405);
}
