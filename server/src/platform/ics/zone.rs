//! VTIMEZONE: what a zone's clocks do around the entries that refer to it, from the time zone database.
//!
//! Each kind of observance is one component with its onsets listed by date. A yearly rule would be shorter, but would
//! only be a guess at what the database says.

use icalendar::Property;
use jiff::civil::DateTime;
use jiff::tz::{Dst, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::line;
use crate::platform::clock::Millis;
use crate::platform::refusal::Result;

/// How far beyond the entries the clocks are told of: programs show the same zone for what the reader adds beside them.
const MARGIN_DAYS: i64 = 400;
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const LOCAL: &str = "%Y%m%dT%H%M%S";

/// An instant in the form that needs no zone.
pub(super) fn utc(at: Millis) -> String {
    at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A zone over the time that entries need.
pub(super) struct Zone {
    name: String,
    clocks: TimeZone,
    from: Millis,
    until: Millis,
}

/// Clocks that go from one offset to another, and when they do, in the local time before.
struct Observance {
    before: Offset,
    after: Offset,
    abbreviation: String,
    dst: Dst,
    onsets: Vec<DateTime>,
}

impl Zone {
    /// A zone that the database does not know is UTC; the instants stay what they are.
    pub fn new(name: &str, from: Millis, until: Millis) -> Self {
        Zone { name: name.to_owned(), clocks: TimeZone::get(name).unwrap_or(TimeZone::UTC), from, until }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn reach(&mut self, from: Millis, until: Millis) {
        self.from = self.from.min(from);
        self.until = self.until.max(until);
    }

    /// An instant as a property. RFC 5545 takes a doubled local time for the first of the two, so the second is told in
    /// UTC.
    pub fn property(&self, key: &str, at: Millis) -> Property {
        let local = self.clocks.to_datetime(at.timestamp());
        let means = self.clocks.to_ambiguous_timestamp(local).compatible().ok();
        if self.is_utc() || means != Some(at.timestamp()) {
            return Property::new(key, utc(at));
        }
        Property::new(key, local.strftime(LOCAL).to_string()).add_parameter("TZID", &self.name).done()
    }

    /// The component; empty for UTC, which needs none.
    pub fn component(&self) -> Result<String> {
        if self.is_utc() {
            return Ok(String::new());
        }
        let mut component = "BEGIN:VTIMEZONE\r\n".to_owned();
        component += &line(Property::new("TZID", self.name.as_str()))?;
        for observance in self.observances() {
            component += &observance.component()?;
        }
        component += "END:VTIMEZONE\r\n";
        Ok(component)
    }

    fn is_utc(&self) -> bool {
        self.clocks.to_fixed_offset().is_ok_and(|offset| offset == Offset::UTC)
    }

    /// From the change of clocks before the first entry to those after the last.
    fn observances(&self) -> Vec<Observance> {
        let margin = SignedDuration::from_hours(24 * MARGIN_DAYS);
        let from = self.from.timestamp().saturating_sub(margin).unwrap_or(Timestamp::MIN);
        let until = self.until.timestamp().saturating_add(margin).unwrap_or(Timestamp::MAX);
        let mut observances = Vec::new();
        let last_before = self.clocks.preceding(from).next().map(|change| change.timestamp());
        match last_before {
            Some(change) => self.add(&mut observances, change),
            None => observances.push(self.since_ever(from)),
        }
        for change in self.clocks.following(from) {
            if change.timestamp() > until {
                break;
            }
            self.add(&mut observances, change.timestamp());
        }
        observances
    }

    /// Clocks that never changed before.
    fn since_ever(&self, at: Timestamp) -> Observance {
        let info = self.clocks.to_offset_info(at);
        let abbreviation = info.abbreviation().to_owned();
        Observance { before: info.offset(), after: info.offset(), abbreviation, dst: info.dst(), onsets: vec![EPOCH] }
    }

    fn add(&self, observances: &mut Vec<Observance>, change: Timestamp) {
        let before = self.clocks.to_offset(change.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(change));
        let after = self.clocks.to_offset_info(change);
        let onset = before.to_datetime(change);
        let known = observances.iter_mut().find(|known| {
            (known.before, known.after, known.dst) == (before, after.offset(), after.dst())
                && known.abbreviation == after.abbreviation()
        });
        match known {
            Some(known) => known.onsets.push(onset),
            None => observances.push(Observance {
                before,
                after: after.offset(),
                abbreviation: after.abbreviation().to_owned(),
                dst: after.dst(),
                onsets: vec![onset],
            }),
        }
    }
}

impl Observance {
    fn component(&self) -> Result<String> {
        let kind = if self.dst.is_dst() { "DAYLIGHT" } else { "STANDARD" };
        let mut component = format!("BEGIN:{kind}\r\n");
        for (at, onset) in self.onsets.iter().enumerate() {
            let key = if at == 0 { "DTSTART" } else { "RDATE" };
            component += &line(Property::new(key, onset.strftime(LOCAL).to_string()))?;
        }
        component += &line(Property::new("TZOFFSETFROM", offset(self.before)))?;
        component += &line(Property::new("TZOFFSETTO", offset(self.after)))?;
        component += &line(Property::new("TZNAME", self.abbreviation.as_str()))?;
        component.extend(["END:", kind, "\r\n"]);
        Ok(component)
    }
}

/// `+0100`, with seconds only where there are some.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 { format!("{sign}{hours:02}{minutes:02}") } else { format!("{sign}{hours:02}{minutes:02}{rest:02}") }
}
