//! Webinars: planning over time zones, drafts, changes, the live chat, and who sees none of it.

use guildhall::access::GroupRole;
use guildhall::platform::clock::Millis;
use guildhall_tests::{Answer, Brand, Group, House, Person, id_of};
use serde_json::{Value, json};

/// A webinar of an hour in some days from the start of the clock.
fn plan(title: &str, publish: bool) -> Value {
    json!({ "title": title, "description": "Was *leise* Antriebe bringen", "local_start": "2026-12-03T10:00",
            "time_zone": "Europe/Berlin", "duration_minutes": 60, "publish": publish })
}

async fn planned(host: &Person, group: &Group, body: &Value) -> Value {
    host.post(&format!("/groups/{}/webinars", group.id), body).await.ok()
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

async fn register(person: &Person, webinar: &str) -> Answer {
    person.put(&format!("/webinars/{webinar}/registration"), &json!({})).await
}

async fn edit(host: &Person, webinar: &str, change: Value) -> Answer {
    host.patch(&format!("/webinars/{webinar}"), &change).await
}

async fn titles(person: &Person, group: &Group) -> Vec<String> {
    let page = person.get(&format!("/groups/{}/webinars", group.id)).await.ok();
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

fn at(instant: &str) -> Millis {
    serde_json::from_value(json!(instant)).unwrap()
}

async fn scene(house: &House) -> (Brand, Group, Person) {
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    (brand, group, anja)
}

#[tokio::test]
async fn ten_in_the_morning_stays_ten_in_the_morning_across_both_changes_of_clocks() {
    let house = House::new().await;
    let (brand, group, _) = scene(&house).await;
    for (local, instant) in [
        ("2027-03-22T10:00", "2027-03-22T09:00:00.000Z"),
        ("2027-03-29T10:00", "2027-03-29T08:00:00.000Z"),
        ("2027-10-25T10:00", "2027-10-25T08:00:00.000Z"),
        ("2027-11-01T10:00", "2027-11-01T09:00:00.000Z"),
        // Skipped by the clocks: later by what was skipped. Doubled: the first of the two.
        ("2027-03-28T02:30", "2027-03-28T01:30:00.000Z"),
        ("2027-10-31T02:30", "2027-10-31T00:30:00.000Z"),
    ] {
        let webinar = planned(&brand.owner, &group, &with(plan("Antriebe", true), "local_start", json!(local))).await;
        assert_eq!((&webinar["local_start"], &webinar["starts_at"]), (&json!(local), &json!(instant)));
        assert_eq!(webinar["time_zone"], "Europe/Berlin");
        assert_eq!(at(webinar["ends_at"].as_str().unwrap()), at(instant).plus_ms(3_600_000));
    }
}

#[tokio::test]
async fn what_cannot_be_a_webinar_is_refused_by_field_and_leaves_nothing() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let path = format!("/groups/{}/webinars", group.id);
    for (key, value, field) in [
        ("title", json!("  "), "title"),
        ("local_start", json!("2026-12-03 10:00"), "local_start"),
        ("local_start", json!("2020-12-03T10:00"), "local_start"),
        ("time_zone", json!("Europe/Atlantis"), "time_zone"),
        ("duration_minutes", json!(0), "duration_minutes"),
        ("capacity", json!(0), "capacity"),
    ] {
        let refused =
            brand.owner.post(&path, &with(plan("Antriebe", true), key, value)).await.refused(422, "validation");
        assert_eq!(refused.json()["fields"][0]["field"], field);
    }
    brand
        .owner
        .post(&path, &with(plan("Antriebe", true), "title", json!("a\r\nBcc: b")))
        .await
        .refused(422, "invalid_text");
    brand.owner.post(&path, &with(plan("Antriebe", true), "sequence", json!(9))).await.refused(400, "unknown_field");
    anja.post(&path, &plan("Antriebe", true)).await.refused(403, "forbidden");
    house.nobody().post(&path, &plan("Antriebe", true)).await.refused(401, "unauthenticated");
    assert!(titles(&brand.owner, &group).await.is_empty());
}

#[tokio::test]
async fn a_draft_is_there_for_hosts_until_it_is_published() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let mut socket = anja.socket().await;
    let before = socket.follow(&group.id, 0).await.pop().unwrap()["position"].clone();
    let draft = planned(&brand.owner, &group, &plan("Geheim", false)).await;
    let id = id_of(&draft);
    assert_eq!((&draft["state"], &draft["channel_id"]), (&json!("draft"), &Value::Null));

    let unknown = anja.get(&format!("/webinars/{}", brand.id)).await.refused(404, "not_found").without_request_id();
    for hidden in [
        anja.get(&format!("/webinars/{id}")).await,
        anja.get(&format!("/webinars/{id}/calendar.ics")).await,
        anja.get(&format!("/webinars/{id}/registrations")).await,
        register(&anja, &id).await,
        edit(&anja, &id, json!({ "title": "x" })).await,
        anja.post(&format!("/webinars/{id}/cancel"), &json!({})).await,
    ] {
        assert_eq!(hidden.refused(404, "not_found").without_request_id(), unknown);
    }
    assert_eq!((titles(&anja, &group).await, titles(&brand.owner, &group).await), (vec![], vec!["Geheim".to_owned()]));
    assert_eq!(anja.get(&format!("/brands/{}/start", brand.id)).await.ok()["webinars"], json!([]));
    assert_eq!(
        anja.get(&format!("/groups/{}", group.id)).await.ok()["position"],
        before,
        "not even a change tells of it"
    );

    edit(&brand.owner, &id, json!({ "publish": true })).await.ok();
    let change = socket.change("webinar.changed").await;
    assert_eq!(change["change"]["webinar"]["title"], "Geheim");
    assert_eq!(titles(&anja, &group).await, ["Geheim"]);
    edit(&brand.owner, &id, json!({ "publish": false })).await.refused(422, "validation");
}

#[tokio::test]
async fn every_change_that_is_seen_raises_the_sequence_and_an_old_version_is_refused() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let webinar = id_of(&planned(&brand.owner, &group, &plan("Antriebe", true)).await);
    let mut sequence = 0;
    for change in [
        json!({ "title": "Leise Antriebe" }),
        json!({ "description": "Neu" }),
        json!({ "local_start": "2026-12-04T10:00" }),
        json!({ "time_zone": "Europe/London" }),
        json!({ "duration_minutes": 90 }),
    ] {
        sequence += 1;
        assert_eq!(edit(&brand.owner, &webinar, change).await.ok()["sequence"], sequence);
    }
    let seats = edit(&brand.owner, &webinar, json!({ "capacity": 5 })).await.ok();
    assert_eq!((&seats["sequence"], &seats["version"]), (&json!(sequence), &json!(7)));
    let path = format!("/webinars/{webinar}");
    let stale = brand.owner.request(reqwest::Method::PATCH, &path).header("if-match", "\"6\"");
    let refused = brand.owner.send(stale.json(&json!({ "title": "Zu spät" }))).await.refused(412, "version_conflict");
    assert_eq!(refused.json()["current_version"], 7);
    edit(&anja, &webinar, json!({ "title": "Fremd" })).await.refused(403, "forbidden");

    let page = anja.get(&path).await.ok();
    assert_eq!(
        (&page["webinar"]["title"], &page["channel"]["name"]),
        (&json!("Leise Antriebe"), &json!("Leise Antriebe"))
    );
    let cancelled = brand.owner.post(&format!("{path}/cancel"), &json!({})).await.ok();
    assert_eq!((&cancelled["state"], &cancelled["sequence"]), (&json!("cancelled"), &json!(sequence + 1)));
    let again = brand.owner.post(&format!("{path}/cancel"), &json!({})).await.ok();
    assert_eq!(again["sequence"], cancelled["sequence"]);
    register(&anja, &webinar).await.refused(409, "webinar_over");
    edit(&brand.owner, &webinar, json!({ "title": "Doch" })).await.refused(409, "webinar_over");
}

#[tokio::test]
async fn time_makes_a_webinar_live_and_then_over() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let webinar = id_of(&planned(&brand.owner, &group, &plan("Antriebe", true)).await);
    let start = at("2026-12-03T09:00:00Z");
    let phase = async || anja.get(&format!("/webinars/{webinar}")).await.ok()["webinar"]["phase"].clone();
    for (instant, expected) in [
        (start.plus_ms(-1), "upcoming"),
        (start, "live"),
        (start.plus_ms(3_599_999), "live"),
        (start.plus_ms(3_600_000), "over"),
    ] {
        house.clock.set(instant);
        assert_eq!(phase().await, expected);
    }
    register(&anja, &webinar).await.refused(409, "webinar_over");
    edit(&brand.owner, &webinar, json!({ "title": "Zu spät" })).await.refused(409, "webinar_over");
    assert!(titles(&anja, &group).await.is_empty());
    let past = anja.get(&format!("/groups/{}/webinars?past=true", group.id)).await.ok();
    assert_eq!(past["items"][0]["id"], webinar.as_str());
    assert_eq!(anja.get(&format!("/brands/{}/start", brand.id)).await.ok()["webinars"], json!([]));
}

#[tokio::test]
async fn lists_page_in_order_of_time() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    for day in [9, 3, 7, 5] {
        let start = json!(format!("2026-12-0{day}T10:00"));
        planned(&brand.owner, &group, &with(plan(&format!("am {day}."), true), "local_start", start)).await;
    }
    let path = format!("/groups/{}/webinars", group.id);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = anja.get(&format!("{path}?limit=3{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["am 3.", "am 5.", "am 7.", "am 9."]);
    anja.get(&format!("{path}?limit=0")).await.refused(400, "bad_query");
    anja.get(&format!("{path}?cursor=x")).await.refused(400, "bad_query");
    anja.get(&format!("{path}?future=true")).await.refused(400, "bad_query");
}

#[tokio::test]
async fn the_group_meets_in_the_webinars_own_chat() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let webinar = planned(&brand.owner, &group, &plan("Antriebe", true)).await;
    let (channel, stream) = (webinar["channel_id"].as_str().unwrap(), webinar["stream"].as_str().unwrap());
    let mut socket = anja.socket().await;
    let page = anja.get(&format!("/webinars/{}", id_of(&webinar))).await.ok();
    socket.follow(stream, page["position"].as_i64().unwrap()).await;
    brand.owner.say(channel, "Willkommen").await;
    assert_eq!(socket.change("message.posted").await["change"]["message"]["body"], "Willkommen");
    let ack =
        socket.ask(json!({ "op": "post", "channel": channel, "client_key": "from-the-chat", "body": "Danke" })).await;
    assert_eq!(ack["type"], "ack");
    let read = brand.owner.get(&format!("/channels/{channel}/messages")).await.ok();
    let bodies: Vec<&str> =
        read["items"].as_array().unwrap().iter().map(|item| item["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["Willkommen", "Danke"]);
    let snapshot = anja.get(&format!("/groups/{}", group.id)).await.ok();
    assert!(snapshot["channels"].as_array().unwrap().iter().all(|channel| channel["kind"] != "webinar"));
}

#[tokio::test]
async fn what_the_socket_tells_of_a_webinar_is_what_a_fresh_look_shows() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let mut sockets = (brand.owner.socket().await, anja.socket().await);
    sockets.0.follow(&group.id, 0).await;
    sockets.1.follow(&anja.member, 0).await;
    let webinar = id_of(&planned(&brand.owner, &group, &plan("Antriebe", true)).await);
    sockets.0.change("webinar.changed").await;
    register(&anja, &webinar).await.ok();
    let told = sockets.0.change("webinar.changed").await["change"]["webinar"].clone();
    let mut fresh = brand.owner.get(&format!("/webinars/{webinar}")).await.ok()["webinar"].clone();
    for personal in ["my_registration", "waiting_place", "offer_until", "can_manage"] {
        assert!(fresh.as_object_mut().unwrap().remove(personal).is_some());
    }
    assert_eq!((told, 1), (fresh.clone(), fresh["registered_count"].as_i64().unwrap()));
    let mine = sockets.1.change("registration.changed").await["change"].clone();
    assert_eq!((&mine["webinar_id"], &mine["state"]), (&json!(webinar), &json!("registered")));
    let start = anja.get(&format!("/brands/{}/start", brand.id)).await.ok();
    assert_eq!(
        (&start["webinars"][0]["id"], &start["webinars"][0]["my_registration"]),
        (&json!(webinar), &json!("registered"))
    );
}

#[tokio::test]
async fn another_brand_finds_nothing_whatever_it_tries() {
    let house = House::new().await;
    let (brand, group, _) = scene(&house).await;
    let south = house.brand("Suedstern").await;
    let outside = house.member(&brand, "Otto", &[]).await;
    let webinar = id_of(&planned(&brand.owner, &group, &plan("Antriebe", true)).await);
    let nothing = south.owner.get("/webinars/malformed").await.refused(404, "not_found").without_request_id();
    for stranger in [&south.owner, &outside] {
        for answer in [
            stranger.get(&format!("/webinars/{webinar}")).await,
            stranger.get(&format!("/webinars/{webinar}/calendar.ics")).await,
            stranger.get(&format!("/webinars/{webinar}/registrations")).await,
            stranger.get(&format!("/groups/{}/webinars", group.id)).await,
            stranger.post(&format!("/groups/{}/webinars", group.id), &plan("x", true)).await,
            edit(stranger, &webinar, json!({ "title": "x" })).await,
            stranger.post(&format!("/webinars/{webinar}/cancel"), &json!({})).await,
            register(stranger, &webinar).await,
            stranger.delete(&format!("/webinars/{webinar}/registration")).await,
        ] {
            assert_eq!(answer.refused(404, "not_found").without_request_id(), nothing);
        }
        let mut socket = stranger.socket().await;
        assert_eq!(socket.follow(&webinar, 0).await.pop().unwrap()["code"], "not_found");
    }
}

#[tokio::test]
async fn a_repeat_under_the_same_key_finds_the_webinar_that_is_there() {
    let house = House::new().await;
    let (brand, group, _) = scene(&house).await;
    let path = format!("/groups/{}/webinars", group.id);
    let post = async |title: &str| {
        let request = brand.owner.request(reqwest::Method::POST, &path).header("idempotency-key", "plan-once-1");
        brand.owner.send(request.json(&plan(title, true))).await
    };
    let first = post("Antriebe").await.ok();
    assert_eq!(post("Antriebe").await.ok()["id"], first["id"]);
    post("Anderes").await.refused(409, "idempotency_conflict");
    assert_eq!(titles(&brand.owner, &group).await, ["Antriebe"]);
}
