//! Hands: a queue in the order in which they went up.

use guildhall::access::GroupRole;
use guildhall_tests::{House, Person};
use serde_json::{Value, json};

use super::Scene;

async fn raise(scene: &Scene, person: &Person) -> Value {
    person.put(&scene.at("/hand"), &json!({})).await.ok()["hands"].clone()
}

fn names(hands: &Value) -> Vec<&str> {
    hands.as_array().unwrap().iter().map(|hand| hand["person"]["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn hands_stand_in_the_order_in_which_they_went_up_and_keep_their_place() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let mut socket = scene.follower(scene.host()).await;
    raise(&scene, &scene.bert).await;
    raise(&scene, &scene.anja).await;
    assert_eq!(names(&raise(&scene, &scene.bert).await), ["Bert", "Anja"], "twice keeps the place");
    assert_eq!(names(&socket.change("hand.changed").await["change"]["hands"]).first(), Some(&"Bert"));
    assert_eq!(names(&scene.floor(&scene.anja).await["hands"]), ["Bert", "Anja"], "a late comer sees them");

    scene.bert.delete(&scene.at("/hand")).await.ok();
    scene.bert.delete(&scene.at("/hand")).await.ok();
    raise(&scene, &scene.bert).await;
    assert_eq!(names(&scene.floor(&scene.anja).await["hands"]), ["Anja", "Bert"]);
}

#[tokio::test]
async fn those_who_run_the_webinar_lower_hands_and_others_only_their_own() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let mona = house.member(&scene.brand, "Mona", &[(&scene.group, GroupRole::Moderator)]).await;
    raise(&scene, &scene.anja).await;
    let path = scene.at(&format!("/hands/{}", scene.anja.member));
    scene.bert.delete(&path).await.refused(403, "forbidden");
    mona.delete(&path).await.ok();
    assert_eq!(scene.floor(&scene.bert).await["hands"], json!([]));
}

#[tokio::test]
async fn who_leaves_the_group_takes_the_hand_along() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    raise(&scene, &scene.anja).await;
    let mut socket = scene.follower(scene.host()).await;
    scene.host().delete(&format!("/groups/{}/members/{}", scene.group.id, scene.anja.member)).await.ok();
    assert_eq!(socket.change("hand.changed").await["change"]["hands"], json!([]));
    scene.anja.put(&scene.at("/hand"), &json!({})).await.refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_bounded_also_when_all_hands_go_up_at_once() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let mut people = Vec::new();
    for n in 0..104 {
        people.push(house.member(&scene.brand, &format!("Gast{n}"), &[(&scene.group, GroupRole::Member)]).await);
    }
    let raising = people.into_iter().map(|person| {
        let path = scene.at("/hand");
        tokio::spawn(async move { person.put(&path, &json!({})).await })
    });
    let answers = futures_util::future::join_all(raising.collect::<Vec<_>>()).await;
    let refused = answers.into_iter().map(Result::unwrap).filter(|answer| answer.code() == "validation").count();
    assert_eq!((refused, scene.floor(&scene.anja).await["hands"].as_array().unwrap().len()), (4, 100));
}

#[tokio::test]
async fn a_muted_member_raises_no_hand_and_may_lower_it() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    raise(&scene, &scene.anja).await;
    let muted = json!({ "muted_until": "2027-01-01T00:00:00Z" });
    scene.host().patch(&format!("/groups/{}/members/{}", scene.group.id, scene.anja.member), &muted).await.ok();
    scene.anja.put(&scene.at("/hand"), &json!({})).await.refused(403, "muted");
    scene.try_ask(&scene.anja, "Darf ich?", false).await.refused(403, "muted");
    scene.anja.delete(&scene.at("/hand")).await.ok();
    assert_eq!(scene.floor(&scene.bert).await["hands"], json!([]));
}
