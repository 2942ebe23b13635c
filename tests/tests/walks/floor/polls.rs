//! Polls: one vote of a person, results when it is time, and what an anonymous poll leaves behind.

use std::collections::BTreeMap;

use guildhall::access::GroupRole;
use guildhall::platform::ids::PollId;
use guildhall::platform::store::Rows;
use guildhall_tests::{Answer, House, Person, id_of};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use super::Scene;

fn single(anonymous: bool) -> Value {
    json!({ "kind": "single", "title": "Wie laut?", "options": [{ "text": "leise" }, { "text": "laut" }],
            "anonymous": anonymous })
}

async fn prepare(scene: &Scene, poll: &Value) -> Value {
    scene.host().post(&scene.at("/polls"), poll).await.ok()
}

async fn run(scene: &Scene, poll: &Value, change: Value) -> Value {
    scene.host().patch(&format!("/floor/polls/{}", id_of(poll)), &change).await.ok()
}

/// A poll that takes votes.
async fn opened(scene: &Scene, poll: &Value) -> Value {
    let draft = prepare(scene, poll).await;
    run(scene, &draft, json!({ "state": "open" })).await
}

async fn vote(person: &Person, poll: &Value, choice: Value) -> Answer {
    person.put(&format!("/floor/polls/{}/vote", id_of(poll)), &choice).await
}

fn option(poll: &Value, nth: usize) -> Value {
    json!({ "options": [poll["options"][nth]["id"]] })
}

fn votes(poll: &Value) -> Vec<Option<i64>> {
    poll["options"].as_array().unwrap().iter().map(|option| option["votes"].as_i64()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_one_vote_in_parallel_and_may_change_it_while_the_poll_is_open() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let poll = opened(&scene, &single(false)).await;
    let casting = (0..10).map(|n| {
        let (anja, poll) = (scene.anja.clone(), poll.clone());
        tokio::spawn(async move { vote(&anja, &poll, option(&poll, n % 2)).await.ok() })
    });
    futures_util::future::join_all(casting.collect::<Vec<_>>())
        .await
        .into_iter()
        .for_each(|voted| assert!(voted.is_ok()));
    vote(&scene.bert, &poll, option(&poll, 1)).await.ok();
    let mine = vote(&scene.anja, &poll, option(&poll, 0)).await.ok();
    assert_eq!(
        (&mine["voters"], &mine["voted"], &mine["my_vote"]["options"]),
        (&json!(2), &json!(true), &json!([poll["options"][0]["id"]]))
    );
    run(&scene, &poll, json!({ "state": "closed" })).await;
    vote(&scene.anja, &poll, option(&poll, 1)).await.refused(409, "poll_closed");
    let shown = run(&scene, &poll, json!({ "results": "shown" })).await;
    assert_eq!(votes(&shown), [Some(1), Some(1)]);
    let late = house.member(&scene.brand, "Lotte", &[(&scene.group, GroupRole::Member)]).await;
    let floor = scene.floor(&late).await;
    assert_eq!((votes(&floor["polls"][0]), &floor["polls"][0]["voted"]), (vec![Some(1), Some(1)], &json!(false)));
    assert_eq!(scene.floor(&scene.anja).await["polls"][0]["my_vote"]["options"], json!([poll["options"][0]["id"]]));
}

#[tokio::test]
async fn how_the_votes_fell_stands_nowhere_before_it_is_shown() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let mut socket = scene.follower(&scene.bert).await;
    let quiz = json!({ "kind": "quiz", "title": "Was ist leise?", "anonymous": false,
                       "options": [{ "text": "Riemen", "correct": true }, { "text": "Kette" }] });
    let draft = prepare(&scene, &quiz).await;
    assert_eq!(draft["options"][0]["correct"], true, "who runs the webinar knows the answer");
    scene.bert.get(&format!("/floor/polls/{}", id_of(&draft))).await.refused(404, "not_found");
    assert_eq!(scene.floor(&scene.bert).await["polls"], json!([]));
    assert_eq!(scene.floor(scene.host()).await["polls"][0]["state"], "draft");
    let poll = run(&scene, &draft, json!({ "state": "open" })).await;
    vote(&scene.anja, &poll, option(&poll, 0)).await.ok();
    vote(&scene.anja, &poll, option(&poll, 0)).await.ok();
    vote(&scene.anja, &poll, option(&poll, 1)).await.refused(409, "already_voted");
    run(&scene, &poll, json!({ "state": "closed" })).await;

    let told = socket.until(|frame| frame["change"]["poll"]["state"] == "closed").await["change"]["poll"].clone();
    let one = scene.bert.get(&format!("/floor/polls/{}", id_of(&poll))).await.ok();
    for seen in [&told, &one, &scene.floor(&scene.bert).await["polls"][0]] {
        assert_eq!((votes(seen), &seen["voters"]), (vec![None, None], &json!(1)), "{seen}");
        assert!(seen["options"].as_array().unwrap().iter().all(|option| option["correct"].is_null()), "{seen}");
    }
    assert_eq!(votes(&scene.floor(scene.host()).await["polls"][0]), [None, None], "nor for those who run it");
    run(&scene, &poll, json!({ "results": "shown" })).await;
    let told = socket.until(|frame| frame["change"]["poll"]["results"] == "shown").await["change"]["poll"].clone();
    assert_eq!((votes(&told), &told["options"][0]["correct"]), (vec![Some(1), Some(0)], &json!(true)));
    run(&scene, &poll, json!({ "results": "hidden" })).await;
    assert_eq!(votes(&scene.floor(&scene.bert).await["polls"][0]), [None, None]);
}

#[tokio::test]
async fn numbers_words_and_several_options_are_counted() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let scale = json!({ "kind": "scale", "title": "Wie war es?", "scale": { "min": 1, "max": 5 }, "anonymous": false });
    let word = json!({ "kind": "word", "title": "Ein Wort", "anonymous": false });
    let multiple = json!({ "kind": "multiple", "title": "Was noch?", "anonymous": false,
                           "options": [{ "text": "a" }, { "text": "b" }, { "text": "c" }] });
    let scale = opened(&scene, &scale).await;
    for (person, value) in [(&scene.anja, 4), (&scene.bert, 4), (scene.host(), 2)] {
        vote(person, &scale, json!({ "value": value })).await.ok();
    }
    vote(&scene.anja, &scale, json!({ "value": 6 })).await.refused(422, "validation");
    let shown = run(&scene, &scale, json!({ "results": "shown" })).await;
    assert_eq!(shown["scale"]["values"], json!([{ "value": 2, "votes": 1 }, { "value": 4, "votes": 2 }]));

    let word = opened(&scene, &word).await;
    for (person, text) in [(&scene.anja, "Präzise"), (&scene.bert, " präzise "), (scene.host(), "leise")] {
        vote(person, &word, json!({ "text": text })).await.ok();
    }
    let shown = run(&scene, &word, json!({ "results": "shown" })).await;
    assert_eq!(shown["words"].as_array().unwrap().len(), 2);
    assert_eq!((&shown["words"][0]["votes"], &shown["words"][1]), (&json!(2), &json!({ "text": "leise", "votes": 1 })));

    let multiple = opened(&scene, &multiple).await;
    let both = json!({ "options": [multiple["options"][0]["id"], multiple["options"][2]["id"]] });
    vote(&scene.anja, &multiple, both).await.ok();
    vote(&scene.bert, &multiple, option(&multiple, 2)).await.ok();
    vote(&scene.bert, &multiple, json!({ "options": [] })).await.refused(422, "validation");
    vote(&scene.bert, &multiple, option(&word, 0)).await.refused(422, "validation");
    assert_eq!(votes(&run(&scene, &multiple, json!({ "results": "shown" })).await), [Some(1), Some(0), Some(2)]);
}

#[derive(FromQueryResult)]
struct Voter {
    member_id: uuid::Uuid,
}

#[derive(FromQueryResult)]
struct Tally {
    choice: String,
    votes: i64,
}

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anonymous_poll_keeps_who_voted_and_how_often_something_was_chosen_and_nothing_between() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let word = json!({ "kind": "word", "title": "Ein Wort", "anonymous": true });
    let poll = opened(&scene, &word).await;
    let mut people = vec![scene.anja.clone(), scene.bert.clone()];
    for n in 0..4 {
        people.push(house.member(&scene.brand, &format!("Gast{n}"), &[(&scene.group, GroupRole::Member)]).await);
    }
    for (person, text) in people.iter().zip(["zahm", "laut", "zahm", "alt", "mild", "Laut"]) {
        let voted = vote(person, &poll, json!({ "text": text })).await.ok();
        assert_eq!((&voted["voted"], &voted["my_vote"]), (&json!(true), &Value::Null));
        vote(person, &poll, json!({ "text": "nochmal" })).await.refused(409, "already_voted");
        assert!(!scene.floor(person).await["polls"][0].to_string().contains(text));
    }
    let id: PollId = id_of(&poll).parse().unwrap();
    let reader = house.app().store.read().await.unwrap();
    let values = || vec![sea_orm::Value::from(id)];
    let voters: Vec<Voter> =
        reader.all("SELECT member_id FROM poll_voters WHERE poll_id = $1", values()).await.unwrap();
    assert_eq!(voters.len(), 6);
    assert!(people.iter().all(|person| voters.iter().any(|voter| voter.member_id.to_string() == person.member)));
    let kept: Option<Count> =
        reader.first("SELECT COUNT(*) AS n FROM poll_choices WHERE poll_id = $1", values()).await.unwrap();
    assert_eq!(kept.unwrap().n, 0);
    // As the rows lie there: in the order of their keys, not in that of the votes.
    let tallies: Vec<Tally> =
        reader.all("SELECT choice, votes FROM poll_tallies WHERE poll_id = $1", values()).await.unwrap();
    let lying: Vec<_> = tallies.iter().map(|tally| (tally.choice.as_str(), tally.votes)).collect();
    assert_eq!(lying, [("alt", 1), ("laut", 2), ("mild", 1), ("zahm", 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_votes_at_once_in_an_anonymous_poll_each_counts_once() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let poll = opened(&scene, &single(true)).await;
    let mut people = Vec::new();
    for n in 0..20 {
        people.push(house.member(&scene.brand, &format!("Gast{n}"), &[(&scene.group, GroupRole::Member)]).await);
    }
    let casting = people.iter().enumerate().flat_map(|(n, person)| {
        [0, 1].map(|_| {
            let (person, poll) = (person.clone(), poll.clone());
            tokio::spawn(async move { vote(&person, &poll, option(&poll, n % 2)).await.code() })
        })
    });
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for code in futures_util::future::join_all(casting.collect::<Vec<_>>()).await {
        *codes.entry(code.unwrap()).or_default() += 1;
    }
    assert_eq!(codes, BTreeMap::from([(String::new(), 20), ("already_voted".to_owned(), 20)]));
    let shown = run(&scene, &poll, json!({ "results": "shown" })).await;
    assert_eq!((votes(&shown), &shown["voters"]), (vec![Some(10), Some(10)], &json!(20)));
}

#[tokio::test]
async fn what_is_anonymous_stays_so_and_what_is_open_is_not_deleted() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let draft = prepare(&scene, &single(true)).await;
    let path = format!("/floor/polls/{}", id_of(&draft));
    scene.host().patch(&path, &json!({ "anonymous": false })).await.refused(400, "unknown_field");
    scene.host().patch(&path, &json!({ "state": "draft" })).await.refused(422, "validation");
    vote(scene.host(), &draft, option(&draft, 0)).await.refused(409, "poll_closed");
    vote(&scene.anja, &draft, option(&draft, 0)).await.refused(404, "not_found");
    let poll = run(&scene, &draft, json!({ "state": "open" })).await;
    scene.host().delete(&path).await.refused(403, "forbidden");
    scene.anja.patch(&path, &json!({ "state": "closed" })).await.refused(403, "forbidden");
    scene.anja.post(&scene.at("/polls"), &single(false)).await.refused(403, "forbidden");
    assert_eq!(poll["anonymous"], true);
    let other = prepare(&scene, &single(false)).await;
    scene.host().delete(&format!("/floor/polls/{}", id_of(&other))).await.ok();
    assert_eq!(scene.floor(scene.host()).await["polls"].as_array().unwrap().len(), 1);
    let once =
        scene.host().request(reqwest::Method::POST, &scene.at("/polls")).header("idempotency-key", "poll-once-1");
    let again = once.try_clone().unwrap();
    let first = scene.host().send(once.json(&single(false))).await.ok();
    assert_eq!(scene.host().send(again.json(&single(false))).await.ok()["id"], first["id"]);
}

#[tokio::test]
async fn a_poll_of_another_group_or_brand_is_not_there() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let south = house.brand("Suedstern").await;
    let outside = house.member(&scene.brand, "Otto", &[]).await;
    let poll = opened(&scene, &single(false)).await;
    let path = format!("/floor/polls/{}", id_of(&poll));
    let nothing = south.owner.get("/floor/polls/malformed").await.refused(404, "not_found").without_request_id();
    for stranger in [&south.owner, &outside] {
        for answer in [
            stranger.get(&path).await,
            stranger.patch(&path, &json!({ "results": "shown" })).await,
            stranger.delete(&path).await,
            vote(stranger, &poll, option(&poll, 0)).await,
            stranger.post(&scene.at("/polls"), &single(false)).await,
        ] {
            assert_eq!(answer.refused(404, "not_found").without_request_id(), nothing);
        }
    }
    assert_eq!(scene.floor(scene.host()).await["polls"][0]["voters"], 0);
}
