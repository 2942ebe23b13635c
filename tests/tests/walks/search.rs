//! Finding: fast, forgiving, and never more than the searcher may read.

use std::time::Duration;

use guildhall::access::GroupRole;
use guildhall_tests::{Group, House, Person, fresh_key, id_of};
use serde_json::{Value, json};

/// Searches until the index has seen what was written; what never comes fails.
async fn found(person: &Person, query: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/brands/{}/search?q={query}", person.brand);
    for _ in 0..400 {
        let answer = person.get(&path).await;
        if answer.status.is_success() && fits(&answer.json()) {
            return answer.json();
        }
        if answer.code() == "rate_limited" {
            // The limit counts by the house's clock, which stands still.
            return Value::Null;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{query} was never found");
}

/// Waits until the follower has gone past everything, and searches once.
async fn settled(house: &House, person: &Person, query: &str) -> Value {
    house.followers_are_quiet().await;
    house.clock.advance_ms(10_000);
    person.get(&format!("/brands/{}/search?q={query}", person.brand)).await.ok()
}

async fn two_groups(house: &House) -> (guildhall_tests::Brand, Group, Group, Person) {
    let brand = house.brand("Nordwind").await;
    let (open, closed) = (brand.group("Antriebe").await, brand.group("Intern").await);
    let anja = house.member(&brand, "Anja", &[(&open, GroupRole::Member)]).await;
    (brand, open, closed, anja)
}

#[tokio::test]
async fn a_misspelt_word_finds_messages_and_threads_with_the_matches_marked() {
    let house = House::new().await;
    let (brand, open, _, anja) = two_groups(&house).await;
    let said = brand.owner.say(&open.chat, "Der Frequenzumrichter meldet <b>Überspannung</b>").await;
    let thread = json!({ "client_key": fresh_key(), "kind": "question", "title": "Frequenzumrichter kalibrieren",
                         "body": "Wie geht das?", "tags": ["umrichter"] });
    anja.post(&format!("/groups/{}/threads", open.id), &thread).await.ok();
    let hits = settled(&house, &anja, "frequenzumrihcter").await;
    assert_eq!(hits["total"], 2, "{hits}");
    let message = hits["items"].as_array().unwrap().iter().find(|hit| hit["kind"] == "message").unwrap();
    assert_eq!(message["id"], said["message"]["id"]);
    let titled = hits["items"].as_array().unwrap().iter().find(|hit| hit["kind"] == "thread").unwrap();
    assert_eq!(titled["title_highlights"], json!([[0, "Frequenzumrichter".len()]]));
    let (start, end) = (message["highlights"][0][0].as_u64().unwrap(), message["highlights"][0][1].as_u64().unwrap());
    let units: Vec<u16> = message["snippet"].as_str().unwrap().encode_utf16().collect();
    let marked = String::from_utf16(&units[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()]).unwrap();
    assert_eq!(marked, "Frequenzumrichter");
    assert!(!message["snippet"].as_str().unwrap().contains("&lt;"), "plain text, no markup of any kind");
    let umlaut = settled(&house, &anja, "ueberspannung").await;
    assert_eq!(umlaut["total"], 1);
}

#[tokio::test]
async fn nothing_of_a_group_one_is_not_in_shows_in_hits_or_counts() {
    let house = House::new().await;
    let (brand, open, closed, anja) = two_groups(&house).await;
    brand.owner.say(&closed.chat, "Kennwort Zitronenfalter").await;
    brand.owner.say(&open.chat, "Ein Zitronenbaum").await;
    let south = house.brand("Suedstern").await;
    let theirs = south.group("Fremd").await;
    south.owner.say(&theirs.chat, "Zitronenfalter auch hier").await;

    assert_eq!(settled(&house, &anja, "zitronenfalter").await["total"], 0);
    assert_eq!(settled(&house, &brand.owner, "zitronenfalter").await["total"], 1);
    anja.get(&format!("/brands/{}/search?q=zitronenfalter&group={}", brand.id, closed.id))
        .await
        .refused(404, "not_found");
    anja.get(&format!("/brands/{}/search?q=zitronenfalter", south.id)).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_new_message_is_found_soon_and_an_edited_or_deleted_one_only_as_it_stands() {
    let house = House::new().await;
    let (brand, open, _, anja) = two_groups(&house).await;
    let message = id_of(&brand.owner.say(&open.chat, "Kugellager von gestern").await["message"]);
    found(&anja, "kugellager", |hits| hits["total"] == 1).await;
    brand.owner.patch(&format!("/messages/{message}"), &json!({ "body": "Wälzlager von heute" })).await.ok();
    assert_eq!(settled(&house, &anja, "kugellager").await["total"], 0);
    assert_eq!(settled(&house, &anja, "waelzlager").await["total"], 1);
    brand.owner.delete(&format!("/messages/{message}")).await.ok();
    // Gone at once, whether or not the index has heard of it: every hit is read anew.
    house.clock.advance_ms(10_000);
    let hits = anja.get(&format!("/brands/{}/search?q=waelzlager", brand.id)).await.ok();
    assert_eq!(hits["items"].as_array().unwrap().len(), 0);
    assert_eq!(settled(&house, &anja, "waelzlager").await["total"], 0);
}

#[tokio::test]
async fn who_was_removed_a_moment_ago_finds_nothing() {
    let house = House::new().await;
    let (brand, open, _, anja) = two_groups(&house).await;
    brand.owner.say(&open.chat, "Getriebeöl wechseln").await;
    assert_eq!(settled(&house, &anja, "getriebeoel").await["total"], 1);
    brand.owner.delete(&format!("/groups/{}/members/{}", open.id, anja.member)).await.ok();
    house.clock.advance_ms(10_000);
    assert_eq!(anja.get(&format!("/brands/{}/search?q=getriebeoel", brand.id)).await.ok()["total"], 0);
}

#[tokio::test]
async fn a_lost_index_is_built_anew_from_the_changes() {
    let mut house = House::new().await;
    let (brand, open, _, anja) = two_groups(&house).await;
    brand.owner.say(&open.chat, "Servomotor mit Bremse").await;
    assert_eq!(settled(&house, &anja, "servomotor").await["total"], 1);
    house.stop().await;
    std::fs::remove_dir_all(house.folder().join("search")).unwrap();
    house.open_again().await;
    let anja = anja.at(&house.url());
    assert_eq!(settled(&house, &anja, "servomotor").await["total"], 1);
}

#[tokio::test]
async fn a_query_that_is_too_long_or_empty_is_refused() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let path = |query: &str| format!("/brands/{}/search?q={query}", brand.id);
    brand.owner.get(&path(&"a".repeat(1_025))).await.refused(422, "too_long");
    brand.owner.get(&path("")).await.refused(422, "validation");
    brand.owner.get(&path("x&limit=1000000")).await.refused(400, "bad_query");
    brand.owner.get(&path("x&sort=id;--")).await.refused(400, "bad_query");
}
