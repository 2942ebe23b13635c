//! Sockets: following, resuming, losing access.

use guildhall::access::GroupRole;
use guildhall::platform::config::ByteCount;
use guildhall_tests::{House, Socket, fresh_key, id_of};
use serde_json::json;

#[tokio::test]
async fn what_one_posts_the_other_sees_and_the_ack_names_its_position() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let (mut owners, mut anjas) = (brand.owner.socket().await, anja.socket().await);
    let resumed = anjas.follow(&group.id, 0).await.pop().unwrap();
    assert_eq!(resumed["type"], "resumed");
    let ack = owners
        .ask(json!({ "op": "post", "channel": group.chat, "client_key": "over-the-wire", "body": "Hallo" }))
        .await;
    assert_eq!((&ack["type"], &ack["client_key"]), (&json!("ack"), &json!("over-the-wire")));
    let seen = anjas.change("message.posted").await;
    assert_eq!(seen["position"], ack["position"]);
    assert_eq!(seen["position"].as_i64(), resumed["position"].as_i64().map(|position| position + 1));
    assert_eq!(seen["change"]["message"]["id"], ack["id"]);
}

#[tokio::test]
async fn a_replay_from_nothing_has_every_position_once_in_order() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    for n in 0..8 {
        brand.owner.say(&group.chat, &format!("Nachricht {n}")).await;
    }
    let mut socket = brand.owner.socket().await;
    let mut frames = socket.follow(&group.id, 0).await;
    let resumed = frames.pop().unwrap();
    let positions: Vec<i64> = frames
        .iter()
        .filter(|frame| frame["type"] == "change")
        .map(|frame| frame["position"].as_i64().unwrap())
        .collect();
    assert_eq!(positions, (1..=resumed["position"].as_i64().unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_is_too_far_behind_gets_a_snapshot_and_says_so() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mut socket = brand.owner.socket().await;
    let frames = socket.follow(&group.id, 1_000_000).await;
    let reset = frames.last().unwrap();
    assert_eq!(reset["type"], "reset");
    assert_eq!(reset["snapshot"], brand.owner.get(&format!("/groups/{}", group.id)).await.ok());
}

#[tokio::test]
async fn a_stream_of_others_is_as_unknown_as_one_that_is_not_there() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let foreign = south.group("Fremd").await;
    let own = north.group("Eigen").await;
    let anja = house.member(&north, "Anja", &[]).await;
    let mut socket = anja.socket().await;
    let mut answers = Vec::new();
    for stream in [&foreign.id, &own.id, "01a204de-4e46-7ea2-83b2-f5fa5dc7bcf1", &north.owner.member] {
        let mut answer = socket.follow(stream, 0).await.pop().unwrap();
        answer["ref"] = json!("");
        answers.push(answer);
    }
    assert_eq!(answers[0]["code"], "not_found");
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test]
async fn a_ticket_opens_one_socket_once() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let ticket = brand.owner.ticket(&brand.id).await;
    Socket::open(&house.url(), &ticket).await;
    assert_eq!(Socket::try_open(&house.url(), &ticket).await.err(), Some(401));
    assert_eq!(Socket::try_open(&house.url(), "").await.err(), Some(401));
    let late = brand.owner.ticket(&brand.id).await;
    house.clock.advance_ms(31_000);
    assert_eq!(Socket::try_open(&house.url(), &late).await.err(), Some(401));
}

#[tokio::test]
async fn logging_out_cuts_the_sockets_of_that_device_only() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let other = brand.owner.another_device();
    other.log_in(guildhall_tests::PASSWORD).await.ok();
    let (mut here, mut there) = (brand.owner.socket().await, other.socket().await);
    brand.owner.delete("/logins/current").await.ok();
    assert_eq!(here.closed().await, 4401);
    assert!(there.so_far().await.is_empty());
    brand.owner.get("/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn edits_reactions_and_deletions_arrive_as_they_stand() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let mut socket = brand.owner.socket().await;
    socket.follow(&group.id, 0).await;
    let message = anja.say(&group.chat, "Text").await["message"].clone();
    let path = format!("/messages/{}", id_of(&message));
    anja.patch(&path, &json!({ "body": "Neuer Text" })).await.ok();
    assert_eq!(socket.change("message.changed").await["change"]["message"]["body"], "Neuer Text");
    brand.owner.put(&format!("{path}/reactions/👍"), &json!({})).await.ok();
    let reacted = socket.change("message.changed").await;
    assert_eq!(reacted["change"]["message"]["reactions"][0]["members"][0], brand.owner.member.as_str());
    anja.delete(&path).await.ok();
    let deleted = socket.change("message.changed").await;
    assert_eq!(
        (&deleted["change"]["message"]["deleted"], &deleted["change"]["message"]["body"]),
        (&json!(true), &json!(""))
    );
}

#[tokio::test]
async fn a_page_of_another_site_opens_no_socket_and_does_not_spend_the_ticket() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let (own, ticket) = (house.url(), brand.owner.ticket(&brand.id).await);
    let cookie = brand.owner.cookie().unwrap();
    let port = house.address().port();
    let (longer, other_port) = (format!("{own}.evil.example"), format!("{own}1"));
    let (other_scheme, with_user) = (own.replace("http", "https"), format!("http://evil.example@127.0.0.1:{port}"));
    for origin in [None, Some("null"), Some("https://evil.example"), Some(""), Some(&longer), Some(&other_port)]
        .into_iter()
        .chain([Some(other_scheme.as_str()), Some(&with_user)])
    {
        let headers: Vec<_> =
            [("cookie", cookie.as_str())].into_iter().chain(origin.map(|at| ("origin", at))).collect();
        let refused = Socket::try_open_with(&own, &ticket, &headers).await.err();
        assert_eq!(refused, Some(403), "{origin:?}");
        // A foreign page that has got hold of a ticket, without the cookie.
        if origin.is_some() {
            assert_eq!(Socket::try_open_with(&own, &ticket, &headers[1..]).await.err(), Some(403), "{origin:?}");
        }
    }
    let headers = [("cookie", cookie.as_str()), ("origin", own.as_str())];
    assert!(Socket::try_open_with(&own, &ticket, &headers).await.is_ok());
}

/// Three floods, each long enough to be no accident, and the third is the last.
#[tokio::test]
async fn who_floods_a_channel_a_third_time_is_cut_off() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mut socket = brand.owner.socket().await;
    for round in 0..3 {
        house.clock.advance_ms(10_000);
        for n in 0..32 {
            let key = format!("flood-{round}-{n}");
            socket.command(json!({ "op": "post", "channel": group.chat, "client_key": key, "body": "!" })).await;
        }
        if round < 2 {
            let answers = socket.answers(32).await;
            let refused = answers.iter().filter(|answer| answer["code"] == "rate_limited").count();
            assert_eq!(refused, 22, "{answers:?}");
        }
    }
    assert_eq!(socket.closed().await, 4429);
    // The door is not shut: it was this socket, not this person.
    brand.owner.socket().await.so_far().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_stops_reading_is_cut_off_and_told_and_the_others_get_everything() {
    let house = House::with(Box::new(|config| config.live.queue_bytes = ByteCount(64 * 1024))).await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let mut swift = brand.owner.socket().await;
    let mut known = swift.follow(&group.id, 0).await.pop().unwrap()["position"].as_i64().unwrap();
    let mut stuck = Socket::open_narrow(&house.url(), &anja.ticket(&brand.id).await).await;
    stuck.follow(&group.id, known).await;
    let mut seen = known;

    let mut said = 0;
    while house.metric("slow_readers").await == 0 {
        assert!(said < 2_000, "what waits for one reader is bounded");
        house.clock.advance_ms(1_000);
        brand.owner.say(&group.chat, &"Lager ".repeat(1_500)).await;
        said += 1;
        known += 1;
        assert_eq!(swift.change("message.posted").await["position"], known, "nobody else waits");
    }

    // What was on its way still arrives in order; then it is said why, and from where to go on is known.
    let mut last = json!(null);
    let code = loop {
        match stuck.next().await {
            Ok(frame) if frame["type"] == "change" => {
                seen += 1;
                assert_eq!(frame["position"], seen);
            }
            Ok(frame) => last = frame,
            Err(closed) => break closed.0,
        }
    };
    assert_eq!((code, &last["code"]), (4408, &json!("slow_reader")));
    assert!(seen < known);
    let frames = anja.socket().await.follow(&group.id, seen).await;
    let positions: Vec<i64> = frames.iter().map(|frame| frame["position"].as_i64().unwrap()).collect();
    assert_eq!(positions, (seen + 1..=known).chain([known]).collect::<Vec<_>>(), "each once, and then live");
    assert_eq!(frames.last().unwrap()["type"], "resumed");
}

#[tokio::test]
async fn a_stream_that_nobody_follows_any_more_is_forgotten_and_can_be_followed_again() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let (group, other) = (brand.group("Antriebe").await, brand.group("Lager").await);
    let (mut staying, mut leaving) = (brand.owner.socket().await, brand.owner.socket().await);
    staying.follow(&group.id, 0).await;
    leaving.follow(&other.id, 0).await;
    leaving.follow(&group.id, 0).await;
    assert_eq!(house.metric("streams_relayed").await, 2);
    leaving.command(json!({ "op": "unfollow", "streams": [other.id, group.id] })).await;
    leaving.so_far().await;
    house.app().relay.forget_unfollowed(house.app()).await;
    assert_eq!(house.metric("streams_relayed").await, 1);

    brand.owner.say(&group.chat, "noch da").await;
    staying.change("message.posted").await;
    brand.owner.say(&other.chat, "ungehört").await;
    let at = leaving.follow(&other.id, 0).await.pop().unwrap()["position"].as_i64().unwrap();
    brand.owner.say(&other.chat, "wieder gehört").await;
    assert_eq!(leaving.change("message.posted").await["position"], at + 1);
}

/// Whoever is taken out while they write: what is acknowledged stands before the removal, the rest is nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_by_somebody_who_has_just_been_removed() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    let place = format!("/groups/{}/members/{}", group.id, anja.member);
    let mut acknowledged = 0;
    for round in 0..12 {
        let mut socket = anja.socket().await;
        let over_http = (0..4).map(|n| {
            let (anja, channel) = (anja.clone(), group.chat.clone());
            let body = json!({ "client_key": format!("http-{round}-{n}"), "body": "schnell noch" });
            tokio::spawn(async move { anja.post(&format!("/channels/{channel}/messages"), &body).await })
        });
        let over_http: Vec<_> = over_http.collect();
        for n in 0..4 {
            let key = format!("socket-{round}-{n}");
            socket.command(json!({ "op": "post", "channel": group.chat, "client_key": key, "body": "und noch" })).await;
        }
        brand.owner.delete(&place).await.ok();
        for answer in over_http {
            let answer = answer.await.unwrap();
            assert!(matches!(answer.status.as_u16(), 201 | 404), "{} {}", answer.status, answer.code());
            acknowledged += u32::from(answer.status == 201);
        }
        for answer in socket.answers(4).await {
            assert!(answer["type"] == "ack" || answer["code"] == "not_found", "{answer}");
            acknowledged += u32::from(answer["type"] == "ack");
        }
        let late = json!({ "op": "post", "channel": group.chat, "client_key": fresh_key(), "body": "zu spät" });
        assert_eq!(socket.ask(late).await["code"], "not_found");
        brand.owner.put(&place, &json!({ "role": "member" })).await.ok();
        house.clock.advance_ms(60_000);
    }
    let (mut inside, mut written) = (true, 0);
    for frame in brand.owner.socket().await.follow(&group.id, 0).await {
        let change = &frame["change"];
        match change["kind"].as_str().unwrap_or_default() {
            "member.left" => inside = false,
            "member.joined" => inside = true,
            "message.posted" => {
                assert!(inside, "written behind the removal: {frame}");
                written += 1;
            }
            _ => {}
        }
    }
    assert_eq!(written, acknowledged);
}
