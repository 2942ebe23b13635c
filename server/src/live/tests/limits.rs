//! Bad input, silence and slowness: each has its code and nobody else notices.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::{
    client::{Client, RawClient},
    rig::Rig,
};
use crate::live::LiveConfig;

const STREAM: Uuid = Uuid::from_u128(7);

/// A masked client frame; the mask is all zeros, so the payload stands as it is.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first, 0xfe];
    frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// The close code that these bytes earn.
async fn code_for(bytes: &[u8]) -> u16 {
    let rig = Rig::new().await;
    let (mut raw, _) = RawClient::connect(rig.address, "").await;
    raw.write(bytes).await;
    let code = raw.close_code().await;
    rig.until(|metrics| metrics.sockets.get() == 0).await;
    code
}

#[tokio::test]
async fn a_message_over_64_kib_closes_with_1009_and_one_at_the_limit_does_not() {
    let rig = Rig::new().await;
    let mut client = rig.client(1).await;
    let frame = |length: usize| {
        let empty = json!({"op": "x", "ref": "r", "body": ""}).to_string().len();
        json!({"op": "x", "ref": "r", "body": "a".repeat(length - empty)})
    };
    client.send(frame(65_536)).await;
    assert_eq!(client.frame().await, json!({"type": "ack", "ref": "r"}));
    client.send(frame(65_537)).await;
    assert_eq!(client.close_code().await, 1009);
}

#[tokio::test]
async fn a_header_that_claims_2_to_the_63_closes_with_1009_before_a_byte_of_it_came() {
    let mut header = vec![0x81, 0xff];
    header.extend((1u64 << 63).to_be_bytes());
    header.extend([0; 4]);
    assert_eq!(code_for(&header).await, 1009);
}

#[tokio::test]
async fn binary_invalid_utf8_unmasked_and_reserved_bits_have_their_codes() {
    assert_eq!(code_for(&masked(0x82, b"{}")).await, 1003);
    assert_eq!(code_for(&masked(0x81, b"\xc3\x28")).await, 1007);
    assert_eq!(code_for(b"\x81\x02{}").await, 1002);
    assert_eq!(code_for(&masked(0xc1, b"{}")).await, 1002);
}

#[tokio::test]
async fn compression_is_not_negotiated_and_a_compressed_frame_is_a_protocol_error() {
    let rig = Rig::new().await;
    let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    let (mut raw, answer) = RawClient::connect(rig.address, offer).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    assert!(!answer.to_lowercase().contains("extensions"), "{answer}");
    raw.write(&masked(0xc1, b"\xaa\x56\x0a\x00")).await;
    assert_eq!(raw.close_code().await, 1002);
}

#[tokio::test]
async fn a_bad_frame_is_answered_and_the_fifth_in_ten_seconds_closes_with_4400() {
    let rig = Rig::new().await;
    let mut client = rig.client(1).await;
    let error = json!({"type": "error", "ref": null, "code": "bad_frame", "retry_after_ms": null});
    for bad in ["{", "[]", "nonsense", "{}"] {
        client.send_text(bad).await;
        assert_eq!(client.frame().await, error);
    }
    rig.pass(Duration::from_secs(10)).await;
    for bad in ["1", "\"\"", "null", "{\"op\":\"x\"}"] {
        client.send_text(bad).await;
        assert_eq!(client.frame().await, error, "the first four are too long ago to count");
    }
    client.send_text("{").await;
    assert_eq!(client.until_closed().await, (vec![error], 4400));
}

#[tokio::test]
async fn an_unknown_field_is_named_an_error_and_the_socket_stays() {
    let rig = Rig::new().await;
    let mut client = rig.client(1).await;
    client.send(json!({"op": "unfollow", "ref": "u", "streams": [], "force": true})).await;
    let error = json!({"type": "error", "ref": "u", "code": "unknown_field", "retry_after_ms": null});
    assert_eq!(client.frame().await, error);
    assert!(client.frames_until_pong().await.is_empty());
}

#[tokio::test]
async fn a_flood_is_refused_and_its_third_burst_closes_with_4429() {
    let rig = Rig::with(LiveConfig { frame_burst: 10, ..LiveConfig::default() }, 0).await;
    let mut client = rig.client(1).await;
    rig.pass(Duration::from_secs(1)).await;
    for burst in 1..=3 {
        for _ in 0..11 {
            client.send(json!({"op": "x", "ref": "r"})).await;
        }
        if burst < 3 {
            let mut answers = Vec::new();
            for _ in 0..11 {
                answers.push(client.frame().await);
            }
            let error = json!({"type": "error", "ref": "r", "code": "rate_limited", "retry_after_ms": 20});
            let (acks, errors): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer["type"] == "ack");
            assert_eq!((acks.len(), errors), (10, vec![error]), "burst {burst}");
            rig.pass(Duration::from_secs(2)).await;
        }
    }
    assert_eq!(client.close_code().await, 4429);
}

#[tokio::test]
async fn the_eleventh_socket_of_an_account_closes_with_4409_until_another_leaves() {
    let rig = Rig::new().await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        clients.push(rig.client(1).await);
    }
    assert_eq!(Client::connect(rig.address, 1).await.close_code().await, 4409);
    rig.client(2).await;
    clients.pop().unwrap().leave().await;
    rig.until(|metrics| metrics.sockets.get() == 9).await;
    clients.push(rig.client(1).await);
}

#[tokio::test]
async fn commands_pile_up_to_a_bound_and_then_the_socket_is_not_read_from() {
    let config = LiveConfig { frame_burst: 1_000, ..LiveConfig::default() };
    let rig = Rig::with(config, 0).await;
    rig.archive.permits.forget_permits(usize::MAX);
    let mut client = rig.client(1).await;
    for index in 0..100 {
        client.send(json!({"op": "x", "ref": index.to_string()})).await;
    }
    client.send(json!({"op": "ping", "ref": "last"})).await;
    let begun = || rig.archive.begun.lock().unwrap().len();
    rig.until(|_| begun() == 1).await;
    rig.archive.permits.add_permits(1);
    assert_eq!(client.frame().await["ref"], "0", "the ping behind a hundred commands was not read yet");
    assert!(begun() <= 2, "one command at a time");
    rig.archive.permits.add_permits(99);
    let answers: Vec<String> = {
        let mut answers = Vec::new();
        for _ in 0..100 {
            answers.push(client.frame().await["ref"].as_str().unwrap().to_owned());
        }
        answers
    };
    let acks: Vec<_> = answers.iter().filter(|answer| *answer != "last").cloned().collect();
    assert_eq!(acks, (1..100).map(|index| index.to_string()).collect::<Vec<_>>(), "in the order of asking");
    let place = answers.iter().position(|answer| answer == "last").unwrap();
    assert!(place >= 99 - 33, "answered at {place}, once no more than the bound was waiting");
}

#[tokio::test]
async fn a_panic_in_the_house_closes_that_socket_and_no_other() {
    let rig = Rig::new().await;
    let (mut unlucky, mut other) = (rig.client(1).await, rig.client(2).await);
    unlucky.send(json!({"op": "panic", "ref": "p"})).await;
    assert_eq!(unlucky.close_code().await, 1013);
    other.send(json!({"op": "x", "ref": "r"})).await;
    assert_eq!(other.frame().await["type"], "ack");
}

#[tokio::test]
async fn a_socket_that_is_silent_for_a_minute_closes_with_1001_and_one_that_answers_pings_does_not() {
    let rig = Rig::new().await;
    let (mut silent, _) = RawClient::connect(rig.address, "").await;
    assert_eq!(silent.frame().await.0, 0x1);
    let mut lively = rig.client(2).await;
    rig.pass(Duration::from_secs(21)).await;
    assert_eq!(silent.frame().await, (0x9, Vec::new()), "asked for a sign of life");
    assert!(lively.frames_until_pong().await.is_empty());
    rig.pass(Duration::from_secs(38)).await;
    assert!(lively.frames_until_pong().await.is_empty());
    assert_eq!(rig.hub.metrics().sockets.get(), 2, "59 seconds are not 60");
    rig.pass(Duration::from_secs(2)).await;
    assert_eq!(silent.close_code().await, 1001);
    rig.until(|metrics| metrics.sockets.get() == 1).await;
    assert!(lively.frames_until_pong().await.is_empty());
}

fn narrow() -> LiveConfig {
    LiveConfig { send_buffer: Some(4 * 1024), backlog_bytes: 64 * 1024, ..LiveConfig::default() }
}

#[tokio::test]
async fn a_slow_reader_is_cut_off_by_bytes_with_4408_and_nobody_else_misses_a_change() {
    let rig = Rig::with(narrow(), 0).await;
    rig.archive.open(STREAM);
    let mut slow = Client::connect_narrow(rig.address, 1).await;
    let mut brisk = rig.client(2).await;
    slow.follow_from(STREAM, 0).await;
    brisk.follow_from(STREAM, 0).await;
    let body = json!("x".repeat(1_000));
    for position in 1..=400 {
        rig.change(STREAM, &body).await;
        assert_eq!(brisk.frame().await["position"], position);
    }
    rig.until(|metrics| metrics.slow_readers.get() == 1).await;
    let (frames, code) = slow.until_closed().await;
    assert_eq!(code, 4408);
    let (last, changes) = frames.split_last().unwrap();
    assert_eq!(last["code"], "slow_reader");
    assert!(changes.len() < 400, "what waited was dropped");
    for (position, change) in (1..).zip(changes) {
        assert_eq!(change["position"], position, "no hole before the cut");
    }
    rig.until(|metrics| metrics.sockets.get() == 1 && metrics.backlog_bytes.get() == 0).await;
}

#[tokio::test]
async fn a_slow_reader_is_cut_off_by_age_too() {
    // The bound in bytes is far away.
    let rig = Rig::with(LiveConfig { backlog_bytes: 1 << 30, ..narrow() }, 0).await;
    rig.archive.open(STREAM);
    let mut slow = Client::connect_narrow(rig.address, 1).await;
    slow.follow_from(STREAM, 0).await;
    let body = json!("x".repeat(1_000));
    // More than a kernel that takes a little late could still take.
    while rig.hub.metrics().backlog_bytes.get() < 24 * 1024 {
        rig.change(STREAM, &body).await;
        rig.hub.beat().await;
    }
    rig.pass(Duration::from_millis(9_900)).await;
    assert_eq!(rig.hub.metrics().slow_readers.get(), 0);
    rig.pass(Duration::from_millis(200)).await;
    assert_eq!(slow.close_code().await, 4408);
    rig.until(|metrics| metrics.slow_readers.get() == 1 && metrics.backlog_bytes.get() == 0).await;
}
