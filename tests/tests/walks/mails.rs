//! Mail over SMTP: it arrives, can be read, cannot be forged, and is not lost.

use std::time::Duration;

use guildhall::access::GroupRole;
use guildhall::mails::follow::post_due;
use guildhall::platform::config::Hidden;
use guildhall_tests::{Brand, Group, House, MailSink, Mood, Person, id_of};
use serde_json::{Value, json};

async fn house_posting_to(url: &str) -> House {
    let url = Hidden::new(url.to_owned());
    House::with(Box::new(move |config| {
        config.mail.smtp_url = Some(url);
        "Talk <talk@helvion.example>".clone_into(&mut config.mail.from);
    }))
    .await
}

async fn scene(house: &House) -> (Brand, Group, Person) {
    let brand = house.brand("Nordwind").await;
    let group = brand.group("Antriebe").await;
    let anja = house.member(&brand, "Anja", &[(&group, GroupRole::Member)]).await;
    (brand, group, anja)
}

async fn webinar(brand: &Brand, group: &Group, title: &str) -> String {
    let plan = json!({ "title": title, "local_start": "2026-12-03T10:00", "time_zone": "Europe/Berlin",
                       "duration_minutes": 60, "publish": true });
    id_of(&brand.owner.post(&format!("/groups/{}/webinars", group.id), &plan).await.ok())
}

async fn register(person: &Person, webinar: &str) {
    person.put(&format!("/webinars/{webinar}/registration"), &json!({})).await.ok();
}

/// The newest mail of the brand as its owner sees it, once it fits.
async fn newest_mail(brand: &Brand, fits: impl Fn(&Value) -> bool) -> Value {
    let looking = async {
        loop {
            let page = brand.owner.get(&format!("/brands/{}/mails?limit=1", brand.id)).await.ok();
            if fits(&page["items"][0]) {
                return page["items"][0].clone();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), looking).await.expect("the mail gets there")
}

#[tokio::test]
async fn an_invitation_arrives_with_its_link_and_says_who_sent_it() {
    let mut post = MailSink::open().await;
    let house = house_posting_to(&post.url()).await;
    let (brand, group, _) = scene(&house).await;
    let invitation = json!({ "kind": "email", "email": "Neu@Kunde.example", "groups": [group.id], "group_role": "member",
                             "brand_role": "member", "message": "Bis bald & <b>herzlich</b>" });
    brand.owner.post(&format!("/brands/{}/invitations", brand.id), &invitation).await.ok();
    let letter = post.next().await;
    assert_eq!(
        (letter.from.as_str(), letter.to.as_slice()),
        ("talk@helvion.example", &["neu@kunde.example".to_owned()][..])
    );
    let mail = letter.read();
    assert!(mail.subject().unwrap().contains("Nordwind"), "{:?}", mail.subject());
    let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
    assert!(text.contains("/join#") && html.contains("join#"), "{text}");
    assert!(text.contains("Olga Ohm") && text.contains("Bis bald & <b>herzlich</b>"), "{text}");
    assert!(!html.contains("<b>herzlich"), "{html}");
    assert!(mail.header("Auto-Submitted").is_some() && mail.message_id().is_some());
}

#[tokio::test]
async fn a_webinar_arrives_with_an_entry_that_a_calendar_can_read() {
    let mut post = MailSink::open().await;
    let house = house_posting_to(&post.url()).await;
    let (brand, group, anja) = scene(&house).await;
    let id = webinar(&brand, &group, "Größere Antriebe").await;
    register(&anja, &id).await;
    let letter = post.next().await;
    assert_eq!(letter.to, std::slice::from_ref(&anja.email));
    let mail = letter.read();
    assert!(mail.subject().unwrap().contains("Größere Antriebe"), "{:?}", mail.subject());
    assert!(mail.body_text(0).unwrap().contains("3 December 2026, 10:00 (Europe/Berlin)"));
    let ics = letter.calendar();
    let unfolded = icalendar::parser::unfold(&ics);
    let calendar = icalendar::parser::read_calendar(&unfolded).unwrap();
    let event = calendar.components.iter().find(|component| component.name == "VEVENT").unwrap();
    assert_eq!(event.find_prop("SUMMARY").unwrap().val, "Größere Antriebe");
    assert_eq!(event.find_prop("ORGANIZER").unwrap().val, "mailto:talk@helvion.example");
    assert_eq!(event.find_prop("ATTENDEE").unwrap().val, format!("mailto:{}", anja.email).as_str());
    assert_eq!(mail.attachment_count(), 2, "within the alternatives and as a file");
    register(&anja, &id).await;
    post_due(house.app()).await.unwrap();
    assert!(post.rest().is_empty(), "registering twice is told once");
}

#[tokio::test]
async fn nothing_that_a_person_types_becomes_a_header_or_a_recipient() {
    let mut post = MailSink::open().await;
    let house = house_posting_to(&post.url()).await;
    let (brand, group, anja) = scene(&house).await;
    let path = format!("/groups/{}/webinars", group.id);
    for title in ["a\r\nBcc: evil@example.com", "a\nX-Evil: 1", "a\u{2028}b", "a\u{85}b", "a\0b"] {
        let plan = json!({ "title": title, "local_start": "2026-12-03T10:00", "time_zone": "UTC", "duration_minutes": 60, "publish": true });
        brand.owner.post(&path, &plan).await.refused(422, "invalid_text");
    }
    let hostile = "=?utf-8?q?a=0D=0ABcc:_evil=40example.com?= \"><x@y.z>, Bcc: evil@example.com";
    register(&anja, &webinar(&brand, &group, hostile).await).await;
    let letter = post.next().await;
    assert_eq!(letter.to, std::slice::from_ref(&anja.email));
    let head = String::from_utf8_lossy(&letter.raw).split("\r\n\r\n").next().unwrap().to_owned();
    let names: Vec<&str> =
        head.lines().filter(|line| !line.starts_with([' ', '\t'])).filter_map(|line| line.split(':').next()).collect();
    for name in ["From", "To", "Subject", "Message-ID", "Date"] {
        assert_eq!(names.iter().filter(|found| **found == name).count(), 1, "{head}");
    }
    assert!(!names.iter().any(|name| name.eq_ignore_ascii_case("bcc") || name.starts_with("X-Evil")), "{head}");
    let shown = letter.read().subject().map(str::to_owned).unwrap_or_default();
    assert!(shown.contains("=0D=0ABcc:_evil=40example.com"), "an encoded line break stays encoded: {shown}");
}

#[tokio::test]
async fn a_mail_waits_for_a_server_that_is_down_and_leaves_when_it_is_back() {
    let post = MailSink::open().await;
    let (address, house) = (post.address(), house_posting_to(&post.url()).await);
    let (brand, group, anja) = scene(&house).await;
    let id = webinar(&brand, &group, "Antriebe").await;
    post.close().await;
    register(&anja, &id).await;
    let waiting = newest_mail(&brand, |mail| mail["last_error"].is_string()).await;
    assert_eq!(waiting["state"], "queued");
    assert!(!waiting["last_error"].as_str().unwrap().contains(&anja.email));

    let mut back = MailSink::open_at(address).await;
    assert_eq!(post_due(house.app()).await.unwrap(), 0, "not before its time");
    house.clock.advance_ms(61_000);
    post_due(house.app()).await.unwrap();
    assert_eq!(back.next().await.to, std::slice::from_ref(&anja.email));
    newest_mail(&brand, |mail| mail["state"] == "sent").await;
    house.clock.advance_ms(24 * 3_600_000);
    post_due(house.app()).await.unwrap();
    assert!(back.rest().is_empty(), "a mail that was taken is not sent again");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_a_refusal_is_final_until_the_owner_says_otherwise() {
    let mut post = MailSink::open().await;
    let house = house_posting_to(&post.url()).await;
    let (brand, group, anja) = scene(&house).await;
    let id = webinar(&brand, &group, "Antriebe").await;
    post.set_mood(Mood::Busy);
    register(&anja, &id).await;
    newest_mail(&brand, |mail| mail["last_error"].is_string() && mail["state"] == "queued").await;
    post.set_mood(Mood::Refusing);
    house.clock.advance_ms(61_000);
    post_due(house.app()).await.unwrap();
    let failed = newest_mail(&brand, |mail| mail["state"] == "failed").await;
    house.clock.advance_ms(24 * 3_600_000);
    assert_eq!(post_due(house.app()).await.unwrap(), 0);

    post.set_mood(Mood::Taking);
    let mail = id_of(&failed);
    anja.post(&format!("/mails/{mail}/retry"), &json!({})).await.refused(403, "forbidden");
    brand.owner.post(&format!("/mails/{mail}/retry"), &json!({})).await.ok();
    assert_eq!(post.next().await.to, std::slice::from_ref(&anja.email));
}

#[tokio::test]
async fn without_a_mail_server_mails_are_kept_for_the_owner_and_for_nobody_else() {
    let house = House::new().await;
    let (brand, group, anja) = scene(&house).await;
    let south = house.brand("Suedstern").await;
    register(&anja, &webinar(&brand, &group, "Antriebe").await).await;
    let kept = newest_mail(&brand, |mail| mail["state"] == "kept").await;
    assert_eq!(kept["to"], anja.email.as_str());
    let whole = brand.owner.get(&format!("/mails/{}", id_of(&kept))).await.ok();
    assert!(whole["text"].as_str().unwrap().contains("Antriebe"));
    assert_eq!(
        (&whole["attachments"][0]["name"], &whole["attachments"][0]["mime"]),
        (&json!("webinar.ics"), &json!("text/calendar"))
    );
    anja.get(&format!("/brands/{}/mails", brand.id)).await.refused(403, "forbidden");
    anja.get(&format!("/mails/{}", id_of(&kept))).await.refused(403, "forbidden");
    south.owner.get(&format!("/mails/{}", id_of(&kept))).await.refused(404, "not_found");
}
