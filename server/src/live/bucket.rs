//! The allowance of frames one socket has, and what happens to a socket that keeps overdrawing it.

use std::time::Duration;

use super::config::LiveConfig;

/// Overdrafts that begin within this time of each other are one burst.
const BURST_SPAN: Duration = Duration::from_secs(1);
/// The burst with this number closes the socket.
const BURSTS_TO_CLOSE: u8 = 3;
/// Earlier bursts are forgotten after this long without one.
const FORGIVEN_AFTER: Duration = Duration::from_mins(1);

/// What becomes of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass,
    Refuse { retry_after: Duration },
    Close,
}

/// A token bucket with a memory for bursts. Time is the hub's uptime.
#[derive(Debug)]
pub(super) struct FrameAllowance {
    tokens: f32,
    counted_at: Duration,
    bursts: u8,
    burst_began: Duration,
}

impl FrameAllowance {
    pub(super) fn new(config: &LiveConfig, now: Duration) -> Self {
        Self { tokens: as_tokens(config.frame_burst), counted_at: now, bursts: 0, burst_began: Duration::ZERO }
    }

    pub(super) fn draw(&mut self, config: &LiveConfig, now: Duration) -> Verdict {
        let rate = as_tokens(config.frames_per_second);
        let refill = now.saturating_sub(self.counted_at).as_secs_f32() * rate;
        self.tokens = (self.tokens + refill).min(as_tokens(config.frame_burst));
        self.counted_at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Verdict::Pass;
        }
        self.count_burst(now);
        if self.bursts >= BURSTS_TO_CLOSE {
            return Verdict::Close;
        }
        Verdict::Refuse { retry_after: Duration::from_secs_f32((1.0 - self.tokens) / rate.max(1.0)) }
    }

    fn count_burst(&mut self, now: Duration) {
        let since = now.saturating_sub(self.burst_began);
        if self.bursts == 0 || since >= FORGIVEN_AFTER {
            self.bursts = 1;
            self.burst_began = now;
        } else if since >= BURST_SPAN {
            self.bursts += 1;
            self.burst_began = now;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "allowances are far below 2^24")]
fn as_tokens(count: u32) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn refused(verdict: Verdict) -> bool {
        matches!(verdict, Verdict::Refuse { .. })
    }

    #[test]
    fn the_burst_passes_and_the_next_frame_is_refused_with_the_time_to_wait() {
        let config = LiveConfig::default();
        let mut allowance = FrameAllowance::new(&config, at(0));
        assert!((0..100).all(|_| allowance.draw(&config, at(0)) == Verdict::Pass));
        assert_eq!(allowance.draw(&config, at(0)), Verdict::Refuse { retry_after: at(20) });
        assert_eq!(allowance.draw(&config, at(20)), Verdict::Pass);
        assert!(refused(allowance.draw(&config, at(21))));
    }

    #[test]
    fn the_third_burst_closes_and_one_long_flood_is_three_bursts() {
        let config = LiveConfig { frame_burst: 1, frames_per_second: 0, ..LiveConfig::default() };
        let mut allowance = FrameAllowance::new(&config, at(0));
        assert_eq!(allowance.draw(&config, at(0)), Verdict::Pass);
        assert!((1..1_000).all(|millis| refused(allowance.draw(&config, at(millis)))));
        assert!(refused(allowance.draw(&config, at(1_001))));
        assert_eq!(allowance.draw(&config, at(2_001)), Verdict::Close);
    }

    #[test]
    fn old_bursts_are_forgiven() {
        let config = LiveConfig { frame_burst: 0, frames_per_second: 0, ..LiveConfig::default() };
        let mut allowance = FrameAllowance::new(&config, at(0));
        assert!([0, 2_000, 70_000, 72_000].iter().all(|millis| refused(allowance.draw(&config, at(*millis)))));
        assert_eq!(allowance.draw(&config, at(74_000)), Verdict::Close);
    }
}
