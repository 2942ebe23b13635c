//! Accounts: logging in, passwords, and secrets that come back.

use guildhall::access::GroupRole;
use guildhall::platform::store::Rows;
use guildhall_tests::{House, PASSWORD, Person, Socket};
use reqwest::Method;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

const OTHER_PASSWORD: &str = "kranbahn-ostwind-47";

/// A mail in the product's own name, which no outbox in the browser shows.
#[derive(Debug, FromQueryResult)]
struct Mail {
    subject: String,
    text_body: String,
}

async fn mails_to(house: &House, email: &str) -> Vec<Mail> {
    let reader = house.app().store.read().await.unwrap();
    let sql = "SELECT subject, text_body FROM mails WHERE recipient = $1 ORDER BY created_at, id";
    reader.all(sql, vec![email.into()]).await.unwrap()
}

/// The token of the newest link to a new password.
async fn reset_token(house: &House, email: &str) -> String {
    let mails = mails_to(house, email).await;
    let link = mails.iter().rev().find_map(|mail| mail.text_body.split_once("/reset#")).unwrap().1;
    link.split_whitespace().next().unwrap().to_owned()
}

async fn ask_for_reset(person: &Person, email: &str) -> (u16, Vec<u8>) {
    let answer = person.post("/password-resets", &json!({ "email": email })).await;
    (answer.status.as_u16(), answer.bytes)
}

fn credentials(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_answer_the_same_bytes() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let nobody = house.nobody();
    let wrong = nobody.post("/logins", &credentials(&brand.owner.email, "falsch-geraten-8")).await;
    let unknown = nobody.post("/logins", &credentials("wer@nordwind.example", "falsch-geraten-8")).await;
    let no_address = nobody.post("/logins", &credentials("wer", "falsch-geraten-8")).await;
    let too_long = nobody.post("/logins", &credentials(&brand.owner.email, &"x".repeat(129))).await;
    let bodies = [wrong, unknown, no_address, too_long].map(|answer| {
        let answer = answer.refused(401, "invalid_credentials");
        assert!(!answer.headers.contains_key("set-cookie"));
        answer.without_request_id()
    });
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let spelt = credentials(&brand.owner.email.to_uppercase(), PASSWORD);
    assert_eq!(nobody.post("/logins", &spelt).await.status.as_u16(), 201);
}

#[tokio::test]
async fn the_eleventh_failure_waits_and_the_same_account_gets_in_from_elsewhere() {
    let house = House::with(Box::new(|config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()])).await;
    let brand = house.brand("Nordwind").await;
    let log_in = async |address: &str, email: &str, password: &str| {
        let nobody = house.nobody();
        let request = nobody.request(Method::POST, "/logins").header("x-forwarded-for", address);
        nobody.send(request.json(&credentials(email, password))).await
    };
    let email = brand.owner.email.as_str();
    for _ in 0..10 {
        log_in("198.51.100.1", email, "falsch-geraten-8").await.refused(401, "invalid_credentials");
    }
    let refused = log_in("198.51.100.1", email, PASSWORD).await.refused(429, "rate_limited");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(log_in("203.0.113.9", email, PASSWORD).await.status.as_u16(), 201);
    house.clock.advance_ms(15 * 60_000);
    assert_eq!(log_in("198.51.100.1", email, PASSWORD).await.status.as_u16(), 201);
}

#[tokio::test]
async fn weak_passwords_are_refused_wherever_one_is_set() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let too_long = "x7-".repeat(43);
    for weak in [too_long.as_str(), "kurz-12", "password", "12345678", "guildhall1", "nordwind", "OlgaOhm1"] {
        let body = json!({ "current_password": PASSWORD, "new_password": weak });
        brand.owner.post("/me/password", &body).await.refused(422, "password_policy");
        house.clock.advance_ms(300_000);
    }
    let huge = json!({ "current_password": PASSWORD, "new_password": "x".repeat(1 << 20) });
    brand.owner.post("/me/password", &huge).await.refused(413, "body_too_large");
    assert_eq!(brand.owner.another_device().log_in(PASSWORD).await.status.as_u16(), 201, "nothing has changed");
}

#[tokio::test]
async fn asking_for_a_new_password_tells_nobody_who_has_an_account() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let nobody = house.nobody();
    let known = ask_for_reset(&nobody, &brand.owner.email).await;
    let unknown = ask_for_reset(&nobody, "wer@nordwind.example").await;
    let no_address = ask_for_reset(&nobody, "wer").await;
    assert_eq!((known.0, &known), (202, &unknown));
    assert_eq!(known, no_address);
    assert!(mails_to(&house, "wer@nordwind.example").await.is_empty());
    assert_eq!(mails_to(&house, &brand.owner.email).await.len(), 1);

    // A fourth in the hour is answered like the first and sends nothing.
    for _ in 0..3 {
        assert_eq!(ask_for_reset(&nobody, &brand.owner.email).await, known);
    }
    assert_eq!(mails_to(&house, &brand.owner.email).await.len(), 3);
}

#[tokio::test]
async fn a_link_to_a_new_password_works_once_and_ends_every_log_in() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let mut socket = brand.owner.socket().await;
    let nobody = house.nobody();
    ask_for_reset(&nobody, &brand.owner.email).await;
    let first = reset_token(&house, &brand.owner.email).await;
    house.clock.advance_ms(1_000);
    ask_for_reset(&nobody, &brand.owner.email).await;
    let second = reset_token(&house, &brand.owner.email).await;

    let redeem = |token: &str, password: &str| json!({ "token": token, "password": password });
    nobody.post("/password-resets/redeem", &redeem(&second, "kurz")).await.refused(422, "password_policy");
    let done = nobody.post("/password-resets/redeem", &redeem(&second, OTHER_PASSWORD)).await;
    assert_eq!(done.status.as_u16(), 204);
    assert_eq!(socket.closed().await, 4401);
    brand.owner.get("/me").await.refused(401, "unauthenticated");
    for void in [&second, &first] {
        nobody.post("/password-resets/redeem", &redeem(void, OTHER_PASSWORD)).await.refused(404, "token_invalid");
    }
    let mails = mails_to(&house, &brand.owner.email).await;
    assert_eq!(mails.len(), 3, "two links and word of the new password: {mails:?}");
    assert!(!mails[2].subject.is_empty());
    let again = brand.owner.another_device();
    again.log_in(PASSWORD).await.refused(401, "invalid_credentials");
    assert_eq!(again.log_in(OTHER_PASSWORD).await.status.as_u16(), 201);
}

#[tokio::test]
async fn a_link_to_a_new_password_ends_after_two_hours() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let nobody = house.nobody();
    ask_for_reset(&nobody, &brand.owner.email).await;
    let token = reset_token(&house, &brand.owner.email).await;
    house.clock.advance_ms(2 * 3_600_000);
    let body = json!({ "token": token, "password": OTHER_PASSWORD });
    nobody.post("/password-resets/redeem", &body).await.refused(404, "token_invalid");
}

/// Somebody who only guesses costs the house no hash: the refusal comes before the password is looked at.
#[tokio::test]
async fn a_link_that_is_not_good_is_refused_before_the_password_is_looked_at() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let nobody = house.nobody();
    ask_for_reset(&nobody, &brand.owner.email).await;
    let good = reset_token(&house, &brand.owner.email).await;
    let redeem = async |token: &str, password: &str| {
        house.clock.advance_ms(300_000);
        nobody.post("/password-resets/redeem", &json!({ "token": token, "password": password })).await
    };
    let (signed, _) = good.rsplit_once('.').unwrap();
    let unsigned = format!("{signed}.");
    let ticket = brand.owner.ticket(&brand.id).await;
    for wrong in ["", "x", unsigned.as_str(), &ticket, &format!("{good}A")] {
        redeem(wrong, "kurz").await.refused(404, "token_invalid");
    }
    redeem(&good, "kurz").await.refused(422, "password_policy");
    assert_eq!(redeem(&good, OTHER_PASSWORD).await.status.as_u16(), 204);
    redeem(&good, "kurz").await.refused(404, "token_invalid");
}

#[tokio::test]
async fn a_link_to_a_new_password_is_void_once_the_account_has_another_address() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let nobody = house.nobody();
    ask_for_reset(&nobody, &brand.owner.email).await;
    let token = reset_token(&house, &brand.owner.email).await;
    let tx = house.app().store.begin().await.unwrap();
    let moved = tx.run("UPDATE accounts SET email = 'neu@nordwind.example'", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(moved, 1);
    let body = json!({ "token": token, "password": OTHER_PASSWORD });
    nobody.post("/password-resets/redeem", &body).await.refused(404, "token_invalid");
}

#[tokio::test]
async fn of_two_who_use_one_link_at_once_one_sets_the_password() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let nobody = house.nobody();
    ask_for_reset(&nobody, &brand.owner.email).await;
    let token = reset_token(&house, &brand.owner.email).await;
    let bodies =
        [OTHER_PASSWORD, "speicherstadt-nebel-3"].map(|password| json!({ "token": token, "password": password }));
    let answers = tokio::join!(
        nobody.post("/password-resets/redeem", &bodies[0]),
        nobody.post("/password-resets/redeem", &bodies[1])
    );
    let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404]);
}

#[tokio::test]
async fn changing_the_password_takes_the_old_one_and_ends_the_other_log_ins() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let mia = house.member(&brand, "Mia", &[(&group, GroupRole::Member)]).await;
    let elsewhere = mia.another_device();
    assert_eq!(elsewhere.log_in(PASSWORD).await.status.as_u16(), 201);
    let (mut here, mut there) = (mia.socket().await, elsewhere.socket().await);
    let change = |current: &str| json!({ "current_password": current, "new_password": OTHER_PASSWORD });
    mia.post("/me/password", &change("falsch-geraten-8")).await.refused(401, "invalid_credentials");
    elsewhere.get("/me").await.ok();
    assert_eq!(mia.post("/me/password", &change(PASSWORD)).await.status.as_u16(), 204);
    assert_eq!(there.closed().await, 4401);
    elsewhere.get("/me").await.refused(401, "unauthenticated");
    mia.get("/me").await.ok();
    here.follow(&group.id, 0).await;
    assert_eq!(mails_to(&house, &mia.email).await.len(), 1);
}

#[tokio::test]
async fn a_rotated_secret_that_comes_back_ends_the_whole_log_in() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let owner = &brand.owner;
    let stolen = owner.cookie();
    house.clock.advance_ms(25 * 3_600_000);
    owner.get("/me").await.ok();
    assert_ne!(owner.cookie(), stolen, "rotated after a day");
    let thief = owner.another_device();
    thief.set_cookie(stolen.clone());
    thief.get("/me").await.ok();
    assert_eq!(thief.cookie(), stolen, "requests under way are let through, but get no new secret");

    let mut socket = owner.socket().await;
    house.clock.advance_ms(61_000);
    thief.get("/me").await.refused(401, "session_reused");
    assert_eq!(socket.closed().await, 4401);
    owner.get("/me").await.refused(401, "unauthenticated");
    assert_eq!(mails_to(&house, &owner.email).await.len(), 1, "the owner is told");
    thief.get("/me").await.refused(401, "unauthenticated");
    assert_eq!(mails_to(&house, &owner.email).await.len(), 1, "and told once");
    owner.log_in(PASSWORD).await.ok();
    let log = owner.get(&format!("/brands/{}/audit?limit=1", brand.id)).await.ok();
    let entry = &log["items"][0];
    assert_eq!((&entry["act"], &entry["actor"]), (&json!("end_stolen_login"), &Value::Null), "{entry}");
    assert_eq!(entry["target_id"], owner.member.as_str());
}

#[tokio::test]
async fn a_log_in_gives_a_secret_of_its_own_and_ends_the_one_before() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let fixed = house.nobody();
    fixed.set_cookie(Some("guildhall=chosen-by-somebody-else".to_owned()));
    let answer = fixed.post("/logins", &credentials(&brand.owner.email, PASSWORD)).await;
    let set = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && !set.contains("chosen"), "{set}");
    let first = fixed.cookie();
    assert_eq!(fixed.post("/logins", &credentials(&brand.owner.email, PASSWORD)).await.status.as_u16(), 201);
    assert_ne!(fixed.cookie(), first);
    let holder_of_the_old = fixed.another_device();
    for old in [first, Some("guildhall=chosen-by-somebody-else".to_owned())] {
        holder_of_the_old.set_cookie(old);
        holder_of_the_old.get("/me").await.refused(401, "unauthenticated");
    }
    fixed.get("/me").await.ok();
}

#[tokio::test]
async fn logging_out_ends_the_device_its_sockets_and_its_tickets() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let elsewhere = brand.owner.another_device();
    assert_eq!(elsewhere.log_in(PASSWORD).await.status.as_u16(), 201);
    let ticket = elsewhere.ticket(&brand.id).await;
    let mut socket = elsewhere.socket().await;
    let logins = brand.owner.get("/logins").await.ok();
    let other = logins["items"].as_array().unwrap().iter().find(|login| login["current"] == false).unwrap().clone();
    let path = format!("/logins/{}", other["id"].as_str().unwrap());
    assert_eq!(brand.owner.delete(&path).await.status.as_u16(), 204);
    assert_eq!(socket.closed().await, 4401);
    elsewhere.get("/me").await.refused(401, "unauthenticated");
    assert_eq!(Socket::try_open(&house.url(), &ticket).await.err(), Some(401));
    brand.owner.delete(&path).await.refused(404, "not_found");
    let stranger = house.brand("Suedstern").await.owner;
    let mine = logins["items"].as_array().unwrap().iter().find(|login| login["current"] == true).unwrap()["id"].clone();
    stranger.delete(&format!("/logins/{}", mine.as_str().unwrap())).await.refused(404, "not_found");
    assert_eq!(brand.owner.delete("/logins/current").await.status.as_u16(), 204);
    assert_eq!(brand.owner.cookie(), None);
}

#[tokio::test]
async fn logging_out_everywhere_ends_every_device_of_the_account_and_nobody_elses() {
    let house = House::new().await;
    let brand = house.brand("Nordwind").await;
    let stranger = house.brand("Suedstern").await.owner;
    let elsewhere = brand.owner.another_device();
    assert_eq!(elsewhere.log_in(PASSWORD).await.status.as_u16(), 201);
    let mut socket = elsewhere.socket().await;
    assert_eq!(brand.owner.delete("/logins").await.status.as_u16(), 204);
    assert_eq!(brand.owner.cookie(), None);
    assert_eq!(socket.closed().await, 4401);
    elsewhere.get("/me").await.refused(401, "unauthenticated");
    stranger.get("/me").await.ok();
}
