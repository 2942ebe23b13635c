//! People as clients: what they send is HTTP and nothing else.

use std::sync::{Arc, Mutex};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::socket::Socket;

/// Somebody with or without a log-in.
#[derive(Debug, Clone)]
pub struct Person {
    http: reqwest::Client,
    pub url: String,
    pub email: String,
    /// Place in the brand they joined first.
    pub member: String,
    pub brand: String,
    cookie: Arc<Mutex<Option<String>>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The refusal's code, empty when it went well.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The body of something that must have gone well.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, String::from_utf8_lossy(&self.bytes));
        self.json()
    }

    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "asserting is use enough")]
    pub fn refused(self, status: u16, code: &str) -> Answer {
        let got = (self.status.as_u16(), self.code());
        assert_eq!(got, (status, code.to_owned()), "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// The body without what differs from request to request.
    pub fn without_request_id(&self) -> Value {
        let mut body = self.json();
        if let Some(fields) = body.as_object_mut() {
            fields.remove("request_id");
        }
        body
    }
}

impl Person {
    pub fn new(url: &str, email: &str, cookie: Option<String>) -> Person {
        Person {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            url: url.to_owned(),
            email: email.to_owned(),
            member: String::new(),
            brand: String::new(),
            cookie: Arc::new(Mutex::new(cookie)),
        }
    }

    /// The same person at the door of a server that was restarted on another port.
    #[must_use]
    pub fn at(&self, url: &str) -> Person {
        Person { url: url.to_owned(), ..self.clone() }
    }

    /// The same address on another device, without a log-in.
    #[must_use]
    pub fn another_device(&self) -> Person {
        Person { cookie: Arc::default(), ..self.clone() }
    }

    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    pub fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().unwrap() = cookie;
    }

    /// A request under `/api/v1`, or anywhere if the path says so, with what a browser adds.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let outside = ["/api/", "/calendar/", "/livez", "/readyz", "/metrics"];
        let path = if outside.iter().any(|start| path.starts_with(start)) {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        let mut request = self.http.request(method, format!("{}{path}", self.url)).header("origin", &self.url);
        if let Some(cookie) = self.cookie() {
            request = request.header("cookie", cookie);
        }
        request
    }

    /// Sends a request and keeps the cookie that comes back.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(cookie) = headers.get("set-cookie").and_then(|value| value.to_str().ok()) {
            let pair = cookie.split(';').next().unwrap_or_default().to_owned();
            self.set_cookie((!pair.ends_with('=')).then_some(pair));
        }
        let bytes = response.bytes().await.expect("the answer arrives").to_vec();
        Answer { status, headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Logs in by password on this device.
    pub async fn log_in(&self, password: &str) -> Answer {
        self.post("/logins", &json!({ "email": self.email, "password": password })).await
    }

    /// Posts a text under a fresh client key and returns `{message, position}`.
    pub async fn say(&self, channel: &str, text: &str) -> Value {
        self.post(&format!("/channels/{channel}/messages"), &json!({ "client_key": fresh_key(), "body": text }))
            .await
            .ok()
    }

    /// Opens a socket in one's first brand and reads `ready`.
    pub async fn socket(&self) -> Socket {
        let ticket = self.ticket(&self.brand).await;
        let mut socket = Socket::open(&self.url, &ticket).await;
        socket.until(|frame| frame["type"] == "ready").await;
        socket
    }

    pub async fn ticket(&self, brand: &str) -> String {
        let answer = self.post(&format!("/brands/{brand}/realtime-tickets"), &json!({})).await.ok();
        answer["ticket"].as_str().expect("a ticket").to_owned()
    }
}

/// A client key that was never used.
pub fn fresh_key() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("key-{:08}", NEXT.fetch_add(1, Ordering::Relaxed))
}
