//! Seats in a webinar: never more than there are, given back, and gone with the membership.

use guildhall::access::GroupRole;
use guildhall_tests::{Answer, Brand, Group, House, Person, id_of};
use serde_json::{Value, json};

async fn planned(host: &Person, group: &Group, capacity: Option<i64>) -> Value {
    let plan = json!({ "title": "Leise Antriebe", "local_start": "2026-12-03T10:00", "time_zone": "Europe/Berlin",
                       "duration_minutes": 60, "capacity": capacity, "publish": true });
    host.post(&format!("/groups/{}/webinars", group.id), &plan).await.ok()
}

async fn register(person: &Person, webinar: &str) -> Answer {
    person.put(&format!("/webinars/{webinar}/registration"), &json!({})).await
}

async fn edit(host: &Person, webinar: &str, change: Value) -> Answer {
    host.patch(&format!("/webinars/{webinar}"), &change).await
}

async fn scene(house: &House) -> (Brand, Group, Person) {
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    (brand, group, anja)
}

#[tokio::test]
async fn a_hundred_want_seven_seats_and_seven_get_one_while_the_others_wait_in_order() {
    let house = House::new().await;
    let (brand, group, _) = scene(&house).await;
    let webinar = id_of(&planned(&brand.owner, &group, Some(7)).await);
    let mut people = Vec::new();
    for n in 0..100 {
        people.push(house.member(&brand, &format!("Gast{n}"), &[(&group, GroupRole::Member)]).await);
    }
    let wants = people.iter().map(|person| {
        let (person, webinar) = (person.clone(), webinar.clone());
        tokio::spawn(async move { register(&person, &webinar).await })
    });
    let answers: Vec<Answer> =
        futures_util::future::join_all(wants.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect();
    let seated = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(seated, 100, "nobody is turned away");
    let states: Vec<String> =
        answers.iter().map(|answer| answer.json()["my_registration"].as_str().unwrap().to_owned()).collect();
    let waiting = states.iter().filter(|state| *state == "waiting").count();
    assert_eq!((states.iter().filter(|state| *state == "registered").count(), waiting), (7, 93));
    let mut places = Vec::new();
    for person in &people {
        let seen = person.get(&format!("/webinars/{webinar}")).await.ok();
        places.extend(seen["webinar"]["waiting_place"].as_i64());
    }
    places.sort_unstable();
    assert_eq!(places, (1..=93).collect::<Vec<i64>>());
    let page = brand.owner.get(&format!("/webinars/{webinar}")).await.ok();
    assert_eq!(page["webinar"]["registered_count"], 7);
    let holders = brand.owner.get(&format!("/webinars/{webinar}/registrations?limit=200")).await.ok();
    assert_eq!(holders["items"].as_array().unwrap().len(), 7);
    people[0].get(&format!("/webinars/{webinar}/registrations")).await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_seat_given_back_goes_to_the_next_and_nobody_holds_two() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let bert = house.member(&brand, "Bert", &[(&group, GroupRole::Member)]).await;
    let webinar = id_of(&planned(&brand.owner, &group, Some(1)).await);
    for _ in 0..2 {
        assert_eq!(register(&anja, &webinar).await.ok()["my_registration"], "registered");
    }
    assert_eq!(register(&bert, &webinar).await.ok()["my_registration"], "waiting");
    bert.delete(&format!("/webinars/{webinar}/registration")).await.ok();
    edit(&brand.owner, &webinar, json!({ "capacity": 0 })).await.refused(422, "validation");
    let left = anja.delete(&format!("/webinars/{webinar}/registration")).await.ok();
    assert_eq!((&left["my_registration"], &left["registered_count"]), (&json!("none"), &json!(0)));
    assert_eq!(register(&bert, &webinar).await.ok()["registered_count"], 1);
    edit(&brand.owner, &webinar, json!({ "capacity": null })).await.ok();
    assert_eq!(register(&anja, &webinar).await.ok()["registered_count"], 2);
    edit(&brand.owner, &webinar, json!({ "capacity": 1 })).await.refused(422, "validation");
}

#[tokio::test]
async fn who_leaves_the_group_gives_back_the_seat_and_hears_no_more_of_the_chat() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let webinar = planned(&brand.owner, &group, Some(1)).await;
    let (id, channel) = (id_of(&webinar), webinar["channel_id"].as_str().unwrap().to_owned());
    register(&anja, &id).await.ok();
    let (mut socket, mut owners) = (anja.socket().await, brand.owner.socket().await);
    socket.follow(&id, 0).await;
    owners.follow(&id, 0).await;
    brand.owner.delete(&format!("/groups/{}/members/{}", group.id, anja.member)).await.ok();
    brand.owner.say(&channel, "unter uns").await;
    owners.change("message.posted").await;
    let heard = socket.so_far().await;
    assert!(heard.iter().any(|frame| frame["change"]["kind"] == "member.left"), "{heard:?}");
    assert!(heard.iter().all(|frame| frame["change"]["kind"] != "message.posted"), "{heard:?}");
    assert_eq!(socket.follow(&id, 0).await.pop().unwrap()["code"], "not_found");
    anja.get(&format!("/webinars/{id}")).await.refused(404, "not_found");
    anja.get(&format!("/channels/{channel}/messages")).await.refused(404, "not_found");
    register(&anja, &id).await.refused(404, "not_found");
    assert_eq!(register(&brand.owner, &id).await.ok()["registered_count"], 1);
}

/// Whoever is faster wins, and neither waits for the other for ever.
#[tokio::test(flavor = "multi_thread")]
async fn registering_while_being_removed_ends_in_a_seat_or_in_nothing_and_never_in_a_fault() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let bert = house.member(&brand, "Bert", &[(&group, GroupRole::Member)]).await;
    let (held, wanted) = (planned(&brand.owner, &group, None).await, planned(&brand.owner, &group, None).await);
    let (held, wanted) = (id_of(&held), id_of(&wanted));
    let place = |person: &Person| format!("/groups/{}/members/{}", group.id, person.member);
    let berts_own = format!("/groups/{}/members/me", group.id);
    for round in 0..12 {
        // A seat elsewhere makes the removal speak in the streams that the registration speaks in.
        register(&anja, &held).await.ok();
        let at_anja = place(&anja);
        let (seat, left, gone, gone_too) = tokio::join!(
            register(&anja, &wanted),
            bert.delete(&berts_own),
            brand.owner.delete(&at_anja),
            register(&bert, &wanted),
        );
        assert!(gone.status.is_success() && left.status.is_success(), "{round}: {} {}", gone.status, left.status);
        for seat in [seat, gone_too] {
            assert!(matches!(seat.status.as_u16(), 200 | 404), "{round}: {}", seat.status);
        }
        let page = brand.owner.get(&format!("/webinars/{wanted}")).await.ok();
        assert_eq!(page["webinar"]["registered_count"], 0, "{round}: no seat outlives the membership");
        for person in [&anja, &bert] {
            brand.owner.put(&place(person), &json!({ "role": "member" })).await.ok();
        }
        house.clock.advance_ms(3_600_000);
    }
}

#[tokio::test]
async fn taking_and_giving_back_a_seat_over_and_over_is_stopped_because_each_time_sends_a_mail() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let webinar = id_of(&planned(&brand.owner, &group, None).await);
    for _ in 0..5 {
        register(&anja, &webinar).await.ok();
        anja.delete(&format!("/webinars/{webinar}/registration")).await.ok();
    }
    register(&anja, &webinar).await.refused(429, "rate_limited");
    house.clock.advance_ms(3_600_000);
    register(&anja, &webinar).await.ok();
}
