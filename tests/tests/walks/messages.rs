//! Posting, editing, deleting, reacting, reading.

use guildhall::access::{Actor, GroupRole};
use guildhall::messages::{PostRequest, post};
use guildhall::platform::ids::{AccountId, ChannelId, LoginId};
use guildhall::platform::refusal::Code;
use guildhall_tests::{House, Person, id_of};
use serde_json::json;

#[tokio::test]
async fn a_message_is_read_by_the_group_and_by_nobody_else() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = north.group("Antriebe").await;
    let anja = house.member(&north, "Anja", &[(&group, GroupRole::Member)]).await;
    let outside = house.member(&north, "Otto", &[]).await;
    let message = north.owner.say(&group.chat, "Guten *Morgen*").await;

    let read = anja.get(&format!("/channels/{}/messages", group.chat)).await.ok();
    assert_eq!(read["items"][0]["html"], "<p>Guten <em>Morgen</em></p>\n");
    let id = id_of(&message["message"]);
    for stranger in [&outside, &south.owner] {
        stranger.get(&format!("/channels/{}/messages", group.chat)).await.refused(404, "not_found");
        stranger.get(&format!("/messages/{id}")).await.refused(404, "not_found");
        stranger.delete(&format!("/messages/{id}")).await.refused(404, "not_found");
    }
    house.nobody().get(&format!("/messages/{id}")).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn the_same_client_key_returns_the_same_message_and_refuses_another_text() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let path = format!("/channels/{}/messages", group.chat);
    let body = json!({ "client_key": "once-and-only", "body": "Hallo" });
    let first = brand.owner.post(&path, &body).await.ok();
    let again = brand.owner.post(&path, &body).await.ok();
    assert_eq!(first["message"]["id"], again["message"]["id"]);
    assert_eq!(first["position"], again["position"]);
    let other = json!({ "client_key": "once-and-only", "body": "Something else" });
    brand.owner.post(&path, &other).await.refused(409, "idempotency_conflict");
    let read = brand.owner.get(&path).await.ok();
    assert_eq!(read["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn parallel_twins_make_one_message() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let path = format!("/channels/{}/messages", group.chat);
    let twins = (0..20).map(|_| {
        let (owner, path) = (brand.owner.clone(), path.clone());
        tokio::spawn(
            async move { owner.post(&path, &json!({ "client_key": "twin-key-1", "body": "Hallo" })).await.ok() },
        )
    });
    let answers = futures_util::future::join_all(twins.collect::<Vec<_>>()).await;
    let ids: std::collections::BTreeSet<String> =
        answers.into_iter().map(|answer| id_of(&answer.unwrap()["message"])).collect();
    assert_eq!(ids.len(), 1);
    let read = brand.owner.get(&path).await.ok();
    assert_eq!(read["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_deleted_message_loses_its_text_and_keeps_its_place() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let root = anja.say(&group.chat, "Wer kennt den Preis?").await["message"].clone();
    let reply = json!({ "client_key": "the-reply-1", "body": "Ich", "reply_to": root["id"] });
    brand.owner.post(&format!("/channels/{}/messages", group.chat), &reply).await.ok();
    anja.delete(&format!("/messages/{}", id_of(&root))).await.ok();

    let read = brand.owner.get(&format!("/channels/{}/messages", group.chat)).await.ok();
    assert_eq!(read["items"][0]["deleted"], true);
    assert_eq!(read["items"][0]["body"], "");
    assert_eq!(read["items"][0]["html"], "");
    assert_eq!(read["items"][0]["reply_count"], 1);
    let replies = brand.owner.get(&format!("/messages/{}/replies", id_of(&root))).await.ok();
    assert_eq!(replies["items"][0]["body"], "Ich");
    anja.get(&format!("/messages/{}", id_of(&root))).await.refused(404, "not_found");
}

#[tokio::test]
async fn only_the_author_edits_and_only_for_a_day() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let message = anja.say(&group.chat, "Erster Text").await["message"].clone();
    let path = format!("/messages/{}", id_of(&message));
    brand.owner.patch(&path, &json!({ "body": "Fälschung" })).await.refused(403, "forbidden");
    let edited = anja.patch(&path, &json!({ "body": "Zweiter Text" })).await.ok();
    assert_eq!((&edited["position"], &edited["created_at"]), (&message["position"], &message["created_at"]));
    house.clock.advance_ms(24 * 3_600_000);
    anja.patch(&path, &json!({ "body": "Dritter Text" })).await.refused(403, "edit_window_closed");
}

#[tokio::test]
async fn what_a_moderator_deletes_is_on_record_with_what_stood_there() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let mods = house.member(&brand, "Mona", &[(&group, GroupRole::Moderator)]).await;
    let message = anja.say(&group.chat, "Werbung").await["message"].clone();
    mods.delete(&format!("/messages/{}", id_of(&message))).await.ok();
    let log = brand.owner.get(&format!("/brands/{}/audit", brand.id)).await.ok();
    assert_eq!(log["items"][0]["act"], "delete_message");
    assert_eq!(log["items"][0]["before"]["body"], "Werbung");
    assert_eq!(log["items"][0]["actor"]["id"], mods.member.as_str());
    anja.get(&format!("/brands/{}/audit", brand.id)).await.refused(403, "forbidden");
}

#[tokio::test]
async fn unread_counts_what_others_wrote_behind_the_marker() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    brand.owner.say(&group.chat, "vor dem Beitritt").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let unread = async || {
        let snapshot = anja.get(&format!("/groups/{}", group.id)).await.ok();
        let channels = snapshot["channels"].as_array().unwrap().clone();
        channels.iter().find(|channel| channel["id"] == group.chat.as_str()).unwrap()["unread"].as_i64().unwrap()
    };
    assert_eq!(unread().await, 0);
    let first = brand.owner.say(&group.chat, "eins").await;
    let second = brand.owner.say(&group.chat, "zwei").await;
    anja.say(&group.chat, "meins").await;
    assert_eq!(unread().await, 2);
    let marked =
        anja.put(&format!("/channels/{}/marker", group.chat), &json!({ "position": first["position"] })).await.ok();
    assert_eq!(marked["unread"], 1);
    brand.owner.delete(&format!("/messages/{}", id_of(&second["message"]))).await.ok();
    assert_eq!(unread().await, 0);
}

/// Asks for something without waiting for the answer.
async fn begun<F: Future>(asked: &mut std::pin::Pin<Box<F>>) {
    std::future::poll_fn(|cx| std::task::Poll::Ready(asked.as_mut().poll(cx).is_ready())).await;
}

#[tokio::test]
async fn who_is_too_fast_is_refused_also_where_a_batch_falls_apart() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    for n in 0..10 {
        anja.say(&group.chat, &format!("{n}")).await;
    }
    let [fast, calm] = [actor(&anja).await, actor(&brand.owner).await];
    let channel = ChannelId(group.chat.parse().unwrap());
    let ask = |actor: Actor, key: &str| {
        let request = PostRequest { client_key: key.into(), body: "Hallo".into(), reply_to: None, files: Vec::new() };
        let app = house.app().clone();
        Box::pin(async move { post(&app, &actor, channel, request).await })
    };
    // While the first waits for the lane, those behind it gather in one batch, which its twins break apart.
    let held = house.app().store.begin().await.unwrap();
    let mut all =
        [ask(calm, "first-of-all"), ask(fast, "too-fast-1"), ask(calm, "twin-key-1"), ask(calm, "twin-key-1")];
    for asked in &mut all {
        begun(asked).await;
        tokio::task::yield_now().await;
    }
    drop(held);
    let [first, fast, twin, other] = futures_util::future::join_all(all).await.try_into().unwrap();
    assert_eq!(fast.unwrap_err().code(), Code::RateLimited);
    assert_eq!(twin.unwrap().id, other.unwrap().id);
    assert!(first.is_ok());
}

async fn actor(person: &Person) -> Actor {
    let me = person.get("/me").await.ok();
    let account = AccountId(me["account"]["id"].as_str().unwrap().parse().unwrap());
    Actor { account, login: LoginId(uuid::Uuid::nil()) }
}
