//! Every operation of the API as nobody, and as a stranger with real ids: neither learns whether anything is there.

use guildhall::access::GroupRole;
use guildhall_tests::{Answer, House, Person, fresh_key, id_of};
use reqwest::Method;
use serde_json::{Value, json};

/// What anybody may ask without a log-in; each has limits or a token of its own.
const PUBLIC: &[&str] = &[
    "get /setup",
    "post /setup",
    "post /logins",
    "post /password-resets",
    "post /password-resets/redeem",
    "post /invitations/preview",
    "post /invitations/code",
    "post /invitations/redeem",
    "get /brands/{brand}/logo",
    "get /files/{file}/content",
    "get /calendar/{token}",
];

struct Operation {
    name: String,
    method: Method,
    path: String,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(guildhall::router::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let short = path.strip_prefix("/api/v1").unwrap_or(path).to_owned();
            let name = format!("{method} {short}");
            if PUBLIC.iter().any(|public| name.starts_with(public)) {
                continue;
            }
            operations.push(Operation { name, method: method.to_uppercase().parse().unwrap(), path: path.clone() });
        }
    }
    assert!(operations.len() > 50, "the walk knows its way: {}", operations.len());
    operations
}

/// Fills the parameters of a path.
fn filled(path: &str, id: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap();
        out.push_str(before);
        out.push_str(&id(name));
        rest = behind;
    }
    out + rest
}

async fn ask(person: &Person, operation: &Operation, path: &str) -> Answer {
    let mut request = person.request(operation.method.clone(), path);
    if !matches!(operation.method, Method::GET | Method::DELETE) {
        request = request.json(&json!({}));
    }
    person.send(request).await
}

#[tokio::test]
async fn nobody_gets_in_anywhere() {
    let house = House::new().await;
    let nobody = house.nobody();
    for operation in operations() {
        let path = filled(&operation.path, |_| "01a204de-4e46-7ea2-83b2-f5fa5dc7bcf1".to_owned());
        let answer = ask(&nobody, &operation, &path).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "unauthenticated"), "{}", operation.name);
    }
}

#[tokio::test]
async fn a_stranger_is_answered_for_real_things_as_for_things_that_are_not() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = north.group("Antriebe").await;
    let anja = house.member(&north, "Anja", &[(&group, GroupRole::Member)]).await;
    let message = id_of(&north.owner.say(&group.chat, "geheim").await["message"]);
    let thread =
        json!({ "client_key": fresh_key(), "kind": "question", "title": "Geheime Frage", "body": "?", "tags": [] });
    let thread = id_of(&north.owner.post(&format!("/groups/{}/threads", group.id), &thread).await.ok());
    let reply = json!({ "client_key": fresh_key(), "body": "Geheime Antwort" });
    let reply = id_of(&anja.post(&format!("/threads/{thread}/replies"), &reply).await.ok());
    let webinar = json!({ "title": "Geheim", "local_start": "2026-12-03T10:00", "time_zone": "Europe/Berlin",
                          "duration_minutes": 45, "publish": true });
    let webinar = id_of(&north.owner.post(&format!("/groups/{}/webinars", group.id), &webinar).await.ok());
    let question = json!({ "client_key": fresh_key(), "body": "Geheime Frage?" });
    let question = id_of(&anja.post(&format!("/webinars/{webinar}/floor/questions"), &question).await.ok());
    let poll = json!({ "kind": "word", "title": "Geheim?", "anonymous": false });
    let poll = id_of(&north.owner.post(&format!("/webinars/{webinar}/floor/polls"), &poll).await.ok());
    north.owner.patch(&format!("/floor/polls/{poll}"), &json!({ "state": "open" })).await.ok();
    let real = |name: &str| -> String {
        match name {
            "brand" => north.id.clone(),
            "group" => group.id.clone(),
            "channel" => group.chat.clone(),
            "member" => anja.member.clone(),
            "message" => message.clone(),
            "thread" => thread.clone(),
            "reply" => reply.clone(),
            "webinar" => webinar.clone(),
            "question" => question.clone(),
            "poll" => poll.clone(),
            "emoji" => "👍".to_owned(),
            _ => "01a204de-4e46-7ea2-83b2-f5fa5dc7bcf1".to_owned(),
        }
    };
    let unreal = |name: &str| match name {
        "emoji" => "👍".to_owned(),
        _ => "01a204de-4e46-7ea2-83b2-f5fa5dc7bcf2".to_owned(),
    };
    let before = snapshot(&north.owner, &group.id).await;
    for operation in operations().into_iter().filter(|operation| operation.path.contains('{')) {
        let of_real = ask(&south.owner, &operation, &filled(&operation.path, real)).await;
        let of_unreal = ask(&south.owner, &operation, &filled(&operation.path, unreal)).await;
        assert!(
            !of_real.status.is_success() && !of_real.status.is_server_error(),
            "{} {}",
            operation.name,
            of_real.status
        );
        assert_eq!(of_real.without_request_id(), of_unreal.without_request_id(), "{}", operation.name);
        house.clock.advance_ms(60_000);
    }
    assert_eq!(snapshot(&north.owner, &group.id).await, before, "and nothing happened");
}

async fn snapshot(person: &Person, group: &str) -> Value {
    person.get(&format!("/groups/{group}")).await.ok()
}
