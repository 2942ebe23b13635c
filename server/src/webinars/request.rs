//! What hosts may ask for, checked before the database is asked for anything.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::schedule::Schedule;
use super::store::WebinarRow;
use super::webinar::{CAPACITY_MAX, DESCRIPTION_MAX, TITLE_MAX};
use crate::platform::markdown;
use crate::platform::refusal::{Refusal, Result};
use crate::platform::text;

/// A webinar to be planned.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    pub title: String,
    /// Markdown, up to 5,000 characters.
    #[serde(default)]
    pub description: String,
    /// Wall time in the zone: `2026-12-03T10:00`. A time that does not exist there is later by what the clocks skipped;
    /// of one that exists twice the first is meant.
    pub local_start: String,
    /// IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
    /// 5 to 1,440.
    pub duration_minutes: i64,
    /// Seats; without it there is room for everybody.
    pub capacity: Option<i64>,
    /// Whether the group sees it at once, or only its hosts.
    pub publish: bool,
}

/// A change of a webinar; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebinarChange {
    pub title: Option<String>,
    pub description: Option<String>,
    pub local_start: Option<String>,
    pub time_zone: Option<String>,
    pub duration_minutes: Option<i64>,
    /// `null` takes the limit away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub capacity: Option<Capacity>,
    /// `true` shows a draft to the group; there is no way back but to cancel.
    pub publish: Option<bool>,
}

/// A number of seats, or that there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity(pub Option<i64>);

/// Tells an absent field from one that is null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Capacity>, D::Error> {
    Option::deserialize(deserializer).map(|seats| Some(Capacity(seats)))
}

/// What a webinar says and when it is, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub title: String,
    pub description: String,
    pub html: String,
    pub schedule: Schedule,
    pub capacity: Option<i64>,
}

impl PlanRequest {
    pub(super) fn parse(&self) -> Result<Plan> {
        let description = text::optional_body("description", &self.description, DESCRIPTION_MAX)?;
        Ok(Plan {
            title: text::name("title", &self.title, TITLE_MAX)?,
            html: markdown::html(&description),
            description,
            schedule: Schedule::parse(&self.local_start, &self.time_zone, self.duration_minutes)?,
            capacity: capacity(self.capacity)?,
        })
    }
}

impl WebinarChange {
    /// The webinar as it would be with this change.
    pub(super) fn onto(self, row: &WebinarRow) -> Result<Plan> {
        let given = PlanRequest {
            title: self.title.unwrap_or_else(|| row.title.clone()),
            description: self.description.unwrap_or_else(|| row.description.clone()),
            local_start: self.local_start.unwrap_or_else(|| row.local_start.clone()),
            time_zone: self.time_zone.unwrap_or_else(|| row.time_zone.clone()),
            duration_minutes: self.duration_minutes.unwrap_or(row.duration_minutes),
            capacity: self.capacity.map_or(row.capacity, |Capacity(seats)| seats),
            publish: false,
        };
        given.parse()
    }
}

impl Plan {
    /// The plan that a row holds.
    pub fn of(row: &WebinarRow) -> Plan {
        Plan {
            title: row.title.clone(),
            description: row.description.clone(),
            html: row.html.clone(),
            schedule: Schedule {
                local_start: row.local_start.clone(),
                time_zone: row.time_zone.clone(),
                duration_minutes: row.duration_minutes,
                starts_at: row.starts_at,
            },
            capacity: row.capacity,
        }
    }

    /// Whether a calendar entry would read differently: the number of seats is not in it.
    pub fn reads_as(&self, other: &Plan) -> bool {
        (&self.title, &self.description, &self.schedule) == (&other.title, &other.description, &other.schedule)
    }
}

fn capacity(capacity: Option<i64>) -> Result<Option<i64>, Refusal> {
    match capacity {
        Some(seats) if !(1..=CAPACITY_MAX).contains(&seats) => Err(Refusal::field("capacity", "out_of_range")),
        capacity => Ok(capacity),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> PlanRequest {
        PlanRequest {
            title: " Antriebe ".into(),
            description: "**Neu**".into(),
            local_start: "2026-12-03T10:00".into(),
            time_zone: "Europe/Berlin".into(),
            duration_minutes: 45,
            capacity: Some(20),
            publish: true,
        }
    }

    #[test]
    fn a_plan_is_trimmed_and_rendered() {
        let plan = request().parse().unwrap();
        assert_eq!((plan.title.as_str(), plan.html.contains("<strong>")), ("Antriebe", true));
    }

    #[test]
    fn seats_are_counted_from_one() {
        for seats in [0, -1, CAPACITY_MAX + 1] {
            assert!(PlanRequest { capacity: Some(seats), ..request() }.parse().is_err());
        }
        assert_eq!(PlanRequest { capacity: None, ..request() }.parse().unwrap().capacity, None);
    }

    #[test]
    fn an_absent_capacity_is_not_an_unlimited_one() {
        let change = |json: &str| serde_json::from_str::<WebinarChange>(json).unwrap().capacity;
        assert_eq!(change("{}"), None);
        assert_eq!(change(r#"{"capacity":null}"#), Some(Capacity(None)));
        assert_eq!(change(r#"{"capacity":5}"#), Some(Capacity(Some(5))));
    }

    #[test]
    fn the_number_of_seats_does_not_change_the_entry_in_the_calendar() {
        let plan = request().parse().unwrap();
        assert!(plan.reads_as(&Plan { capacity: None, ..plan.clone() }));
        assert!(!plan.reads_as(&Plan { title: "x".into(), ..plan.clone() }));
    }
}
