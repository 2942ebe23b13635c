//! What is taken in, how much of it, and under which name.

use std::time::Duration;

use futures_util::future::join_all;
use guildhall::platform::config::ByteCount;
use guildhall_tests::{Answer, House, Person, fresh_key, id_of};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Circle, circle, content, png, share, until_blobs_are, upload};

#[tokio::test]
async fn a_message_takes_only_uploads_of_its_author_and_its_group_and_only_once() {
    let house = House::new().await;
    let Circle { brand, group, anja, bert, .. } = circle(&house).await;
    let elsewhere = brand.group("Pumpen").await;
    let file = upload(&anja, &group, "a.txt", "eins").await.ok();
    let post = async |person: &Person, channel: &str, files: Value| {
        let body = json!({ "client_key": fresh_key(), "body": "Hier", "files": files });
        person.post(&format!("/channels/{channel}/messages"), &body).await
    };
    post(&bert, &group.chat, json!([file["id"]])).await.refused(404, "not_found");
    post(&anja, &group.chat, json!([file["id"], file["id"]])).await.refused(404, "not_found");
    let own = upload(&brand.owner, &group, "a.txt", "eins").await.ok();
    post(&brand.owner, &elsewhere.chat, json!([own["id"]])).await.refused(404, "not_found");
    let mut socket = bert.socket().await;
    let answer = socket
        .ask(json!({ "op": "post", "channel": group.chat, "client_key": fresh_key(), "body": "x", "files": [file["id"]] }))
        .await;
    assert_eq!((&answer["type"], &answer["code"]), (&json!("error"), &json!("not_found")));
    let listed = anja.get(&format!("/channels/{}/messages", group.chat)).await.ok();
    assert_eq!(listed["items"], json!([]), "nothing was posted");

    post(&anja, &group.chat, json!([file["id"]])).await.ok();
    post(&anja, &group.chat, json!([file["id"]])).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_file_that_is_not_what_its_name_says_is_refused_and_leaves_nothing_behind() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    for (name, bytes) in [
        ("a.png", b"<!DOCTYPE html><script>alert(1)</script>".to_vec()),
        ("a.pdf", png()),
        ("a.png", png()[..40].to_vec()),
        ("a.docx", b"MZ\x90\0\x03".to_vec()),
    ] {
        upload(&anja, &group, name, bytes).await.refused(415, "type_mismatch");
    }
    until_blobs_are(&house, 0).await;
    let packed = anja.request(Method::POST, &format!("/groups/{}/files?name=a.txt", group.id));
    let packed = packed.header("content-encoding", "gzip").body("x");
    anja.send(packed).await.refused(415, "unsupported_media_type");
}

#[tokio::test]
async fn names_are_cleaned_for_show() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    for (given, shown) in [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C%3A%5Ctemp%5Cplan.txt", "plan.txt"),
        ("rechnung%E2%80%AEtxt.exe", "rechnungtxt.exe"),
        ("%22%3Bx%3D.txt", ";x=.txt"),
        ("%C3%9Cbersicht.txt", "Übersicht.txt"),
        ("", "file"),
    ] {
        let file = upload(&anja, &group, given, "Text").await.ok();
        assert_eq!(file["name"], shown);
        let answer = anja.get(&content(&file)).await;
        let disposition = answer.headers["content-disposition"].to_str().unwrap();
        assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
    }
    let long = upload(&anja, &group, &format!("{}.txt", "n".repeat(300)), "Text").await.ok();
    let long = long["name"].as_str().unwrap();
    assert!(long.len() <= 200 && long.ends_with("n.txt"), "{long}");
    for control in ["a%00.txt", "a%0D%0Ab.txt", "a%1B.txt"] {
        upload(&anja, &group, control, "Text").await.refused(422, "invalid_text");
    }
    let nameless = anja.request(Method::POST, &format!("/groups/{}/files", group.id)).body("x");
    anja.send(nameless).await.refused(400, "bad_query");
}

async fn small_house() -> House {
    House::with(Box::new(|config| {
        config.limits.max_upload_bytes = ByteCount(50_000);
        config.limits.member_quota_bytes = ByteCount(100_000);
        config.limits.brand_quota_bytes = ByteCount(160_000);
    }))
    .await
}

/// Sends a head and what there is of a body, and returns the answer: nothing else is sent before it has come.
async fn raw(house: &House, person: &Person, path: &str, length: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(house.address()).await.unwrap();
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: {}\r\norigin: {}\r\ncookie: {}\r\n{length}\r\n\r\n",
        house.address(),
        house.url(),
        person.cookie().unwrap_or_default()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut answer = Vec::new();
    let reading = async { while stream.read_buf(&mut answer).await.unwrap() > 0 {} };
    let ended = tokio::time::timeout(Duration::from_secs(20), reading).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(ended.is_ok(), "the connection does not end: {answer:?}");
    answer
}

#[tokio::test]
async fn what_is_too_much_is_refused_before_the_body_is_read() {
    let house = small_house().await;
    let Circle { group, anja, bert, .. } = circle(&house).await;
    let path = format!("/groups/{}/files?name=a.bin", group.id);
    let refused = |answer: String, code: &str| {
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(&format!("\"code\":\"{code}\"")), "{answer}");
    };
    refused(raw(&house, &anja, &path, "content-length: 50001", b"").await, "body_too_large");
    let chunk = [b"c351\r\n".to_vec(), vec![0; 50_001]].concat();
    refused(raw(&house, &anja, &path, "transfer-encoding: chunked", &chunk).await, "body_too_large");

    for _ in 0..2 {
        upload(&anja, &group, "a.bin", vec![0; 45_000]).await.ok();
    }
    refused(raw(&house, &anja, &path, "content-length: 10001", b"").await, "quota_exceeded");
    let chunk = [b"2711\r\n".to_vec(), vec![0; 10_001]].concat();
    refused(raw(&house, &anja, &path, "transfer-encoding: chunked", &chunk).await, "quota_exceeded");
    upload(&anja, &group, "a.bin", vec![0; 10_000]).await.ok();
    refused(raw(&house, &anja, &path, "content-length: 1", b"").await, "quota_exceeded");

    upload(&bert, &group, "a.bin", vec![0; 50_000]).await.ok();
    refused(raw(&house, &bert, &path, "content-length: 10001", b"").await, "quota_exceeded");
    until_blobs_are(&house, 4).await;
}

#[tokio::test]
async fn uploads_at_the_same_time_share_one_quota() {
    let house = small_house().await;
    let Circle { group, anja, .. } = circle(&house).await;
    let uploads = (0..8).map(|_| {
        let (anja, group) = (anja.clone(), group.clone());
        tokio::spawn(async move { upload(&anja, &group, "a.bin", vec![0; 30_000]).await })
    });
    let answers = join_all(uploads.collect::<Vec<_>>()).await;
    let (stored, refused): (Vec<Answer>, Vec<Answer>) =
        answers.into_iter().map(Result::unwrap).partition(|answer| answer.status == 201);
    assert_eq!(stored.len(), 3);
    for answer in refused {
        answer.refused(413, "quota_exceeded");
    }
    until_blobs_are(&house, 3).await;
}

#[tokio::test]
async fn what_is_deleted_makes_room() {
    let house = small_house().await;
    let Circle { group, anja, .. } = circle(&house).await;
    let first = upload(&anja, &group, "a.bin", vec![0; 50_000]).await.ok();
    upload(&anja, &group, "a.bin", vec![0; 50_000]).await.ok();
    let message = share(&anja, &group, &first).await;
    anja.delete(&format!("/messages/{}", id_of(&message))).await.ok();
    upload(&anja, &group, "a.bin", vec![0; 50_000]).await.ok();
}

#[tokio::test]
async fn the_muted_and_the_hasty_do_not_upload() {
    let house = House::new().await;
    let Circle { brand, group, anja, bert, .. } = circle(&house).await;
    let until = json!({ "muted_until": "2026-11-23T10:00:00.000Z" });
    brand.owner.patch(&format!("/groups/{}/members/{}", group.id, anja.member), &until).await.ok();
    upload(&anja, &group, "a.txt", "x").await.refused(403, "muted");
    for _ in 0..30 {
        upload(&bert, &group, "a.txt", "x").await.ok();
    }
    let hasty = upload(&bert, &group, "a.txt", "x").await.refused(429, "rate_limited");
    assert!(hasty.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_repeated_upload_finds_the_first_and_leaves_no_second() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    let send = async |name: &str, bytes: Vec<u8>| {
        let path = format!("/groups/{}/files?name={name}", group.id);
        anja.send(anja.request(Method::POST, &path).header("idempotency-key", "upload-once").body(bytes)).await
    };
    let first = send("plan.png", png()).await.ok();
    assert_eq!(send("plan.png", png()).await.ok(), first);
    send("plan.png", png()[..40].to_vec()).await.refused(415, "type_mismatch");
    send("other.png", png()).await.refused(409, "idempotency_conflict");
    until_blobs_are(&house, 2).await;
}
