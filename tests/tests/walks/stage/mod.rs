//! The stage of a webinar: presence, roles, bearers, connections, attendance.

use guildhall::access::GroupRole;
use guildhall_tests::{Answer, Brand, Group, House, Person, id_of};
use serde_json::{Value, json};

mod attendance;
mod bearers;
mod connections;
mod cutting;
mod presence;
mod recording;
mod roles;
mod sending;

/// A webinar with a host, a speaker to be, and an attendee; another brand beside it.
pub struct Scene {
    pub brand: Brand,
    pub group: Group,
    pub anja: Person,
    pub ben: Person,
    pub stranger: Person,
    pub webinar: String,
}

pub async fn scene(house: &House) -> Scene {
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let ben = house.member(&brand, "Ben", &[(&group, GroupRole::Member)]).await;
    let stranger = house.brand("Suedstern").await.owner;
    let webinar = planned(&brand, &group, &json!({})).await;
    Scene { brand, group, anja, ben, stranger, webinar }
}

pub async fn planned(brand: &Brand, group: &Group, more: &Value) -> String {
    let mut plan = json!({ "title": "Leise Antriebe", "description": "", "local_start": "2026-12-03T10:00",
                           "time_zone": "Europe/Berlin", "duration_minutes": 60, "publish": true });
    for (key, value) in more.as_object().unwrap() {
        plan[key] = value.clone();
    }
    id_of(&brand.owner.post(&format!("/groups/{}/webinars", group.id), &plan).await.ok())
}

impl Scene {
    pub fn host(&self) -> &Person {
        &self.brand.owner
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/webinars/{}/stage{rest}", self.webinar)
    }

    /// The host changes the stage.
    pub async fn direct(&self, change: Value) -> Value {
        self.host().patch(&self.path(""), &change).await.ok()
    }

    pub async fn arrive(&self, person: &Person, device: &str) -> Answer {
        person.post(&self.path("/arrivals"), &json!({ "device": device })).await
    }

    pub async fn leave(&self, person: &Person, device: &str) -> Answer {
        person.delete(&self.path(&format!("/arrivals/{device}"))).await
    }

    pub async fn seen_by(&self, person: &Person) -> Value {
        person.get(&self.path("")).await.ok()
    }

    pub async fn give_role(&self, by: &Person, to: &Person, role: &str) -> Answer {
        by.put(&self.path(&format!("/people/{}", to.member)), &json!({ "role": role })).await
    }

    pub async fn ticket(&self, person: &Person, r#use: &str) -> Answer {
        person.post(&self.path("/tickets"), &json!({ "use": r#use })).await
    }
}

/// Who is on a stage, in order.
pub fn names(stage: &Value) -> Vec<&str> {
    let people = stage["people"].as_array().unwrap();
    people.iter().map(|performer| performer["person"]["name"].as_str().unwrap()).collect()
}
