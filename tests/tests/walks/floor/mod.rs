//! The floor of a webinar: hands, questions, polls, slides, cheers, and how chat and questions run.

mod chat;
mod cheers;
mod hands;
mod polls;
mod questions;
mod slides;

use guildhall::access::GroupRole;
use guildhall_tests::{Answer, Brand, Group, House, Person, Socket, fresh_key, id_of};
use serde_json::{Value, json};

/// A published webinar with its host, and two who attend.
struct Scene {
    brand: Brand,
    group: Group,
    webinar: String,
    channel: String,
    anja: Person,
    bert: Person,
}

impl Scene {
    async fn new(house: &House) -> Scene {
        let brand = house.brand("Nordwind").await;
        let group = brand.group("Antriebe").await;
        let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
        let bert = house.member(&brand, "Bert", &[(&group, GroupRole::Member)]).await;
        let plan = json!({ "title": "Leise Antriebe", "local_start": "2026-12-03T10:00", "time_zone": "Europe/Berlin",
                           "duration_minutes": 60, "publish": true });
        let webinar = brand.owner.post(&format!("/groups/{}/webinars", group.id), &plan).await.ok();
        let channel = webinar["channel_id"].as_str().unwrap().to_owned();
        Scene { brand, group, webinar: id_of(&webinar), channel, anja, bert }
    }

    fn host(&self) -> &Person {
        &self.brand.owner
    }

    /// A path below the webinar's floor.
    fn at(&self, path: &str) -> String {
        format!("/webinars/{}/floor{path}", self.webinar)
    }

    /// The floor as somebody sees it.
    async fn floor(&self, person: &Person) -> Value {
        person.get(&self.at("")).await.ok()["floor"].clone()
    }

    /// Asks a question and returns its id.
    async fn ask(&self, person: &Person, body: &str) -> String {
        id_of(&self.try_ask(person, body, false).await.ok())
    }

    async fn try_ask(&self, person: &Person, body: &str, anonymous: bool) -> Answer {
        let request = json!({ "client_key": fresh_key(), "body": body, "anonymous": anonymous });
        person.post(&self.at("/questions"), &request).await
    }

    /// A socket that follows the webinar from now on.
    async fn follower(&self, person: &Person) -> Socket {
        let position = person.get(&self.at("")).await.ok()["position"].as_i64().unwrap();
        let mut socket = person.socket().await;
        socket.follow(&self.webinar, position).await;
        socket
    }
}

async fn curate(person: &Person, question: &str, change: Value) -> Answer {
    person.patch(&format!("/floor/questions/{question}"), &change).await
}
