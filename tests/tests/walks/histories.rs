//! What a follower knows after any history is what a fresh read says, also across a restart.

use std::collections::BTreeMap;

use guildhall::access::GroupRole;
use guildhall_tests::{Group, House, Person, Socket, fresh_key, id_of};
use serde_json::{Value, json};

/// A small generator of its own, so that a failing history can be lived again by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Posts, replies, edits, deletes and reacts at random.
async fn live(person: Person, channel: String, seed: u64) {
    let mut dice = Dice(seed);
    let mut own: Vec<String> = Vec::new();
    for step in 0..24 {
        let chosen = own.get(usize::try_from(dice.roll(own.len().max(1) as u64)).unwrap()).cloned();
        match (dice.roll(6), chosen) {
            (0, Some(id)) => {
                person.patch(&format!("/messages/{id}"), &json!({ "body": format!("edit {step}") })).await;
            }
            (1, Some(id)) => {
                person.delete(&format!("/messages/{id}")).await;
            }
            (2, Some(id)) => {
                person.put(&format!("/messages/{id}/reactions/👍"), &json!({})).await;
            }
            (3, Some(id)) => {
                person.delete(&format!("/messages/{id}/reactions/👍")).await;
            }
            (kind, root) if own.len() < 9 => {
                let reply_to = root.filter(|_| kind == 4);
                let body = json!({ "client_key": fresh_key(), "body": format!("post {step}"), "reply_to": reply_to });
                let answer = person.post(&format!("/channels/{channel}/messages"), &body).await;
                if answer.status.is_success() {
                    own.push(id_of(&answer.json()["message"]));
                }
            }
            _ => {}
        }
    }
}

/// Follows until the stream is at `end`, and returns the messages as the changes tell them, by position.
async fn follow_to(socket: &mut Socket, known: &mut BTreeMap<i64, Value>, frames: Vec<Value>, end: i64) {
    let mut at = 0;
    for frame in frames {
        at = at.max(take(known, &frame));
    }
    while at < end {
        let frame = socket.until(|frame| frame["type"] == "change").await;
        at = take(known, &frame);
    }
}

fn take(known: &mut BTreeMap<i64, Value>, frame: &Value) -> i64 {
    let message = &frame["change"]["message"];
    if message.is_object() {
        known.insert(message["position"].as_i64().unwrap(), message.clone());
    }
    frame["position"].as_i64().unwrap_or_default()
}

async fn fresh(person: &Person, group: &Group) -> (BTreeMap<i64, Value>, i64) {
    let read = person.get(&format!("/channels/{}/messages?limit=200", group.chat)).await.ok();
    let items = read["items"].as_array().unwrap().iter();
    let messages = items.map(|message| (message["position"].as_i64().unwrap(), message.clone())).collect();
    (messages, read["position"].as_i64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_and_the_changes_behind_it_make_a_fresh_snapshot() {
    for seed in 1..=3 {
        let house = House::new().await;
        let brand = house.brand("Nordwind").await;
        let group = brand.group("Antriebe").await;
        let mut writers = Vec::new();
        for n in 0..3 {
            writers.push(house.member(&brand, &format!("Writer{n}"), &[(&group, GroupRole::Member)]).await);
        }
        let mut socket = brand.owner.socket().await;
        // Some history lies before the snapshot, most comes behind it, while the follower listens.
        live(writers[0].clone(), group.chat.clone(), seed).await;
        house.clock.advance_ms(60_000);
        let (mut known, position) = fresh(&brand.owner, &group).await;
        let frames = socket.follow(&group.id, position).await;
        let living = writers
            .iter()
            .zip(seed * 10..)
            .map(|(writer, seed)| tokio::spawn(live(writer.clone(), group.chat.clone(), seed)));
        for life in living.collect::<Vec<_>>() {
            life.await.unwrap();
        }
        let (expected, end) = fresh(&brand.owner, &group).await;
        follow_to(&mut socket, &mut known, frames, end).await;
        assert_eq!(known, expected, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_after_a_restart_gets_what_was_missed_and_nothing_twice() {
    let mut house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mut socket = brand.owner.socket().await;
    let seen = socket.follow(&group.id, 0).await.pop().unwrap()["position"].as_i64().unwrap();
    drop(socket);
    brand.owner.say(&group.chat, "eins").await;
    house.restart().await;
    let owner = brand.owner.at(&house.url());
    owner.say(&group.chat, "zwei").await;
    let mut socket = owner.socket().await;
    let frames = socket.follow(&group.id, seen).await;
    let told: Vec<_> =
        frames.iter().map(|frame| (frame["type"].as_str().unwrap(), frame["position"].as_i64().unwrap())).collect();
    assert_eq!(told, [("change", seen + 1), ("change", seen + 2), ("resumed", seen + 2)]);
}

/// What a member has not read: the messages by others that they can see, behind their marker.
async fn unread_by_counting(person: &Person, group: &Group) -> Value {
    let snapshot = person.get(&format!("/groups/{}", group.id)).await.ok();
    let chat = snapshot["channels"].as_array().unwrap().iter().find(|channel| channel["id"] == group.chat.as_str());
    let chat = chat.unwrap();
    let read = person.get(&format!("/channels/{}/messages?limit=200", group.chat)).await.ok();
    let is_unread = |message: &&Value| {
        message["position"].as_i64() > chat["marker"].as_i64()
            && message["deleted"] == false
            && message["author"]["id"] != person.member.as_str()
    };
    let counted = read["items"].as_array().unwrap().iter().filter(is_unread).count();
    assert_eq!(chat["unread"], counted, "{}: {chat}", person.email);
    json!({ "marker": chat["marker"], "unread": counted })
}

#[tokio::test]
async fn unread_is_what_one_can_see_by_others_behind_the_marker_whatever_happens() {
    for seed in 1..=3 {
        let house = House::new().await;
        let brand = house.brand("Nordwind").await;
        let group = brand.group("Antriebe").await;
        let mut people = vec![brand.owner.clone()];
        for name in ["Anja", "Bert", "Cora"] {
            people.push(house.member(&brand, name, &[(&group, GroupRole::Member)]).await);
        }
        let (mut dice, mut messages) = (Dice(seed), Vec::<(usize, String)>::new());
        for step in 0..60 {
            house.clock.advance_ms(20_000);
            let who = usize::try_from(dice.roll(people.len() as u64)).unwrap();
            let person = &people[who];
            let place = format!("/groups/{}/members/{}", group.id, person.member);
            let chosen = messages.get(usize::try_from(dice.roll(messages.len().max(1) as u64)).unwrap()).cloned();
            match (dice.roll(10), chosen) {
                (0, Some((author, id))) => {
                    people[author].patch(&format!("/messages/{id}"), &json!({ "body": format!("edit {step}") })).await;
                }
                (1, Some((_, id))) => {
                    people[0].delete(&format!("/messages/{id}")).await;
                }
                (2 | 3, _) => {
                    let read = person.get(&format!("/channels/{}/messages?limit=1", group.chat)).await.ok();
                    let end = u64::try_from(read["position"].as_i64().unwrap()).unwrap();
                    let marker = json!({ "position": dice.roll(end + 1) });
                    let marked = person.put(&format!("/channels/{}/marker", group.chat), &marker).await.ok();
                    assert_eq!(marked, unread_by_counting(person, &group).await, "seed {seed}, step {step}");
                }
                (4, _) if who > 0 => {
                    let until = json!({ "muted_until": "2026-12-23T09:00:00Z" });
                    let ends = json!({ "muted_until": null });
                    brand.owner.patch(&place, if dice.roll(2) == 0 { &until } else { &ends }).await.ok();
                }
                (5, _) if who > 0 => {
                    person.delete(&format!("/groups/{}/members/me", group.id)).await.ok();
                    brand.owner.put(&place, &json!({ "role": "member" })).await.ok();
                }
                _ => {
                    let body = json!({ "client_key": fresh_key(), "body": format!("post {step}") });
                    let answer = person.post(&format!("/channels/{}/messages", group.chat), &body).await;
                    if answer.status.is_success() {
                        messages.push((who, id_of(&answer.json()["message"])));
                    } else {
                        answer.refused(403, "muted");
                    }
                }
            }
            let other = usize::try_from(dice.roll(people.len() as u64)).unwrap();
            unread_by_counting(&people[other], &group).await;
        }
        assert!(messages.len() > 15, "seed {seed} has a history");
    }
}

/// All devices of one person say the same number.
#[tokio::test]
async fn what_is_marked_on_one_device_is_marked_on_the_others() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let other = anja.another_device();
    other.log_in(guildhall_tests::PASSWORD).await.ok();
    let (mut here, mut there) = (anja.socket().await, other.socket().await);
    for socket in [&mut here, &mut there] {
        socket.follow(&anja.member, 0).await;
    }
    let first = brand.owner.say(&group.chat, "eins").await["position"].clone();
    brand.owner.say(&group.chat, "zwei").await;
    here.ask(json!({ "op": "mark", "channel": group.chat, "position": first })).await;
    for socket in [&mut here, &mut there] {
        let told = socket.change("marker.moved").await;
        assert_eq!((&told["change"]["position"], &told["change"]["unread"]), (&first, &json!(1)));
    }
}
