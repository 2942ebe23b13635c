//! When which poster sends.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use super::{crowd::Crowd, tally};

/// A member may post three times a second, once in each of three channels; this stays below.
const REST: Duration = Duration::from_millis(345);
/// How long to wait for something to read while nothing may be sent.
const BREATH: Duration = Duration::from_millis(1);

#[derive(Debug, Clone, Copy)]
pub enum Pressure {
    /// Messages a second, whatever the server does.
    Rate(f64),
    /// As many as the server takes, with so many on their way.
    Window(u64),
}

pub struct Load<'a> {
    pressure: Pressure,
    channels: &'a [String],
    bytes: usize,
    /// Messages sent.
    sent: u64,
    /// With a rate: when the next one is due.
    due: Option<Instant>,
    /// When each poster sent last.
    last: Vec<Option<Instant>>,
}

impl<'a> Load<'a> {
    pub fn new(pressure: Pressure, channels: &'a [String], bytes: usize) -> Self {
        Self { pressure, channels, bytes, sent: 0, due: None, last: Vec::new() }
    }

    pub fn run(&mut self, crowd: &mut Crowd, time: Duration) -> Result<(), Box<dyn Error>> {
        let posters = crowd.posters();
        self.last.resize(posters.len(), None);
        let end = Instant::now() + time;
        loop {
            let now = Instant::now();
            if now >= end {
                return Ok(());
            }
            let patience = self.send_what_is_due(crowd, &posters, now)?;
            crowd.pump(patience.min(end - now))?;
        }
    }

    /// Returns how long nothing more is to be sent.
    fn send_what_is_due(
        &mut self,
        crowd: &mut Crowd,
        posters: &[usize],
        now: Instant,
    ) -> Result<Duration, Box<dyn Error>> {
        match self.pressure {
            Pressure::Rate(rate) => {
                let mut due = self.due.unwrap_or(now);
                while due <= now && self.send(crowd, posters, now)? {
                    due += Duration::from_secs_f64(1.0 / rate);
                }
                self.due = Some(due);
                Ok(due.saturating_duration_since(now).max(BREATH))
            }
            Pressure::Window(window) => {
                while self.sent.saturating_sub(crowd.seen) < window && self.send(crowd, posters, now)? {}
                Ok(BREATH)
            }
        }
    }

    /// False if every poster has to rest.
    fn send(&mut self, crowd: &mut Crowd, posters: &[usize], now: Instant) -> Result<bool, Box<dyn Error>> {
        let turn = usize::try_from(self.sent)? % posters.len().max(1);
        let Some(poster) = posters.get(turn) else { return Ok(false) };
        if self.last[turn].is_some_and(|last| now.duration_since(last) < REST) {
            return Ok(false);
        }
        self.last[turn] = Some(now);
        let body = tally::body(crowd.start, self.bytes);
        if self.channels.is_empty() {
            crowd.send(*poster, body.as_bytes())?;
        } else {
            let round = usize::try_from(self.sent)? / posters.len();
            let channel = &self.channels[round % self.channels.len()];
            let key = format!("flood-{}-{}", std::process::id(), self.sent);
            let post = format!(
                r#"{{"op":"post","ref":"p","channel":"{channel}","client_key":"{key}","body":"{body}","reply_to":null,"files":[]}}"#
            );
            crowd.send(*poster, post.as_bytes())?;
        }
        self.sent += 1;
        Ok(true)
    }
}
