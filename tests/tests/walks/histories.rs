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
