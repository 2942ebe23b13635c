//! What was received: counts, times from send to receive, and whether anything was lost or doubled.

use std::time::Instant;

use serde::Serialize;

/// Stands before the time of sending, in every body this program sends.
const MARK: &[u8] = b"sent-at-";
const DIGITS: usize = 16;

/// The times of one measurement, in microseconds.
#[derive(Debug, Default)]
pub struct Tally {
    pub deliveries: u64,
    pub messages: u64,
    pub holes: u64,
    pub doubles: u64,
    pub refused: u64,
    pub closed: u64,
    micros: Vec<u32>,
}

/// What is handed to the driver, as one line of JSON.
#[derive(Debug, Serialize)]
pub struct Report {
    pub at: &'static str,
    pub seconds: f64,
    pub messages: u64,
    pub deliveries: u64,
    pub p50_us: u32,
    pub p99_us: u32,
    pub max_us: u32,
    pub holes: u64,
    pub doubles: u64,
    pub refused: u64,
    pub closed: u64,
}

impl Tally {
    pub fn time(&mut self, start: Instant, payload: &[u8]) {
        let Some(sent) = sent_at(payload) else { return };
        let now = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.micros.push(u32::try_from(now.saturating_sub(sent) / 1_000).unwrap_or(u32::MAX));
    }

    pub fn report(&mut self, seconds: f64) -> Report {
        self.micros.sort_unstable();
        let at = |share: usize| {
            let last = self.micros.len().saturating_sub(1);
            self.micros.get(last * share / 1_000).copied().unwrap_or_default()
        };
        Report {
            at: "end",
            seconds,
            messages: self.messages,
            deliveries: self.deliveries,
            p50_us: at(500),
            p99_us: at(990),
            max_us: at(1_000),
            holes: self.holes,
            doubles: self.doubles,
            refused: self.refused,
            closed: self.closed,
        }
    }
}

/// A body of about `bytes` bytes that says when it was sent.
pub fn body(start: Instant, bytes: usize) -> String {
    let filler = "Der Antrieb hält das Drehmoment auch bei kleinen Drehzahlen. ";
    let mut body = format!("{}{:0DIGITS$x} ", String::from_utf8_lossy(MARK), start.elapsed().as_nanos());
    while body.len() < bytes {
        body.push_str(filler);
    }
    body
}

fn sent_at(payload: &[u8]) -> Option<u64> {
    let at = payload.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    u64::from_str_radix(std::str::from_utf8(payload.get(at..at + DIGITS)?).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_tells_when_it_was_sent() {
        let start = Instant::now();
        let body = body(start, 300);
        assert!((300..370).contains(&body.len()));
        let sent = sent_at(format!("{{\"body\":\"{body}\"}}").as_bytes()).unwrap();
        assert!(u128::from(sent) <= start.elapsed().as_nanos());
        assert_eq!(sent_at(b"sent-at-nothing"), None);
    }

    #[test]
    fn percentiles_are_those_of_all_times() {
        let mut tally = Tally { micros: (1..=1_001).rev().collect(), ..Tally::default() };
        let report = tally.report(1.0);
        assert_eq!((report.p50_us, report.p99_us, report.max_us), (501, 991, 1_001));
    }
}
