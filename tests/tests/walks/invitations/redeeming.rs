//! Coming in: who may, once, and under which address.

use std::collections::HashSet;

use futures_util::future::join_all;
use guildhall_tests::{Answer, House, PASSWORD, Person, id_of};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    another_code, from_address, house_behind_a_proxy, invite, link, mailed_code, mailed_token, preview, redemption,
};

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
    let attempts =
        people.iter().enumerate().map(|(nth, person)| from_address(person, nth, "/invitations/redeem", &body));
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
    let attempts =
        people.iter().enumerate().map(|(nth, person)| from_address(person, nth, "/invitations/redeem", &body));
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
