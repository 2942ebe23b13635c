//! Bad input gets the answer that was agreed, and nothing happens.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use guildhall_tests::{House, Person, fresh_key, id_of};
use reqwest::Method;
use serde_json::{Value, json};

/// Sends bytes as they are and returns what came back until the server closes or pauses.
fn raw(house: &House, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(house.address()).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
    // A server that has seen enough may close before all is written.
    stream.write_all(request).ok();
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while let Ok(n) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..n]);
        if n == 0 || answer.windows(4).any(|end| end == b"\r\n\r\n") {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

async fn body_of(person: &Person, path: &str, content_type: &str, body: Vec<u8>) -> guildhall_tests::Answer {
    person.send(person.request(Method::POST, path).header("content-type", content_type).body(body)).await
}

#[tokio::test]
async fn bodies_that_are_too_large_too_deep_or_of_the_wrong_kind_are_refused() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let path = format!("/brands/{}/groups", brand.id);
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(256 * 1024));
    body_of(&brand.owner, &path, "application/json", large.into_bytes()).await.refused(413, "body_too_large");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        body_of(&brand.owner, &path, kind, b"{\"name\":\"x\"}".to_vec()).await.refused(415, "unsupported_media_type");
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    body_of(&brand.owner, &path, "application/json", deep.into_bytes()).await.refused(400, "bad_json");
    body_of(&brand.owner, &path, "application/json", vec![b'"', 0xff, b'"']).await.refused(400, "bad_json");
    let groups = brand.owner.get(&path).await.ok();
    assert_eq!(groups["items"].as_array().unwrap().len(), 0, "nothing was made");
}

#[tokio::test]
async fn unknown_fields_and_queries_are_refused() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let me = format!("/brands/{}/members/me", brand.id);
    brand.owner.patch(&me, &json!({ "name": "Olga", "is_admin": true })).await.refused(400, "unknown_field");
    for query in ["limit=1000000", "limit=-1", "limit=1e3", "sort=id;--", "colour=red", "cursor=../../etc"] {
        brand.owner.get(&format!("/brands/{}/members?{query}", brand.id)).await.refused(400, "bad_query");
    }
}

#[tokio::test]
async fn foreign_random_and_malformed_ids_are_answered_alike() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = north.group("Antriebe").await;
    let random = "01a204de-4e46-7ea2-83b2-f5fa5dc7bcf1";
    for path in [
        "/groups/{}",
        "/channels/{}/messages",
        "/brands/{}",
        "/messages/{}",
        "/webinars/{}",
        "/threads/{}",
        "/files/{}/content",
    ] {
        let mut answers = Vec::new();
        for id in [group.id.as_str(), random, "not-an-id", "01A204DE-4E46-7EA2-83B2-F5FA5DC7BCF1", "%00"] {
            let answer = south.owner.get(&path.replace("{}", id)).await.refused(404, "not_found");
            answers.push(answer.without_request_id());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{path}: {answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_hosts_and_heads_out_of_bounds_are_refused() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let request =
        brand.owner.request(Method::GET, &format!("/groups/{}", group.id)).header("x-http-method-override", "DELETE");
    brand.owner.send(request).await.ok();
    let host = house.address();
    assert!(raw(&house, format!("TRACE / HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).starts_with("HTTP/1.1 405"));
    assert!(raw(&house, b"GET /api/v1/setup HTTP/1.1\r\nHost: evil.example\r\n\r\n").starts_with("HTTP/1.1 421"));
    let forwarded = format!("GET /api/v1/setup HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\n\r\n");
    assert!(raw(&house, forwarded.as_bytes()).starts_with("HTTP/1.1 200"), "an untrusted peer forwards nothing");
    let long = format!("GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", "a".repeat(16 * 1024));
    assert!(raw(&house, long.as_bytes()).starts_with("HTTP/1.1 414"));
    let wide = format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-Wide: {}\r\n\r\n", "a".repeat(64 * 1024));
    assert!(raw(&house, wide.as_bytes()).starts_with("HTTP/1.1 431"));
    let many = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect::<Vec<_>>().concat();
    let many = format!("GET / HTTP/1.1\r\nHost: {host}\r\n{many}\r\n");
    assert!(raw(&house, many.as_bytes()).starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn writes_that_another_site_sends_are_refused() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/v1/brands/{}/groups", house.url(), brand.id);
    let cookie = brand.owner.cookie().unwrap();
    for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let response = http
            .post(&url)
            .header("cookie", &cookie)
            .header(name, value)
            .json(&json!({ "name": "x" }))
            .send()
            .await
            .unwrap();
        let status = response.status();
        assert!(response.headers().get("access-control-allow-origin").is_none());
        let body: Value = response.json().await.unwrap();
        assert_eq!((status.as_u16(), &body["code"]), (403, &json!("bad_origin")), "{name}: {value}");
    }
    let groups = brand.owner.get(&format!("/brands/{}/groups", brand.id)).await.ok();
    assert_eq!(groups["items"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_stale_version_is_told_with_the_current_one() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let path = format!("/groups/{}", group.id);
    let change = |name: &str, version: i64| {
        brand
            .owner
            .request(Method::PATCH, &path)
            .header("if-match", format!("\"{version}\""))
            .json(&json!({ "name": name }))
    };
    let first = brand.owner.send(change("Eins", 1)).await.ok();
    assert_eq!(first["version"], 2);
    let stale = brand.owner.send(change("Zwei", 1)).await.refused(412, "version_conflict");
    assert_eq!(stale.json()["current_version"], 2);
    assert_eq!(brand.owner.get(&path).await.ok()["group"]["name"], "Eins");
}

#[tokio::test]
async fn text_that_is_too_long_or_has_control_characters_is_refused_whole() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let path = format!("/channels/{}/messages", group.chat);
    let post = |body: String| json!({ "client_key": fresh_key(), "body": body });
    brand.owner.post(&path, &post("x".repeat(10_001))).await.refused(422, "too_long");
    brand.owner.post(&path, &post("eins\u{0}zwei".into())).await.refused(422, "invalid_text");
    brand.owner.post(&path, &post("\u{1b}[31mrot".into())).await.refused(422, "invalid_text");
    let hostile = brand
        .owner
        .post(&path, &post("<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))".into()))
        .await
        .ok();
    let html = hostile["message"]["html"].as_str().unwrap();
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("href"), "{html}");
    assert_eq!(brand.owner.get(&path).await.ok()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_flood_of_messages_is_slowed_and_told_when_to_come_back() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mut socket = brand.owner.socket().await;
    let mut answers = Vec::new();
    for n in 0..14 {
        let post = json!({ "op": "post", "channel": group.chat, "client_key": fresh_key(), "body": format!("{n}") });
        answers.push(socket.ask(post).await);
    }
    assert!(answers[..10].iter().all(|answer| answer["type"] == "ack"), "{answers:?}");
    for refused in &answers[10..] {
        assert_eq!(refused["code"], "rate_limited");
        assert!(refused["retry_after_ms"].as_u64().is_some_and(|ms| ms > 0));
    }
    house.clock.advance_ms(2_000);
    let post = json!({ "op": "post", "channel": group.chat, "client_key": fresh_key(), "body": "später" });
    assert_eq!(socket.ask(post).await["type"], "ack");
}

#[tokio::test]
async fn commands_out_of_form_are_answered_and_the_socket_stays() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = south.group("Fremd").await;
    let message = id_of(&south.owner.say(&group.chat, "geheim").await["message"]);
    let mut socket = north.owner.socket().await;
    assert_eq!(socket.ask(json!({ "op": "conquer" })).await["code"], "unknown_op");
    assert_eq!(
        socket.ask(json!({ "op": "delete", "message": message, "really": true })).await["code"],
        "unknown_field"
    );
    assert_eq!(socket.ask(json!({ "op": "delete", "message": 7 })).await["code"], "validation");
    for command in [
        json!({ "op": "delete", "message": message }),
        json!({ "op": "edit", "message": message, "body": "x" }),
        json!({ "op": "react", "message": message, "emoji": "👍" }),
        json!({ "op": "mark", "channel": group.chat, "position": 1 }),
        json!({ "op": "post", "channel": group.chat, "client_key": fresh_key(), "body": "x" }),
    ] {
        assert_eq!(socket.ask(command.clone()).await["code"], "not_found", "{command}");
    }
    assert!(socket.so_far().await.is_empty(), "and the socket stays");
}

/// Every path of the API that takes no GET, or whose GET only reads: looking at it does nothing.
#[tokio::test]
async fn looking_at_an_address_changes_nothing() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let document = serde_json::to_value(guildhall::router::openapi()).unwrap();
    let before = brand.owner.get(&format!("/brands/{}/start", brand.id)).await.ok();
    let mut walked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if methods.get("get").is_some() {
            continue;
        }
        let mut path =
            path.replace("{brand}", &brand.id).replace("{group}", &group.id).replace("{channel}", &group.chat);
        while let Some((start, end)) = path.find('{').zip(path.find('}')) {
            path.replace_range(start..=end, "01a204de-4e46-7ea2-83b2-f5fa5dc7bcf1");
        }
        for method in [Method::GET, Method::HEAD] {
            let answer = brand.owner.send(brand.owner.request(method.clone(), &path)).await;
            assert_eq!(answer.status.as_u16(), 405, "{method} {path}");
        }
        walked += 1;
        house.clock.advance_ms(1_000);
    }
    assert!(walked > 20, "log-out, redeeming, cancelling and so on: {walked}");
    assert_eq!(brand.owner.get(&format!("/brands/{}/start", brand.id)).await.ok(), before, "and nothing happened");
    brand.owner.get("/me").await.ok();
}

/// The head of a write by the owner, whose body the test sends as it likes.
fn head(house: &House, owner: &Person, brand: &str, length: &str) -> String {
    let (host, cookie) = (house.address(), owner.cookie().unwrap());
    format!(
        "POST /api/v1/brands/{brand}/groups HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n\
         Content-Type: application/json\r\n{length}\r\n\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_announces_too_much_is_refused_before_a_byte_of_it_is_waited_for() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let answer = raw(&house, head(&house, &brand.owner, &brand.id, "Content-Length: 10000000000").as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_an_end_is_refused_at_the_limit_and_no_more_of_it_is_taken() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let head = head(&house, &brand.owner, &brand.id, "Transfer-Encoding: chunked");
    let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x1_0000], b"\r\n"].concat();
    let just_over = [head.as_bytes(), &chunk.repeat(5)].concat();
    let answer = raw(&house, &just_over);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");

    // What the kernels of both sides hold comes to a few MiB; a server that went on reading would take it all.
    let mut stream = TcpStream::connect(house.address()).unwrap();
    stream.set_write_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let taken = (0..1_024).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!(taken < 512, "{taken} chunks of 64 KiB were taken");
    brand.owner.get("/me").await.ok();
}

/// Each is hung up on when the time for its head is over, and nobody else waits for that.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_never_finish_their_head_are_closed_and_the_others_are_answered() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let mut slow = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let mut stream = tokio::net::TcpStream::connect(house.address()).await.unwrap();
        slow.spawn(async move {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ").await.unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.ok();
            answer.len()
        });
    }
    let mut closed = 0;
    while let Some(ended) = slow.join_next().await {
        closed += 1;
        assert!(ended.unwrap() < 4_096);
        if closed % 50 == 1 {
            brand.owner.get("/me").await.ok();
        }
    }
    assert_eq!(closed, 300);
}
