//! What a webinar is, without any I/O.

use serde::Serialize;
use utoipa::ToSchema;

use super::schedule::ends_at;
use crate::platform::clock::Millis;

pub const TITLE_MAX: usize = 120;
pub const DESCRIPTION_MAX: usize = 5_000;
pub const CAPACITY_MAX: i64 = 100_000;

/// How far a webinar is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, sea_orm::DeriveValueType)]
#[sea_orm(value_type = "String")]
#[serde(rename_all = "lowercase")]
pub enum State {
    Draft,
    Published,
    Cancelled,
}

impl State {
    const ALL: [(State, &'static str); 3] =
        [(State::Draft, "draft"), (State::Published, "published"), (State::Cancelled, "cancelled")];
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = State::ALL.iter().find(|(state, _)| state == self).map_or("", |(_, word)| word);
        f.write_str(word)
    }
}

impl std::str::FromStr for State {
    type Err = sea_orm::DbErr;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = State::ALL.iter().find(|(_, word)| *word == text).map(|(state, _)| *state);
        found.ok_or_else(|| sea_orm::DbErr::Type("unknown state of a webinar".into()))
    }
}

/// Where a webinar stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Upcoming,
    Live,
    Over,
}

impl Phase {
    pub fn at(now: Millis, starts_at: Millis, duration_minutes: i64) -> Phase {
        if now < starts_at {
            Phase::Upcoming
        } else if now < ends_at(starts_at, duration_minutes) {
            Phase::Live
        } else {
            Phase::Over
        }
    }
}

/// Whether somebody has a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Registered {
    Registered,
    /// In the queue.
    Waiting,
    /// In the queue, and a free seat is theirs for a while: registering again takes it.
    Offered,
    None,
}

/// Somebody's own part in a webinar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MyRegistration {
    #[serde(rename = "my_registration")]
    pub state: Registered,
    /// The place in the queue of whoever waits; the first is 1.
    pub waiting_place: Option<i64>,
    /// Until when an offered seat can be taken.
    pub offer_until: Option<Millis>,
}

impl MyRegistration {
    /// From whether there is a seat, and how many stand before in the queue and until when a seat is offered there.
    pub fn of(seated: bool, queued: Option<(i64, Option<Millis>)>) -> MyRegistration {
        let (state, waiting_place, offer_until) = match (seated, queued) {
            (true, _) => (Registered::Registered, None, None),
            (false, Some((_, Some(until)))) => (Registered::Offered, None, Some(until)),
            (false, Some((ahead, None))) => (Registered::Waiting, Some(ahead + 1), None),
            (false, None) => (Registered::None, None, None),
        };
        MyRegistration { state, waiting_place, offer_until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webinar_is_live_from_its_first_instant_until_before_its_last() {
        let start = Millis(1_000_000);
        let phase = |now: Millis| Phase::at(now, start, 60);
        assert_eq!(phase(start.plus_ms(-1)), Phase::Upcoming);
        assert_eq!(phase(start), Phase::Live);
        assert_eq!(phase(start.plus_ms(3_599_999)), Phase::Live);
        assert_eq!(phase(start.plus_ms(3_600_000)), Phase::Over);
    }

    #[test]
    fn a_seat_counts_more_than_a_place_in_the_queue_and_an_offer_more_than_waiting() {
        let until = Some(Millis(9));
        let told = |seated, queued| MyRegistration::of(seated, queued);
        assert_eq!(told(true, Some((3, until))).state, Registered::Registered);
        assert_eq!(
            (told(false, Some((3, until))).state, told(false, Some((3, until))).offer_until),
            (Registered::Offered, until)
        );
        assert_eq!(told(false, Some((3, None))).waiting_place, Some(4));
        assert_eq!(told(false, None).state, Registered::None);
    }

    #[test]
    fn states_survive_the_table() {
        for (state, word) in State::ALL {
            assert_eq!((state.to_string().as_str(), word.parse::<State>().ok()), (word, Some(state)));
        }
    }
}
