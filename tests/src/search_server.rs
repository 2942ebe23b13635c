//! A search server that really listens and speaks as much of Meilisearch's protocol as the house uses. It finds every
//! document of the groups it is asked about: what is a good hit is shown against a real server, by the parity suite.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// Documents that hold this word are refused for good, until the server has learned to take them.
pub const INDIGESTIBLE: &str = "unverdaulich";

/// How the server is today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    #[default]
    Well,
    /// Answers nothing but that it can't.
    Down,
    /// Takes documents in and does not get round to them.
    Stuck,
}

#[derive(Debug, Default)]
struct Shelf {
    health: Health,
    takes_everything: bool,
    exists: bool,
    stamp: Option<Value>,
    documents: BTreeMap<String, Value>,
    /// Tasks by number: whether they were refused.
    tasks: Vec<bool>,
}

/// The server. Dropping it closes its door.
#[derive(Debug)]
pub struct SearchServer {
    pub url: String,
    shelf: Arc<Mutex<Shelf>>,
    door: JoinHandle<()>,
}

impl SearchServer {
    pub async fn open() -> SearchServer {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port for the search server");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let router = Router::new().fallback(answer).with_state(shelf.clone());
        let door = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        SearchServer { url, shelf, door }
    }

    pub fn is_now(&self, health: Health) {
        self.shelf().health = health;
    }

    /// From now on nothing is indigestible, as with a newer version.
    pub fn learn(&self) {
        self.shelf().takes_everything = true;
    }

    /// Forgets everything, as when its disk was lost.
    pub fn lose_everything(&self) {
        let mut shelf = self.shelf();
        (shelf.exists, shelf.stamp) = (false, None);
        shelf.documents.clear();
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().expect("the shelf")
    }
}

impl Drop for SearchServer {
    fn drop(&mut self) {
        self.door.abort();
    }
}

async fn answer(
    State(shelf): State<Arc<Mutex<Shelf>>>,
    method: Method,
    uri: Uri,
    body: String,
) -> (StatusCode, axum::Json<Value>) {
    let mut shelf = shelf.lock().expect("the shelf");
    if shelf.health == Health::Down {
        return (StatusCode::SERVICE_UNAVAILABLE, axum::Json(json!("out of order")));
    }
    let sent = serde_json::from_str(&body).unwrap_or_default();
    let path: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
    let (status, answer) = shelf.answer(&method, &path, &sent);
    (status, axum::Json(answer))
}

impl Shelf {
    fn answer(&mut self, method: &Method, path: &[&str], sent: &Value) -> (StatusCode, Value) {
        match (method.as_str(), path) {
            ("GET", ["health"]) => (StatusCode::OK, json!({ "status": "available" })),
            ("GET", ["tasks", number]) => self.task(number),
            ("GET", ["indexes", _]) if self.exists => (StatusCode::OK, json!({ "uid": path[1] })),
            ("GET", ["indexes", index, "documents", _]) if index.ends_with("-identity") => match self.stamp.clone() {
                Some(stamp) => (StatusCode::OK, stamp),
                None => missing(),
            },
            ("POST", ["indexes", _, "search"]) if self.exists => (StatusCode::OK, self.found(sent)),
            ("POST", ["indexes"]) => {
                self.exists = true;
                self.queued(false)
            }
            ("PATCH", ["indexes", _, "settings"]) => self.queued(false),
            ("DELETE", ["indexes", index]) => self.delete(index),
            ("POST", ["indexes", index, "documents"]) => self.add(index, sent),
            ("POST", ["indexes", _, "documents", "delete-batch"]) => {
                let keys = sent.as_array().into_iter().flatten().filter_map(Value::as_str);
                keys.for_each(|key| drop(self.documents.remove(key)));
                self.queued(false)
            }
            _ => missing(),
        }
    }

    fn add(&mut self, index: &str, sent: &Value) -> (StatusCode, Value) {
        let documents = sent.as_array().cloned().unwrap_or_default();
        if index.ends_with("-identity") {
            self.stamp = documents.into_iter().next();
            return self.queued(false);
        }
        let refused = !self.takes_everything && sent.to_string().contains(INDIGESTIBLE);
        if !refused {
            let keyed = documents.into_iter().map(|document| (document["key"].as_str().unwrap_or("").into(), document));
            self.documents.extend(keyed);
        }
        self.queued(refused)
    }

    fn delete(&mut self, index: &str) -> (StatusCode, Value) {
        if index.ends_with("-identity") {
            self.stamp = None;
        } else {
            self.exists = false;
            self.documents.clear();
        }
        self.queued(false)
    }

    fn queued(&mut self, refused: bool) -> (StatusCode, Value) {
        self.tasks.push(refused);
        let queued = json!({ "taskUid": self.tasks.len() - 1, "indexUid": "guildhall", "status": "enqueued",
                             "type": "documentAdditionOrUpdate", "enqueuedAt": "2026-01-01T00:00:00Z" });
        (StatusCode::ACCEPTED, queued)
    }

    fn task(&self, number: &str) -> (StatusCode, Value) {
        let refused = number.parse().ok().and_then(|number: usize| self.tasks.get(number));
        let task = match refused {
            _ if self.health == Health::Stuck => json!({ "status": "processing" }),
            Some(false) => json!({ "status": "succeeded" }),
            Some(true) => json!({ "status": "failed", "error": { "code": "invalid_document_fields",
                                  "message": "no", "type": "invalid_request", "link": "" } }),
            None => return missing(),
        };
        (StatusCode::OK, task)
    }

    fn found(&self, asked: &Value) -> Value {
        let filter = asked["filter"].as_str().unwrap_or_default();
        let meant = |document: &&Value| document["group"].as_str().is_some_and(|group| filter.contains(group));
        let shown = |document: &Value| {
            let mut hit = document.clone();
            hit["_rankingScore"] = json!(0.5);
            hit
        };
        let hits: Vec<Value> = self.documents.values().filter(meant).map(shown).collect();
        json!({ "totalHits": hits.len(), "hits": hits, "processingTimeMs": 0, "query": asked["q"] })
    }
}

fn missing() -> (StatusCode, Value) {
    let missing = json!({ "message": "not there", "code": "index_not_found", "type": "invalid_request", "link": "" });
    (StatusCode::NOT_FOUND, missing)
}
