//! The one builder of calendar files (RFC 5545, RFC 5546): what a person typed is always a value, never a line.
//!
//! Properties are escaped by the icalendar crate. The frame around them is written here: the crate has no VTIMEZONE, and
//! would give every component of another kind an invented UID and DTSTAMP.

#[cfg(test)]
mod tests;
mod zone;

use icalendar::{Component, Event, Property};

use crate::platform::clock::Millis;
use crate::platform::refusal::{Failure, Result};
use zone::Zone;

const PRODUCT: &str = "-//Guildhall//Guildhall//EN";
/// How often programs may ask for a feed again.
const FEED_EVERY: &str = "PT1H";
const LINE_BYTES_MAX: usize = 75;

/// Something with a place in a calendar.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The same in mail, download and feed, for ever.
    pub uid: String,
    /// Rises with each change that people see; a calendar keeps the highest it knows.
    pub sequence: i64,
    pub title: String,
    pub description: String,
    /// Its page. Holds nothing personal, because entries are forwarded.
    pub url: String,
    pub starts_at: Millis,
    pub ends_at: Millis,
    /// IANA name of the zone it was planned in.
    pub time_zone: String,
    pub organizer: Organizer,
    pub cancelled: bool,
}

/// The host's name over the house's own address: a member's address is nobody's business.
#[derive(Debug, Clone)]
pub struct Organizer {
    pub name: String,
    pub address: String,
}

/// What the file is for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose<'a> {
    /// To be downloaded.
    Publish,
    /// To be subscribed to, under a name.
    Feed { name: &'a str },
    /// By mail to one who takes part.
    Request { attendee: &'a str },
    /// By mail to one who took part: it will not happen.
    Cancel { attendee: &'a str },
}

impl<'a> Purpose<'a> {
    const fn method(self) -> &'static str {
        match self {
            Purpose::Publish | Purpose::Feed { .. } => "PUBLISH",
            Purpose::Request { .. } => "REQUEST",
            Purpose::Cancel { .. } => "CANCEL",
        }
    }

    /// RFC 5546 wants one where an answer could be given, and none where something is only published.
    const fn attendee(self) -> Option<&'a str> {
        match self {
            Purpose::Request { attendee } | Purpose::Cancel { attendee } => Some(attendee),
            Purpose::Publish | Purpose::Feed { .. } => None,
        }
    }
}

/// A calendar file, written at an instant.
pub fn write(purpose: Purpose<'_>, entries: &[Entry], at: Millis) -> Result<String> {
    let mut file = "BEGIN:VCALENDAR\r\n".to_owned();
    for (key, value) in
        [("VERSION", "2.0"), ("PRODID", PRODUCT), ("CALSCALE", "GREGORIAN"), ("METHOD", purpose.method())]
    {
        file += &line(Property::new(key, value))?;
    }
    if let Purpose::Feed { name } = purpose {
        file += &line(Property::new("X-WR-CALNAME", text(name)))?;
        file += &line(Property::new("REFRESH-INTERVAL", FEED_EVERY).add_parameter("VALUE", "DURATION").done())?;
        file += &line(Property::new("X-PUBLISHED-TTL", FEED_EVERY))?;
    }
    for zone in zones(entries) {
        file += &zone.component()?;
    }
    for entry in entries {
        file += &event(purpose, entry, at)?;
    }
    file += "END:VCALENDAR\r\n";
    Ok(folded(&file))
}

/// Folds each line at 75 bytes, the blank that marks the rest included. The crate has folded as well, but counts the rest
/// without its blank; no value holds a line break, so what it did can be undone.
fn folded(file: &str) -> String {
    let mut folded = String::with_capacity(file.len());
    for line in file.replace("\r\n ", "").split_terminator("\r\n") {
        let mut bytes = 0;
        for c in line.chars() {
            if bytes + c.len_utf8() > LINE_BYTES_MAX {
                folded.push_str("\r\n ");
                bytes = 1;
            }
            folded.push(c);
            bytes += c.len_utf8();
        }
        folded.push_str("\r\n");
    }
    folded
}

/// The zones that the entries refer to, each over the time that they need.
fn zones(entries: &[Entry]) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    for entry in entries {
        match zones.iter_mut().find(|zone| zone.name() == entry.time_zone) {
            Some(zone) => zone.reach(entry.starts_at, entry.ends_at),
            None => zones.push(Zone::new(&entry.time_zone, entry.starts_at, entry.ends_at)),
        }
    }
    zones
}

fn event(purpose: Purpose<'_>, entry: &Entry, at: Millis) -> Result<String> {
    let zone = Zone::new(&entry.time_zone, entry.starts_at, entry.ends_at);
    let mut event = Event::new();
    event
        .uid(&entry.uid)
        .add_property("SEQUENCE", entry.sequence.to_string())
        .add_property("DTSTAMP", zone::utc(at))
        .append_property(zone.property("DTSTART", entry.starts_at))
        .append_property(zone.property("DTEND", entry.ends_at))
        .summary(&text(&entry.title))
        .append_property(
            person("ORGANIZER", &entry.organizer.address).add_parameter("CN", &parameter(&entry.organizer.name)),
        )
        .add_property("URL", text(&entry.url))
        .add_property("STATUS", if entry.cancelled { "CANCELLED" } else { "CONFIRMED" })
        .add_property("TRANSP", if entry.cancelled { "TRANSPARENT" } else { "OPAQUE" });
    let description = [entry.description.as_str(), entry.url.as_str()].join("\n\n");
    event.description(text(&description).trim_start());
    if let Some(attendee) = purpose.attendee() {
        // Who registered has answered already: programs shall not ask for it again.
        event.append_property(
            person("ATTENDEE", attendee).add_parameter("PARTSTAT", "ACCEPTED").add_parameter("RSVP", "FALSE"),
        );
    }
    event.try_into_string().map_err(|error| Failure::fault("a calendar entry", error))
}

fn line(property: Property) -> Result<String> {
    property.try_into().map_err(|error: std::fmt::Error| Failure::fault("a calendar line", error))
}

fn person(key: &str, address: &str) -> Property {
    let address: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    Property::new(key, format!("mailto:{address}"))
}

/// A value of type TEXT: line feeds are escaped by the crate, other control characters have no form at all.
fn text(value: &str) -> String {
    value.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}

/// The value of a parameter cannot hold quotes, and the crate passes on unchanged what begins and ends with one.
fn parameter(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).map(|c| if c == '"' { '\'' } else { c }).collect()
}
