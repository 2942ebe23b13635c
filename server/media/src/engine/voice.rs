//! Who speaks. From the level each packet carries (RFC 6464), smoothed, so that a cough is not a speech and a pause for
//! breath not its end.

use std::time::{Duration, Instant};

/// Louder than this counts as voice, in decibels below the loudest.
const LOUD_DECIBELS: i8 = -50;
/// Opus spends next to nothing on silence: a packet of that size without a level is taken for voice.
const LOUD_BYTES: usize = 40;
/// Packets of 20 ms that it takes, weighed against the quiet ones between.
const BEGINS_AT: u32 = 10;
const FULL: u32 = 25;
/// A speaker may draw breath.
const HOLDS: Duration = Duration::from_millis(1_200);

#[derive(Debug, Default)]
pub struct Voice {
    score: u32,
    loud: Option<Instant>,
    speaking: bool,
    spoke: Option<Instant>,
}

impl Voice {
    pub fn hear(&mut self, level: Option<i8>, bytes: usize, now: Instant) {
        let loud = level.map_or(bytes >= LOUD_BYTES, |level| level > LOUD_DECIBELS);
        if loud {
            self.score = (self.score + 1).min(FULL);
            self.loud = Some(now);
        } else {
            self.score = self.score.saturating_sub(1);
        }
        if self.score >= BEGINS_AT && loud {
            self.speaking = true;
        }
        if self.speaking {
            self.spoke = self.loud;
        }
    }

    /// Also ends a speech that simply stopped coming.
    pub fn is_speaking(&mut self, now: Instant) -> bool {
        let quiet = self.loud.is_none_or(|loud| now.saturating_duration_since(loud) >= HOLDS);
        if self.speaking && quiet {
            self.speaking = false;
            self.score = 0;
        }
        self.speaking
    }

    /// When the last speech was last heard.
    pub fn spoke(&self) -> Option<Instant> {
        self.spoke
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One packet every 20 ms, `true` is loud.
    fn hear(voice: &mut Voice, from: Instant, packets: impl IntoIterator<Item = bool>) -> Instant {
        let mut now = from;
        for loud in packets {
            voice.hear(Some(if loud { -20 } else { -90 }), 80, now);
            now += Duration::from_millis(20);
        }
        now
    }

    #[test]
    fn a_speech_begins_within_a_quarter_second_and_survives_a_breath() {
        let (mut voice, start) = (Voice::default(), Instant::now());
        let now = hear(&mut voice, start, [true; 12]);
        assert!(voice.is_speaking(now));
        let now = hear(&mut voice, now, [false; 40]);
        assert!(voice.is_speaking(now), "800 ms of silence are a breath");
        let now = hear(&mut voice, now, [false; 40]);
        assert!(!voice.is_speaking(now));
        assert_eq!(voice.spoke(), Some(start + Duration::from_millis(220)));
    }

    #[test]
    fn a_cough_is_no_speech() {
        let (mut voice, start) = (Voice::default(), Instant::now());
        let now = hear(&mut voice, start, (0..60).map(|n| n % 10 < 3));
        assert!(!voice.is_speaking(now));
        assert_eq!(voice.spoke(), None);
    }

    #[test]
    fn who_drops_out_in_the_middle_of_a_word_stops_speaking() {
        let (mut voice, start) = (Voice::default(), Instant::now());
        let now = hear(&mut voice, start, [true; 20]);
        assert!(!voice.is_speaking(now + HOLDS));
    }

    #[test]
    fn without_levels_the_size_of_the_packets_tells() {
        let (mut voice, start) = (Voice::default(), Instant::now());
        (0..20).for_each(|n| voice.hear(None, 3, start + Duration::from_millis(n * 20)));
        assert!(!voice.is_speaking(start + Duration::from_millis(400)));
        (20..40).for_each(|n| voice.hear(None, 90, start + Duration::from_millis(n * 20)));
        assert!(voice.is_speaking(start + Duration::from_millis(800)));
    }
}
