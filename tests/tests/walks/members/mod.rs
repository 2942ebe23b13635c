//! Members: rights that change, people who are moderated, and people who go.

mod going;
mod rights;

use guildhall_tests::{Answer, Brand, Group, Person, fresh_key};
use serde_json::json;

pub fn in_group(group: &Group, person: &Person) -> String {
    format!("/groups/{}/members/{}", group.id, person.member)
}

pub fn in_brand(brand: &Brand, person: &Person) -> String {
    format!("/brands/{}/members/{}", brand.id, person.member)
}

#[track_caller]
pub fn done(answer: &Answer) {
    assert_eq!(answer.status.as_u16(), 204, "{}", String::from_utf8_lossy(&answer.bytes));
}

pub async fn names(person: &Person, path: &str) -> Vec<String> {
    let listed = person.get(path).await.ok();
    listed["items"].as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect()
}

/// The acts on record that concern somebody, oldest first.
pub async fn acts_about(brand: &Brand, person: &Person) -> Vec<String> {
    let listed = brand.owner.get(&format!("/brands/{}/audit?limit=200", brand.id)).await.ok();
    let about = listed["items"].as_array().unwrap().iter().filter(|row| row["target_id"] == person.member.as_str());
    let mut acts: Vec<String> = about.map(|row| row["act"].as_str().unwrap().to_owned()).collect();
    acts.reverse();
    acts
}

pub async fn try_to_post(person: &Person, channel: &str) -> Answer {
    let body = json!({ "client_key": fresh_key(), "body": "Hallo" });
    person.post(&format!("/channels/{channel}/messages"), &body).await
}
