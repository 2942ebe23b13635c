//! Following a stream: what was missed, then what comes, each change once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{client::Client, rig::Rig};
use crate::live::{LiveConfig, Publication};

const STREAM: Uuid = Uuid::from_u128(7);

fn positions(frames: &[Value]) -> Vec<u64> {
    frames.iter().filter_map(|frame| frame["position"].as_u64().filter(|_| frame["type"] == "change")).collect()
}

#[tokio::test]
async fn a_follower_gets_what_it_missed_then_resumed_then_what_comes() {
    let rig = Rig::new().await;
    for index in 1..=5 {
        rig.archive.commit(STREAM, &json!(index));
    }
    let mut client = rig.client(1).await;
    client.follow(STREAM, 3).await;
    for position in [4, 5] {
        assert_eq!(client.frame().await["position"], position);
    }
    assert_eq!(client.frame().await, json!({"type": "resumed", "stream": STREAM, "position": 5}));
    rig.change(STREAM, &json!("live")).await;
    assert_eq!(client.frame().await["position"], 6);
}

#[tokio::test]
async fn a_follower_too_far_behind_gets_a_snapshot_and_what_comes_behind_it() {
    let rig = Rig::new().await;
    for index in 1..=1_500 {
        rig.archive.commit(STREAM, &json!(index));
    }
    let mut client = rig.client(1).await;
    client.follow(STREAM, 0).await;
    assert_eq!(client.frame().await, json!({"type": "reset", "stream": STREAM, "position": 1_500, "snapshot": null}));
    rig.change(STREAM, &json!("live")).await;
    assert_eq!(client.frame().await["position"], 1_501);
}

#[tokio::test]
async fn a_long_replay_is_paced_and_loses_nothing() {
    let config = LiveConfig { send_buffer: Some(4 * 1024), backlog_bytes: 128 * 1024, ..LiveConfig::default() };
    let rig = Rig::with(config, 0).await;
    for _ in 0..900 {
        rig.archive.commit(STREAM, &json!("x".repeat(1_000)));
    }
    let mut client = Client::connect_narrow(rig.address, 1).await;
    client.follow(STREAM, 0).await;
    let frames = client.frames_until("resumed").await;
    assert_eq!(positions(&frames), (1..=900).collect::<Vec<_>>());
    assert_eq!(rig.hub.metrics().slow_readers.get(), 0);
}

#[tokio::test]
async fn unknown_and_forbidden_streams_answer_alike() {
    let rig = Rig::new().await;
    rig.archive.open(STREAM);
    rig.archive.remove(Uuid::from_u128(1), STREAM);
    let mut client = rig.client(1).await;
    let error = json!({"type": "error", "ref": "f", "code": "not_found", "retry_after_ms": null});
    for stream in [STREAM, Uuid::from_u128(8)] {
        client.follow(stream, 0).await;
        assert_eq!(client.frame().await, error);
    }
    rig.change(STREAM, &json!("secret")).await;
    assert!(rig.settle(&mut client).await.is_empty());
}

#[tokio::test]
async fn one_frame_follows_many_streams_and_their_changes_keep_their_order() {
    let rig = Rig::new().await;
    let streams: Vec<Uuid> = (1..=500).map(Uuid::from_u128).collect();
    let mut client = rig.client(1).await;
    for stream in &streams {
        rig.archive.open(*stream);
    }
    let wanted: Vec<_> = streams.iter().map(|stream| json!({"stream": stream, "position": 0})).collect();
    client.send(json!({"op": "follow", "ref": "f", "streams": wanted})).await;
    for stream in &streams {
        assert_eq!(client.frame().await, json!({"type": "resumed", "stream": stream, "position": 0}));
    }
    for round in 1..=3 {
        for stream in &streams {
            rig.change(*stream, &json!(round)).await;
        }
    }
    let mut known = std::collections::HashMap::new();
    for _ in 0..1_500 {
        let frame = client.frame().await;
        let position = known.entry(frame["stream"].to_string()).or_insert(0);
        *position += 1;
        assert_eq!(frame["position"], *position);
    }
    assert_eq!(known.len(), 500);
}

#[tokio::test]
async fn nothing_comes_after_unfollow_and_following_again_resumes() {
    let rig = Rig::new().await;
    rig.archive.open(STREAM);
    let mut client = rig.client(1).await;
    client.follow_from(STREAM, 0).await;
    client.send(json!({"op": "unfollow", "ref": "u", "streams": [STREAM]})).await;
    // A command behind it in the same queue: once it is answered, the unfollow is done.
    client.send(json!({"op": "x", "ref": "x"})).await;
    assert_eq!(client.frame().await["type"], "ack");
    rig.change(STREAM, &json!("unseen")).await;
    assert!(rig.settle(&mut client).await.is_empty());
    client.follow(STREAM, 0).await;
    assert_eq!(client.frame().await["position"], 1);
}

#[tokio::test]
async fn what_is_published_twice_or_late_is_delivered_once() {
    let rig = Rig::new().await;
    let first = rig.archive.commit(STREAM, &json!(1));
    let second = rig.archive.commit(STREAM, &json!(2));
    let mut client = rig.client(1).await;
    client.follow_from(STREAM, 0).await;
    let changes = vec![first, second, rig.archive.commit(STREAM, &json!(3))];
    for _ in 0..2 {
        let publication = Publication { stream: STREAM, changes: changes.clone(), then_expel: Vec::new() };
        rig.hub.publish(publication).await;
    }
    rig.change(STREAM, &json!(4)).await;
    let frames = [client.frame().await, client.frame().await];
    assert_eq!(positions(&frames), [3, 4]);
}

/// One client that comes, follows from where it is, reads a while and leaves, again and again until all is read.
async fn wander(rig: Rig, member: u128, total: u64, stays: Vec<usize>) {
    let mut known = 0;
    for stay in stays.into_iter().chain([usize::MAX]) {
        let mut client = rig.client(member).await;
        client.follow(STREAM, known).await;
        for _ in 0..stay {
            if known == total {
                return;
            }
            let frame = client.frame().await;
            match frame["type"].as_str().unwrap() {
                "change" => {
                    known += 1;
                    assert_eq!(frame["position"], known, "member {member}: no hole, no double");
                }
                "resumed" => assert_eq!(frame["position"].as_u64(), Some(known)),
                other => panic!("{other}"),
            }
        }
    }
}

async fn race(dawdle: usize, bursts: Vec<u64>, lag: usize, stays: Vec<Vec<usize>>) {
    let rig = Rig::with(LiveConfig::default(), dawdle).await;
    rig.archive.open(STREAM);
    let total = bursts.iter().sum();
    let wanderers: Vec<_> =
        (1..).zip(stays).map(|(member, stays)| tokio::spawn(wander(rig.clone(), member, total, stays))).collect();
    for burst in bursts {
        let changes = (0..burst).map(|index| rig.archive.commit(STREAM, &json!(index))).collect();
        for _ in 0..lag {
            tokio::task::yield_now().await;
        }
        rig.hub.publish(Publication { stream: STREAM, changes, then_expel: Vec::new() }).await;
    }
    for wanderer in wanderers {
        wanderer.await.unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn joining_while_others_publish_leaves_no_hole_and_no_double(
        dawdle in 0usize..40,
        bursts in prop::collection::vec(1u64..6, 1..120),
        lag in 0usize..20,
        stays in prop::collection::vec(prop::collection::vec(1usize..40, 0..6), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(race(dawdle, bursts, lag, stays));
    }
}

#[tokio::test]
async fn who_is_expelled_sees_what_came_before_and_nothing_after() {
    let rig = Rig::new().await;
    rig.archive.open(STREAM);
    let (mut leaver, mut stayer) = (rig.client(1).await, rig.client(2).await);
    leaver.follow_from(STREAM, 0).await;
    stayer.follow_from(STREAM, 0).await;
    let before = (0..3).map(|index| rig.archive.commit(STREAM, &json!(index))).collect();
    rig.archive.remove(Uuid::from_u128(1), STREAM);
    let then_expel = vec![Uuid::from_u128(1)];
    rig.hub.publish(Publication { stream: STREAM, changes: before, then_expel }).await;
    for index in 3..6 {
        rig.change(STREAM, &json!(index)).await;
    }
    rig.hub.whisper(STREAM, br#"{"type":"typing"}"#, None);
    for position in 1..=6 {
        assert_eq!(stayer.frame().await["position"], position);
    }
    assert_eq!(positions(&rig.settle(&mut leaver).await), [1, 2, 3]);
    leaver.follow(STREAM, 3).await;
    assert_eq!(leaver.frame().await["code"], "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_expelled_while_joining_sees_nothing_published_later() {
    for dawdle in [0, 1, 5, 50, 500] {
        let rig = Rig::with(LiveConfig::default(), dawdle).await;
        rig.archive.open(STREAM);
        let mut leaver = rig.client(1).await;
        let expelled = Arc::new(AtomicBool::new(false));
        leaver.follow(STREAM, 0).await;
        for index in 0..20 {
            if index == 10 {
                rig.archive.remove(Uuid::from_u128(1), STREAM);
                rig.hub.expel(Uuid::from_u128(1), STREAM).await;
                expelled.store(true, Ordering::SeqCst);
            }
            rig.change(STREAM, &json!({"after": expelled.load(Ordering::SeqCst)})).await;
        }
        // The command waits behind the follow, so its answer shows that the join has ended.
        leaver.send(json!({"op": "x", "ref": "x"})).await;
        let mut frames = leaver.frames_until("ack").await;
        frames.extend(rig.settle(&mut leaver).await);
        assert!(frames.iter().all(|frame| frame["body"]["after"] != true), "dawdling {dawdle}: {frames:?}");
    }
}
