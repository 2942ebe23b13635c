//! The whole front: loop, guard and extractors over a real connection, with what only the wire can show.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Guard, Json, Limits, serve};
use crate::platform::ids::SystemChance;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    text: String,
}

async fn server() -> SocketAddr {
    let router = Router::new()
        .route("/", get(async || "hello"))
        .route("/notes", post(async |Json(note): Json<Note>| note.text.len().to_string()));
    let guard = Guard {
        hosts: vec!["talk.example".into()],
        origins: vec!["http://talk.example".into()],
        trusted_proxies: Vec::new(),
        for_bearers: &[],
        secure: false,
        chance: Arc::new(SystemChance),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = Limits { head_read: Duration::from_millis(200), ..Limits::default() };
    tokio::spawn(serve(listener, guard.stand_before(router), limits, Arc::default(), std::future::pending()));
    address
}

/// Sends what it can and reads until the server hangs up.
async fn exchange(address: SocketAddr, parts: impl IntoIterator<Item = Vec<u8>>) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    for part in parts {
        if stream.write_all(&part).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    while matches!(stream.read_buf(&mut answer).await, Ok(1..)) {}
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_without_length_is_cut_at_the_limit_and_the_connection_closed() {
    let head = b"POST /notes HTTP/1.1\r\nhost: talk.example\r\ncontent-type: application/json\r\n\
        transfer-encoding: chunked\r\n\r\n";
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000)).into_bytes();
    let answer = exchange(server().await, std::iter::once(head.to_vec()).chain(std::iter::repeat_n(chunk, 70))).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("body_too_large"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn a_length_that_is_too_large_is_refused_before_the_body() {
    let head = b"POST /notes HTTP/1.1\r\nhost: talk.example\r\ncontent-type: application/json\r\n\
        content-length: 10000000000\r\n\r\n";
    let answer = exchange(server().await, [head.to_vec()]).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn what_could_be_read_as_two_requests_is_refused() {
    let address = server().await;
    for head in [
        "POST /notes HTTP/1.1\r\nhost: talk.example\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcd",
        "POST /notes HTTP/1.1\r\nhost: talk.example\r\ntransfer-encoding: gzip\r\n\r\nabcd",
        "GET / HTTP/1.1\r\nhost : talk.example\r\n\r\n",
        "GET / HTTP/1.1\nhost: talk.example\r\nx: a\0b\r\n\r\n",
    ] {
        let answer = exchange(address, [head.as_bytes().to_vec()]).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{head}\n{answer}");
    }
}

#[tokio::test]
async fn a_caller_without_host_is_not_answered_for() {
    let answer = exchange(server().await, [b"GET / HTTP/1.0\r\n\r\n".to_vec()]).await;
    assert!(answer.starts_with("HTTP/1.0 421") && answer.contains("unknown_host"), "{answer}");
}

#[tokio::test]
async fn a_connection_without_further_requests_is_closed() {
    let head = b"GET / HTTP/1.1\r\nhost: talk.example\r\n\r\n".to_vec();
    let answer = exchange(server().await, [head]).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
}
