//! Files: bringing them in, who gets them back, and as what.

mod pictures;
mod reading;
mod uploading;

use std::path::Path;
use std::time::Duration;

use guildhall::access::GroupRole;
use guildhall_tests::{Answer, Brand, Group, House, Person, fresh_key, id_of};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};

/// A brand with one group that Anja and Bert are in, and somebody of the brand who is not.
struct Circle {
    brand: Brand,
    group: Group,
    anja: Person,
    bert: Person,
    outside: Person,
}

async fn circle(house: &House) -> Circle {
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let bert = house.member(&brand, "Bert", &[(&group, GroupRole::Member)]).await;
    let outside = house.member(&brand, "Otto", &[]).await;
    Circle { brand, group, anja, bert, outside }
}

/// `name` as it stands in a query.
async fn upload(person: &Person, group: &Group, name: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    let path = format!("/groups/{}/files?name={name}", group.id);
    person.send(person.request(Method::POST, &path).body(bytes.into())).await
}

async fn share(person: &Person, group: &Group, file: &Value) -> Value {
    let body = json!({ "client_key": fresh_key(), "body": "", "files": [file["id"]] });
    person.post(&format!("/channels/{}/messages", group.chat), &body).await.ok()["message"].clone()
}

fn content(file: &Value) -> String {
    format!("/files/{}/content", id_of(file))
}

async fn fetch_with(person: &Person, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = person.request(Method::GET, path);
    person.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

/// A signed link, as a path.
async fn link(person: &Person, file: &Value) -> String {
    let answer = person.post(&format!("/files/{}/link", id_of(file)), &json!({})).await.ok();
    let url = answer["url"].as_str().unwrap();
    url[url.find("/api/").unwrap()..].to_owned()
}

fn photo(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) }).into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn png() -> Vec<u8> {
    encoded(&photo(600, 300), ImageFormat::Png)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn blobs_in(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { blobs_in(&path) } else { 1 }).sum()
}

/// Waits for what is cleared away behind an answer; the bound ends a hang, it measures nothing.
async fn until_blobs_are(house: &House, count: usize) {
    let folder = house.folder().join("files");
    let waiting = async {
        while blobs_in(&folder) != count {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    assert!(waited.is_ok(), "{} files instead of {count}", blobs_in(&folder));
}
