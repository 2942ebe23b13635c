//! Questions: votes, what waits, what is pinned and live, answers, and who asked.

use guildhall::access::GroupRole;
use guildhall_tests::{House, Person, id_of};
use serde_json::{Value, json};

use super::{Scene, curate};

async fn vote(person: &Person, question: &str) -> Value {
    person.put(&format!("/floor/questions/{question}/vote"), &json!({})).await.ok()
}

async fn bodies(scene: &Scene, person: &Person, query: &str) -> Vec<String> {
    let page = person.get(&scene.at(&format!("/questions{query}"))).await.ok();
    page["items"].as_array().unwrap().iter().map(|one| one["body"].as_str().unwrap().to_owned()).collect()
}

async fn set_asking(scene: &Scene, rules: Value) {
    scene.host().patch(&scene.at("/asking"), &rules).await.ok();
}

#[tokio::test]
async fn a_person_has_one_vote_for_a_question_however_often_and_at_once_it_is_cast() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let question = scene.ask(&scene.anja, "Wie leise?").await;
    let votes = (0..10).map(|_| {
        let (bert, question) = (scene.bert.clone(), question.clone());
        tokio::spawn(async move { vote(&bert, &question).await })
    });
    for voted in futures_util::future::join_all(votes.collect::<Vec<_>>()).await {
        assert_eq!(voted.unwrap()["my_vote"], true);
    }
    let seen = scene.anja.get(&format!("/floor/questions/{question}")).await.ok();
    assert_eq!((&seen["votes"], &seen["my_vote"], &seen["mine"]), (&json!(1), &json!(false), &json!(true)));
    let back = scene.bert.delete(&format!("/floor/questions/{question}/vote")).await.ok();
    assert_eq!((&back["votes"], &back["my_vote"]), (&json!(0), &json!(false)));
}

#[tokio::test]
async fn questions_come_by_votes_or_by_time_page_by_page() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let mut asked = Vec::new();
    for body in ["eins", "zwei", "drei", "vier"] {
        asked.push(scene.ask(&scene.anja, body).await);
    }
    for (person, question) in [(&scene.bert, &asked[2]), (scene.host(), &asked[2]), (&scene.bert, &asked[1])] {
        vote(person, question).await;
    }
    assert_eq!(bodies(&scene, &scene.bert, "").await, ["drei", "zwei", "eins", "vier"]);
    assert_eq!(bodies(&scene, &scene.bert, "?sort=time").await, ["vier", "drei", "zwei", "eins"]);
    for sort in ["votes", "time"] {
        let whole = bodies(&scene, &scene.bert, &format!("?sort={sort}")).await;
        let first = scene.bert.get(&scene.at(&format!("/questions?sort={sort}&limit=3"))).await.ok();
        let next = first["next"].as_str().unwrap();
        assert_eq!(bodies(&scene, &scene.bert, &format!("?sort={sort}&cursor={next}")).await, whole[3..]);
    }
    for wrong in ["?sort=luck", "?limit=0", "?cursor=x", "?state=gone", "?page=2"] {
        scene.bert.get(&scene.at(&format!("/questions{wrong}"))).await.refused(400, "bad_query");
    }
}

#[tokio::test]
async fn what_waits_is_there_for_its_author_and_those_who_run_the_webinar_and_the_socket_tells_only_its_id() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    set_asking(&scene, json!({ "moderated": true })).await;
    let mut socket = scene.follower(&scene.bert).await;
    let question = scene.ask(&scene.anja, "Geheime Frage").await;
    let held = socket.change("question.held").await;
    assert_eq!(held["change"], json!({ "kind": "question.held", "question_id": question }));
    for (person, sees) in [(&scene.anja, true), (scene.host(), true), (&scene.bert, false)] {
        assert_eq!(bodies(&scene, person, "").await.len(), usize::from(sees));
        assert_eq!(scene.floor(person).await["questions"].as_array().unwrap().len(), usize::from(sees));
        let one = person.get(&format!("/floor/questions/{question}")).await;
        assert_eq!(one.status, if sees { 200 } else { 404 });
    }
    scene.bert.put(&format!("/floor/questions/{question}/vote"), &json!({})).await.refused(404, "not_found");
    curate(&scene.anja, &question, json!({ "state": "open" })).await.refused(403, "forbidden");
    curate(scene.host(), &question, json!({ "pinned": true })).await.refused(422, "validation");

    curate(scene.host(), &question, json!({ "state": "open" })).await.ok();
    assert_eq!(socket.change("question.changed").await["change"]["question"]["body"], "Geheime Frage");
    curate(scene.host(), &question, json!({ "state": "dismissed" })).await.ok();
    socket.change("question.held").await;
    assert!(bodies(&scene, &scene.bert, "").await.is_empty());
    assert_eq!(id_of(&scene.try_ask(scene.host(), "Von mir", false).await.ok()).len(), 36);
    assert_eq!(bodies(&scene, &scene.bert, "").await, ["Von mir"], "those who run it need not wait");
    let audit = scene.host().get(&format!("/brands/{}/audit", scene.brand.id)).await.ok();
    assert_eq!(audit["items"][0]["act"], "curate_question");
    assert_eq!(audit["items"][0]["before"]["body"], "Geheime Frage");
}

#[tokio::test]
async fn who_asks_without_a_name_is_told_to_nobody_and_only_where_it_is_allowed() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    scene.try_ask(&scene.anja, "Wer?", true).await.refused(422, "validation");
    set_asking(&scene, json!({ "anonymous": true })).await;
    let mut socket = scene.follower(scene.host()).await;
    let question = id_of(&scene.try_ask(&scene.anja, "Wer?", true).await.ok());
    let told = socket.change("question.changed").await;
    let page = scene.host().get(&scene.at("/questions")).await.ok();
    let floor = scene.floor(scene.host()).await;
    curate(scene.host(), &question, json!({ "state": "dismissed" })).await.ok();
    let audit = scene.host().get(&format!("/brands/{}/audit", scene.brand.id)).await.ok();
    for shown in [&told, &page["items"], &floor["questions"], &audit["items"][0]] {
        assert!(!shown.to_string().contains(&scene.anja.member), "{shown}");
    }
    assert_eq!(told["change"]["question"]["author"], Value::Null);
    let own = scene.anja.get(&format!("/floor/questions/{question}")).await.ok();
    assert_eq!((&own["mine"], &own["author"]), (&json!(true), &Value::Null));
    scene.anja.delete(&format!("/floor/questions/{question}")).await.ok();
}

#[tokio::test]
async fn one_question_is_pinned_and_one_is_live() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let (first, second) = (scene.ask(&scene.anja, "eins").await, scene.ask(&scene.bert, "zwei").await);
    for question in [&first, &second] {
        curate(scene.host(), question, json!({ "pinned": true })).await.ok();
        curate(scene.host(), question, json!({ "state": "live" })).await.ok();
    }
    let floor = scene.floor(&scene.anja).await;
    let told: Vec<_> = floor["questions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["body"].as_str().unwrap(), one["state"].as_str().unwrap(), one["pinned"].as_bool().unwrap()))
        .collect();
    assert_eq!(told, [("zwei", "live", true), ("eins", "open", false)]);
    let both = [&first, &second].map(|question| {
        let (host, question) = (scene.host().clone(), question.clone());
        tokio::spawn(async move { curate(&host, &question, json!({ "pinned": true, "state": "live" })).await.ok() })
    });
    futures_util::future::join_all(both).await;
    let floor = scene.floor(&scene.anja).await;
    let live =
        floor["questions"].as_array().unwrap().iter().filter(|one| one["pinned"] == true && one["state"] == "live");
    assert_eq!(live.count(), 1);
}

#[tokio::test]
async fn a_question_is_answered_live_or_in_writing_and_deleted_with_its_votes() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let question = scene.ask(&scene.anja, "Wie leise?").await;
    let live = curate(scene.host(), &question, json!({ "state": "live" })).await.ok();
    house.clock.advance_ms(60_000);
    let answered = curate(scene.host(), &question, json!({ "state": "answered" })).await.ok();
    assert_eq!((&answered["live_at"], &answered["answer"]), (&live["live_at"], &Value::Null));
    assert_ne!(answered["answered_at"], answered["live_at"]);
    let written = curate(scene.host(), &question, json!({ "answer": "Sehr." })).await.ok();
    assert_eq!((&written["answer"]["body"], &written["answer"]["by"]["name"]), (&json!("Sehr."), &json!("Olga Ohm")));
    curate(scene.host(), &question, json!({ "answer": "x", "state": "open" })).await.refused(422, "validation");

    vote(&scene.bert, &question).await;
    scene.bert.delete(&format!("/floor/questions/{question}")).await.refused(403, "forbidden");
    let mut socket = scene.follower(&scene.bert).await;
    scene.anja.delete(&format!("/floor/questions/{question}")).await.ok();
    assert_eq!(socket.change("question.deleted").await["change"]["question_id"], question.as_str());
    scene.host().get(&format!("/floor/questions/{question}")).await.refused(404, "not_found");
    assert!(bodies(&scene, scene.host(), "").await.is_empty());
}

#[tokio::test]
async fn a_retry_under_the_same_key_asks_once() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let request = json!({ "client_key": "ask-once-1", "body": "Wie leise?" });
    let first = scene.anja.post(&scene.at("/questions"), &request).await.ok();
    assert_eq!(scene.anja.post(&scene.at("/questions"), &request).await.ok()["id"], first["id"]);
    let other = json!({ "client_key": "ask-once-1", "body": "Anderes?" });
    scene.anja.post(&scene.at("/questions"), &other).await.refused(409, "idempotency_conflict");
    for wrong in [json!({ "client_key": "k", "body": "x" }), json!({ "client_key": "ask-once-2", "body": " " })] {
        scene.anja.post(&scene.at("/questions"), &wrong).await.refused(422, "validation");
    }
    let long = json!({ "client_key": "ask-once-3", "body": "ä".repeat(1_001) });
    scene.anja.post(&scene.at("/questions"), &long).await.refused(422, "too_long");
    assert_eq!(bodies(&scene, &scene.bert, "").await, ["Wie leise?"]);
}

#[tokio::test]
async fn the_floor_of_another_group_or_brand_is_not_there() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let south = house.brand("Suedstern").await;
    let outside = house.member(&scene.brand, "Otto", &[]).await;
    let question = scene.ask(&scene.anja, "Wie leise?").await;
    let nothing = south.owner.get("/webinars/malformed").await.refused(404, "not_found").without_request_id();
    for stranger in [&south.owner, &outside] {
        for answer in [
            stranger.get(&scene.at("")).await,
            stranger.get(&scene.at("/questions")).await,
            stranger.put(&scene.at("/hand"), &json!({})).await,
            stranger.delete(&scene.at("/hand")).await,
            stranger.delete(&scene.at(&format!("/hands/{}", scene.anja.member))).await,
            stranger.put(&scene.at("/chat"), &json!({ "slow_seconds": 0, "hosts_only": true })).await,
            stranger.patch(&scene.at("/asking"), &json!({ "anonymous": true })).await,
            scene.try_ask(stranger, "Wie?", false).await,
            stranger.get(&format!("/floor/questions/{question}")).await,
            curate(stranger, &question, json!({ "state": "live" })).await,
            stranger.put(&format!("/floor/questions/{question}/vote"), &json!({})).await,
            stranger.delete(&format!("/floor/questions/{question}")).await,
        ] {
            assert_eq!(answer.refused(404, "not_found").without_request_id(), nothing);
        }
    }
    let floor = scene.floor(&scene.anja).await;
    assert_eq!(floor["asking"], json!({ "moderated": false, "anonymous": false }));
    assert_eq!(floor["questions"][0]["votes"], 0);
}

#[tokio::test]
async fn a_snapshot_and_the_changes_behind_it_make_a_fresh_snapshot() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let mona = house.member(&scene.brand, "Mona", &[(&scene.group, GroupRole::Moderator)]).await;
    let mut socket = scene.follower(&scene.bert).await;
    let first = scene.ask(&scene.anja, "eins").await;
    let second = scene.ask(&scene.anja, "zwei").await;
    vote(&mona, &first).await;
    vote(scene.host(), &first).await;
    curate(&mona, &second, json!({ "state": "dismissed" })).await.ok();
    curate(&mona, &first, json!({ "pinned": true, "answer": "Ja." })).await.ok();
    scene.anja.put(&scene.at("/hand"), &json!({})).await.ok();
    scene.host().put(&scene.at("/chat"), &json!({ "slow_seconds": 5, "hosts_only": false })).await.ok();
    let fresh = scene.anja.get(&scene.at("")).await.ok();
    let (mut known, mut at) = (json!({ "questions": {} }), 0);
    while at < fresh["position"].as_i64().unwrap() {
        let frame = socket.until(|frame| frame["type"] == "change").await;
        at = frame["position"].as_i64().unwrap();
        apply(&mut known, &frame["change"]);
    }
    let mut shown = fresh["floor"]["questions"][0].clone();
    for personal in ["my_vote", "mine"] {
        shown.as_object_mut().unwrap().remove(personal);
    }
    assert_eq!(known["questions"], json!({ first: shown }));
    for part in ["hands", "chat", "asking"] {
        assert_eq!(known[part], fresh["floor"][part], "{part}");
    }
}

/// What a client does with a change of the floor.
fn apply(known: &mut Value, change: &Value) {
    match change["kind"].as_str().unwrap() {
        "hand.changed" => known["hands"] = change["hands"].clone(),
        "floor.changed" => {
            known["chat"] = change["chat"].clone();
            known["asking"] = change["asking"].clone();
        }
        "question.changed" => {
            known["questions"][change["question"]["id"].as_str().unwrap()] = change["question"].clone();
        }
        "question.held" | "question.deleted" => {
            known["questions"].as_object_mut().unwrap().remove(change["question_id"].as_str().unwrap());
        }
        other => assert_eq!(other, "none"),
    }
}
