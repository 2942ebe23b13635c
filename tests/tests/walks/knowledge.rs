//! Threads and replies: asking, answering, choosing, closing, taking back.

use std::collections::{BTreeSet, HashMap};

use futures_util::future::join_all;
use guildhall::access::GroupRole;
use guildhall_tests::{Brand, Group, House, Person, fresh_key, id_of};
use serde_json::{Value, json};

fn question(title: &str) -> Value {
    json!({ "client_key": fresh_key(), "kind": "question", "title": title, "body": "Wer *weiss* es?", "tags": [] })
}

async fn ask(person: &Person, group: &Group, title: &str) -> Value {
    person.post(&format!("/groups/{}/threads", group.id), &question(title)).await.ok()
}

async fn reply(person: &Person, thread: &str, body: &str) -> Value {
    let reply = json!({ "client_key": fresh_key(), "body": body });
    person.post(&format!("/threads/{thread}/replies"), &reply).await.ok()
}

async fn choose(person: &Person, thread: &str, reply: &Value) -> Value {
    person.put(&format!("/threads/{thread}/accepted"), &json!({ "reply_id": reply })).await.ok()
}

/// A brand with one group; Anja and Bert are members, Mona moderates.
struct Circle {
    brand: Brand,
    group: Group,
    anja: Person,
    bert: Person,
    mona: Person,
}

async fn circle(house: &House) -> Circle {
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let bert = house.member(&brand, "Bert", &[(&group, GroupRole::Member)]).await;
    let mona = house.member(&brand, "Mona", &[(&group, GroupRole::Moderator)]).await;
    Circle { brand, group, anja, bert, mona }
}

#[tokio::test]
async fn a_thread_is_there_for_its_group_and_for_nobody_else() {
    let house = House::new().await;
    let Circle { brand, group, anja, bert, .. } = circle(&house).await;
    let south = house.brand("Suedstern").await;
    let outside = house.member(&brand, "Otto", &[]).await;
    let thread = id_of(&ask(&anja, &group, "Welches Lager?").await);
    let answer = id_of(&reply(&bert, &thread, "Das mit **Keramik**").await);

    let read = anja.get(&format!("/threads/{thread}")).await.ok();
    assert_eq!(read["thread"]["html"], "<p>Wer <em>weiss</em> es?</p>\n");
    assert_eq!(read["position"], anja.get(&format!("/groups/{}", group.id)).await.ok()["position"]);
    let replies = anja.get(&format!("/threads/{thread}/replies")).await.ok();
    assert_eq!(replies["items"][0]["html"], "<p>Das mit <strong>Keramik</strong></p>\n");

    for stranger in [&outside, &south.owner] {
        let unknown = stranger.get("/threads/01a204de-4e46-7ea2-83b2-f5fa5dc7bcf1").await.refused(404, "not_found");
        let answers = [
            stranger.get("/threads/nonsense").await,
            stranger.get(&format!("/threads/{thread}")).await,
            stranger.get(&format!("/threads/{thread}/replies")).await,
            stranger.get(&format!("/groups/{}/threads", group.id)).await,
            stranger.post(&format!("/groups/{}/threads", group.id), &question("Fremde Frage")).await,
            stranger
                .post(&format!("/threads/{thread}/replies"), &json!({ "client_key": fresh_key(), "body": "x" }))
                .await,
            stranger.patch(&format!("/threads/{thread}"), &json!({ "title": "Anders" })).await,
            stranger.patch(&format!("/threads/{thread}"), &json!({ "state": "closed" })).await,
            stranger.put(&format!("/threads/{thread}/accepted"), &json!({ "reply_id": answer })).await,
            stranger.delete(&format!("/threads/{thread}")).await,
            stranger.patch(&format!("/replies/{answer}"), &json!({ "body": "x" })).await,
            stranger.delete(&format!("/replies/{answer}")).await,
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.without_request_id()), (unknown.status, unknown.without_request_id()));
        }
    }
    house.nobody().get(&format!("/threads/{thread}")).await.refused(401, "unauthenticated");
    assert_eq!(anja.get(&format!("/threads/{thread}")).await.ok(), read, "nothing of it had an effect");
}

#[tokio::test]
async fn the_same_client_key_makes_one_thread_and_one_reply() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    let threads = format!("/groups/{}/threads", group.id);
    let asked = question("Welches Lager?");
    let first = anja.post(&threads, &asked).await.ok();
    assert_eq!(anja.post(&threads, &asked).await.ok(), first);
    let mut other = asked.clone();
    other["tags"] = json!(["lager"]);
    anja.post(&threads, &other).await.refused(409, "idempotency_conflict");

    let replies = format!("/threads/{}/replies", id_of(&first));
    let said = json!({ "client_key": "said-once", "body": "Keramik" });
    let twins = (0..12).map(|_| {
        let (anja, replies, said) = (anja.clone(), replies.clone(), said.clone());
        tokio::spawn(async move { id_of(&anja.post(&replies, &said).await.ok()) })
    });
    let ids: BTreeSet<String> = join_all(twins.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids.len(), 1);
    anja.post(&replies, &json!({ "client_key": "said-once", "body": "Stahl" }))
        .await
        .refused(409, "idempotency_conflict");
    let listed = anja.get(&threads).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["reply_count"], 1);
}

#[tokio::test]
async fn an_asker_chooses_one_answer_and_may_think_again() {
    let house = House::new().await;
    let Circle { group, anja, bert, .. } = circle(&house).await;
    let thread = id_of(&ask(&anja, &group, "Welches Lager?").await);
    let (steel, ceramic) = (reply(&bert, &thread, "Stahl").await, reply(&bert, &thread, "Keramik").await);
    let path = format!("/threads/{thread}/accepted");
    bert.put(&path, &json!({ "reply_id": ceramic["id"] })).await.refused(403, "forbidden");
    anja.put(&path, &json!({})).await.refused(422, "validation");

    let accepted = async || {
        let replies = anja.get(&format!("/threads/{thread}/replies")).await.ok();
        replies["items"].as_array().unwrap().iter().map(|reply| reply["accepted"] == true).collect::<Vec<_>>()
    };
    let answered = choose(&anja, &thread, &steel["id"]).await;
    assert_eq!((&answered["state"], &answered["accepted_reply_id"]), (&json!("answered"), &steel["id"]));
    assert_eq!(accepted().await, [true, false]);
    assert_eq!(choose(&anja, &thread, &ceramic["id"]).await["accepted_reply_id"], ceramic["id"]);
    assert_eq!(accepted().await, [false, true]);
    assert_eq!(choose(&anja, &thread, &Value::Null).await["state"], "open");
    assert_eq!(accepted().await, [false, false]);

    choose(&anja, &thread, &ceramic["id"]).await;
    bert.delete(&format!("/replies/{}", id_of(&ceramic))).await.ok();
    let read = anja.get(&format!("/threads/{thread}")).await.ok();
    assert_eq!((&read["thread"]["state"], &read["thread"]["reply_count"]), (&json!("open"), &json!(1)));
    anja.put(&path, &json!({ "reply_id": ceramic["id"] })).await.refused(404, "not_found");
}

#[tokio::test]
async fn only_a_reply_to_this_very_question_can_be_its_answer() {
    let house = House::new().await;
    let Circle { group, anja, bert, .. } = circle(&house).await;
    let (thread, other) = (ask(&anja, &group, "Welches Lager?").await, ask(&anja, &group, "Welcher Motor?").await);
    let elsewhere = reply(&bert, &id_of(&other), "Der grosse").await;
    let path = format!("/threads/{}/accepted", id_of(&thread));
    anja.put(&path, &json!({ "reply_id": elsewhere["id"] })).await.refused(404, "not_found");

    let mut article = question("Wie wir Lager pflegen");
    article["kind"] = json!("article");
    let article = anja.post(&format!("/groups/{}/threads", group.id), &article).await.ok();
    assert_eq!((&article["can_edit"], &article["can_accept"]), (&json!(true), &json!(false)));
    let said = reply(&bert, &id_of(&article), "Danke").await;
    let path = format!("/threads/{}/accepted", id_of(&article));
    anja.put(&path, &json!({ "reply_id": said["id"] })).await.refused(422, "validation");
}

#[tokio::test]
async fn what_one_may_do_to_a_thread_is_told_with_it() {
    let house = House::new().await;
    let Circle { brand, group, anja, bert, mona } = circle(&house).await;
    let thread = id_of(&ask(&anja, &group, "Welches Lager?").await);
    let muted = house.member(&brand, "Milo", &[(&group, GroupRole::Member)]).await;
    let may = async |person: &Person| {
        let read = person.get(&format!("/threads/{thread}")).await.ok();
        let listed = person.get(&format!("/groups/{}/threads", group.id)).await.ok();
        assert_eq!(read["thread"], listed["items"][0]);
        (read["thread"]["can_edit"] == true, read["thread"]["can_accept"] == true)
    };
    assert_eq!(may(&anja).await, (true, true));
    assert_eq!(may(&bert).await, (false, false));
    assert_eq!(may(&mona).await, (false, true));
    assert_eq!(may(&muted).await, (false, false));
}

#[tokio::test]
async fn a_closed_thread_takes_no_replies_until_it_is_opened_again() {
    let house = House::new().await;
    let Circle { brand, group, anja, bert, mona } = circle(&house).await;
    let thread = id_of(&ask(&anja, &group, "Welches Lager?").await);
    let answer = reply(&bert, &thread, "Keramik").await;
    choose(&anja, &thread, &answer["id"]).await;
    let path = format!("/threads/{thread}");
    bert.patch(&path, &json!({ "state": "closed" })).await.refused(403, "forbidden");
    assert_eq!(mona.patch(&path, &json!({ "state": "closed" })).await.ok()["state"], "closed");
    let more = json!({ "client_key": fresh_key(), "body": "Noch etwas" });
    bert.post(&format!("{path}/replies"), &more).await.refused(403, "thread_closed");
    bert.patch(&format!("/replies/{}", id_of(&answer)), &json!({ "body": "Keramik, sicher" })).await.ok();

    let log = brand.owner.get(&format!("/brands/{}/audit", brand.id)).await.ok();
    assert_eq!(log["items"][0]["act"], "curate_thread");
    assert_eq!(log["items"][0]["actor"]["id"], mona.member.as_str());
    assert_eq!(anja.patch(&path, &json!({ "state": "open" })).await.ok()["state"], "answered");
    bert.post(&format!("{path}/replies"), &more).await.ok();
}

#[tokio::test]
async fn only_the_author_changes_the_text() {
    let house = House::new().await;
    let Circle { group, anja, bert, mona, .. } = circle(&house).await;
    let thread = ask(&anja, &group, "Welches Lager?").await;
    let path = format!("/threads/{}", id_of(&thread));
    for other in [&bert, &mona] {
        other.patch(&path, &json!({ "title": "Anders" })).await.refused(403, "forbidden");
    }
    mona.patch(&path, &json!({ "state": "closed", "title": "Anders" })).await.refused(403, "forbidden");
    assert_eq!(anja.get(&path).await.ok()["thread"], thread, "whoever may do a part does none of it");

    house.clock.advance_ms(60_000);
    let edited = anja.patch(&path, &json!({ "title": "Welches Lager hält?", "tags": ["Lager", "lager"] })).await.ok();
    assert_eq!((&edited["title"], &edited["tags"]), (&json!("Welches Lager hält?"), &json!(["lager"])));
    assert_eq!((&edited["body"], &edited["created_at"]), (&thread["body"], &thread["created_at"]));
    assert_eq!(edited["edited_at"], "2026-11-23T09:01:00.000Z");

    let said = reply(&bert, &id_of(&thread), "Keramik").await;
    let path = format!("/replies/{}", id_of(&said));
    mona.patch(&path, &json!({ "body": "Stahl" })).await.refused(403, "forbidden");
    assert_eq!(bert.patch(&path, &json!({ "body": "Stahl" })).await.ok()["html"], "<p>Stahl</p>\n");
}

#[tokio::test]
async fn what_is_written_has_its_bounds() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    let path = format!("/groups/{}/threads", group.id);
    let with = |field: &str, value: Value| {
        let mut question = question("Welches Lager?");
        question[field] = value;
        question
    };
    let many: Vec<String> = (0..9).map(|n| format!("tag{n}")).collect();
    for (wrong, status, code) in [
        (with("title", json!("ab")), 422, "validation"),
        (with("title", json!("x".repeat(161))), 422, "too_long"),
        (with("title", json!("Zwei\nZeilen")), 422, "invalid_text"),
        (with("body", json!(" \n ")), 422, "validation"),
        (with("body", json!("x".repeat(20_001))), 422, "too_long"),
        (with("tags", json!(many)), 422, "validation"),
        (with("tags", json!(["x".repeat(31)])), 422, "too_long"),
        (with("kind", json!("poll")), 422, "validation"),
        (with("client_key", json!("short")), 422, "validation"),
        (with("pinned", json!(true)), 400, "unknown_field"),
    ] {
        anja.post(&path, &wrong).await.refused(status, code);
    }
    anja.post(&path, &with("body", json!("ä".repeat(20_000)))).await.ok();
    for query in ["state=solved", "limit=0", "cursor=x", "sort=title"] {
        anja.get(&format!("{path}?{query}")).await.refused(400, "bad_query");
    }
    let script = anja.post(&path, &with("body", json!("<script>alert(1)</script>"))).await.ok();
    assert!(!script["html"].as_str().unwrap().contains("<script"), "{script}");
}

#[tokio::test]
async fn the_list_has_what_was_touched_last_on_top_in_pages_without_gaps() {
    let house = House::new().await;
    let Circle { group, anja, bert, .. } = circle(&house).await;
    let path = format!("/groups/{}/threads", group.id);
    let mut ids = Vec::new();
    for n in 0..5 {
        // The last three within one millisecond.
        house.clock.advance_ms(if n < 3 { 1_000 } else { 0 });
        ids.push(id_of(&ask(&anja, &group, &format!("Frage {n}")).await));
    }
    house.clock.advance_ms(1_000);
    reply(&bert, &ids[0], "Antwort").await;
    let walk = async |query: &str| {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = anja.get(&format!("{path}?limit=2&{query}{cursor}")).await.ok();
            seen.extend(page["items"].as_array().unwrap().iter().map(id_of));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return seen,
            }
        }
    };
    let all = walk("").await;
    assert_eq!((all.len(), &all[0]), (5, &ids[0]));
    assert_eq!(&all[4], &ids[1]);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 5);

    anja.patch(&format!("/threads/{}", ids[2]), &json!({ "state": "closed", "tags": ["100%", "kugel lager"] }))
        .await
        .ok();
    assert_eq!(walk("state=closed&").await, [ids[2].clone()]);
    assert_eq!(walk("state=open&").await.len(), 4);
    assert_eq!(walk("tag=Kugel%20Lager&").await, [ids[2].clone()]);
    assert_eq!(walk("tag=100%25&").await, [ids[2].clone()]);
    for part in ["kugel", "1%25", "%25"] {
        assert!(walk(&format!("tag={part}&")).await.is_empty(), "{part} is a part of a tag and no tag");
    }
}

#[tokio::test]
async fn a_deleted_thread_takes_its_replies_with_it_and_is_on_record() {
    let house = House::new().await;
    let Circle { brand, group, anja, bert, mona } = circle(&house).await;
    let thread = id_of(&ask(&anja, &group, "Werbung für Lager").await);
    let said = id_of(&reply(&bert, &thread, "Pfui").await);
    bert.delete(&format!("/threads/{thread}")).await.refused(403, "forbidden");
    mona.delete(&format!("/threads/{thread}")).await.ok();

    for person in [&anja, &bert, &mona] {
        person.get(&format!("/threads/{thread}")).await.refused(404, "not_found");
        person.get(&format!("/threads/{thread}/replies")).await.refused(404, "not_found");
        person.patch(&format!("/replies/{said}"), &json!({ "body": "x" })).await.refused(404, "not_found");
        person.delete(&format!("/threads/{thread}")).await.refused(404, "not_found");
    }
    assert!(anja.get(&format!("/groups/{}/threads", group.id)).await.ok()["items"].as_array().unwrap().is_empty());
    let log = brand.owner.get(&format!("/brands/{}/audit", brand.id)).await.ok();
    assert_eq!(log["items"][0]["act"], "delete_thread");
    assert_eq!(log["items"][0]["before"]["title"], "Werbung für Lager");

    let mut socket = anja.socket().await;
    for frame in socket.follow(&group.id, 0).await {
        let (thread, reply) = (&frame["change"]["thread"], &frame["change"]["reply"]);
        for thing in [thread, reply].into_iter().filter(|thing| !thing.is_null()) {
            assert_eq!((&thing["deleted"], &thing["body"], &thing["html"]), (&json!(true), &json!(""), &json!("")));
        }
    }
}

#[tokio::test]
async fn a_deleted_reply_leaves_its_place() {
    let house = House::new().await;
    let Circle { brand, group, anja, bert, mona } = circle(&house).await;
    let thread = id_of(&ask(&anja, &group, "Welches Lager?").await);
    let said = id_of(&reply(&bert, &thread, "Unfug").await);
    reply(&anja, &thread, "Bitte sachlich").await;
    anja.delete(&format!("/replies/{said}")).await.refused(403, "forbidden");
    mona.delete(&format!("/replies/{said}")).await.ok();
    mona.delete(&format!("/replies/{said}")).await.refused(404, "not_found");
    let replies = anja.get(&format!("/threads/{thread}/replies?limit=1")).await.ok();
    let blank = &replies["items"][0];
    assert_eq!((&blank["id"], &blank["deleted"]), (&json!(said), &json!(true)));
    assert_eq!((&blank["body"], &blank["html"]), (&json!(""), &json!("")));
    let next = replies["next"].as_str().unwrap();
    let rest = anja.get(&format!("/threads/{thread}/replies?limit=1&cursor={next}")).await.ok();
    assert_eq!((&rest["items"][0]["body"], &rest["next"]), (&json!("Bitte sachlich"), &Value::Null));
    let log = brand.owner.get(&format!("/brands/{}/audit", brand.id)).await.ok();
    assert_eq!(log["items"][0]["before"]["body"], "Unfug");
}

#[tokio::test]
async fn whoever_follows_the_changes_knows_what_a_fresh_reader_reads() {
    let house = House::new().await;
    let Circle { group, anja, bert, mona, .. } = circle(&house).await;
    let mut socket = bert.socket().await;
    socket.follow(&group.id, 0).await;

    let thread = id_of(&ask(&anja, &group, "Welches Lager?").await);
    let (first, second) = (reply(&bert, &thread, "Stahl").await, reply(&mona, &thread, "Keramik").await);
    house.clock.advance_ms(1_000);
    choose(&anja, &thread, &first["id"]).await;
    choose(&mona, &thread, &second["id"]).await;
    mona.patch(&format!("/replies/{}", id_of(&second)), &json!({ "body": "Keramik!" })).await.ok();
    bert.delete(&format!("/replies/{}", id_of(&first))).await.ok();
    anja.patch(&format!("/threads/{thread}"), &json!({ "body": "Erledigt", "state": "closed" })).await.ok();

    let read = bert.get(&format!("/threads/{thread}")).await.ok();
    let (mut threads, mut replies, mut kinds) = (HashMap::new(), HashMap::new(), Vec::new());
    loop {
        let frame = socket.until(|frame| frame["type"] == "change").await;
        let change = &frame["change"];
        kinds.push(change["kind"].as_str().unwrap().to_owned());
        for (known, thing) in [(&mut threads, &change["thread"]), (&mut replies, &change["reply"])] {
            if !thing.is_null() {
                known.insert(id_of(thing), thing.clone());
            }
        }
        if frame["position"] == read["position"] {
            break;
        }
    }
    assert_eq!(kinds[..3], ["thread.posted", "reply.posted", "thread.changed"]);
    let mut fresh = read["thread"].clone();
    for personal in ["can_edit", "can_accept"] {
        fresh.as_object_mut().unwrap().remove(personal);
    }
    assert_eq!(threads[&thread], fresh);
    let listed = bert.get(&format!("/threads/{thread}/replies")).await.ok();
    for reply in listed["items"].as_array().unwrap() {
        assert_eq!(&replies[&id_of(reply)], reply);
    }
}
