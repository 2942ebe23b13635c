//! The calendar: one entry by mail, as a download and in a feed, and a feed that ends with the right to it.

use guildhall::access::GroupRole;
use guildhall_tests::{Brand, Group, House, MailSink, Person, id_of};
use serde_json::{Value, json};

fn plan(title: &str, local_start: &str) -> Value {
    json!({ "title": title, "description": "Mit Komma, und; Strichpunkt", "local_start": local_start,
            "time_zone": "Europe/Berlin", "duration_minutes": 60, "publish": true })
}

async fn planned(host: &Person, group: &Group, title: &str) -> String {
    id_of(&host.post(&format!("/groups/{}/webinars", group.id), &plan(title, "2026-12-03T10:00")).await.ok())
}

async fn register(person: &Person, webinar: &str) {
    person.put(&format!("/webinars/{webinar}/registration"), &json!({})).await.ok();
}

/// The path of a new feed.
async fn feed(person: &Person) -> String {
    let answer = person.post(&format!("/brands/{}/calendar-feed", person.brand), &json!({})).await.ok();
    let url = answer["url"].as_str().unwrap();
    url[url.find("/calendar/").unwrap()..].to_owned()
}

/// What a calendar program gets, which has nothing but the address.
async fn read(house: &House, path: &str) -> String {
    let answer = house.nobody().get(path).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["content-type"]),
        (200, &"text/calendar; charset=utf-8".parse().unwrap())
    );
    String::from_utf8(answer.bytes).unwrap()
}

/// The values of a property of all events.
fn values(ics: &str, key: &str) -> Vec<String> {
    let unfolded = icalendar::parser::unfold(ics);
    let calendar = icalendar::parser::read_calendar(&unfolded).unwrap();
    let events = calendar.components.iter().filter(|component| component.name == "VEVENT");
    let properties = events.filter_map(|event| event.properties.iter().find(|property| property.name == key));
    properties.map(|property| property.val.to_string()).collect()
}

async fn scene(house: &House) -> (Brand, Group, Person) {
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    (brand, group, anja)
}

#[tokio::test]
async fn mail_download_and_feed_agree_on_one_entry_and_hold_no_secret() {
    let mut post = MailSink::open().await;
    let url = post.url();
    let house = House::with(Box::new(move |config| config.mail.smtp_url = Some(hidden(&url)))).await;
    let (brand, group, anja) = scene(&house).await;
    let webinar = planned(&brand.owner, &group, "Leise Antriebe").await;
    let feed = feed(&anja).await;
    register(&anja, &webinar).await;
    let mailed = post.next().await.calendar();
    let download = String::from_utf8(anja.get(&format!("/webinars/{webinar}/calendar.ics")).await.bytes).unwrap();
    let fed = read(&house, &feed).await;
    let secret = feed.trim_start_matches("/calendar/").trim_end_matches(".ics");
    for ics in [&mailed, &download, &fed] {
        assert_eq!(values(ics, "UID"), std::slice::from_ref(&webinar));
        assert_eq!(values(ics, "SEQUENCE"), ["0"]);
        assert_eq!(values(ics, "DTSTART"), ["20261203T100000"]);
        assert!(ics.contains("BEGIN:VTIMEZONE") && ics.contains("TZID:Europe/Berlin"), "{ics}");
        let unfolded = icalendar::parser::unfold(ics);
        assert!(!unfolded.contains(secret) && !unfolded.contains("token") && !unfolded.contains('#'), "{ics}");
    }
    assert!(mailed.contains("METHOD:REQUEST\r\n") && download.contains("METHOD:PUBLISH\r\n"), "{mailed}");

    brand.owner.patch(&format!("/webinars/{webinar}"), &json!({ "local_start": "2026-12-04T11:00" })).await.ok();
    let changed = post.next().await.calendar();
    assert_eq!((values(&changed, "UID"), values(&changed, "SEQUENCE")), (vec![webinar.clone()], vec!["1".to_owned()]));
    assert_eq!(values(&changed, "DTSTART"), ["20261204T110000"]);
    brand.owner.post(&format!("/webinars/{webinar}/cancel"), &json!({})).await.ok();
    let cancelled = post.next().await.calendar();
    assert!(cancelled.contains("METHOD:CANCEL\r\n"), "{cancelled}");
    assert_eq!((values(&cancelled, "UID"), values(&cancelled, "SEQUENCE")), (vec![webinar], vec!["2".to_owned()]));
    assert_eq!(values(&read(&house, &feed).await, "STATUS"), ["CANCELLED"]);
}

#[tokio::test]
async fn a_seat_given_back_takes_the_entry_out_of_the_calendar_once() {
    let mut post = MailSink::open().await;
    let url = post.url();
    let house = House::with(Box::new(move |config| config.mail.smtp_url = Some(hidden(&url)))).await;
    let (brand, group, anja) = scene(&house).await;
    let webinar = planned(&brand.owner, &group, "Leise Antriebe").await;
    let registration = format!("/webinars/{webinar}/registration");
    register(&anja, &webinar).await;
    assert!(post.next().await.calendar().contains("METHOD:REQUEST\r\n"));
    anja.delete(&registration).await.ok();
    let letter = post.next().await;
    let gone = letter.calendar();
    assert_eq!(letter.to, std::slice::from_ref(&anja.email));
    assert!(letter.read().subject().unwrap().contains("Leise Antriebe"));
    assert!(gone.contains("METHOD:CANCEL\r\n") && icalendar::parser::unfold(&gone).contains(&anja.email), "{gone}");
    assert_eq!((values(&gone, "UID"), values(&gone, "STATUS")), (vec![webinar.clone()], vec!["CANCELLED".to_owned()]));

    // Giving back what one does not hold is no news, and a new seat is an entry again.
    anja.delete(&registration).await.ok();
    register(&anja, &webinar).await;
    assert!(post.next().await.calendar().contains("METHOD:REQUEST\r\n"));
}

#[tokio::test]
async fn a_change_reaches_each_in_their_own_words_with_an_entry_of_their_own() {
    let mut post = MailSink::open().await;
    let url = post.url();
    let house = House::with(Box::new(move |config| config.mail.smtp_url = Some(hidden(&url)))).await;
    let (brand, group, anja) = scene(&house).await;
    let webinar = planned(&brand.owner, &group, "Leise Antriebe").await;
    let mut people = vec![anja];
    for (name, preferences) in [
        ("Bert", json!({ "language": "de" })),
        ("Chen", json!({ "time_zone": "Asia/Tokyo" })),
        ("Dora", json!({ "language": "de" })),
    ] {
        let person = house.member(&brand, name, &[(&group, GroupRole::Member)]).await;
        person.patch("/me", &preferences).await.ok();
        people.push(person);
    }
    for person in &people {
        register(person, &webinar).await;
        post.next().await;
    }
    brand.owner.patch(&format!("/webinars/{webinar}"), &json!({ "local_start": "2026-12-04T11:00" })).await.ok();
    let mut letters = Vec::new();
    for _ in &people {
        letters.push(post.next().await);
    }
    letters.sort_by(|one, other| one.to.cmp(&other.to));
    people.sort_by(|one, other| one.email.cmp(&other.email));
    let words = [("When:", "11:00"), ("Wann:", "11:00"), ("When:", "19:00"), ("Wann:", "11:00")];
    for ((letter, person), (word, hour)) in letters.iter().zip(&people).zip(words) {
        assert_eq!(letter.to, std::slice::from_ref(&person.email));
        let entry = letter.calendar();
        assert!(icalendar::parser::unfold(&entry).contains(&format!("mailto:{}", person.email)), "{entry}");
        let text = letter.read().body_text(0).unwrap().into_owned();
        assert!(text.contains(word) && text.contains(hour), "{text}");
    }
}

fn hidden(url: &str) -> guildhall::platform::config::Hidden {
    guildhall::platform::config::Hidden::new(url.to_owned())
}

#[tokio::test]
async fn a_feed_has_what_one_takes_part_in_or_hosts_and_nothing_else() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let mine = planned(&brand.owner, &group, "Meines").await;
    let other = planned(&brand.owner, &group, "Anderes").await;
    let draft = json!({ "title": "Entwurf", "local_start": "2026-12-05T10:00", "time_zone": "UTC", "duration_minutes": 30, "publish": false });
    brand.owner.post(&format!("/groups/{}/webinars", group.id), &draft).await.ok();
    register(&anja, &mine).await;
    assert_eq!(values(&read(&house, &feed(&anja).await).await, "UID"), std::slice::from_ref(&mine));
    let mut hosted = values(&read(&house, &feed(&brand.owner).await).await, "UID");
    hosted.sort();
    let mut both = vec![mine, other];
    both.sort();
    assert_eq!(hosted, both);
}

#[tokio::test]
async fn a_new_address_ends_the_old_one_and_an_ended_feed_is_as_unknown_as_any() {
    let house = House::new().await;
    let (_, _, anja) = scene(&house).await;
    let old = feed(&anja).await;
    let new = feed(&anja).await;
    assert_ne!(old, new);
    let nobody = house.nobody();
    let dead = nobody.get(&old).await.refused(404, "token_invalid").without_request_id();
    read(&house, &new).await;
    anja.delete(&format!("/brands/{}/calendar-feed", anja.brand)).await.ok();
    for path in [new.as_str(), "/calendar/never-was.ics"] {
        assert_eq!(nobody.get(path).await.refused(404, "token_invalid").without_request_id(), dead);
    }
}

#[tokio::test]
async fn whoever_guesses_addresses_is_sent_away() {
    let house = House::new().await;
    let (_, _, anja) = scene(&house).await;
    let good = feed(&anja).await;
    for _ in 0..5 {
        house.nobody().get("/calendar/guess.ics").await.refused(404, "token_invalid");
    }
    let refused = house.nobody().get("/calendar/guess.ics").await.refused(429, "rate_limited");
    assert!(refused.headers.contains_key("retry-after"));
    read(&house, &good).await;
}

#[tokio::test]
async fn a_feed_gives_nothing_of_a_group_left_and_nothing_at_all_to_the_suspended_and_the_removed() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let second = brand.group("Lager").await;
    let berta = house.member(&brand, "Berta", &[(&group, GroupRole::Member), (&second, GroupRole::Member)]).await;
    let (one, two) = (planned(&brand.owner, &group, "Eins").await, planned(&brand.owner, &second, "Zwei").await);
    register(&anja, &one).await;
    register(&berta, &one).await;
    register(&berta, &two).await;
    let (anjas, bertas) = (feed(&anja).await, feed(&berta).await);
    assert_eq!(values(&read(&house, &bertas).await, "UID").len(), 2);

    brand.owner.delete(&format!("/groups/{}/members/{}", group.id, berta.member)).await.ok();
    assert_eq!(values(&read(&house, &bertas).await, "UID"), [two]);
    let state = |state: &str| json!({ "state": state });
    brand.owner.patch(&format!("/brands/{}/members/{}", brand.id, anja.member), &state("suspended")).await.ok();
    house.nobody().get(&anjas).await.refused(404, "token_invalid");
    brand.owner.patch(&format!("/brands/{}/members/{}", brand.id, anja.member), &state("active")).await.ok();
    assert_eq!(values(&read(&house, &anjas).await, "UID"), [one]);
    brand.owner.delete(&format!("/brands/{}/members/{}", brand.id, anja.member)).await.ok();
    house.nobody().get(&anjas).await.refused(404, "token_invalid");
}

#[tokio::test]
async fn a_feed_of_another_brand_cannot_be_made() {
    let house = House::new().await;
    let (_, _, anja) = scene(&house).await;
    let south = house.brand("Suedstern").await;
    anja.post(&format!("/brands/{}/calendar-feed", south.id), &json!({})).await.refused(404, "not_found");
    house
        .nobody()
        .post(&format!("/brands/{}/calendar-feed", south.id), &json!({}))
        .await
        .refused(401, "unauthenticated");
}
