//! Invitations: making them, and coming in by them.

mod inviting;
mod redeeming;

use guildhall_tests::{Answer, Brand, Group, House, PASSWORD, Person, id_of};
use reqwest::Method;
use serde_json::{Value, json};

/// Asks for an invitation into one group; `with` overrides the defaults.
pub async fn invite(by: &Person, brand: &Brand, group: &Group, with: Value) -> Answer {
    let mut body = json!({ "kind": "link", "groups": [group.id], "group_role": "member", "brand_role": "member" });
    for (key, value) in with.as_object().unwrap() {
        body[key] = value.clone();
    }
    by.post(&format!("/brands/{}/invitations", brand.id), &body).await
}

/// The token of a new link.
pub async fn link(by: &Person, brand: &Brand, group: &Group, with: Value) -> String {
    let invitation = invite(by, brand, group, with).await.ok();
    after_hash(invitation["url"].as_str().unwrap())
}

pub fn after_hash(text: &str) -> String {
    text.split_once("/join#").unwrap().1.split_whitespace().next().unwrap().to_owned()
}

/// The newest mail to an address that has `word` in its subject, from the owner's outbox.
pub async fn mail(owner: &Person, to: &str, word: &str) -> Value {
    let mails = owner.get(&format!("/brands/{}/mails?limit=200", owner.brand)).await.ok();
    let fits = |mail: &&Value| mail["to"] == to && mail["subject"].as_str().unwrap().contains(word);
    let newest = mails["items"].as_array().unwrap().iter().find(fits).unwrap_or_else(|| panic!("no mail to {to}"));
    owner.get(&format!("/mails/{}", id_of(newest))).await.ok()
}

pub async fn mailed_token(owner: &Person, to: &str) -> String {
    after_hash(mail(owner, to, "").await["text"].as_str().unwrap())
}

/// Has a code mailed and reads it.
pub async fn mailed_code(owner: &Person, holder: &Person, token: &str, email: &str) -> String {
    let answer = holder.post("/invitations/code", &json!({ "token": token, "email": email })).await;
    assert_eq!(answer.status.as_u16(), 202);
    let subject = mail(owner, &email.to_lowercase(), "code").await["subject"].as_str().unwrap().to_owned();
    subject.chars().filter(char::is_ascii_digit).collect()
}

pub fn redemption(token: &str, email: &str, code: &str) -> Value {
    json!({ "token": token, "email": email, "code": code, "password": PASSWORD, "name": "Nele Neu", "company": "Neu GmbH",
            "job_title": "Einkauf", "language": "de", "time_zone": "Europe/Berlin" })
}

pub fn another_code(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

pub async fn preview(person: &Person, token: &str) -> Answer {
    person.post("/invitations/preview", &json!({ "token": token })).await
}

/// A house whose people come through a proxy, so that each request may name an address of its own.
pub async fn house_behind_a_proxy() -> House {
    House::with(Box::new(|config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()])).await
}

pub async fn from_address(person: &Person, nth: usize, path: &str, body: &Value) -> Answer {
    let address = format!("198.51.{}.{}", nth / 250, nth % 250 + 1);
    person.send(person.request(Method::POST, path).header("x-forwarded-for", address).json(body)).await
}
