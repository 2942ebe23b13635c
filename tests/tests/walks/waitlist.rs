//! The queue for a seat: in order, offered once, with an end.

use guildhall::access::GroupRole;
use guildhall::webinars::pass_on_all;
use guildhall_tests::{Brand, Group, House, Person, id_of};
use serde_json::{Value, json};

const HOUR_MS: i64 = 3_600_000;

/// A webinar with one seat, which the owner has taken, and three who would like it.
struct Scene {
    brand: Brand,
    group: Group,
    webinar: String,
    people: Vec<Person>,
}

impl Scene {
    async fn new(house: &House) -> Scene {
        let brand = house.brand("Nordwind").await;
        let group = brand.group("Antriebe").await;
        let plan = json!({ "title": "Leise Antriebe", "local_start": "2026-12-03T10:00", "time_zone": "Europe/Berlin",
                           "duration_minutes": 60, "capacity": 1, "publish": true });
        let webinar = id_of(&brand.owner.post(&format!("/groups/{}/webinars", group.id), &plan).await.ok());
        let mut people = Vec::new();
        for name in ["Anja", "Bert", "Cleo"] {
            people.push(house.member(&brand, name, &[(&group, GroupRole::Member)]).await);
        }
        let scene = Scene { brand, group, webinar, people };
        scene.register(&scene.brand.owner).await;
        scene
    }

    fn path(&self) -> String {
        format!("/webinars/{}/registration", self.webinar)
    }

    async fn register(&self, person: &Person) -> Value {
        person.put(&self.path(), &json!({})).await.ok()
    }

    async fn leave(&self, person: &Person) -> Value {
        person.delete(&self.path()).await.ok()
    }

    /// State and place of each of the three.
    async fn states(&self) -> Vec<(String, Option<i64>)> {
        let mut states = Vec::new();
        for person in &self.people {
            let seen = person.get(&format!("/webinars/{}", self.webinar)).await.ok()["webinar"].clone();
            states.push((seen["my_registration"].as_str().unwrap().to_owned(), seen["waiting_place"].as_i64()));
        }
        states
    }

    /// How many mails of a subject went to somebody.
    async fn mails(&self, person: &Person, subject: &str) -> usize {
        let mails = self.brand.owner.get(&format!("/brands/{}/mails?limit=200", self.brand.id)).await.ok();
        let mails = mails["items"].as_array().unwrap();
        let fits = |mail: &&Value| {
            mail["to"] == person.email.as_str() && mail["subject"].as_str().unwrap().starts_with(subject)
        };
        mails.iter().filter(fits).count()
    }
}

fn state(word: &str, place: Option<i64>) -> (String, Option<i64>) {
    (word.to_owned(), place)
}

#[tokio::test]
async fn a_freed_seat_is_offered_to_the_first_who_waits_and_to_nobody_else() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    for person in &scene.people {
        scene.register(person).await;
        scene.register(person).await;
    }
    assert_eq!(scene.states().await, [state("waiting", Some(1)), state("waiting", Some(2)), state("waiting", Some(3))]);
    let mut socket = scene.people[0].socket().await;
    socket.follow(&scene.people[0].member, 0).await;
    assert_eq!(scene.leave(&scene.brand.owner).await["waiting_count"], 3);
    assert_eq!(scene.states().await, [state("offered", None), state("waiting", Some(1)), state("waiting", Some(2))]);
    let told = socket.until(|frame| frame["change"]["state"] == "offered").await["change"].clone();
    assert_eq!(told["offer_until"], "2026-11-24T09:00:00.000Z", "a day from now");
    assert_eq!(scene.mails(&scene.people[0], "A seat for you").await, 1);

    let late = scene.register(&scene.brand.owner).await;
    assert_eq!(
        (&late["my_registration"], &late["waiting_place"]),
        (&json!("waiting"), &json!(3)),
        "nobody is passed by"
    );
    assert_eq!(scene.register(&scene.people[1]).await["my_registration"], "waiting");
    let taken = scene.register(&scene.people[0]).await;
    assert_eq!((&taken["my_registration"], &taken["registered_count"]), (&json!("registered"), &json!(1)));
    assert_eq!(pass_on_all(house.app()).await.unwrap(), 0, "nothing is left to offer");
    assert_eq!(scene.mails(&scene.people[1], "A seat for you").await, 0);
}

#[tokio::test]
async fn an_offer_runs_out_and_goes_to_the_next_once() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    for person in &scene.people {
        scene.register(person).await;
    }
    scene.leave(&scene.brand.owner).await;
    house.clock.advance_ms(24 * HOUR_MS - 1);
    assert_eq!(pass_on_all(house.app()).await.unwrap(), 0);
    house.clock.advance_ms(1);
    assert_eq!(scene.states().await[0], state("none", None), "what has run out is no offer any more");
    pass_on_all(house.app()).await.unwrap();
    assert_eq!(scene.states().await, [state("none", None), state("offered", None), state("waiting", Some(1))]);
    assert_eq!(scene.mails(&scene.people[0], "A seat for you").await, 1, "offered once");
    assert_eq!(scene.register(&scene.people[0]).await["waiting_place"], 2, "and then at the end");
    scene.leave(&scene.people[1]).await;
    assert_eq!(scene.states().await[2], state("offered", None), "who declines passes it on");
}

#[tokio::test]
async fn an_offer_ends_when_the_webinar_begins() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    scene.register(&scene.people[0]).await;
    house.clock.set(serde_json::from_value(json!("2026-12-03T08:30:00Z")).unwrap());
    scene.leave(&scene.brand.owner).await;
    let seen = scene.people[0].get(&format!("/webinars/{}", scene.webinar)).await.ok();
    assert_eq!(seen["webinar"]["offer_until"], "2026-12-03T09:00:00.000Z");
}

#[tokio::test]
async fn seats_that_are_added_or_left_behind_are_offered_too() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    for person in &scene.people {
        scene.register(person).await;
    }
    let path = format!("/webinars/{}", scene.webinar);
    scene.brand.owner.patch(&path, &json!({ "capacity": 2 })).await.ok();
    assert_eq!(scene.states().await[0], state("offered", None));
    scene.register(&scene.people[0]).await;
    // Who leaves the group leaves seat and queue behind.
    let group = |person: &Person| format!("/groups/{}/members/{}", scene.group.id, person.member);
    scene.brand.owner.delete(&group(&scene.people[1])).await.ok();
    scene.brand.owner.delete(&group(&scene.people[0])).await.ok();
    pass_on_all(house.app()).await.unwrap();
    let seen = scene.people[2].get(&path).await.ok()["webinar"].clone();
    assert_eq!((&seen["my_registration"], &seen["waiting_count"]), (&json!("offered"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_who_want_one_seat_at_once_one_is_in_and_ninety_nine_wait() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    scene.leave(&scene.brand.owner).await;
    let mut people = scene.people.clone();
    for n in 0..97 {
        people.push(house.member(&scene.brand, &format!("Gast{n}"), &[(&scene.group, GroupRole::Member)]).await);
    }
    let wanting = people.iter().map(|person| {
        let (person, path) = (person.clone(), scene.path());
        tokio::spawn(async move { person.put(&path, &json!({})).await.ok()["my_registration"].clone() })
    });
    let states: Vec<Value> =
        futures_util::future::join_all(wanting.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(states.iter().filter(|state| *state == "registered").count(), 1);
    assert_eq!(states.iter().filter(|state| *state == "waiting").count(), 99);
    let seen = scene.brand.owner.get(&format!("/webinars/{}", scene.webinar)).await.ok()["webinar"].clone();
    assert_eq!((&seen["registered_count"], &seen["waiting_count"]), (&json!(1), &json!(99)));
}
