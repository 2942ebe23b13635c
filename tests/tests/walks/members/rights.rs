//! Rights: who may do what to whom, who sees whom, and what is felt at once.

use guildhall::access::GroupRole;
use guildhall_tests::{House, fresh_key, id_of};
use reqwest::Method;
use serde_json::json;

use super::{acts_about, done, in_brand, in_group, names, try_to_post};

#[tokio::test]
async fn a_right_that_changes_is_felt_by_the_open_socket_at_its_next_command() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let hanna = house.member(&brand, "Hanna", &[(&group, GroupRole::Host)]).await;
    let mut socket = hanna.socket().await;
    let announce =
        |channel: &str| json!({ "op": "post", "channel": channel, "client_key": fresh_key(), "body": "Hallo" });
    assert_eq!(socket.ask(announce(&group.announcements)).await["type"], "ack");
    brand.owner.patch(&in_group(&group, &hanna), &json!({ "role": "member" })).await.ok();
    assert_eq!(socket.ask(announce(&group.announcements)).await["code"], "forbidden");
    assert_eq!(socket.ask(announce(&group.chat)).await["type"], "ack");
    done(&brand.owner.delete(&in_group(&group, &hanna)).await);
    let refused = socket.ask(announce(&group.chat)).await;
    assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("not_found")));
    assert_eq!(acts_about(&brand, &hanna).await, ["change_group_role", "remove_from_group"]);
}

#[tokio::test]
async fn who_is_muted_reads_and_does_nothing_else_until_it_ends_by_itself() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    let own = id_of(&mia.say(&group.chat, "Von mir").await["message"]);
    let mut socket = mia.socket().await;
    socket.follow(&group.id, 0).await;
    let until = "2026-11-23T10:00:00Z";
    let muted = brand.owner.patch(&in_group(&group, &mia), &json!({ "muted_until": until })).await.ok();
    assert_eq!(muted["muted_until"], "2026-11-23T10:00:00.000Z");
    assert_eq!(socket.change("member.changed").await["change"]["member"]["id"], mia.member.as_str());

    mia.get(&format!("/channels/{}/messages", group.chat)).await.ok();
    try_to_post(&mia, &group.chat).await.refused(403, "muted");
    mia.patch(&format!("/messages/{own}"), &json!({ "body": "Anders" })).await.refused(403, "muted");
    mia.put(&format!("/messages/{own}/reactions/👍"), &json!({})).await.refused(403, "muted");
    let post = json!({ "op": "post", "channel": group.chat, "client_key": fresh_key(), "body": "Hallo" });
    assert_eq!(socket.ask(post).await["code"], "muted");
    let upload = mia.request(Method::POST, &format!("/groups/{}/files?name=a.txt", group.id)).body("Text");
    mia.send(upload).await.refused(403, "muted");
    let thread = json!({ "client_key": fresh_key(), "kind": "question", "title": "Wer?", "body": "Wo?", "tags": [] });
    mia.post(&format!("/groups/{}/threads", group.id), &thread).await.refused(403, "muted");
    house.clock.advance_ms(3_600_000 - 1);
    try_to_post(&mia, &group.chat).await.refused(403, "muted");
    house.clock.advance_ms(1);
    try_to_post(&mia, &group.chat).await.ok();

    brand.owner.patch(&in_group(&group, &mia), &json!({ "muted_until": "2026-11-24T10:00:00Z" })).await.ok();
    try_to_post(&mia, &group.chat).await.refused(403, "muted");
    brand.owner.patch(&in_group(&group, &mia), &json!({ "muted_until": null })).await.ok();
    try_to_post(&mia, &group.chat).await.ok();
    for wrong in ["2026-11-23T09:59:59Z", "2030-01-01T00:00:00Z"] {
        let answer = brand.owner.patch(&in_group(&group, &mia), &json!({ "muted_until": wrong })).await;
        answer.refused(422, "validation");
    }
    assert_eq!(acts_about(&brand, &mia).await, ["mute", "mute", "mute"]);
}

#[tokio::test]
async fn who_is_muted_is_not_seen_typing() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    let tom = house.member(&brand, "Tom", &[(&group, GroupRole::Member)]).await;
    brand.owner.patch(&in_group(&group, &mia), &json!({ "muted_until": "2026-11-23T10:00:00Z" })).await.ok();
    let mut watching = brand.owner.socket().await;
    watching.follow(&group.id, 0).await;
    for person in [&mia, &tom] {
        let mut socket = person.socket().await;
        socket.follow(&group.id, 0).await;
        socket.command(json!({ "op": "typing", "channel": group.chat, "thread_root": null })).await;
        socket.so_far().await;
    }
    let typing = watching.until(|frame| frame["type"] == "typing").await;
    assert_eq!(typing["person"]["id"], tom.member.as_str());
}

#[tokio::test]
async fn a_moderator_touches_neither_admins_nor_hosts_nor_other_groups() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let (group, foreign) = (north.group("Antriebe").await, south.group("Fremd").await);
    let moderator = house.member(&north, "Max", &[(&group, GroupRole::Moderator)]).await;
    let admin = house.member(&north, "Ada", &[(&group, GroupRole::Member)]).await;
    let host = house.member(&north, "Hanna", &[(&group, GroupRole::Host)]).await;
    let member = house.member(&north, "Mia", &[(&group, GroupRole::Member)]).await;
    north.owner.patch(&in_brand(&north, &admin), &json!({ "role": "admin" })).await.ok();
    let mute = json!({ "muted_until": "2026-11-24T09:00:00Z" });
    for above in [&admin, &host, &north.owner] {
        moderator.patch(&in_group(&group, above), &mute).await.refused(403, "forbidden");
        moderator.patch(&in_group(&group, above), &json!({ "role": "member" })).await.refused(403, "forbidden");
        moderator.delete(&in_group(&group, above)).await.refused(403, "forbidden");
    }
    for by_host in [&admin, &north.owner] {
        host.delete(&in_group(&group, by_host)).await.refused(403, "forbidden");
    }
    moderator.patch(&in_group(&group, &member), &json!({ "role": "host" })).await.refused(403, "forbidden");
    moderator.patch(&in_brand(&north, &member), &json!({ "state": "suspended" })).await.refused(404, "not_found");
    moderator.delete(&in_group(&foreign, &south.owner)).await.refused(404, "not_found");
    moderator.patch(&in_group(&group, &member), &mute).await.ok();
    done(&moderator.delete(&in_group(&group, &member)).await);
    admin.patch(&in_brand(&north, &north.owner), &json!({ "role": "member" })).await.refused(403, "forbidden");
    admin.patch(&in_brand(&north, &host), &json!({ "role": "owner" })).await.refused(403, "role_too_high");
    south.owner.delete(&in_brand(&south, &member)).await.refused(404, "not_found");
}

#[tokio::test]
async fn who_shares_no_group_with_somebody_cannot_find_them() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let (group, other) = (north.group("Antriebe").await, north.group("Lager").await);
    let mia = house.member(&north, "Mia", &[(&group, GroupRole::Member)]).await;
    let hanna = house.member(&north, "Hanna", &[(&group, GroupRole::Host)]).await;
    let zoe = house.member(&north, "Zoe", &[(&other, GroupRole::Member)]).await;
    let list = format!("/brands/{}/members", north.id);
    assert_eq!(names(&mia, &list).await, ["Hanna", "Mia", "Olga Ohm"]);
    assert_eq!(names(&mia, &format!("{list}?q=zo")).await, [""; 0]);
    assert_eq!(names(&zoe, &list).await, ["Olga Ohm", "Zoe"]);
    assert_eq!(names(&north.owner, &list).await, ["Hanna", "Mia", "Olga Ohm", "Zoe"]);
    let shown = mia.get(&list).await.ok();
    assert!(shown["items"].as_array().unwrap().iter().all(|member| member["email"].is_null()));
    assert!(north.owner.get(&list).await.ok()["items"][0]["email"].is_string());
    mia.get(&format!("/groups/{}/members", other.id)).await.refused(404, "not_found");
    south.owner.get(&list).await.refused(404, "not_found");

    let bring = json!({ "role": "member" });
    hanna.put(&in_group(&group, &zoe), &bring).await.refused(404, "not_found");
    north.owner.put(&in_group(&group, &south.owner), &bring).await.refused(404, "not_found");
    mia.put(&in_group(&group, &zoe), &bring).await.refused(403, "forbidden");
    let added = north.owner.put(&in_group(&group, &zoe), &bring).await.ok();
    assert_eq!(added["group_role"], "member");
    north.owner.put(&in_group(&group, &zoe), &bring).await.ok();
    north.owner.put(&in_group(&group, &zoe), &json!({ "role": "host" })).await.refused(409, "already_member");
    assert_eq!(names(&mia, &format!("{list}?q=ZO")).await, ["Zoe"]);
}

#[tokio::test]
async fn lists_of_members_come_in_pages_by_name_and_read_their_query_strictly() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    for (address, name) in [("Oz", "Özlem"), ("An", "anton"), ("Em", "Émile"), ("Zo", "Zora"), ("Be", "Bert")] {
        let member = house.member(&brand, address, &[(&group, GroupRole::Member)]).await;
        member.patch(&format!("/brands/{}/members/me", brand.id), &json!({ "name": name })).await.ok();
    }
    let path = format!("/groups/{}/members", group.id);
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = brand.owner.get(&format!("{path}?limit=2{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["anton", "Bert", "Émile", "Olga Ohm", "Özlem", "Zora"]);
    assert_eq!(names(&brand.owner, &format!("{path}?q=oz")).await, ["Özlem"]);
    assert_eq!(names(&brand.owner, &format!("{path}?q=%25")).await, [""; 0], "a percent sign is a percent sign");
    for query in ["limit=0", "limit=201", "limit=1e3", "cursor=x", "sort=name", "q=%00"] {
        brand.owner.get(&format!("{path}?{query}")).await.refused(400, "bad_query");
    }
}

#[tokio::test]
async fn a_profile_is_changed_by_its_owner_and_seen_by_the_group() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    let mut socket = brand.owner.socket().await;
    socket.follow(&group.id, 0).await;
    let path = format!("/brands/{}/members/me", brand.id);
    let mine = mia.patch(&path, &json!({ "name": " Mia  Moll ", "job_title": "" })).await.ok();
    assert_eq!(
        (&mine["name"], &mine["company"], &mine["job_title"]),
        (&json!("Mia Moll"), &json!("Hallmann Systeme"), &json!(""))
    );
    assert_eq!(socket.change("member.changed").await["change"]["member"]["name"], "Mia Moll");
    mia.patch(&path, &json!({ "is_admin": true })).await.refused(400, "unknown_field");
    mia.patch(&path, &json!({ "name": "" })).await.refused(422, "validation");
    mia.patch(&path, &json!({ "name": "x".repeat(81) })).await.refused(422, "too_long");
    mia.patch(&path, &json!({ "name": "a\u{0}b" })).await.refused(422, "invalid_text");
    assert_eq!(names(&brand.owner, &format!("/brands/{}/members?q=moll", brand.id)).await, ["Mia Moll"]);
}
