//! What is written is read back with the parser of the icalendar crate.

use icalendar::parser::{Component as Parsed, read_calendar, unfold};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Millis {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn entry() -> Entry {
    Entry {
        uid: "0190-webinar".into(),
        sequence: 3,
        title: "Antriebe, leise; und klein".into(),
        description: "Zeile eins\nZeile zwei".into(),
        url: "https://talk.example/b/helvion/webinars/0190".into(),
        starts_at: at("2026-12-03T09:00:00Z"),
        ends_at: at("2026-12-03T10:00:00Z"),
        time_zone: "Europe/Berlin".into(),
        organizer: Organizer { name: "Anja Weber".into(), address: "talk@example.com".into() },
        cancelled: false,
    }
}

fn written(purpose: Purpose<'_>, entry: &Entry) -> String {
    write(purpose, std::slice::from_ref(entry), at("2026-11-22T19:00:00Z")).unwrap()
}

/// The value of a property of the first component of that name.
fn value(file: &str, component: &str, key: &str) -> Option<String> {
    let unfolded = unfold(file);
    let calendar = read_calendar(&unfolded).unwrap();
    let found = calendar.components.iter().find(|found| found.name == component)?;
    let property = found.properties.iter().find(|property| property.name == key)?;
    Some(icalendar::Property::from(property.clone()).value().to_owned())
}

fn names(components: &[Parsed<'_>]) -> Vec<String> {
    components.iter().map(|component| component.name.to_string()).collect()
}

#[test]
fn an_entry_is_read_back_as_it_was_meant() {
    let file = written(Purpose::Request { attendee: "anna@example.com" }, &entry());
    insta::assert_snapshot!(file.replace("\r\n", "\n"), @r"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Guildhall//Guildhall//EN
    CALSCALE:GREGORIAN
    METHOD:REQUEST
    BEGIN:VTIMEZONE
    TZID:Europe/Berlin
    BEGIN:STANDARD
    DTSTART:20251026T030000
    RDATE:20261025T030000
    RDATE:20271031T030000
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0100
    TZNAME:CET
    END:STANDARD
    BEGIN:DAYLIGHT
    DTSTART:20260329T020000
    RDATE:20270328T020000
    TZOFFSETFROM:+0100
    TZOFFSETTO:+0200
    TZNAME:CEST
    END:DAYLIGHT
    END:VTIMEZONE
    BEGIN:VEVENT
    ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:anna@example.com
    DESCRIPTION:Zeile eins\nZeile zwei\n\nhttps://talk.example/b/helvion/webina
     rs/0190
    DTEND;TZID=Europe/Berlin:20261203T110000
    DTSTAMP:20261122T190000Z
    DTSTART;TZID=Europe/Berlin:20261203T100000
    ORGANIZER;CN=Anja Weber:mailto:talk@example.com
    SEQUENCE:3
    STATUS:CONFIRMED
    SUMMARY:Antriebe\, leise\; und klein
    TRANSP:OPAQUE
    UID:0190-webinar
    URL:https://talk.example/b/helvion/webinars/0190
    END:VEVENT
    END:VCALENDAR
    ");
    for (key, expected) in [
        ("UID", "0190-webinar"),
        ("SEQUENCE", "3"),
        ("SUMMARY", "Antriebe, leise; und klein"),
        ("ORGANIZER", "mailto:talk@example.com"),
        ("DTSTAMP", "20261122T190000Z"),
        ("DTSTART", "20261203T100000"),
        ("DTEND", "20261203T110000"),
        ("DESCRIPTION", "Zeile eins\nZeile zwei\n\nhttps://talk.example/b/helvion/webinars/0190"),
    ] {
        assert_eq!(value(&file, "VEVENT", key).as_deref(), Some(expected), "{key}");
    }
}

#[test]
fn a_cancellation_says_so_twice() {
    let file = written(Purpose::Cancel { attendee: "anna@example.com" }, &Entry { cancelled: true, ..entry() });
    assert!(file.contains("\r\nMETHOD:CANCEL\r\n") && file.contains("\r\nSTATUS:CANCELLED\r\n"), "{file}");
}

#[test]
fn what_is_published_names_nobody_who_takes_part() {
    for purpose in [Purpose::Publish, Purpose::Feed { name: "Helvion, Termine" }] {
        let file = written(purpose, &entry());
        assert!(!file.contains("ATTENDEE") && file.contains("METHOD:PUBLISH"), "{file}");
    }
    assert!(
        written(Purpose::Feed { name: "Helvion, Termine" }, &entry()).contains("X-WR-CALNAME:Helvion\\, Termine\r\n")
    );
}

#[test]
fn nothing_typed_becomes_a_line_or_a_parameter() {
    let hostile = "\"x\r\nATTENDEE:mailto:evil@example.com\";X=\"\u{0}\nEND:VCALENDAR\"";
    let entry = Entry {
        title: hostile.into(),
        description: hostile.into(),
        organizer: Organizer { name: hostile.into(), address: "talk@example.com\r\nX-EVIL:1".into() },
        ..entry()
    };
    let file = written(Purpose::Feed { name: hostile }, &entry);
    let unfolded = unfold(&file);
    for line in unfolded.lines() {
        assert!(
            !line.starts_with("ATTENDEE") && !line.starts_with("X-EVIL") && !line.starts_with("END:VCALENDAR\""),
            "{file}"
        );
    }
    let calendar = read_calendar(&unfolded).unwrap();
    assert_eq!(names(&calendar.components), ["VTIMEZONE", "VEVENT"]);
    let organizer = calendar.components[1].properties.iter().find(|property| property.name == "ORGANIZER").unwrap();
    assert_eq!(organizer.params.len(), 1, "{file}");
}

#[test]
fn a_zone_is_told_by_the_changes_around_the_entry() {
    let file = written(Purpose::Publish, &entry());
    let unfolded = unfold(&file);
    let calendar = read_calendar(&unfolded).unwrap();
    let zone = &calendar.components[0];
    let mut kinds = names(&zone.components);
    kinds.sort();
    assert_eq!((zone.name.as_ref(), kinds), ("VTIMEZONE", vec!["DAYLIGHT".to_owned(), "STANDARD".to_owned()]));
    for component in zone.components.iter().chain([zone]) {
        assert!(
            component.properties.iter().all(|property| property.name != "UID" && property.name != "DTSTAMP"),
            "{file}"
        );
    }
    let onsets: Vec<&str> =
        unfolded.lines().filter(|line| line.starts_with("RDATE") || line.starts_with("DTSTART:")).collect();
    insta::assert_snapshot!(onsets.join("\n"), @r"
    DTSTART:20251026T030000
    RDATE:20261025T030000
    RDATE:20271031T030000
    DTSTART:20260329T020000
    RDATE:20270328T020000
    ");
}

#[test]
fn utc_and_fixed_zones_have_their_own_forms() {
    let utc = written(Purpose::Publish, &Entry { time_zone: "UTC".into(), ..entry() });
    assert!(!utc.contains("VTIMEZONE") && utc.contains("DTSTART:20261203T090000Z\r\n"), "{utc}");
    let fixed = written(Purpose::Publish, &Entry { time_zone: "Asia/Kolkata".into(), ..entry() });
    assert!(fixed.contains("DTSTART;TZID=Asia/Kolkata:20261203T143000\r\n"), "{fixed}");
    assert!(fixed.contains("TZOFFSETTO:+0530\r\n") && !fixed.contains("DAYLIGHT"), "{fixed}");
}

#[test]
fn an_end_in_the_doubled_hour_is_told_without_doubt() {
    let starts_at = at("2026-10-25T00:30:00Z");
    let file = written(Purpose::Publish, &Entry { starts_at, ends_at: at("2026-10-25T01:30:00Z"), ..entry() });
    assert!(file.contains("DTSTART;TZID=Europe/Berlin:20261025T023000\r\n"), "{file}");
    assert!(file.contains("DTEND:20261025T013000Z\r\n"), "the second 02:30 of the night\n{file}");
}

/// What a calendar program makes of the onsets: the last one before an instant tells the offset.
fn offset_by_file(file: &str, at: Millis) -> i32 {
    let unfolded = unfold(file);
    let calendar = read_calendar(&unfolded).unwrap();
    let mut changes = Vec::new();
    for observance in &calendar.components[0].components {
        let of =
            |key: &'static str| observance.properties.iter().filter(move |p| p.name == key).map(|p| p.val.as_str());
        let before = seconds(of("TZOFFSETFROM").next().unwrap());
        let after = seconds(of("TZOFFSETTO").next().unwrap());
        for onset in of("DTSTART").chain(of("RDATE")) {
            let local = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", onset).unwrap();
            let instant = jiff::tz::Offset::from_seconds(before).unwrap().to_timestamp(local).unwrap();
            changes.push((instant, after));
        }
    }
    changes.sort_unstable();
    changes.iter().rev().find(|(instant, _)| *instant <= at.timestamp()).map(|(_, after)| *after).unwrap()
}

fn seconds(offset: &str) -> i32 {
    let digits = |from: usize| offset.get(from..from + 2).map_or(0, |two| two.parse::<i32>().unwrap());
    let total = digits(1) * 3600 + digits(3) * 60 + digits(5);
    if offset.starts_with('-') { -total } else { total }
}

proptest! {
    #[test]
    fn every_zone_means_the_same_in_the_file(
        zone in prop::sample::select(&["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
            "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Chatham", "Europe/Dublin"][..]),
        hour in 0i64..(6 * 366 * 24),
    ) {
        let starts_at = at("2026-01-01T00:00:00Z").plus_ms(hour * 3_600_000);
        let entry = Entry { starts_at, ends_at: starts_at.plus_ms(5_400_000), time_zone: zone.into(), ..entry() };
        let file = written(Purpose::Publish, &entry);
        let clocks = TimeZone::get(zone).unwrap();
        for instant in [entry.starts_at, entry.ends_at, starts_at.plus_days(-180), starts_at.plus_days(180)] {
            prop_assert_eq!(offset_by_file(&file, instant), clocks.to_offset(instant.timestamp()).seconds());
        }
    }

    #[test]
    fn any_text_comes_back_and_no_line_is_too_long(title in "[^\\p{Cc}\"]{1,200}", description in "(?s)[^\\p{Cc}]{0,300}") {
        let entry = Entry { title: title.clone(), description: description.clone(), ..entry() };
        let file = written(Purpose::Publish, &entry);
        for line in file.split("\r\n") {
            prop_assert!(line.len() <= 75, "{} bytes: {line}", line.len());
            prop_assert!(!line.contains(['\r', '\n']));
        }
        prop_assert_eq!(value(&file, "VEVENT", "SUMMARY"), Some(title));
    }
}
