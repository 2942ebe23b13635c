//! The two languages that the product speaks, and dates in them.

use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::clock::Millis;

#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, sea_orm::DeriveValueType,
)]
#[sea_orm(value_type = "String")]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    De,
    En,
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Language {
    type Err = sea_orm::DbErr;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Language::ALL.into_iter().find(|language| language.as_str() == text);
        found.ok_or_else(|| sea_orm::DbErr::Type("unknown language".into()))
    }
}

const WEEKDAYS_DE: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const WEEKDAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS_DE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Language {
    pub const ALL: [Language; 2] = [Language::De, Language::En];

    pub const fn as_str(self) -> &'static str {
        match self {
            Language::De => "de",
            Language::En => "en",
        }
    }

    /// An instant as a person reads it, with the zone, because the reader may sit in another one.
    pub fn moment(self, at: Millis, zone: &str) -> String {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        let local: DateTime = zone.to_datetime(at.timestamp());
        let (day, year, hour, minute) = (local.day(), local.year(), local.hour(), local.minute());
        let weekday = weekday_index(local.weekday());
        let month = usize::from(local.month().unsigned_abs()).saturating_sub(1);
        match self {
            Language::De => {
                let (weekday, month) = (WEEKDAYS_DE[weekday], MONTHS_DE[month]);
                format!("{weekday}, {day}. {month} {year}, {hour:02}:{minute:02} Uhr ({name})")
            }
            Language::En => {
                let (weekday, month) = (WEEKDAYS_EN[weekday], MONTHS_EN[month]);
                format!("{weekday}, {day} {month} {year}, {hour:02}:{minute:02} ({name})")
            }
        }
    }
}

fn weekday_index(weekday: Weekday) -> usize {
    usize::from(weekday.to_monday_zero_offset().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_people_write_it() {
        let at: Millis = "2026-12-03T09:05:00Z".parse::<jiff::Timestamp>().unwrap().into();
        assert_eq!(Language::De.moment(at, "Europe/Berlin"), "Donnerstag, 3. Dezember 2026, 10:05 Uhr (Europe/Berlin)");
        assert_eq!(Language::En.moment(at, "America/New_York"), "Thursday, 3 December 2026, 04:05 (America/New_York)");
        assert_eq!(Language::En.moment(at, "Nowhere/Town"), "Thursday, 3 December 2026, 09:05 (UTC)");
    }
}
