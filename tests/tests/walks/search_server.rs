//! A search server beside the house: what it can't take, and what happens while it is away.

use std::time::Duration;

use guildhall::access::GroupRole;
use guildhall::platform::config::{Hidden, SearchEngine};
use guildhall_tests::{Brand, Group, Health, House, INDIGESTIBLE, Person, SearchServer, fresh_key, id_of};
use serde_json::{Value, json};

async fn house_with(server: &SearchServer) -> House {
    let url = server.url.clone();
    House::with(Box::new(move |config| {
        config.search.engine = SearchEngine::Meilisearch;
        config.search.meili_url = Some(url);
        config.search.meili_master_key = Some(Hidden::new("a master's key".to_owned()));
    }))
    .await
}

async fn scene(house: &House) -> (Brand, Group, Person) {
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    (brand, group, anja)
}

/// Searches until it fits; what never comes fails. The clock is turned because the limit counts by it.
async fn searched(house: &House, person: &Person, fits: impl Fn(u16, &Value) -> bool) -> Value {
    let looking = async {
        loop {
            house.clock.advance_ms(1_000);
            let answer = person.get(&format!("/brands/{}/search?q=lager", person.brand)).await;
            if fits(answer.status.as_u16(), &answer.json()) {
                return answer.json();
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), looking).await.expect("the answer comes")
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().into_iter().flatten().filter_map(|hit| hit["id"].as_str()).collect()
}

#[tokio::test]
async fn a_document_that_is_refused_for_good_is_set_aside_and_holds_up_nobody() {
    let server = SearchServer::open().await;
    server.is_now(Health::Down);
    let house = house_with(&server).await;
    let (brand, group, anja) = scene(&house).await;
    // All in one batch: the good ones before, behind and in another stream must not suffer.
    let first = id_of(&anja.say(&group.chat, "Lager eins").await["message"]);
    let bad = id_of(&anja.say(&group.chat, &format!("Lager {INDIGESTIBLE}")).await["message"]);
    let last = id_of(&anja.say(&group.chat, "Lager zwei").await["message"]);
    let elsewhere = brand.group("Lager").await;
    let other = id_of(&brand.owner.say(&elsewhere.chat, "Lager drei").await["message"]);
    assert_eq!(house.metric("dead_letters").await, 0);

    server.is_now(Health::Well);
    house.followers_are_quiet().await;
    let found = searched(&house, &brand.owner, |status, _| status == 200).await;
    let mut expected = vec![first.as_str(), &last, &other];
    expected.sort_unstable();
    let mut got = ids(&found);
    got.sort_unstable();
    assert_eq!(got, expected);
    assert_eq!(house.metric("dead_letters").await, 1);

    // A later change of it that is taken brings it back.
    anja.patch(&format!("/messages/{bad}"), &json!({ "body": "Lager bekömmlich" })).await.ok();
    house.followers_are_quiet().await;
    searched(&house, &anja, |_, answer| ids(answer).contains(&bad.as_str())).await;
    assert_eq!(house.metric("dead_letters").await, 0);
}

#[tokio::test]
async fn a_rebuild_tries_again_what_was_set_aside() {
    let server = SearchServer::open().await;
    let house = house_with(&server).await;
    let (_, group, anja) = scene(&house).await;
    let thread = json!({ "client_key": fresh_key(), "kind": "question", "title": "Lager", "tags": [],
                         "body": format!("{INDIGESTIBLE} und mehr") });
    anja.post(&format!("/groups/{}/threads", group.id), &thread).await.ok();
    house.followers_are_quiet().await;
    assert_eq!(house.metric("dead_letters").await, 1);
    server.learn();
    server.lose_everything();
    house.followers_are_quiet().await;
    assert_eq!(house.metric("dead_letters").await, 0);
    searched(&house, &anja, |_, answer| ids(answer).len() == 1).await;
}

#[tokio::test]
async fn while_the_server_is_down_searching_says_so_and_the_chat_goes_on() {
    let server = SearchServer::open().await;
    let house = house_with(&server).await;
    let (brand, group, anja) = scene(&house).await;
    let before = id_of(&anja.say(&group.chat, "Lager vorher").await["message"]);
    searched(&house, &anja, |_, answer| ids(answer) == [before.as_str()]).await;

    server.is_now(Health::Down);
    let path = format!("/brands/{}/search?q=lager", brand.id);
    let refused = anja.get(&path).await.refused(503, "search_unavailable");
    assert!(refused.json()["retry_after_ms"].as_u64() > Some(0) && refused.headers.contains_key("retry-after"));
    let mut owners = brand.owner.socket().await;
    owners.follow(&group.id, 0).await;
    let during = id_of(&anja.say(&group.chat, "Lager mittendrin").await["message"]);
    assert_eq!(owners.change("message.posted").await["change"]["message"]["id"], during.as_str());

    server.is_now(Health::Well);
    searched(&house, &anja, |_, answer| ids(answer).len() == 2).await;
}

#[tokio::test]
async fn while_the_index_is_being_rebuilt_nothing_is_passed_off_as_everything() {
    let server = SearchServer::open().await;
    let house = house_with(&server).await;
    let (brand, group, anja) = scene(&house).await;
    let said = id_of(&anja.say(&group.chat, "Lager").await["message"]);
    searched(&house, &anja, |_, answer| ids(answer) == [said.as_str()]).await;

    server.lose_everything();
    server.is_now(Health::Stuck);
    // The follower notices with the next change, and hangs in the rebuild.
    anja.say(&group.chat, "Lager, später").await;
    searched(&house, &anja, |status, answer| status == 503 && answer["code"] == "search_unavailable").await;
    house.clock.advance_ms(60_000);
    anja.get(&format!("/brands/{}/search?q=lager", brand.id)).await.refused(503, "search_unavailable");
    server.is_now(Health::Well);
    searched(&house, &anja, |_, answer| ids(answer).len() == 2).await;
}
