//! Draining one connection. str0m wants its output polled to the end after every change; what it says that concerns
//! others is put on the worker's queue, so that one connection is never driven from inside another.

use std::collections::VecDeque;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use str0m::bwe::BweKind;
use str0m::channel::ChannelId;
use str0m::media::{MediaAdded, Mid};
use str0m::rtp::RtpPacket;
use str0m::{Event, IceConnectionState, Input, Output, RtcError};

use super::mail::Key;
use super::outlets::Outlets;
use super::peer::Peer;
use super::timers::Timers;
use crate::notices::Why;

/// What a connection wants done that is not its own affair.
pub enum Work {
    Connected(Key),
    MediaAdded(Key, MediaAdded),
    Media(Key, Box<RtpPacket>),
    Keyframe(Key, Mid),
    Estimate(Key, u64),
    ChannelOpen(Key, ChannelId, String),
    ChannelSaid(Key, Vec<u8>),
    Gone(Key, Why),
}

/// What every connection of a thread writes to.
pub struct Surroundings {
    pub outlets: Outlets,
    pub timers: Timers,
    pub queue: VecDeque<Work>,
}

/// A packet that was just written leaves only when time is driven once more; more often would be spinning.
const EXTRA_TURNS: usize = 4;

/// Why a connection can't go on.
#[derive(Debug)]
pub enum Failure {
    Refused(RtcError),
    /// A parser below us panicked at what a stranger sent. One connection pays for it, not the thread.
    Panicked,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Panicked => f.write_str("a panic"),
        }
    }
}

/// Gives a connection its input.
pub fn feed(peer: &mut Peer, input: Input<'_>) -> Result<(), Failure> {
    guarded(|| peer.rtc.handle_input(input))
}

/// Drains a connection's output.
pub fn drive(peer: &mut Peer, around: &mut Surroundings) {
    let now = Instant::now();
    match guarded(|| drain(peer, around, now)) {
        Ok(Some(at)) => arm(peer, at, &mut around.timers),
        Ok(None) => around.queue.push_back(Work::Gone(peer.key, Why::Closed)),
        Err(failure) => fail(peer, around, &failure),
    }
}

/// What is unwound through is thrown away with its connection, so no broken state is seen again.
fn guarded<T>(act: impl FnOnce() -> Result<T, RtcError>) -> Result<T, Failure> {
    match std::panic::catch_unwind(AssertUnwindSafe(act)) {
        Ok(result) => result.map_err(Failure::Refused),
        Err(_) => Err(Failure::Panicked),
    }
}

/// Answers when to drive next; `None` if the connection has ended.
fn drain(peer: &mut Peer, around: &mut Surroundings, now: Instant) -> Result<Option<Instant>, RtcError> {
    let mut extra = 0;
    loop {
        if !peer.rtc.is_alive() {
            return Ok(None);
        }
        match peer.rtc.poll_output()? {
            Output::Transmit(transmit) => around.outlets.send(&transmit),
            Output::Event(event) => note(peer, event, &mut around.queue, now),
            Output::Timeout(at) if at > now || extra == EXTRA_TURNS => return Ok(Some(at)),
            Output::Timeout(_) => {
                extra += 1;
                peer.rtc.handle_input(Input::Timeout(now))?;
            }
        }
    }
}

/// Only an earlier time needs a new entry; a later one is set when the earlier fires.
fn arm(peer: &mut Peer, at: Instant, timers: &mut Timers) {
    if peer.armed.is_none_or(|armed| at < armed) {
        peer.armed = Some(at);
        timers.set(at, peer.key);
    }
}

pub fn fail(peer: &mut Peer, around: &mut Surroundings, failure: &Failure) {
    tracing::debug!(connection = %peer.connection, %failure, "connection failed");
    peer.rtc.disconnect();
    around.queue.push_back(Work::Gone(peer.key, Why::Fault));
}

fn note(peer: &mut Peer, event: Event, queue: &mut VecDeque<Work>, now: Instant) {
    let key = peer.key;
    match event {
        Event::RtpPacket(packet) => queue.push_back(Work::Media(key, Box::new(packet))),
        Event::KeyframeRequest(request) => queue.push_back(Work::Keyframe(key, request.mid)),
        Event::MediaAdded(media) => queue.push_back(Work::MediaAdded(key, media)),
        Event::Connected => queue.push_back(Work::Connected(key)),
        Event::EgressBitrateEstimate(BweKind::Twcc { estimate, can_probe: true }) => {
            queue.push_back(Work::Estimate(key, estimate.as_u64() / 1_000));
        }
        Event::ChannelOpen(channel, label) => queue.push_back(Work::ChannelOpen(key, channel, label)),
        Event::ChannelData(data) if Some(data.id) == peer.channel => queue.push_back(Work::ChannelSaid(key, data.data)),
        Event::ChannelClose(channel) if Some(channel) == peer.channel => peer.channel = None,
        Event::IceConnectionStateChange(state) => {
            // Only a grace begins: the client may come back from another network, or restart ICE.
            peer.lost = (state == IceConnectionState::Disconnected).then_some(now);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_below_is_one_connections_failure() {
        let panics = || -> Result<(), RtcError> { panic!("as a parser might") };
        assert!(matches!(guarded(panics), Err(Failure::Panicked)));
        assert!(guarded(|| Ok(7)).is_ok_and(|value| value == 7));
    }
}
