//! From the stays of devices to the presence of a person, without any I/O.
//!
//! A stay has an end where somebody left; one whose lease ran out has none. The union of stays has an end only where it is
//! certain that nobody of them stayed longer.

use serde::Serialize;
use utoipa::ToSchema;

use super::store::StayRow;
use crate::platform::clock::Millis;

/// A time in which somebody was there, on whatever devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Interval {
    pub from: Millis,
    /// When they left. Unknown while they are there, and where nobody saw them leave.
    pub to: Option<Millis>,
    /// They were there for certain up to here.
    pub seen_until: Millis,
}

/// The presence of one person; `stays` in the order of their beginnings.
pub fn union(stays: &[StayRow]) -> Vec<Interval> {
    let mut open: Option<Merged> = None;
    let mut intervals = Vec::new();
    for stay in stays {
        match &mut open {
            Some(merged) if stay.arrived_at <= merged.seen_until => merged.add(stay),
            _ => intervals.extend(open.replace(Merged::of(stay)).map(Merged::close)),
        }
    }
    intervals.extend(open.map(Merged::close));
    intervals
}

/// How long somebody was seen, in seconds.
pub fn seen_seconds(intervals: &[Interval]) -> i64 {
    intervals.iter().map(|interval| (interval.seen_until.0 - interval.from.0) / 1_000).sum()
}

struct Merged {
    from: Millis,
    seen_until: Millis,
    /// The latest end that is known.
    left_at: Option<Millis>,
    /// Up to when those may have stayed whose end nobody saw.
    may_until: Option<Millis>,
}

impl Merged {
    fn of(stay: &StayRow) -> Merged {
        let mut merged = Merged { from: stay.arrived_at, seen_until: stay.arrived_at, left_at: None, may_until: None };
        merged.add(stay);
        merged
    }

    fn add(&mut self, stay: &StayRow) {
        self.seen_until = self.seen_until.max(stay.left_at.unwrap_or(stay.renewed_at));
        self.left_at = self.left_at.max(stay.left_at);
        if stay.left_at.is_none() {
            // Who is still there may stay for ever.
            let bound = if stay.present { Millis(i64::MAX) } else { stay.expires_at };
            self.may_until = self.may_until.max(Some(bound));
        }
    }

    fn close(self) -> Interval {
        let to = self.left_at.filter(|left| self.may_until.is_none_or(|may| may <= *left));
        Interval { from: self.from, to, seen_until: self.seen_until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::MemberId;

    /// Minutes: came, left.
    fn left(from: i64, to: i64) -> StayRow {
        StayRow { left_at: Some(Millis(to * 60_000)), present: false, ..here(from, to) }
    }

    /// Minutes: came, was last heard of; the lease ran a minute longer.
    fn lost(from: i64, seen: i64) -> StayRow {
        StayRow { present: false, ..here(from, seen) }
    }

    fn here(from: i64, seen: i64) -> StayRow {
        StayRow {
            member_id: MemberId(uuid::Uuid::nil()),
            arrived_at: Millis(from * 60_000),
            renewed_at: Millis(seen * 60_000),
            expires_at: Millis((seen + 1) * 60_000),
            present: true,
            left_at: None,
        }
    }

    fn minutes(stays: &[StayRow]) -> Vec<(i64, Option<i64>, i64)> {
        let minute = |at: Millis| at.0 / 60_000;
        let whole = |it: Interval| (minute(it.from), it.to.map(minute), minute(it.seen_until));
        union(stays).into_iter().map(whole).collect()
    }

    #[test]
    fn devices_and_reconnects_are_one_presence() {
        assert_eq!(minutes(&[left(0, 10), left(5, 20), left(20, 25)]), [(0, Some(25), 25)]);
        assert_eq!(minutes(&[left(0, 30), left(5, 20)]), [(0, Some(30), 30)], "one within the other");
        assert_eq!(minutes(&[left(0, 10), left(15, 20)]), [(0, Some(10), 10), (15, Some(20), 20)]);
        assert_eq!(minutes(&[]), []);
    }

    #[test]
    fn an_end_that_nobody_saw_is_not_made_up() {
        assert_eq!(minutes(&[lost(0, 10)]), [(0, None, 10)]);
        assert_eq!(minutes(&[left(0, 20), lost(5, 30)]), [(0, None, 30)], "the lost one may have stayed longer");
        assert_eq!(minutes(&[lost(0, 10), left(11, 20)]), [(0, None, 10), (11, Some(20), 20)]);
    }

    #[test]
    fn an_end_is_known_where_the_lost_one_cannot_have_stayed_longer() {
        assert_eq!(minutes(&[lost(0, 10), left(5, 30)]), [(0, Some(30), 30)]);
        assert_eq!(minutes(&[left(0, 30), lost(5, 28)]), [(0, Some(30), 30)]);
        assert_eq!(minutes(&[left(0, 30), lost(5, 30)]), [(0, None, 30)], "within the last minute one cannot tell");
    }

    #[test]
    fn who_is_there_has_not_left() {
        assert_eq!(minutes(&[left(0, 30), here(5, 20)]), [(0, None, 30)]);
    }

    #[test]
    fn only_what_was_seen_counts() {
        assert_eq!(seen_seconds(&union(&[lost(0, 10), left(15, 20)])), 15 * 60);
    }
}
