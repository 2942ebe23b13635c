//! What the house orders: closing, single frames, ephemeral frames, presence, draining.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{client::Client, rig::Rig};
use crate::live::{CloseCode, Selector};

const GROUP: Uuid = Uuid::from_u128(7);

fn member(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

#[tokio::test]
async fn a_login_that_ends_takes_its_sockets_along_and_no_others() {
    let rig = Rig::new().await;
    let (mut ended, mut second, mut other) = (rig.client(1).await, rig.client(1).await, rig.client(2).await);
    rig.hub.close(Selector::Login(Uuid::from_u128(1_001)), CloseCode::LoginEnded);
    assert_eq!(ended.close_code().await, 4401);
    assert_eq!(second.close_code().await, 4401);
    assert!(rig.settle(&mut other).await.is_empty());
}

#[tokio::test]
async fn a_closed_socket_gets_nothing_more() {
    let rig = Rig::new().await;
    rig.archive.open(GROUP);
    let mut client = rig.client(1).await;
    client.follow_from(GROUP, 0).await;
    rig.hub.close(Selector::Member(member(1)), CloseCode::NotAllowed);
    rig.hub.beat().await;
    rig.change(GROUP, &json!("secret")).await;
    assert_eq!(client.until_closed().await, (Vec::new(), 4403));
}

#[tokio::test]
async fn one_frame_can_go_to_one_socket() {
    let rig = Rig::new().await;
    let mut clients = [rig.client(1).await, rig.client(2).await];
    for socket in 0..2 {
        rig.hub.to_socket(socket, Bytes::from(format!(r#"{{"for":{socket}}}"#)));
    }
    rig.hub.to_socket(99, Bytes::from_static(b"{}"));
    for (socket, client) in clients.iter_mut().enumerate() {
        assert_eq!(client.frame().await, json!({"for": socket}));
        assert!(rig.settle(client).await.is_empty());
    }
}

#[tokio::test]
async fn typing_is_shown_to_the_others_once_in_three_seconds() {
    let rig = Rig::new().await;
    rig.archive.open(GROUP);
    let (mut writer, mut reader) = (rig.client(1).await, rig.client(2).await);
    writer.follow_from(GROUP, 0).await;
    reader.follow_from(GROUP, 0).await;
    let typing = json!({"op": "typing", "ref": "t", "channel": GROUP, "thread_root": null});
    for _ in 0..3 {
        writer.send(typing.clone()).await;
    }
    writer.send(json!({"op": "x", "ref": "x"})).await;
    assert_eq!(writer.frame().await["type"], "ack", "the writer is not told");
    let notice = json!({"type": "typing", "channel": GROUP, "person": {"id": member(1)}});
    assert_eq!(reader.frame().await, notice);
    rig.pass(Duration::from_secs(3)).await;
    writer.send(typing).await;
    assert_eq!(reader.frame().await, notice);
    assert!(rig.settle(&mut reader).await.is_empty());
}

/// The next presence change that is about somebody else.
async fn change_of(client: &mut Client, who: u128) -> Value {
    loop {
        let frame = client.frame().await;
        if frame["type"] == "presence.changed" && frame["member"] == json!(member(who)) {
            return frame["online"].clone();
        }
    }
}

#[tokio::test]
async fn followers_of_a_group_see_who_comes_and_who_goes_after_a_grace() {
    let rig = Rig::new().await;
    rig.archive.open_group(GROUP);
    let mut watcher = rig.client(1).await;
    watcher.follow_from(GROUP, 0).await;
    assert_eq!(watcher.frame().await, json!({"type": "presence", "group": GROUP, "online": []}));
    assert_eq!(change_of(&mut watcher, 1).await, true);
    rig.pass(Duration::from_secs(1)).await;
    let mut visitor = rig.client(2).await;
    visitor.follow_from(GROUP, 0).await;
    assert_eq!(visitor.frame().await, json!({"type": "presence", "group": GROUP, "online": [member(1)]}));
    assert_eq!(change_of(&mut watcher, 2).await, true);
    visitor.leave().await;
    rig.until(|metrics| metrics.sockets.get() == 1).await;
    rig.pass(Duration::from_secs(4)).await;
    assert!(rig.settle(&mut watcher).await.is_empty(), "it may be a reconnect");
    let mut again = rig.client(2).await;
    again.follow_from(GROUP, 0).await;
    rig.pass(Duration::from_secs(10)).await;
    assert!(rig.settle(&mut watcher).await.is_empty(), "and it was");
    again.leave().await;
    rig.until(|metrics| metrics.sockets.get() == 1).await;
    rig.pass(Duration::from_secs(5)).await;
    assert_eq!(change_of(&mut watcher, 2).await, false);
}

#[tokio::test]
async fn who_is_expelled_is_offline_there_at_once() {
    let rig = Rig::new().await;
    rig.archive.open_group(GROUP);
    let (mut watcher, mut leaver) = (rig.client(1).await, rig.client(2).await);
    watcher.follow_from(GROUP, 0).await;
    rig.pass(Duration::from_secs(1)).await;
    leaver.follow_from(GROUP, 0).await;
    assert_eq!(change_of(&mut watcher, 2).await, true);
    rig.pass(Duration::from_secs(1)).await;
    rig.hub.expel(member(2), GROUP).await;
    rig.hub.beat().await;
    assert_eq!(change_of(&mut watcher, 2).await, false);
}

#[tokio::test]
async fn draining_closes_everyone_with_1012_and_takes_nobody_in() {
    let rig = Rig::new().await;
    let mut clients = Vec::new();
    for number in 1..=8 {
        clients.push(rig.client(number).await);
    }
    let closing: Vec<_> =
        clients.into_iter().map(|mut client| tokio::spawn(async move { client.close_code().await })).collect();
    rig.hub.drain().await;
    assert_eq!(rig.hub.metrics().sockets.get(), 0);
    for code in closing {
        assert_eq!(code.await.unwrap(), 1012);
    }
    assert_eq!(Client::connect(rig.address, 9).await.close_code().await, 1012);
}
