//! Draining one connection. str0m wants its output polled to the end after every change; what it says that concerns
//! others is put on the worker's queue, so that one connection is never driven from inside another.

use std::collections::VecDeque;
use std::time::Instant;

use str0m::bwe::BweKind;
use str0m::channel::ChannelId;
use str0m::media::{MediaAdded, Mid};
use str0m::rtp::RtpPacket;
use str0m::{Event, IceConnectionState, Input, Output};

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

pub fn drive(peer: &mut Peer, around: &mut Surroundings) {
    let now = Instant::now();
    let mut extra = 0;
    loop {
        if !peer.rtc.is_alive() {
            around.queue.push_back(Work::Gone(peer.key, Why::Closed));
            return;
        }
        match peer.rtc.poll_output() {
            Ok(Output::Transmit(transmit)) => around.outlets.send(&transmit),
            Ok(Output::Event(event)) => note(peer, event, &mut around.queue, now),
            Ok(Output::Timeout(at)) => {
                if at > now || extra == EXTRA_TURNS {
                    arm(peer, at, &mut around.timers);
                    return;
                }
                extra += 1;
                if let Err(error) = peer.rtc.handle_input(Input::Timeout(now)) {
                    return fail(peer, around, &error);
                }
            }
            Err(error) => return fail(peer, around, &error),
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

pub fn fail(peer: &mut Peer, around: &mut Surroundings, error: &str0m::RtcError) {
    tracing::debug!(connection = %peer.connection, %error, "connection failed");
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
