//! Sockets: following, resuming, losing access.

use guildhall::access::GroupRole;
use guildhall_tests::{House, Socket, id_of};
use serde_json::json;

#[tokio::test]
async fn what_one_posts_the_other_sees_and_the_ack_names_its_position() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let (mut owners, mut anjas) = (brand.owner.socket().await, anja.socket().await);
    let resumed = anjas.follow(&group.id, 0).await.pop().unwrap();
    assert_eq!(resumed["type"], "resumed");
    let ack = owners
        .ask(json!({ "op": "post", "channel": group.chat, "client_key": "over-the-wire", "body": "Hallo" }))
        .await;
    assert_eq!((&ack["type"], &ack["client_key"]), (&json!("ack"), &json!("over-the-wire")));
    let seen = anjas.change("message.posted").await;
    assert_eq!(seen["position"], ack["position"]);
    assert_eq!(seen["position"].as_i64(), resumed["position"].as_i64().map(|position| position + 1));
    assert_eq!(seen["change"]["message"]["id"], ack["id"]);
}

#[tokio::test]
async fn a_replay_from_nothing_has_every_position_once_in_order() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    for n in 0..8 {
        brand.owner.say(&group.chat, &format!("Nachricht {n}")).await;
    }
    let mut socket = brand.owner.socket().await;
    let mut frames = socket.follow(&group.id, 0).await;
    let resumed = frames.pop().unwrap();
    let positions: Vec<i64> = frames
        .iter()
        .filter(|frame| frame["type"] == "change")
        .map(|frame| frame["position"].as_i64().unwrap())
        .collect();
    assert_eq!(positions, (1..=resumed["position"].as_i64().unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_is_too_far_behind_gets_a_snapshot_and_says_so() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mut socket = brand.owner.socket().await;
    let frames = socket.follow(&group.id, 1_000_000).await;
    let reset = frames.last().unwrap();
    assert_eq!(reset["type"], "reset");
    assert_eq!(reset["snapshot"], brand.owner.get(&format!("/groups/{}", group.id)).await.ok());
}

#[tokio::test]
async fn a_stream_of_others_is_as_unknown_as_one_that_is_not_there() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let foreign = south.group("Fremd").await;
    let own = north.group("Eigen").await;
    let anja = house.member(&north, "Anja", &[]).await;
    let mut socket = anja.socket().await;
    let mut answers = Vec::new();
    for stream in [&foreign.id, &own.id, "01a204de-4e46-7ea2-83b2-f5fa5dc7bcf1", &north.owner.member] {
        let mut answer = socket.follow(stream, 0).await.pop().unwrap();
        answer["ref"] = json!("");
        answers.push(answer);
    }
    assert_eq!(answers[0]["code"], "not_found");
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test]
async fn a_ticket_opens_one_socket_once() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let ticket = brand.owner.ticket(&brand.id).await;
    Socket::open(&house.url(), &ticket).await;
    assert_eq!(Socket::try_open(&house.url(), &ticket).await.err(), Some(401));
    assert_eq!(Socket::try_open(&house.url(), "").await.err(), Some(401));
    let late = brand.owner.ticket(&brand.id).await;
    house.clock.advance_ms(31_000);
    assert_eq!(Socket::try_open(&house.url(), &late).await.err(), Some(401));
}

#[tokio::test]
async fn logging_out_cuts_the_sockets_of_that_device_only() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let other = brand.owner.another_device();
    other.log_in(guildhall_tests::PASSWORD).await.ok();
    let (mut here, mut there) = (brand.owner.socket().await, other.socket().await);
    brand.owner.delete("/logins/current").await.ok();
    assert_eq!(here.closed().await, 4401);
    assert!(there.so_far().await.is_empty());
    brand.owner.get("/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn edits_reactions_and_deletions_arrive_as_they_stand() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let mut socket = brand.owner.socket().await;
    socket.follow(&group.id, 0).await;
    let message = anja.say(&group.chat, "Text").await["message"].clone();
    let path = format!("/messages/{}", id_of(&message));
    anja.patch(&path, &json!({ "body": "Neuer Text" })).await.ok();
    assert_eq!(socket.change("message.changed").await["change"]["message"]["body"], "Neuer Text");
    brand.owner.put(&format!("{path}/reactions/👍"), &json!({})).await.ok();
    let reacted = socket.change("message.changed").await;
    assert_eq!(reacted["change"]["message"]["reactions"][0]["members"][0], brand.owner.member.as_str());
    anja.delete(&path).await.ok();
    let deleted = socket.change("message.changed").await;
    assert_eq!(
        (&deleted["change"]["message"]["deleted"], &deleted["change"]["message"]["body"]),
        (&json!(true), &json!(""))
    );
}
