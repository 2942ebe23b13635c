//! When a webinar is: from wall time and zone to instants.
//!
//! The rule where clocks change, the same as in RFC 5545, so that calendars agree:
//! - A local time that does not exist (clocks went forward over it) is later by what was skipped: 02:30 becomes 03:30.
//! - A local time that exists twice (clocks went back) is the first of the two.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::platform::clock::Millis;
use crate::platform::refusal::Refusal;

pub const DURATION_MINUTES_MAX: i64 = 24 * 60;
const DURATION_MINUTES_MIN: i64 = 5;
/// Zones change their rules; further ahead an instant would be a guess.
const AHEAD_DAYS_MAX: i64 = 5 * 366;
const MINUTE_MS: i64 = 60_000;
const LOCAL: &str = "%Y-%m-%dT%H:%M";
/// Other views of the same zones, one of them with leap seconds: not names that other programs know.
const NOT_IANA: [&str; 2] = ["right/", "posix/"];

/// Wall time and zone as given, and the instant that they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub local_start: String,
    pub time_zone: String,
    pub duration_minutes: i64,
    pub starts_at: Millis,
}

impl Schedule {
    /// `2026-12-03T10:00` and the name of an IANA zone.
    pub fn parse(local_start: &str, time_zone: &str, duration_minutes: i64) -> Result<Schedule, Refusal> {
        let local = DateTime::strptime(LOCAL, local_start)
            .ok()
            .filter(|local| local.strftime(LOCAL).to_string() == local_start)
            .ok_or_else(|| Refusal::field("local_start", "invalid_local_time"))?;
        let zone = TimeZone::get(time_zone).ok().filter(|_| !NOT_IANA.iter().any(|other| time_zone.starts_with(other)));
        let zone = zone.ok_or_else(|| Refusal::field("time_zone", "unknown_time_zone"))?;
        if !(DURATION_MINUTES_MIN..=DURATION_MINUTES_MAX).contains(&duration_minutes) {
            return Err(Refusal::field("duration_minutes", "out_of_range"));
        }
        // `compatible` is the rule above.
        let starts_at = zone.to_ambiguous_timestamp(local).compatible();
        let starts_at = starts_at.map_err(|_| Refusal::field("local_start", "invalid_local_time"))?;
        let time_zone = zone.iana_name().unwrap_or(time_zone).to_owned();
        Ok(Schedule { local_start: local_start.to_owned(), time_zone, duration_minutes, starts_at: starts_at.into() })
    }

    pub fn ends_at(&self) -> Millis {
        ends_at(self.starts_at, self.duration_minutes)
    }

    /// Refuses what could not take place any more, or lies too far ahead to be known.
    pub fn check_ahead(&self, now: Millis) -> Result<(), Refusal> {
        if self.ends_at() <= now {
            return Err(Refusal::field("local_start", "in_the_past"));
        }
        if self.starts_at > now.plus_days(AHEAD_DAYS_MAX) {
            return Err(Refusal::field("local_start", "too_far_ahead"));
        }
        Ok(())
    }
}

pub fn ends_at(starts_at: Millis, duration_minutes: i64) -> Millis {
    starts_at.plus_ms(duration_minutes.saturating_mul(MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(local: &str, zone: &str) -> String {
        Schedule::parse(local, zone, 60).unwrap().starts_at.to_string()
    }

    #[test]
    fn ten_in_the_morning_stays_ten_in_the_morning() {
        for (local, instant) in [
            ("2026-03-23T10:00", "2026-03-23T09:00:00.000Z"),
            ("2026-03-30T10:00", "2026-03-30T08:00:00.000Z"),
            ("2026-10-19T10:00", "2026-10-19T08:00:00.000Z"),
            ("2026-10-26T10:00", "2026-10-26T09:00:00.000Z"),
        ] {
            assert_eq!(starts(local, "Europe/Berlin"), instant);
        }
    }

    #[test]
    fn a_time_that_does_not_exist_is_later_by_what_was_skipped() {
        assert_eq!(starts("2026-03-29T02:30", "Europe/Berlin"), "2026-03-29T01:30:00.000Z");
        assert_eq!(starts("2026-03-29T02:30", "Europe/Berlin"), starts("2026-03-29T03:30", "Europe/Berlin"));
        // Half an hour is skipped on Lord Howe Island.
        assert_eq!(
            starts("2026-10-04T02:15", "Australia/Lord_Howe"),
            starts("2026-10-04T02:45", "Australia/Lord_Howe")
        );
    }

    #[test]
    fn a_time_that_exists_twice_is_the_first() {
        assert_eq!(starts("2026-10-25T02:30", "Europe/Berlin"), "2026-10-25T00:30:00.000Z");
        assert_eq!(starts("2026-11-01T01:30", "America/New_York"), "2026-11-01T05:30:00.000Z");
    }

    #[test]
    fn length_is_counted_in_real_minutes_over_a_change_of_clocks() {
        let night = Schedule::parse("2026-10-25T02:30", "Europe/Berlin", 60).unwrap();
        assert_eq!(night.ends_at().to_string(), "2026-10-25T01:30:00.000Z");
    }

    #[test]
    fn what_is_no_local_time_or_zone_or_length_is_refused() {
        let refused =
            |local: &str, zone: &str, minutes| Schedule::parse(local, zone, minutes).unwrap_err().fields[0].clone();
        for local in [
            "",
            "2026-12-03",
            "2026-12-03T10:00:00",
            "2026-12-03T10:00Z",
            "2026-12-03 10:00",
            "2026-02-30T10:00",
            "2026-12-03T25:00",
            "2026-12-3T10:00",
            " 2026-12-03T10:00",
        ] {
            assert_eq!(refused(local, "Europe/Berlin", 60).field, "local_start", "{local}");
        }
        for zone in ["", "Berlin", "+01:00", "right/Europe/Berlin", "Europe/Berlin\r\nX:1", "../etc/passwd"] {
            assert_eq!(refused("2026-12-03T10:00", zone, 60).field, "time_zone", "{zone}");
        }
        for minutes in [0, -1, 4, 1441, i64::MAX] {
            assert_eq!(refused("2026-12-03T10:00", "UTC", minutes).field, "duration_minutes");
        }
    }

    #[test]
    fn a_zone_is_kept_under_its_own_spelling() {
        assert_eq!(Schedule::parse("2026-12-03T10:00", "europe/berlin", 60).unwrap().time_zone, "Europe/Berlin");
    }

    #[test]
    fn neither_the_past_nor_the_far_future_can_be_planned() {
        let schedule = Schedule::parse("2026-12-03T10:00", "UTC", 60).unwrap();
        let code = |now: Millis| schedule.check_ahead(now).map_err(|refusal| refusal.fields[0].code);
        assert_eq!(code(schedule.starts_at), Ok(()));
        assert_eq!(code(schedule.ends_at().plus_ms(-1)), Ok(()));
        assert_eq!(code(schedule.ends_at()), Err("in_the_past"));
        assert_eq!(code(schedule.starts_at.plus_days(-6 * 366)), Err("too_far_ahead"));
    }
}
