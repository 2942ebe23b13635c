//! Who gets a file back, and as what.

use guildhall::files;
use guildhall_tests::{House, fresh_key, id_of};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Circle, blobs_in, circle, content, fetch_with, link, png, share, until_blobs_are, upload};

#[tokio::test]
async fn a_file_is_there_for_those_who_may_read_its_message() {
    let house = House::new().await;
    let Circle { group, anja, bert, outside, .. } = circle(&house).await;
    let south = house.brand("Suedstern").await;
    let file = upload(&anja, &group, "plan.png", png()).await.ok();
    let path = content(&file);
    anja.get(&path).await.ok();
    bert.get(&path).await.refused(404, "not_found");
    bert.post(&format!("/files/{}/link", id_of(&file)), &json!({})).await.refused(404, "not_found");

    let message = share(&anja, &group, &file).await;
    assert_eq!(message["files"], json!([file]));
    assert_eq!(file["thumb"], format!("/api/v1{path}?variant=thumb"));
    let paths = [path.clone(), format!("{path}?variant=thumb"), format!("/api/v1{path}")];
    for path in &paths {
        assert_eq!(fetch_with(&bert, path, &[]).await.status, 200);
        assert_eq!(fetch_with(&bert, path, &[("range", "bytes=0-9")]).await.bytes.len(), 10);
    }
    let unknown = outside.get("/files/01a204de-4e46-7ea2-83b2-f5fa5dc7bcf1/content").await.refused(404, "not_found");
    for path in paths {
        for range in ["bytes=0-9", "bytes=999999-"] {
            for stranger in [&outside, &south.owner] {
                let answer = fetch_with(stranger, &path, &[("range", range)]).await.refused(404, "not_found");
                assert_eq!(answer.without_request_id(), unknown.without_request_id());
            }
            fetch_with(&house.nobody(), &path, &[("range", range)]).await.refused(401, "unauthenticated");
        }
    }
    for stranger in [&outside, &south.owner] {
        stranger.post(&format!("/files/{}/link", id_of(&file)), &json!({})).await.refused(404, "not_found");
        upload(stranger, &group, "a.txt", "x").await.refused(404, "not_found");
    }
    upload(&house.nobody(), &group, "a.txt", "x").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn who_is_removed_gets_nothing_any_more_also_by_a_link_from_before() {
    let house = House::new().await;
    let Circle { brand, group, anja, bert, .. } = circle(&house).await;
    let file = upload(&anja, &group, "plan.png", png()).await.ok();
    share(&anja, &group, &file).await;
    let (from_before, of_anja) = (link(&bert, &file).await, link(&anja, &file).await);
    let nobody = house.nobody();
    assert_eq!(nobody.get(&from_before).await.status, 200, "a link needs no cookie");

    brand.owner.delete(&format!("/groups/{}/members/{}", group.id, bert.member)).await.ok();
    nobody.get(&from_before).await.refused(404, "not_found");
    nobody.get(&format!("{from_before}&variant=thumb")).await.refused(404, "not_found");
    bert.get(&content(&file)).await.refused(404, "not_found");
    bert.post(&format!("/files/{}/link", id_of(&file)), &json!({})).await.refused(404, "not_found");
    assert_eq!(nobody.get(&of_anja).await.status, 200, "the others keep theirs");
}

#[tokio::test]
async fn a_link_opens_one_file_for_a_minute_while_its_log_in_lasts() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    let file = upload(&anja, &group, "plan.png", png()).await.ok();
    let other = upload(&anja, &group, "b.txt", "zwei").await.ok();
    let (nobody, path) = (house.nobody(), link(&anja, &file).await);
    let token = path.split_once("link=").unwrap().1;
    assert_eq!(nobody.get(&path).await.status, 200);
    for wrong in [
        format!("{}?link={token}", content(&other)),
        format!("{}?link={token}x", content(&file)),
        format!("{}?link=", content(&file)),
        format!("{}?link={}", content(&file), anja.ticket(&anja.brand).await),
    ] {
        nobody.get(&wrong).await.refused(401, "unauthenticated");
    }
    house.clock.advance_ms(60_000);
    nobody.get(&path).await.refused(401, "unauthenticated");

    let path = link(&anja, &file).await;
    anja.delete("/logins/current").await.ok();
    nobody.get(&path).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_deleted_message_takes_its_files_and_the_sweep_their_bytes() {
    let house = House::new().await;
    let Circle { group, anja, bert, .. } = circle(&house).await;
    let file = upload(&anja, &group, "plan.png", png()).await.ok();
    let message = share(&anja, &group, &file).await;
    let from_before = link(&bert, &file).await;
    until_blobs_are(&house, 2).await;
    anja.delete(&format!("/messages/{}", id_of(&message))).await.ok();
    for person in [&anja, &bert] {
        person.get(&content(&file)).await.refused(404, "not_found");
        person.get(&format!("{}?variant=thumb", content(&file))).await.refused(404, "not_found");
        person.get(&from_before).await.refused(404, "not_found");
    }
    let listed = bert.get(&format!("/channels/{}/messages", group.chat)).await.ok();
    assert_eq!(listed["items"][0]["files"], json!([]));
    files::sweep(house.app(), house.app().clock.now()).await.unwrap();
    assert_eq!(blobs_in(&house.folder().join("files")), 0);
}

#[tokio::test]
async fn an_upload_that_no_message_takes_is_swept_after_a_day() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    let kept = upload(&anja, &group, "a.txt", "eins").await.ok();
    share(&anja, &group, &kept).await;
    let forgotten = upload(&anja, &group, "b.txt", "zwei").await.ok();
    house.clock.advance_ms(24 * 3_600_000);
    files::sweep(house.app(), house.app().clock.now()).await.unwrap();
    anja.get(&content(&forgotten)).await.ok();
    house.clock.advance_ms(1);
    files::sweep(house.app(), house.app().clock.now()).await.unwrap();
    anja.get(&content(&forgotten)).await.refused(404, "not_found");
    anja.get(&content(&kept)).await.ok();
    until_blobs_are(&house, 1).await;
    let late = json!({ "client_key": fresh_key(), "body": "", "files": [forgotten["id"]] });
    anja.post(&format!("/channels/{}/messages", group.chat), &late).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_could_run_comes_as_a_sandboxed_download() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let html = "<!DOCTYPE html><script>alert(1)</script>";
    for (name, bytes) in [("a.svg", svg), ("a.html", html), ("a", html), ("a.pdf", "%PDF-1.7\n"), ("a.js", "alert(1)")]
    {
        let file = upload(&anja, &group, name, bytes).await.ok();
        assert_eq!((&file["thumb"], &file["width"]), (&Value::Null, &Value::Null), "{name}");
        let answer = anja.get(&content(&file)).await;
        assert_eq!(answer.bytes, bytes.as_bytes());
        for (header, value) in [
            ("content-type", "application/octet-stream"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.headers[header], value, "{name}");
        }
        let disposition = answer.headers["content-disposition"].to_str().unwrap();
        assert_eq!(disposition, format!("attachment; filename=\"{name}\"; filename*=UTF-8''{name}"));
        anja.get(&format!("{}?variant=thumb", content(&file))).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn parts_and_repeats_are_served_as_asked() {
    let house = House::new().await;
    let Circle { group, anja, .. } = circle(&house).await;
    let file = upload(&anja, &group, "a.txt", "0123456789").await.ok();
    let path = content(&file);
    let whole = anja.get(&path).await;
    assert_eq!((whole.status.as_u16(), &whole.headers["accept-ranges"]), (200, &"bytes".parse().unwrap()));
    assert_eq!(
        (&whole.headers["content-length"], &whole.headers["cache-control"]),
        (&"10".parse().unwrap(), &"private, no-cache".parse().unwrap())
    );
    for (range, status, bytes, told) in [
        ("bytes=0-0", 206, &b"0"[..], "bytes 0-0/10"),
        ("bytes=3-5", 206, b"345", "bytes 3-5/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
    ] {
        let part = fetch_with(&anja, &path, &[("range", range)]).await;
        assert_eq!((part.status.as_u16(), part.bytes.as_slice()), (status, bytes), "{range}");
        assert_eq!(part.headers["content-range"], told);
        assert_eq!(part.headers["content-security-policy"], "sandbox; default-src 'none'");
    }
    for several in ["bytes=0-1,4-5", "lines=1-2", "bytes=5-3"] {
        let all = fetch_with(&anja, &path, &[("range", several)]).await;
        assert_eq!((all.status.as_u16(), all.bytes.len()), (200, 10), "{several}");
    }
    let tag = whole.headers["etag"].to_str().unwrap();
    let again = fetch_with(&anja, &path, &[("if-none-match", tag)]).await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
    let stale = fetch_with(&anja, &path, &[("range", "bytes=0-1"), ("if-range", "\"other\"")]).await;
    assert_eq!(stale.status, 200);
    let head = anja.send(anja.request(Method::HEAD, &path)).await;
    assert_eq!((head.status.as_u16(), &head.headers["content-length"]), (200, &"10".parse().unwrap()));
}
