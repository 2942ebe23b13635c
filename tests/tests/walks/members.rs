//! Members: rights that change, people who are moderated, and people who go.

use guildhall::access::GroupRole;
use guildhall_tests::{Answer, Brand, Group, House, Person, fresh_key, id_of};
use serde_json::{Value, json};

fn in_group(group: &Group, person: &Person) -> String {
    format!("/groups/{}/members/{}", group.id, person.member)
}

fn in_brand(brand: &Brand, person: &Person) -> String {
    format!("/brands/{}/members/{}", brand.id, person.member)
}

#[track_caller]
fn done(answer: &Answer) {
    assert_eq!(answer.status.as_u16(), 204, "{}", String::from_utf8_lossy(&answer.bytes));
}

async fn names(person: &Person, path: &str) -> Vec<String> {
    let listed = person.get(path).await.ok();
    listed["items"].as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect()
}

/// The acts on record that concern somebody, oldest first.
async fn acts_about(brand: &Brand, person: &Person) -> Vec<String> {
    let listed = brand.owner.get(&format!("/brands/{}/audit?limit=200", brand.id)).await.ok();
    let about = listed["items"].as_array().unwrap().iter().filter(|row| row["target_id"] == person.member.as_str());
    let mut acts: Vec<String> = about.map(|row| row["act"].as_str().unwrap().to_owned()).collect();
    acts.reverse();
    acts
}

async fn try_to_post(person: &Person, channel: &str) -> Answer {
    let body = json!({ "client_key": fresh_key(), "body": "Hallo" });
    person.post(&format!("/channels/{channel}/messages"), &body).await
}

#[tokio::test]
async fn who_is_removed_from_the_brand_loses_log_ins_sockets_and_invitations_at_once() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let hanna = house.member(&brand, "Hanna", &[(&group, GroupRole::Host)]).await;
    let request = json!({ "kind": "link", "groups": [group.id], "group_role": "member", "brand_role": "member" });
    let invitation = hanna.post(&format!("/brands/{}/invitations", brand.id), &request).await.ok();
    let token = invitation["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let ticket = hanna.ticket(&brand.id).await;
    let mut socket = hanna.socket().await;
    let mut watching = brand.owner.socket().await;
    watching.follow(&group.id, 0).await;

    done(&brand.owner.delete(&in_brand(&brand, &hanna)).await);
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(watching.change("member.left").await["change"]["member_id"], hanna.member.as_str());
    hanna.get("/me").await.refused(401, "unauthenticated");
    assert_eq!(guildhall_tests::Socket::try_open(&house.url(), &ticket).await.err(), Some(401));
    let preview = house.nobody().post("/invitations/preview", &json!({ "token": token })).await;
    preview.refused(404, "invite_invalid");
    let listed = brand.owner.get(&format!("/brands/{}/invitations", brand.id)).await.ok();
    assert_eq!(listed["items"][0]["state"], "revoked");
    assert_eq!(names(&brand.owner, &format!("/brands/{}/members", brand.id)).await, ["Olga Ohm"]);
    assert_eq!(acts_about(&brand, &hanna).await, ["remove_member"]);
    brand.owner.delete(&in_brand(&brand, &hanna)).await.refused(404, "not_found");
}

#[tokio::test]
async fn who_has_another_brand_stays_logged_in_for_that_one() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let (group, own) = (north.group("Antriebe").await, south.group("Eigen").await);
    let guest = house.member(&south, "Gast", &[(&own, GroupRole::Member)]).await;
    let request = json!({ "kind": "link", "groups": [group.id], "group_role": "member", "brand_role": "member" });
    let invitation = north.owner.post(&format!("/brands/{}/invitations", north.id), &request).await.ok();
    let token = invitation["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    guest.post("/invitations/redeem", &json!({ "token": token })).await.ok();
    let mut abroad = guest.clone();
    let members = north.owner.get(&format!("/groups/{}/members?q=gast", group.id)).await.ok();
    abroad.member = id_of(&members["items"][0]);
    abroad.brand = north.id.clone();
    let (mut here, mut there) = (guest.socket().await, abroad.socket().await);

    done(&north.owner.delete(&in_brand(&north, &abroad)).await);
    assert_eq!(there.closed().await, 4401);
    here.follow(&own.id, 0).await;
    assert_eq!(guest.get("/me").await.ok()["memberships"].as_array().unwrap().len(), 1);
    guest.get(&format!("/groups/{}", group.id)).await.refused(404, "not_found");
    guest.get(&format!("/brands/{}/start", north.id)).await.refused(404, "not_found");
}

#[tokio::test]
async fn who_is_suspended_is_cut_off_and_comes_back_as_they_were() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Moderator)]).await;
    let mut socket = mia.socket().await;
    let suspended = brand.owner.patch(&in_brand(&brand, &mia), &json!({ "state": "suspended" })).await.ok();
    assert_eq!(suspended["state"], "suspended");
    assert_eq!(socket.closed().await, 4401);
    mia.get("/me").await.refused(401, "unauthenticated");
    assert_eq!(mia.log_in(guildhall_tests::PASSWORD).await.status.as_u16(), 201);
    mia.get(&format!("/groups/{}", group.id)).await.refused(403, "suspended");
    try_to_post(&mia, &group.chat).await.refused(403, "suspended");
    brand.owner.patch(&in_brand(&brand, &mia), &json!({ "state": "active" })).await.ok();
    assert_eq!(mia.get(&format!("/groups/{}", group.id)).await.ok()["group"]["my_role"], "moderator");
    assert_eq!(acts_about(&brand, &mia).await, ["manage_member", "manage_member"]);
}

#[tokio::test]
async fn a_right_that_changes_is_felt_by_the_open_socket_at_its_next_command() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let hanna = house.member(&brand, "Hanna", &[(&group, GroupRole::Host)]).await;
    let mut socket = hanna.socket().await;
    let announce = |channel: &str| json!({ "op": "post", "channel": channel, "client_key": fresh_key(), "body": "Hallo" });
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
async fn behind_their_removal_somebody_hears_and_finds_nothing_of_the_group() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    let message = id_of(&brand.owner.say(&group.chat, "Vorher").await["message"]);
    let mut socket = mia.socket().await;
    socket.follow(&group.id, 0).await;
    socket.follow(&mia.member, 0).await;
    done(&brand.owner.delete(&in_group(&group, &mia)).await);
    let gone = socket.change("group.removed").await;
    assert_eq!(gone["change"]["group_id"], group.id.as_str());
    brand.owner.say(&group.chat, "Nachher").await;
    let later = socket.so_far().await;
    assert!(!later.iter().any(|frame| frame["change"]["kind"] == "message.posted"), "{later:?}");

    for path in [
        format!("/groups/{}", group.id),
        format!("/groups/{}/members", group.id),
        format!("/channels/{}/messages", group.chat),
        format!("/messages/{message}"),
    ] {
        mia.get(&path).await.refused(404, "not_found");
    }
    try_to_post(&mia, &group.chat).await.refused(404, "not_found");
    let refused = socket.follow(&group.id, 0).await.pop().unwrap();
    assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("not_found")));
    let start = mia.get(&format!("/brands/{}/start", brand.id)).await.ok();
    assert_eq!(start["groups"], json!([]));
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
async fn the_last_owner_stays_whatever_is_tried() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let second = house.member(&brand, "Zita", &[]).await;
    let leave = format!("/brands/{}/members/me", brand.id);
    brand.owner.delete(&leave).await.refused(409, "last_owner");
    brand.owner.patch(&in_brand(&brand, &brand.owner), &json!({ "role": "member" })).await.refused(403, "forbidden");
    brand.owner.patch(&in_brand(&brand, &second), &json!({ "role": "owner" })).await.ok();

    // Each at the same moment takes the other's ownership: the first has it, the second is the last.
    let (down, at_first, at_second) =
        (json!({ "role": "member" }), in_brand(&brand, &brand.owner), in_brand(&brand, &second));
    let (one, other) = tokio::join!(brand.owner.patch(&at_second, &down), second.patch(&at_first, &down));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{one:?} {other:?}");
    assert!(matches!(statuses[1], 404 | 409), "{one:?} {other:?}");
    let owner = if one.status.is_success() { &brand.owner } else { &second };
    owner.delete(&leave).await.refused(409, "last_owner");
    let members = owner.get(&format!("/brands/{}/members", brand.id)).await.ok();
    let owners = members["items"].as_array().unwrap().iter().filter(|member| member["brand_role"] == "owner").count();
    assert_eq!(owners, 1);
}

#[tokio::test]
async fn an_owner_with_another_beside_them_may_leave() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let second = house.member(&brand, "Zita", &[]).await;
    brand.owner.patch(&in_brand(&brand, &second), &json!({ "role": "owner" })).await.ok();
    done(&brand.owner.delete(&format!("/brands/{}/members/me", brand.id)).await);
    brand.owner.get("/me").await.refused(401, "unauthenticated");
    second.delete(&format!("/brands/{}/members/me", brand.id)).await.refused(409, "last_owner");
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
    assert_eq!((&mine["name"], &mine["company"], &mine["job_title"]), (&json!("Mia Moll"), &json!("Hallmann Systeme"), &json!("")));
    assert_eq!(socket.change("member.changed").await["change"]["member"]["name"], "Mia Moll");
    mia.patch(&path, &json!({ "is_admin": true })).await.refused(400, "unknown_field");
    mia.patch(&path, &json!({ "name": "" })).await.refused(422, "validation");
    mia.patch(&path, &json!({ "name": "x".repeat(81) })).await.refused(422, "too_long");
    mia.patch(&path, &json!({ "name": "a\u{0}b" })).await.refused(422, "invalid_text");
    assert_eq!(names(&brand.owner, &format!("/brands/{}/members?q=moll", brand.id)).await, ["Mia Moll"]);
}

#[tokio::test]
async fn who_leaves_a_group_is_gone_from_it_and_stays_in_the_brand() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    let leave = format!("/groups/{}/members/me", group.id);
    done(&mia.delete(&leave).await);
    mia.delete(&leave).await.refused(404, "not_found");
    assert_eq!(mia.get("/me").await.ok()["memberships"].as_array().unwrap().len(), 1);
    assert_eq!(names(&brand.owner, &format!("/groups/{}/members", group.id)).await, ["Olga Ohm"]);
    assert_eq!(acts_about(&brand, &mia).await, ["leave_group"]);
}

#[tokio::test]
async fn snapshot_and_changes_of_a_brand_in_motion_make_the_present() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let before = brand.owner.get(&format!("/groups/{}", group.id)).await.ok();
    let mut socket = brand.owner.socket().await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    done(&brand.owner.delete(&in_group(&group, &mia)).await);
    brand.owner.put(&in_group(&group, &mia), &json!({ "role": "moderator" })).await.ok();
    let frames = socket.follow(&group.id, before["position"].as_i64().unwrap()).await;
    let kinds: Vec<&Value> =
        frames.iter().filter(|frame| frame["type"] == "change").map(|frame| &frame["change"]["kind"]).collect();
    assert_eq!(kinds, ["member.joined", "member.left", "member.joined"]);
}

#[tokio::test]
async fn who_leaves_a_group_hears_no_more_of_its_webinars_and_gives_back_the_seat() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    let plan = json!({ "title": "Retrofit", "description": "", "local_start": "2026-12-03T10:00", "capacity": 1,
                       "time_zone": "Europe/Berlin", "duration_minutes": 45, "publish": true });
    let webinar = brand.owner.post(&format!("/groups/{}/webinars", group.id), &plan).await.ok();
    let (id, stream) = (id_of(&webinar), webinar["stream"].as_str().unwrap().to_owned());
    mia.put(&format!("/webinars/{id}/registration"), &json!({})).await.ok();
    let mut socket = mia.socket().await;
    assert_eq!(socket.follow(&stream, 0).await.last().unwrap()["type"], "resumed");

    done(&brand.owner.delete(&in_group(&group, &mia)).await);
    assert_eq!(socket.change("member.left").await["stream"], stream.as_str());
    brand.owner.say(webinar["channel_id"].as_str().unwrap(), "Nur fuer uns").await;
    let later = socket.so_far().await;
    assert!(!later.iter().any(|frame| frame["change"]["kind"] == "message.posted"), "{later:?}");
    assert_eq!(socket.follow(&stream, 0).await.pop().unwrap()["code"], "not_found");
    mia.get(&format!("/webinars/{id}")).await.refused(404, "not_found");
    assert_eq!(brand.owner.get(&format!("/webinars/{id}")).await.ok()["webinar"]["registered_count"], 0);
}

#[tokio::test]
async fn the_calendar_feed_of_somebody_who_is_removed_is_dead_and_stays_so() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let mia = house.member(&brand, "Mia", &[]).await;
    let feed = mia.post(&format!("/brands/{}/calendar-feed", brand.id), &json!({})).await.ok();
    let path = format!("/calendar/{}", feed["url"].as_str().unwrap().split_once("/calendar/").unwrap().1);
    let nobody = house.nobody();
    assert_eq!(nobody.get(&path).await.status.as_u16(), 200);
    done(&brand.owner.delete(&in_brand(&brand, &mia)).await);
    nobody.get(&path).await.refused(404, "token_invalid");
}
