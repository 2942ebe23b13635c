//! Going: out of a group or the brand, by one's own will or another's, and what ends with it.

use guildhall::access::GroupRole;
use guildhall_tests::{House, fresh_key, id_of};
use reqwest::Method;
use serde_json::{Value, json};

use super::{acts_about, done, in_brand, in_group, names, try_to_post};

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

#[tokio::test]
async fn a_file_and_the_link_to_it_are_gone_for_who_was_removed() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    let upload = brand.owner.request(Method::POST, &format!("/groups/{}/files?name=plan.txt", group.id)).body("Plan");
    let file = id_of(&brand.owner.send(upload).await.ok());
    let body = json!({ "client_key": fresh_key(), "body": "Der Plan", "files": [file] });
    brand.owner.post(&format!("/channels/{}/messages", group.chat), &body).await.ok();
    let content = format!("/files/{file}/content");
    let link = mia.post(&format!("/files/{file}/link"), &json!({})).await.ok();
    let link = format!("/api/v1/files/{}", link["url"].as_str().unwrap().split_once("/files/").unwrap().1);
    let nobody = house.nobody();
    assert_eq!((mia.get(&content).await.bytes, nobody.get(&link).await.bytes), (b"Plan".to_vec(), b"Plan".to_vec()));

    done(&brand.owner.delete(&in_group(&group, &mia)).await);
    mia.get(&content).await.refused(404, "not_found");
    nobody.get(&link).await.refused(404, "not_found");
    mia.post(&format!("/files/{file}/link"), &json!({})).await.refused(404, "not_found");
}
