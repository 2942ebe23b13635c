//! Losing a right ends at the node what it had opened, whatever the client does.

use guildhall_tests::House;
use serde_json::json;

use super::scene;
use super::sending::{Sent, until};
use crate::client::Client;

/// Ben speaks, Anja watches, and the picture has arrived.
struct Live {
    house: House,
    scene: super::Scene,
    ben: Sent,
    anja: Sent,
}

async fn live() -> Box<Live> {
    Box::new(Box::pin(begun()).await)
}

async fn begun() -> Live {
    let house = House::new().await;
    let scene = scene(&house).await;
    scene.give_role(scene.host(), &scene.ben, "speaker").await.ok();
    scene.direct(json!({ "state": "live" })).await;
    scene.arrive(&scene.ben, "ben-desk").await.ok();
    scene.arrive(&scene.anja, "anja-desk").await.ok();
    let mut ben = scene.publish(&house, &scene.ben, "camera").await;
    let mut anja = scene.view(&house, &scene.anja).await;
    let mut clients = [&mut ben.client, &mut anja.client];
    until(&mut clients, "the picture arrives", |clients| !clients[1].pictures().is_empty()).await;
    Live { house, scene, ben, anja }
}

impl Live {
    async fn gone(&mut self, what: &str, so: impl Fn(&Client, &Client) -> bool) {
        let mut clients = [&mut self.ben.client, &mut self.anja.client];
        until(&mut clients, what, |clients| so(clients[0], clients[1])).await;
    }

    /// The speaker is cut off, and the one who watches is not.
    async fn only_ben_is_cut(&mut self) {
        self.gone("the speaker is cut off", |ben, _| ben.gone).await;
        assert!(!self.anja.client.gone);
        let webinar = self.scene.webinar.parse().unwrap();
        let left = self.house.app().stages.media().unwrap().publications(webinar).await;
        assert!(left.is_empty(), "the node sends nothing of it any more: {left:?}");
    }
}

#[tokio::test]
async fn a_speaker_who_is_sent_back_is_not_seen_any_more() {
    let mut live = live().await;
    live.scene.give_role(live.scene.host(), &live.scene.ben, "attendee").await.ok();
    live.only_ben_is_cut().await;
    live.scene.ticket(&live.scene.ben, "camera").await.refused(403, "not_on_stage");
}

#[tokio::test]
async fn a_speaker_who_is_sent_out_of_the_webinar_is_not_seen_any_more() {
    let mut live = live().await;
    let path = live.scene.path(&format!("/people/{}", live.scene.ben.member));
    live.scene.host().delete(&path).await;
    live.only_ben_is_cut().await;
}

#[tokio::test]
async fn a_speaker_who_loses_the_group_or_the_brand_is_not_seen_any_more() {
    let mut live = live().await;
    let path = format!("/groups/{}/members/{}", live.scene.group.id, live.scene.ben.member);
    live.scene.host().delete(&path).await;
    live.only_ben_is_cut().await;
    let path = format!("/brands/{}/members/{}", live.scene.brand.id, live.scene.anja.member);
    live.scene.host().patch(&path, &json!({ "state": "suspended" })).await.ok();
    live.gone("who watched is cut off", |_, anja| anja.gone).await;
}

#[tokio::test]
async fn a_speaker_who_is_muted_in_the_group_is_not_seen_any_more() {
    let mut live = live().await;
    let path = format!("/groups/{}/members/{}", live.scene.group.id, live.scene.ben.member);
    live.scene.host().patch(&path, &json!({ "muted_until": "2026-11-24T09:00:00Z" })).await.ok();
    live.only_ben_is_cut().await;
}

#[tokio::test]
async fn a_log_out_ends_what_it_had_opened() {
    let mut live = live().await;
    live.scene.anja.delete("/logins/current").await;
    live.gone("who watched is cut off", |_, anja| anja.gone).await;
    assert!(!live.ben.client.gone);
    live.scene.ben.delete("/logins/current").await;
    live.gone("the speaker is cut off", |ben, _| ben.gone).await;
}

#[tokio::test]
async fn behind_the_curtain_nobody_watches_and_at_the_end_nobody_is_left() {
    let mut live = live().await;
    live.scene.direct(json!({ "state": "practice" })).await;
    live.gone("who watched is cut off", |_, anja| anja.gone).await;
    assert!(!live.ben.client.gone, "those who perform stay");
    live.scene.direct(json!({ "state": "ended" })).await;
    live.gone("the speaker is cut off", |ben, _| ben.gone).await;
}

#[tokio::test]
async fn a_cancelled_webinar_ends_its_stage() {
    let mut live = live().await;
    let path = format!("/webinars/{}/cancel", live.scene.webinar);
    live.scene.host().post(&path, &json!({})).await.ok();
    live.gone("everybody is cut off", |ben, anja| ben.gone && anja.gone).await;
}

#[tokio::test]
async fn who_is_silenced_is_told_and_not_heard_until_a_host_ends_it() {
    let mut live = live().await;
    let path = live.scene.path(&format!("/people/{}/mute", live.scene.ben.member));
    live.scene.host().post(&path, &json!({ "audio": true, "video": false })).await.ok();
    let told = json!({ "muted": { "audio": true, "video": false } });
    live.gone("the speaker is told", |ben, _| ben.notes.contains(&told)).await;
    live.anja.client.got.clear();
    live.gone("only the picture goes on", |_, anja| anja.pictures().len() > 50).await;
    assert_eq!(live.anja.client.sounds().len(), 0);
    live.scene.host().post(&path, &json!({ "audio": false, "video": false })).await.ok();
    live.gone("the sound is back", |_, anja| !anja.sounds().is_empty()).await;
}

#[tokio::test]
async fn a_restart_raises_the_epoch_and_what_was_connected_before_is_gone() {
    let mut live = live().await;
    let before = live.scene.seen_by(&live.scene.anja).await;
    assert_eq!(before["people"][0]["camera"], true);
    live.house.restart().await;
    let url = live.house.url();
    live.scene.brand.owner = live.scene.brand.owner.at(&url);
    live.scene.ben = live.scene.ben.at(&url);
    live.scene.until_seen(&mut [], "the stage is carried anew", |stage| stage["epoch"] != before["epoch"]).await;
    let after = live.scene.seen_by(live.scene.host()).await;
    assert_eq!(after["epoch"].as_i64().unwrap(), before["epoch"].as_i64().unwrap() + 1);
    assert_eq!((&after["people"][0]["camera"], &after["state"]), (&json!(false), &json!("live")));
    live.ben.ask(&live.house, reqwest::Method::DELETE, &live.ben.bearer).await.refused(404, "not_found");
    let mut again = live.scene.publish(&live.house, &live.scene.ben, "camera").await;
    until(&mut [&mut again.client], "the speaker is back", |clients| clients[0].connected).await;
    assert!(live.scene.camera_of(&live.scene.ben).await);
}

#[tokio::test]
async fn a_stage_that_another_server_carries_is_not_taken_from_it() {
    let live = live().await;
    let carried_elsewhere = "UPDATE stages SET node = 'other', boot = $2, lease_until = $3 WHERE webinar_id = $1";
    let app = live.house.app();
    let tx = app.store.begin().await.unwrap();
    let (webinar, boot): (uuid::Uuid, _) = (live.scene.webinar.parse().unwrap(), uuid::Uuid::from_u128(7));
    let until = tx.now().plus_ms(20_000);
    let values = guildhall::values![webinar, boot, until];
    guildhall::platform::store::Rows::run(&tx, carried_elsewhere, values).await.unwrap();
    tx.commit().await.unwrap();
    let bearer = super::bearers::ticket(&live.scene, &live.scene.ben, "screen").await;
    let sdp = Client::over_udp().offer(crate::client::Wants::PUBLISHER);
    let path = format!("/stage/whip/{}?kind=screen", live.scene.webinar);
    let refused = super::bearers::offer(&live.house, &path, Some(&bearer), &sdp).await;
    refused.refused(503, "stage_unavailable");
    live.house.clock.advance_ms(20_000);
    live.scene.arrive(&live.scene.ben, "ben-desk").await.ok();
    live.scene.publish(&live.house, &live.scene.ben, "screen").await;
}
