//! Who was there: a union over devices, without ends that nobody saw.

use guildhall_tests::House;
use serde_json::json;

use super::scene;

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn attendance_is_a_union_over_devices_and_reconnects_with_ends_only_where_they_are_known() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.anja, "anja-desk").await.ok();
    scene.arrive(&scene.ben, "ben-desk").await.ok();
    house.clock.advance_ms(MINUTE / 2);
    scene.arrive(&scene.anja, "anja-desk").await.ok();
    scene.arrive(&scene.anja, "anja-phone").await.ok();
    scene.leave(&scene.anja, "anja-desk").await;
    house.clock.advance_ms(MINUTE / 2);
    scene.leave(&scene.anja, "anja-phone").await;
    house.clock.advance_ms(10 * MINUTE);
    scene.arrive(&scene.anja, "anja-desk").await.ok();
    house.clock.advance_ms(MINUTE / 2);
    scene.direct(json!({ "state": "ended" })).await;

    let path = format!("/webinars/{}/attendance", scene.webinar);
    let report = scene.host().get(&path).await.ok();
    let of = |person: &guildhall_tests::Person| {
        let all = report["items"].as_array().unwrap();
        all.iter().find(|it| it["person"]["id"] == person.member.as_str()).unwrap().clone()
    };
    let (anja, ben) = (of(&scene.anja), of(&scene.ben));
    assert_eq!(
        anja["intervals"],
        json!([
            { "from": "2026-11-23T09:00:00.000Z", "to": "2026-11-23T09:01:00.000Z", "seen_until": "2026-11-23T09:01:00.000Z" },
            { "from": "2026-11-23T09:11:00.000Z", "to": "2026-11-23T09:11:30.000Z", "seen_until": "2026-11-23T09:11:30.000Z" },
        ])
    );
    assert_eq!((&anja["seen_seconds"], &anja["present"]), (&json!(90), &json!(false)));
    let alone = json!({ "from": "2026-11-23T09:00:00.000Z", "to": null, "seen_until": "2026-11-23T09:00:00.000Z" });
    assert_eq!((&ben["intervals"], &ben["seen_seconds"]), (&json!([alone]), &json!(0)), "Ben's battery was empty");

    let first = scene.host().get(&format!("{path}?limit=1")).await.ok();
    let next = first["next"].as_str().unwrap();
    let second = scene.host().get(&format!("{path}?limit=1&cursor={next}")).await.ok();
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next"]), (1, &json!(null)));
    assert_ne!(first["items"][0]["person"]["id"], second["items"][0]["person"]["id"]);
}

#[tokio::test]
async fn the_table_runs_nothing_in_a_spreadsheet() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    let profile = json!({ "name": "=cmd()", "company": "+1, GmbH", "job_title": "@x" });
    scene.anja.patch(&format!("/brands/{}/members/me", scene.brand.id), &profile).await.ok();
    scene.arrive(&scene.anja, "anja-desk").await.ok();
    scene.leave(&scene.anja, "anja-desk").await;
    let answer = scene.host().get(&format!("/webinars/{}/attendance.csv", scene.webinar)).await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        String::from_utf8(answer.bytes).unwrap(),
        "name,company,job_title,from,to,seen_until\r\n\
         '=cmd(),\"'+1, GmbH\",'@x,2026-11-23T09:00:00.000Z,2026-11-23T09:00:00.000Z,2026-11-23T09:00:00.000Z\r\n"
    );
    scene.anja.get(&format!("/webinars/{}/attendance.csv", scene.webinar)).await.refused(403, "forbidden");
}
