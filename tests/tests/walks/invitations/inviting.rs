//! Inviting: what may be given, taken back and looked through.

use guildhall::access::GroupRole;
use guildhall_tests::{House, Person, fresh_key, id_of};
use reqwest::Method;
use serde_json::{Value, json};

use super::{after_hash, invite, link, mailed_token, preview, redemption};

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
        holder
            .post("/invitations/code", &json!({ "token": token, "email": "n@neu.example" }))
            .await
            .refused(404, "invite_invalid");
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
    assert_eq!(
        again["groups"],
        json!([{ "id": other.id, "name": "Lager" }]),
        "what others opened is none of Hanna's business"
    );
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
