//! Coming in: who may, once, and under which address.

use std::collections::HashSet;

use futures_util::future::join_all;
use guildhall::access::GroupRole;
use guildhall_tests::{Answer, Brand, Group, House, PASSWORD, Person, fresh_key, id_of};
use reqwest::Method;
use serde_json::{Value, json};

/// Asks for an invitation into one group; `with` overrides the defaults.
async fn invite(by: &Person, brand: &Brand, group: &Group, with: Value) -> Answer {
    let mut body = json!({ "kind": "link", "groups": [group.id], "group_role": "member", "brand_role": "member" });
    for (key, value) in with.as_object().unwrap() {
        body[key] = value.clone();
    }
    by.post(&format!("/brands/{}/invitations", brand.id), &body).await
}

/// The token of a new link.
async fn link(by: &Person, brand: &Brand, group: &Group, with: Value) -> String {
    let invitation = invite(by, brand, group, with).await.ok();
    after_hash(invitation["url"].as_str().unwrap())
}

fn after_hash(text: &str) -> String {
    text.split_once("/join#").unwrap().1.split_whitespace().next().unwrap().to_owned()
}

/// The newest mail to an address that has `word` in its subject, from the owner's outbox.
async fn mail(owner: &Person, to: &str, word: &str) -> Value {
    let mails = owner.get(&format!("/brands/{}/mails?limit=200", owner.brand)).await.ok();
    let fits = |mail: &&Value| mail["to"] == to && mail["subject"].as_str().unwrap().contains(word);
    let newest = mails["items"].as_array().unwrap().iter().find(fits).unwrap_or_else(|| panic!("no mail to {to}"));
    owner.get(&format!("/mails/{}", id_of(newest))).await.ok()
}

async fn mailed_token(owner: &Person, to: &str) -> String {
    after_hash(mail(owner, to, "").await["text"].as_str().unwrap())
}

/// Has a code mailed and reads it.
async fn mailed_code(owner: &Person, holder: &Person, token: &str, email: &str) -> String {
    let answer = holder.post("/invitations/code", &json!({ "token": token, "email": email })).await;
    assert_eq!(answer.status.as_u16(), 202);
    let subject = mail(owner, &email.to_lowercase(), "code").await["subject"].as_str().unwrap().to_owned();
    subject.chars().filter(char::is_ascii_digit).collect()
}

fn redemption(token: &str, email: &str, code: &str) -> Value {
    json!({ "token": token, "email": email, "code": code, "password": PASSWORD, "name": "Nele Neu", "company": "Neu GmbH",
            "job_title": "Einkauf", "language": "de", "time_zone": "Europe/Berlin" })
}

fn another_code(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

async fn preview(person: &Person, token: &str) -> Answer {
    person.post("/invitations/preview", &json!({ "token": token })).await
}

/// A house whose people come through a proxy, so that each request may name an address of its own.
async fn house_behind_a_proxy() -> House {
    House::with(Box::new(|config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()])).await
}

async fn from_address(person: &Person, nth: usize, path: &str, body: &Value) -> Answer {
    let address = format!("198.51.{}.{}", nth / 250, nth % 250 + 1);
    person.send(person.request(Method::POST, path).header("x-forwarded-for", address).json(body)).await
}

#[tokio::test]
async fn who_is_invited_by_mail_confirms_the_code_and_stands_in_the_group() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let with = json!({ "kind": "email", "email": "Nele@Neu.example", "message": "Bis bald" });
    let invitation = invite(&brand.owner, &brand, &group, with).await.ok();
    assert_eq!((&invitation["url"], &invitation["state"]), (&Value::Null, &json!("pending")));
    let token = mailed_token(&brand.owner, "nele@neu.example").await;

    let nele = house.nobody();
    let seen = preview(&nele, &token).await.ok();
    assert_eq!(seen["groups"], json!([{ "name": "Antriebe" }]));
    assert_eq!((&seen["email_hint"], &seen["needs_email"]), (&json!("n…@neu.example"), &json!(false)));
    assert_eq!(seen["inviter"]["name"], "Olga Ohm");

    let code = mailed_code(&brand.owner, &nele, &token, "NELE@neu.example").await;
    let redeemed = nele.post("/invitations/redeem", &redemption(&token, "NELE@neu.example", &code)).await.ok();
    assert_eq!(redeemed["group_ids"], json!([group.id]));
    assert_eq!(redeemed["me"]["account"]["email"], "nele@neu.example");
    nele.get(&format!("/groups/{}", group.id)).await.ok();
    nele.say(&group.chat, "Guten Tag").await;
    let listed = brand.owner.get(&format!("/brands/{}/invitations", brand.id)).await.ok();
    assert_eq!((&listed["items"][0]["state"], &listed["items"][0]["uses"]), (&json!("used"), &json!(1)));
}

#[tokio::test]
async fn of_a_hundred_who_redeem_a_single_use_link_at_once_one_comes_in() {
    let house = house_behind_a_proxy().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = north.group("Antriebe").await;
    let token = link(&north.owner, &north, &group, json!({ "max_uses": 1 })).await;
    let mut people = Vec::new();
    for nth in 0..100 {
        people.push(house.member(&south, &format!("Gast{nth}"), &[]).await);
    }
    let body = json!({ "token": token });
    let attempts = people.iter().enumerate().map(|(nth, person)| from_address(person, nth, "/invitations/redeem", &body));
    let answers = join_all(attempts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status.as_u16() == 201).count(), 1);
    let losers = answers.into_iter().filter(|answer| answer.status.as_u16() != 201);
    assert!(losers.into_iter().all(|answer| answer.refused(404, "invite_invalid").status == 404));
    let members = north.owner.get(&format!("/groups/{}/members", group.id)).await.ok();
    assert_eq!(members["items"].as_array().unwrap().len(), 2, "the owner and one guest");
}

#[tokio::test]
async fn the_last_seats_of_a_link_go_to_as_many_as_there_are() {
    let house = house_behind_a_proxy().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = north.group("Antriebe").await;
    let token = link(&north.owner, &north, &group, json!({ "max_uses": 3 })).await;
    let mut people = Vec::new();
    for nth in 0..50 {
        people.push(house.member(&south, &format!("Gast{nth}"), &[]).await);
    }
    let body = json!({ "token": token });
    let attempts = people.iter().enumerate().map(|(nth, person)| from_address(person, nth, "/invitations/redeem", &body));
    let statuses: Vec<u16> = join_all(attempts).await.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 3);
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 47);
}

#[tokio::test]
async fn one_newcomer_who_sends_the_form_fifty_times_at_once_becomes_one_member() {
    let house = house_behind_a_proxy().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let token = link(&brand.owner, &brand, &group, json!({ "max_uses": 50 })).await;
    let nele = house.nobody();
    let code = mailed_code(&brand.owner, &nele, &token, "nele@neu.example").await;
    let body = redemption(&token, "nele@neu.example", &code);
    let devices: Vec<Person> = (0..50).map(|_| nele.another_device()).collect();
    let attempts =
        devices.iter().enumerate().map(|(nth, device)| from_address(device, nth, "/invitations/redeem", &body));
    let answers = join_all(attempts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status.as_u16() == 201).count(), 1);
    let codes: HashSet<String> = answers.iter().map(Answer::code).filter(|code| !code.is_empty()).collect();
    assert!(codes.is_subset(&["code_invalid", "log_in_first"].map(str::to_owned).into()), "{codes:?}");
}

#[tokio::test]
async fn looking_fetching_and_forms_without_the_code_use_nothing_up() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let token = link(&brand.owner, &brand, &group, json!({})).await;
    let scanner = house.nobody();
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    for method in [Method::GET, Method::HEAD] {
        // The token stands behind the `#` of this page's address, so that it is not even sent.
        browser.request(method.clone(), format!("{}/join", house.url())).send().await.unwrap();
        for path in ["/invitations/redeem", "/invitations/preview", "/invitations/code"] {
            let answer = scanner.send(scanner.request(method.clone(), path).json(&json!({ "token": token }))).await;
            assert_eq!(answer.status.as_u16(), 405, "{method} {path}");
        }
    }
    preview(&scanner, &token).await.ok();
    let form = format!("token={token}&password={PASSWORD}");
    let posted = scanner.request(Method::POST, "/invitations/redeem").body(form);
    let posted = posted.header("content-type", "application/x-www-form-urlencoded");
    scanner.send(posted).await.refused(415, "unsupported_media_type");
    let mut without_code = redemption(&token, "nele@neu.example", "");
    scanner.post("/invitations/redeem", &without_code).await.refused(422, "code_invalid");
    without_code.as_object_mut().unwrap().remove("code");
    scanner.post("/invitations/redeem", &without_code).await.refused(422, "validation");

    let code = mailed_code(&brand.owner, &scanner, &token, "nele@neu.example").await;
    scanner.post("/invitations/redeem", &redemption(&token, "nele@neu.example", &code)).await.ok();
}

#[tokio::test]
async fn a_code_is_guessed_five_times_and_lives_ten_minutes() {
    let house = house_behind_a_proxy().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let token = link(&brand.owner, &brand, &group, json!({})).await;
    let nele = house.nobody();
    let try_code = async |code: &str, nth| {
        from_address(&nele, nth, "/invitations/redeem", &redemption(&token, "nele@neu.example", code)).await
    };

    let code = mailed_code(&brand.owner, &nele, &token, "nele@neu.example").await;
    for nth in 0..5 {
        try_code(&another_code(&code), nth).await.refused(422, "code_invalid");
    }
    try_code(&code, 5).await.refused(422, "code_invalid");

    house.clock.advance_ms(1_000);
    let code = mailed_code(&brand.owner, &nele, &token, "nele@neu.example").await;
    house.clock.advance_ms(10 * 60_000);
    try_code(&code, 6).await.refused(422, "code_invalid");

    let code = mailed_code(&brand.owner, &nele, &token, "nele@neu.example").await;
    house.clock.advance_ms(10 * 60_000 - 1);
    try_code(&code, 7).await.ok();
}

#[tokio::test]
async fn a_bound_invitation_refuses_every_other_address_signed_in_or_not() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = north.group("Antriebe").await;
    invite(&north.owner, &north, &group, json!({ "kind": "email", "email": "nele@neu.example" })).await.ok();
    let bound = mailed_token(&north.owner, "nele@neu.example").await;
    let of_domain = link(&north.owner, &north, &group, json!({ "domain": "neu.example" })).await;

    let (nobody, guest) = (house.nobody(), house.member(&south, "Gast", &[]).await);
    for token in [&bound, &of_domain] {
        for other in ["nils@fremd.example", "nele@neu.example.evil.example", "nele@sub.neu.example"] {
            let body = json!({ "token": token, "email": other });
            nobody.post("/invitations/code", &body).await.refused(403, "invite_email_mismatch");
            let answer = nobody.post("/invitations/redeem", &redemption(token, other, "000000")).await;
            answer.refused(403, "invite_email_mismatch");
        }
        guest.post("/invitations/redeem", &json!({ "token": token })).await.refused(403, "invite_email_mismatch");
    }
    let code = mailed_code(&north.owner, &nobody, &of_domain, "nele@neu.example").await;
    nobody.post("/invitations/redeem", &redemption(&of_domain, "NELE@NEU.EXAMPLE", &code)).await.ok();
}

#[tokio::test]
async fn nobody_gives_by_invitation_what_they_do_not_have() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let (group, other) = (north.group("Antriebe").await, north.group("Lager").await);
    let foreign = south.group("Fremd").await;
    let host = house.member(&north, "Hanna", &[(&group, GroupRole::Host)]).await;
    let member = house.member(&north, "Mia", &[(&group, GroupRole::Member)]).await;

    invite(&host, &north, &group, json!({ "brand_role": "admin" })).await.refused(403, "role_too_high");
    invite(&host, &north, &other, json!({})).await.refused(404, "not_found");
    invite(&host, &north, &foreign, json!({})).await.refused(404, "not_found");
    invite(&member, &north, &group, json!({})).await.refused(403, "forbidden");
    invite(&north.owner, &north, &group, json!({ "brand_role": "owner" })).await.refused(422, "validation");
    invite(&north.owner, &north, &foreign, json!({})).await.refused(404, "not_found");
    invite(&host, &north, &group, json!({ "groups": [group.id, other.id] })).await.refused(404, "not_found");
    invite(&host, &north, &group, json!({ "group_role": "host" })).await.ok();
}

#[tokio::test]
async fn an_invitation_is_worth_what_its_inviter_may_give_now() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let holder = house.nobody();
    for change in ["demoted", "suspended", "removed from the group", "removed"] {
        let hanna = house.member(&brand, &change.replace(' ', "-"), &[(&group, GroupRole::Host)]).await;
        let token = link(&hanna, &brand, &group, json!({})).await;
        preview(&holder, &token).await.ok();
        let in_group = format!("/groups/{}/members/{}", group.id, hanna.member);
        let in_brand = format!("/brands/{}/members/{}", brand.id, hanna.member);
        let answer = match change {
            "demoted" => brand.owner.patch(&in_group, &json!({ "role": "moderator" })).await,
            "suspended" => brand.owner.patch(&in_brand, &json!({ "state": "suspended" })).await,
            "removed" => brand.owner.delete(&in_brand).await,
            _ => brand.owner.delete(&in_group).await,
        };
        assert!(answer.status.is_success(), "{change}");
        preview(&holder, &token).await.refused(404, "invite_invalid");
        holder.post("/invitations/code", &json!({ "token": token, "email": "n@neu.example" })).await.refused(404, "invite_invalid");
    }
}

#[tokio::test]
async fn used_expired_revoked_and_unknown_tokens_answer_the_same_bytes() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = north.group("Antriebe").await;
    let guest = house.member(&south, "Gast", &[]).await;
    let used = link(&north.owner, &north, &group, json!({})).await;
    guest.post("/invitations/redeem", &json!({ "token": used })).await.ok();
    let expired = link(&north.owner, &north, &group, json!({ "expires_in_days": 1 })).await;
    house.clock.advance_ms(86_400_000);
    let invitation = invite(&north.owner, &north, &group, json!({})).await.ok();
    let revoked = after_hash(invitation["url"].as_str().unwrap());
    assert_eq!(north.owner.delete(&format!("/invitations/{}", id_of(&invitation))).await.status.as_u16(), 204);

    let holder = house.nobody();
    let mut bodies = Vec::new();
    for token in [used.as_str(), expired.as_str(), revoked.as_str(), "unknown", ""] {
        let answer = preview(&holder, token).await.refused(404, "invite_invalid");
        bodies.push((answer.without_request_id(), answer.headers["content-type"].clone()));
        let answer = holder.post("/invitations/redeem", &redemption(token, "n@neu.example", "123456")).await;
        bodies.push((answer.without_request_id(), answer.headers["content-type"].clone()));
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert!(!bodies[0].0.to_string().contains("Nordwind"));
}

#[tokio::test]
async fn one_address_has_one_pending_invitation_and_revoking_kills_all_copies() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let (group, other) = (brand.group("Antriebe").await, brand.group("Lager").await);
    let hanna = house.member(&brand, "Hanna", &[(&other, GroupRole::Host)]).await;
    let to = "nele@neu.example";
    let first = invite(&brand.owner, &brand, &group, json!({ "kind": "email", "email": to })).await.ok();
    let old = mailed_token(&brand.owner, to).await;
    house.clock.advance_ms(1_000);
    let again = invite(&hanna, &brand, &other, json!({ "kind": "email", "email": " NELE@neu.example" })).await.ok();
    assert_eq!(id_of(&first), id_of(&again));
    assert_eq!(again["groups"], json!([{ "id": other.id, "name": "Lager" }]), "what others opened is none of Hanna's business");
    let new = mailed_token(&brand.owner, to).await;

    let holder = house.nobody();
    preview(&holder, &old).await.refused(404, "invite_invalid");
    assert_eq!(preview(&holder, &new).await.ok()["groups"], json!([{ "name": "Antriebe" }, { "name": "Lager" }]));
    let listed = brand.owner.get(&format!("/brands/{}/invitations", brand.id)).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(brand.owner.delete(&format!("/invitations/{}", id_of(&first))).await.status.as_u16(), 204);
    preview(&holder, &new).await.refused(404, "invite_invalid");

    let anew = invite(&brand.owner, &brand, &group, json!({ "kind": "email", "email": to })).await.ok();
    assert_ne!(id_of(&first), id_of(&anew), "what was revoked stays so");
}

#[tokio::test]
async fn sending_again_gives_a_new_token_and_revives_what_had_expired() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = north.group("Antriebe").await;
    let with = json!({ "kind": "email", "email": "nele@neu.example", "expires_in_days": 1 });
    let invitation = invite(&north.owner, &north, &group, with).await.ok();
    let old = mailed_token(&north.owner, "nele@neu.example").await;
    house.clock.advance_ms(2 * 86_400_000);
    let path = format!("/invitations/{}/resend", id_of(&invitation));
    assert_eq!(north.owner.post(&path, &json!({})).await.status.as_u16(), 202);
    let new = mailed_token(&north.owner, "nele@neu.example").await;
    let holder = house.nobody();
    preview(&holder, &new).await.ok();
    preview(&holder, &old).await.refused(404, "invite_invalid");
    let member = house.member(&north, "Mia", &[(&group, GroupRole::Member)]).await;
    for stranger in [&member, &south.owner] {
        stranger.post(&path, &json!({})).await.refused(404, "not_found");
        stranger.delete(&format!("/invitations/{}", id_of(&invitation))).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn fields_that_nobody_asked_for_are_refused() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let token = link(&brand.owner, &brand, &group, json!({})).await;
    for (field, value) in [("role", json!("owner")), ("groups", json!([group.id])), ("brand_role", json!("admin"))] {
        let mut body = redemption(&token, "n@neu.example", "123456");
        body[field] = value;
        house.nobody().post("/invitations/redeem", &body).await.refused(400, "unknown_field");
    }
}

#[tokio::test]
async fn guesses_are_counted_for_the_address_and_holders_are_let_through() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let token = link(&brand.owner, &brand, &group, json!({})).await;
    let guesser = house.nobody();
    for nth in 0..30 {
        let answer = preview(&guesser, &format!("guess-{nth}")).await;
        if nth < 10 {
            answer.refused(404, "invite_invalid");
        } else {
            assert!(answer.refused(429, "rate_limited").headers.contains_key("retry-after"));
        }
    }
    preview(&guesser, &token).await.ok();
    house.clock.advance_ms(6_000);
    preview(&guesser, "guess").await.refused(404, "invite_invalid");
}

#[tokio::test]
async fn who_has_an_account_logs_in_first_and_then_needs_the_token_alone() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let (group, other) = (north.group("Antriebe").await, north.group("Lager").await);
    let guest = house.member(&south, "Gast", &[]).await;
    let token = link(&north.owner, &north, &group, json!({ "max_uses": 5 })).await;
    let stranger = guest.another_device();
    let wrong = redemption(&token, &guest.email, "000000");
    stranger.post("/invitations/redeem", &wrong).await.refused(422, "code_invalid");
    let code = mailed_code(&north.owner, &stranger, &token, &guest.email).await;
    stranger.post("/invitations/redeem", &redemption(&token, &guest.email, &code)).await.refused(409, "log_in_first");

    let redeemed = guest.post("/invitations/redeem", &json!({ "token": token })).await.ok();
    assert_eq!(redeemed["me"]["memberships"].as_array().unwrap().len(), 2);
    guest.get(&format!("/groups/{}", group.id)).await.ok();
    guest.post("/invitations/redeem", &json!({ "token": token })).await.refused(409, "already_member");

    let more = link(&north.owner, &north, &other, json!({})).await;
    let redeemed = guest.post("/invitations/redeem", &json!({ "token": more })).await.ok();
    assert_eq!(redeemed["me"]["memberships"].as_array().unwrap().len(), 2, "a second group is no second membership");
    let with = json!({ "kind": "email", "email": guest.email });
    invite(&north.owner, &north, &group, with).await.refused(409, "already_member");
}

#[tokio::test]
async fn who_was_sent_away_comes_back_by_a_new_invitation_only_and_as_the_same_member() {
    let house = House::new().await;
    let (north, south) = (house.brand("Nordwind").await, house.brand("Suedstern").await);
    let group = north.group("Antriebe").await;
    let guest = house.member(&south, "Gast", &[]).await;
    let token = link(&north.owner, &north, &group, json!({ "max_uses": 5 })).await;
    let place = |redeemed: &Value| {
        let memberships = redeemed["me"]["memberships"].as_array().unwrap().clone();
        let mine = memberships.iter().find(|membership| membership["brand"]["id"] == north.id.as_str());
        id_of(&mine.unwrap()["member"])
    };
    let first = place(&guest.post("/invitations/redeem", &json!({ "token": token })).await.ok());
    let removed = north.owner.delete(&format!("/brands/{}/members/{first}", north.id)).await;
    assert_eq!(removed.status.as_u16(), 204);
    guest.post("/invitations/redeem", &json!({ "token": token })).await.refused(404, "invite_invalid");
    guest.get(&format!("/groups/{}", group.id)).await.refused(404, "not_found");
    let anew = link(&north.owner, &north, &group, json!({})).await;
    let second = place(&guest.post("/invitations/redeem", &json!({ "token": anew })).await.ok());
    assert_eq!(first, second);
}

#[tokio::test]
async fn the_same_key_makes_one_invitation_one_group_one_channel() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let owner = &brand.owner;
    let post = async |path: &str, key: &str, body: &Value| {
        owner.send(owner.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    };
    let invitation = json!({ "kind": "email", "email": "nele@neu.example", "groups": [group.id], "group_role": "member",
                             "brand_role": "member" });
    for (path, body, field) in [
        (format!("/brands/{}/invitations", brand.id), invitation, "email"),
        (format!("/brands/{}/groups", brand.id), json!({ "name": "Lager" }), "name"),
        (format!("/groups/{}/channels", group.id), json!({ "name": "Messe", "kind": "chat" }), "name"),
    ] {
        let key = fresh_key();
        let first = post(&path, &key, &body).await.ok();
        let repeat = post(&path, &key, &body).await.ok();
        assert_eq!(id_of(&first), id_of(&repeat), "{path}");
        let mut other = body.clone();
        other[field] = json!("anders@neu.example");
        post(&path, &key, &other).await.refused(409, "idempotency_conflict");
        post(&path, "short", &body).await.refused(400, "bad_query");
    }
    let mails = owner.get(&format!("/brands/{}/mails", brand.id)).await.ok();
    assert_eq!(mails["items"].as_array().unwrap().len(), 1, "a repeat sends nothing twice");
}

#[tokio::test]
async fn invitations_are_listed_to_their_inviter_and_to_admins() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let hanna = house.member(&brand, "Hanna", &[(&group, GroupRole::Host)]).await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    invite(&hanna, &brand, &group, json!({})).await.ok();
    invite(&brand.owner, &brand, &group, json!({})).await.ok();
    let count = async |person: &Person| {
        let listed = person.get(&format!("/brands/{}/invitations", brand.id)).await.ok();
        let items = listed["items"].as_array().unwrap().clone();
        assert!(items.iter().all(|invitation| invitation["url"].is_null()), "a token is shown once");
        items.len()
    };
    assert_eq!((count(&hanna).await, count(&mia).await, count(&brand.owner).await), (1, 0, 2));
}
