//! What the walks send and receive with: real connections to the real node, opened over HTTP.

use std::time::{Duration, Instant};

use guildhall_tests::{Answer, House, Person};
use reqwest::Method;
use serde_json::Value;

use super::bearers::{offer, ticket};
use super::{Scene, names};
use crate::client::{Client, Wants};

/// Far beyond what anything here takes; it ends a hang, it measures nothing.
const PATIENCE: Duration = Duration::from_mins(1);

/// An open connection with the client at its other end.
pub struct Sent {
    pub client: Client,
    pub location: String,
    pub etag: String,
    pub bearer: String,
    pub offer: String,
}

impl Sent {
    /// A request about the connection, with the bearer that opened it.
    pub async fn ask(&self, house: &House, method: Method, bearer: &str) -> Answer {
        let nobody = house.nobody();
        nobody.send(nobody.request(method, &self.location).header("authorization", format!("Bearer {bearer}"))).await
    }
}

fn header(answer: &Answer, name: &str) -> String {
    answer.headers[name].to_str().unwrap().to_owned()
}

/// Opens a connection with a bearer.
pub async fn open(house: &House, path: &str, bearer: &str, wants: Wants) -> Sent {
    let mut client = Client::over_udp();
    let sdp = client.offer(wants);
    let answer = offer(house, path, Some(bearer), &sdp).await;
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.bytes));
    client.accept(std::str::from_utf8(&answer.bytes).unwrap());
    let (location, etag) = (header(&answer, "location"), header(&answer, "etag"));
    Sent { client, location, etag, bearer: bearer.to_owned(), offer: sdp }
}

impl Scene {
    pub async fn publish(&self, house: &House, person: &Person, kind: &str) -> Sent {
        let bearer = ticket(self, person, kind).await;
        open(house, &format!("/stage/whip/{}?kind={kind}", self.webinar), &bearer, Wants::PUBLISHER).await
    }

    pub async fn view(&self, house: &House, person: &Person) -> Sent {
        let bearer = ticket(self, person, "view").await;
        open(house, &format!("/stage/whep/{}", self.webinar), &bearer, Wants::VIEWER).await
    }

    /// Lets the clients live until what somebody sees of the stage is so.
    pub async fn until_seen(&self, clients: &mut [&mut Client], what: &str, so: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let stage = self.seen_by(self.host()).await;
            if so(&stage) {
                return;
            }
            assert!(Instant::now() < deadline, "waited in vain until {what}: {stage}");
            for client in &mut *clients {
                client.turn();
            }
        }
    }

    /// Whether somebody's camera is on, as the stage shows it.
    pub async fn camera_of(&self, person: &Person) -> bool {
        let stage = self.seen_by(self.host()).await;
        let people = stage["people"].as_array().unwrap().clone();
        let own = people.iter().find(|performer| performer["person"]["id"] == person.member.as_str());
        assert!(own.is_some(), "{} is there: {:?}", person.email, names(&stage));
        own.unwrap()["camera"] == true
    }
}

/// Lets the clients live until it is so.
pub async fn until(clients: &mut [&mut Client], what: &str, so: impl Fn(&[&mut Client]) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so(clients) {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        for client in &mut *clients {
            client.turn();
        }
        // The server runs in this very process: it has to get a turn as well.
        tokio::task::yield_now().await;
    }
}
