//! Slides: a PDF for whoever sees the webinar, and the page that all see.

use guildhall_tests::{House, Person, fresh_key, id_of};
use reqwest::Method;
use serde_json::{Value, json};

use super::Scene;

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";

async fn upload(scene: &Scene, person: &Person, name: &str, bytes: &[u8]) -> String {
    let path = format!("/groups/{}/files?name={name}", scene.group.id);
    id_of(&person.send(person.request(Method::POST, &path).body(bytes.to_vec())).await.ok())
}

#[tokio::test]
async fn slides_are_read_by_all_who_see_the_webinar_and_moved_by_those_on_the_stage() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let south = house.brand("Suedstern").await;
    let file = upload(&scene, scene.host(), "folien.pdf", PDF).await;
    let content = format!("/files/{file}/content");
    scene.anja.get(&content).await.refused(404, "not_found");
    scene.anja.put(&scene.at("/slides"), &json!({ "file_id": file })).await.refused(403, "forbidden");
    let mut socket = scene.follower(&scene.anja).await;
    let shown = scene.host().put(&scene.at("/slides"), &json!({ "file_id": file })).await.ok();
    assert_eq!((&shown["file"]["name"], &shown["page"]), (&json!("folien.pdf"), &json!(1)));
    assert_eq!(socket.change("floor.changed").await["change"]["slides"], shown);
    assert_eq!(scene.anja.get(&content).await.bytes, PDF);
    south.owner.get(&content).await.refused(404, "not_found");

    scene.anja.patch(&scene.at("/slides"), &json!({ "page": 2 })).await.refused(403, "not_on_stage");
    let speaker = json!({ "role": "speaker" });
    let path = format!("/webinars/{}/stage/people/{}", scene.webinar, scene.anja.member);
    scene.host().put(&path, &speaker).await.ok();
    scene.anja.patch(&scene.at("/slides"), &json!({ "page": 2 })).await.ok();
    assert_eq!(scene.floor(&scene.bert).await["slides"]["page"], 2, "a late comer sees the page");
    for page in [0, 5_001] {
        scene.host().patch(&scene.at("/slides"), &json!({ "page": page })).await.refused(422, "validation");
    }
    scene.host().put(&scene.at("/slides"), &json!({})).await.refused(422, "validation");
    scene.host().put(&scene.at("/slides"), &json!({ "file_id": null })).await.ok();
    assert_eq!(scene.floor(&scene.bert).await["slides"], Value::Null);
    scene.host().patch(&scene.at("/slides"), &json!({ "page": 3 })).await.refused(404, "not_found");
    scene.host().put(&scene.at("/slides"), &json!({ "file_id": file })).await.ok();
}

#[tokio::test]
async fn only_ones_own_unused_pdf_becomes_slides_and_it_outlives_the_sweep() {
    let house = House::new().await;
    let scene = Scene::new(&house).await;
    let put = async |file: &str| scene.host().put(&scene.at("/slides"), &json!({ "file_id": file })).await;
    let foreign = upload(&scene, &scene.anja, "fremd.pdf", PDF).await;
    put(&foreign).await.refused(404, "not_found");
    put(&scene.webinar).await.refused(404, "not_found");
    let text = upload(&scene, scene.host(), "text.txt", b"Antriebe").await;
    put(&text).await.refused(422, "validation");
    let said = upload(&scene, scene.host(), "gesagt.pdf", PDF).await;
    let message = |file: &str| json!({ "client_key": fresh_key(), "body": "", "files": [file] });
    let chat = format!("/channels/{}/messages", scene.group.chat);
    scene.host().post(&chat, &message(&said)).await.ok();
    put(&said).await.refused(404, "not_found");

    let file = upload(&scene, scene.host(), "folien.pdf", PDF).await;
    put(&file).await.ok();
    scene.host().post(&chat, &message(&file)).await.refused(404, "not_found");
    house.clock.advance_ms(2 * 24 * 3_600_000);
    guildhall::files::sweep(house.app(), guildhall::platform::clock::Clock::now(&*house.clock)).await.unwrap();
    assert_eq!(scene.bert.get(&format!("/files/{file}/content")).await.bytes, PDF);
    scene.host().get(&format!("/files/{text}/content")).await.refused(404, "not_found");
}
