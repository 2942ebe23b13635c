//! When a packet's sound or picture was captured, on our clock. A picture takes longer to encode and to send than the sound
//! beside it; lips stay in step only if both are placed by the sender's own clock, which its reports tell (RFC 3550, 6.4.1).

use std::time::{Duration, Instant, SystemTime};

/// What a sender's report says of one stream: this RTP time was at this time of the sender's clock.
#[derive(Clone, Copy, Debug)]
pub struct Reported {
    pub at: SystemTime,
    pub time: u32,
}

/// A sender's clock against ours, for all streams of a publication together.
#[derive(Clone, Copy, Debug, Default)]
pub struct SenderClock {
    /// A moment on both clocks: that of the packet with the shortest way so far.
    anchor: Option<(SystemTime, Instant)>,
}

/// A longer way than this is no way but a clock that has been set.
const LONGEST_WAY: Duration = Duration::from_secs(2);

impl SenderClock {
    /// The moment of capture on our clock, never after the arrival.
    pub fn place(&mut self, captured: SystemTime, arrived: Instant) -> Instant {
        let placed = self.anchor.and_then(|(theirs, ours)| match captured.duration_since(theirs) {
            Ok(later) => ours.checked_add(later),
            Err(earlier) => ours.checked_sub(earlier.duration()),
        });
        match placed {
            Some(placed) if placed <= arrived && arrived.duration_since(placed) <= LONGEST_WAY => placed,
            _ => {
                self.anchor = Some((captured, arrived));
                arrived
            }
        }
    }
}

impl Reported {
    /// When the packet with this RTP time was captured, on the sender's clock.
    pub fn captured(self, time: u32, rate: u32) -> Option<SystemTime> {
        let ticks = i64::from(time.wrapping_sub(self.time).cast_signed());
        let micros = ticks * 1_000_000 / i64::from(rate.max(1));
        let apart = Duration::from_micros(micros.unsigned_abs());
        if micros >= 0 { self.at.checked_add(apart) } else { self.at.checked_sub(apart) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn what_was_captured_together_is_placed_together_however_it_came() {
        let (mut clock, start, theirs) = (SenderClock::default(), Instant::now(), SystemTime::UNIX_EPOCH);
        // The sound of a moment arrives after 20 ms, its picture after 80.
        assert_eq!(clock.place(theirs, start + 20 * MS), start + 20 * MS);
        assert_eq!(clock.place(theirs, start + 80 * MS), start + 20 * MS);
        assert_eq!(clock.place(theirs + 100 * MS, start + 190 * MS), start + 120 * MS);
    }

    #[test]
    fn a_shorter_way_sets_the_clock_and_a_set_clock_is_noticed() {
        let (mut clock, start, theirs) = (SenderClock::default(), Instant::now(), SystemTime::UNIX_EPOCH);
        clock.place(theirs, start + 50 * MS);
        assert_eq!(clock.place(theirs + 10 * MS, start + 40 * MS), start + 40 * MS);
        assert_eq!(clock.place(theirs + 10 * MS, start + 90 * MS), start + 40 * MS);
        let set = theirs + 3_600_000 * MS;
        assert_eq!(clock.place(set, start + 100 * MS), start + 100 * MS);
        assert_eq!(clock.place(theirs + 20 * MS, start + 120 * MS), start + 120 * MS);
    }

    #[test]
    fn rtp_time_counts_from_the_report_in_both_directions_and_over_the_wrap() {
        let reported = Reported { at: SystemTime::UNIX_EPOCH + 1_000 * MS, time: u32::MAX };
        assert_eq!(reported.captured(89_999, 90_000), Some(SystemTime::UNIX_EPOCH + 2_000 * MS));
        assert_eq!(reported.captured(u32::MAX - 45_000, 90_000), Some(SystemTime::UNIX_EPOCH + 500 * MS));
    }
}
