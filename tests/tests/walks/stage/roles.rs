//! What each may do on a stage, and what hosts do to people.

use guildhall::access::GroupRole;
use guildhall_tests::House;
use serde_json::json;

use super::{names, scene};

#[tokio::test]
async fn only_hosts_direct_and_only_hosts_and_speakers_send() {
    let house = House::new().await;
    let scene = scene(&house).await;
    let moderator = house.member(&scene.brand, "Mona", &[(&scene.group, GroupRole::Moderator)]).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    scene.direct(json!({ "state": "live" })).await;
    for (person, sends, manages) in
        [(&scene.anja, false, false), (&moderator, false, false), (&scene.ben, true, false), (scene.host(), true, true)]
    {
        let can = scene.seen_by(person).await["can"].clone();
        assert_eq!(can, json!({ "publish": sends, "manage": manages }), "{}", person.email);
        for wish in ["camera", "screen"] {
            let answer = scene.ticket(person, wish).await;
            if sends {
                assert!(answer.ok()["url"].as_str().unwrap().ends_with(&format!("?kind={wish}")));
            } else {
                answer.refused(403, "not_on_stage");
            }
        }
        scene.ticket(person, "view").await.ok();
        if !manages {
            person.patch(&scene.path(""), &json!({ "locked": true })).await.refused(403, "forbidden");
            scene.give_role(person, &scene.anja, "speaker").await.refused(403, "forbidden");
            let mute = json!({ "audio": true, "video": true });
            let path = scene.path(&format!("/people/{}", scene.anja.member));
            person.post(&format!("{path}/mute"), &mute).await.refused(403, "forbidden");
            person.delete(&path).await.refused(403, "forbidden");
            person.post(&scene.path("/recording"), &json!({ "notice_given": true })).await.refused(403, "forbidden");
            let key = json!({ "use": "publish", "name": "Studio" });
            person.post(&scene.path("/keys"), &key).await.refused(403, "forbidden");
            person.get(&scene.path("/keys")).await.refused(403, "forbidden");
            person.get(&format!("/webinars/{}/attendance", scene.webinar)).await.refused(403, "forbidden");
        }
    }
}

#[tokio::test]
async fn backstage_is_shown_to_those_who_perform_and_the_live_stage_to_all() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    scene.ticket(&scene.ben, "camera").await.refused(409, "stage_closed");
    for state in ["practice", "lobby"] {
        scene.direct(json!({ "state": state })).await;
        scene.ticket(&scene.anja, "view").await.refused(409, "stage_closed");
        scene.ticket(&scene.ben, "view").await.ok();
        scene.ticket(&scene.ben, "camera").await.ok();
    }
    scene.direct(json!({ "state": "live" })).await;
    scene.ticket(&scene.anja, "view").await.ok();
    scene.direct(json!({ "state": "ended" })).await;
    scene.ticket(&scene.ben, "camera").await.refused(409, "stage_closed");
    scene.ticket(&scene.anja, "view").await.refused(409, "stage_closed");
    scene.direct(json!({ "state": "live" })).await;
    scene.ticket(&scene.ben, "camera").await.ok();
}

#[tokio::test]
async fn whoever_is_muted_in_the_group_sends_nothing_on_its_stages_either() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    scene.direct(json!({ "state": "live" })).await;
    let place = format!("/groups/{}/members/{}", scene.group.id, scene.ben.member);
    scene.host().patch(&place, &json!({ "muted_until": "2026-11-24T09:00:00Z" })).await.ok();
    scene.ticket(&scene.ben, "camera").await.refused(403, "muted");
    assert_eq!(scene.seen_by(&scene.ben).await["can"]["publish"], false);
    scene.ticket(&scene.ben, "view").await.ok();
}

#[tokio::test]
async fn who_is_sent_out_stays_out_until_a_host_gives_a_role_again_and_it_is_on_record() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.ben, "ben-desk").await.ok();
    let path = scene.path(&format!("/people/{}", scene.ben.member));
    assert_eq!(scene.host().delete(&path).await.status, 204);
    assert_eq!(names(&scene.seen_by(&scene.anja).await), Vec::<&str>::new());
    scene.arrive(&scene.ben, "ben-desk").await.refused(403, "sent_out");
    for wish in ["view", "camera"] {
        scene.ticket(&scene.ben, wish).await.refused(403, "sent_out");
    }
    scene.give_role(scene.host(), &scene.ben, "attendee").await.ok();
    assert_eq!(scene.arrive(&scene.ben, "ben-desk").await.ok()["stage"]["my_role"], "attendee");
    let mute = json!({ "audio": true, "video": false });
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    let muted = scene.host().post(&format!("{path}/mute"), &mute).await.ok();
    assert_eq!(muted["people"][0]["muted_by_host"], mute);
    let audit = scene.host().get(&format!("/brands/{}/audit?limit=5", scene.brand.id)).await.ok();
    let acts: Vec<&str> = audit["items"].as_array().unwrap().iter().map(|it| it["act"].as_str().unwrap()).collect();
    let expected = ["mute_on_stage", "set_stage_role", "set_stage_role", "remove_from_stage", "set_stage_role"];
    assert_eq!(acts, expected);
    assert_eq!(audit["items"][0]["target_id"], scene.ben.member.as_str());
}

#[tokio::test]
async fn nobody_is_made_a_host_of_a_stage_and_an_admin_is_not_sent_out() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "host").await.refused(422, "validation");
    let host = house.member(&scene.brand, "Hanna", &[(&scene.group, GroupRole::Host)]).await;
    let owner = scene.path(&format!("/people/{}", scene.host().member));
    host.delete(&owner).await.refused(403, "forbidden");
    let unknown = scene.path(&format!("/people/{}", scene.stranger.member));
    host.delete(&unknown).await.refused(404, "not_found");
    host.patch(&scene.path(""), &json!({ "state": "closed" })).await.refused(422, "validation");
    host.patch(&scene.path(""), &json!({ "state": "live", "epoch": 7 })).await.refused(400, "unknown_field");
}

#[tokio::test]
async fn another_brand_and_who_is_not_in_the_group_find_no_stage() {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.direct(json!({ "state": "live" })).await;
    let outside = house.member(&scene.brand, "Otto", &[]).await;
    let nothing = scene.stranger.get("/webinars/malformed/stage").await.refused(404, "not_found").without_request_id();
    for person in [&scene.stranger, &outside] {
        for answer in [
            person.get(&scene.path("")).await,
            person.patch(&scene.path(""), &json!({ "state": "ended" })).await,
            scene.arrive(person, "their-desk").await,
            scene.leave(person, "their-desk").await,
            scene.ticket(person, "view").await,
            scene.give_role(person, &scene.anja, "speaker").await,
            person.post(&scene.path("/recording"), &json!({ "notice_given": true })).await,
            person.get(&scene.path("/keys")).await,
            person.get(&format!("/webinars/{}/recordings", scene.webinar)).await,
            person.get(&format!("/webinars/{}/attendance", scene.webinar)).await,
        ] {
            assert_eq!(answer.refused(404, "not_found").without_request_id(), nothing);
        }
    }
    assert_eq!(scene.seen_by(&scene.anja).await["state"], "live");
}
