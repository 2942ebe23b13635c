//! A media thread: letters, timers, sockets, in turn, for ever.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};
use str0m::Input;
use tokio::sync::oneshot;

use super::audience::Audience;
use super::drive::{Surroundings, Work, drive, fail, feed};
use super::front::Front;
use super::home::Home;
use super::links::Links;
use super::mail::{Key, Mail};
use super::notes::LABEL;
use super::outlets::Outlets;
use super::peer::{Peer, Role};
use super::shared::Shared;
use super::timers::Timers;
use crate::notices::Why;
use crate::words::{ConnectionId, StageId};

pub const WAKE: Token = Token(0);
pub const UDP: Token = Token(1);
pub const LISTENER: Token = Token(2);

/// Upkeep: speakers, waiting keyframe wishes, deadlines.
pub const TICK: Duration = Duration::from_millis(100);
/// Letters taken before the sockets get their turn again.
const LETTERS_AT_A_TIME: usize = 512;
const EVENTS_AT_A_TIME: usize = 256;

pub struct Worker {
    pub index: usize,
    pub shared: Arc<Shared>,
    pub poll: Poll,
    pub mail: Receiver<Mail>,
    /// Only the first thread has the listening sockets.
    pub front: Option<Front>,
    pub peers: HashMap<Key, Peer>,
    pub connections: HashMap<ConnectionId, Key>,
    pub fragments: HashMap<String, Key>,
    pub addresses: HashMap<SocketAddr, Key>,
    pub homes: HashMap<StageId, Home>,
    pub audiences: HashMap<StageId, Audience>,
    pub around: Surroundings,
    pub next_key: Key,
    pub next_tick: Instant,
    pub ticks: u64,
    pub stopping: Option<oneshot::Sender<()>>,
}

impl Worker {
    pub fn new(
        index: usize,
        shared: Arc<Shared>,
        poll: Poll,
        mail: Receiver<Mail>,
        front: Option<Front>,
    ) -> std::io::Result<Self> {
        let links = Links::new(poll.registry().try_clone()?, shared.limits.tcp_backlog_bytes);
        let outlets = Outlets::new(Arc::clone(&shared), links);
        // Keys are unique among all threads, since the recording knows publications of all of them.
        let next_key = (index as Key) << 48 | 1;
        Ok(Self {
            index,
            shared,
            poll,
            mail,
            front,
            peers: HashMap::new(),
            connections: HashMap::new(),
            fragments: HashMap::new(),
            addresses: HashMap::new(),
            homes: HashMap::new(),
            audiences: HashMap::new(),
            around: Surroundings { outlets, timers: Timers::default(), queue: VecDeque::new() },
            next_key,
            next_tick: Instant::now(),
            ticks: 0,
            stopping: None,
        })
    }

    pub fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS_AT_A_TIME);
        loop {
            let more_letters = self.read_letters();
            self.work();
            if let Some(done) = self.stopping.take() {
                if done.send(()).is_err() {
                    tracing::debug!("nobody waits for the end");
                }
                return;
            }
            self.fire_timers();
            self.upkeep(Instant::now());
            let more_datagrams = self.front.as_ref().is_some_and(Front::has_more);
            let wait = if more_letters || more_datagrams { Duration::ZERO } else { self.idle_for() };
            if let Err(error) = self.poll.poll(&mut events, Some(wait))
                && error.kind() != std::io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the media thread can't wait for its sockets");
                return;
            }
            self.read_sockets(&events);
        }
    }

    fn idle_for(&self) -> Duration {
        let next = self.around.timers.next().map_or(self.next_tick, |timer| timer.min(self.next_tick));
        next.saturating_duration_since(Instant::now())
    }

    fn read_letters(&mut self) -> bool {
        for _ in 0..LETTERS_AT_A_TIME {
            match self.mail.try_recv() {
                Ok(letter) => {
                    self.shared.mailboxes[self.index].taken(&letter);
                    self.open_letter(letter);
                    self.work();
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return false,
            }
        }
        true
    }

    fn fire_timers(&mut self) {
        let now = Instant::now();
        while let Some((at, key)) = self.around.timers.pop_due(now) {
            let Some(peer) = self.peers.get_mut(&key).filter(|peer| peer.armed == Some(at)) else { continue };
            peer.armed = None;
            match feed(peer, Input::Timeout(now)) {
                Ok(()) => drive(peer, &mut self.around),
                Err(failure) => fail(peer, &mut self.around, &failure),
            }
            self.work();
        }
    }

    /// Does what connections have put on the queue, until nothing new comes of it.
    pub fn work(&mut self) {
        while let Some(work) = self.around.queue.pop_front() {
            match work {
                Work::Media(key, packet) => self.media(key, *packet),
                Work::Keyframe(key, mid) => self.viewer_lacks_keyframe(key, mid),
                Work::Connected(key) => self.connected(key),
                Work::MediaAdded(key, media) => match self.peers.get(&key).map(|peer| &peer.role) {
                    Some(Role::Publisher(_)) => self.publication_has(key, &media),
                    Some(Role::Viewer(_)) => self.viewer_has(key, &media),
                    None => {}
                },
                Work::Estimate(key, kilobits) => self.viewer_can_carry(key, kilobits),
                Work::ChannelOpen(key, channel, label) => {
                    if let Some(peer) = self.peers.get_mut(&key).filter(|_| label == LABEL) {
                        peer.channel = Some(channel);
                        self.tell_slots(key);
                    }
                }
                Work::ChannelSaid(key, note) => self.heard_note(key, &note),
                Work::Gone(key, why) => self.remove(key, why),
            }
        }
    }

    fn connected(&mut self, key: Key) {
        let Some(peer) = self.peers.get_mut(&key) else { return };
        peer.connected = true;
        let (stage, notice) = (peer.stage, peer.arrival());
        if let Some(publication) = self.homes.get_mut(&stage).and_then(|home| home.publications.get_mut(&key)) {
            publication.connected = true;
        }
        self.shared.tell(notice);
    }

    /// Says goodbye, then forgets.
    pub fn dismiss(&mut self, key: Key, why: Why) {
        let Some(peer) = self.peers.get_mut(&key) else { return };
        if let Err(error) = peer.rtc.close() {
            tracing::debug!(%error, "no goodbye");
        }
        drive(peer, &mut self.around);
        self.remove(key, why);
    }

    pub fn remove(&mut self, key: Key, why: Why) {
        let Some(peer) = self.peers.remove(&key) else { return };
        self.connections.remove(&peer.connection);
        for fragment in &peer.fragments {
            self.fragments.remove(fragment);
        }
        for address in &peer.addresses {
            self.forget_address(*address, key);
        }
        self.around.outlets.links.close_of(key);
        self.shared.counters.connections.less(1);
        match peer.role {
            Role::Publisher(_) => self.remove_publication(peer.stage, key),
            Role::Viewer(_) => self.leave_audience(peer.stage, key),
        }
        self.shared.tell(peer.departure(why));
    }

    fn remove_publication(&mut self, stage: StageId, key: Key) {
        let Some(home) = self.homes.get_mut(&stage) else { return };
        let gone = home.publications.remove(&key);
        if gone.is_some_and(|publication| publication.recorded) {
            self.shared.recorder.end(key);
        }
        self.tell_programme(stage);
        self.forget_idle_home(stage);
    }
}
