//! Where datagrams come in, and whose they are. STUN requests name their connection by the fragment that we gave it;
//! everything else is known by the address that such a request, once verified, has taught us. Nothing is tried on every
//! connection, and what belongs to nobody goes no further than two look-ups.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::{TcpListener, UdpSocket};
use mio::{Events, Token};
use str0m::Input;
use str0m::net::{Protocol, Receive};

use super::drive::{Failure, drive, fail, feed};
use super::links::{FIRST_LINK, Heard};
use super::mail::{HandedLink, Key, Mail};
use super::outlets::canonical;
use super::shared::SeenAs;
use super::worker::{LISTENER, UDP, Worker};
use crate::offer::IceName;
use crate::wire::framing::FrameTooLong;
use crate::wire::stun;

/// Datagrams read before letters and timers get their turn.
const DATAGRAMS_AT_A_TIME: usize = 64;
const LONGEST_DATAGRAM_BYTES: usize = 2 * 1024;
/// Clients send something at least every two and a half seconds.
const ADDRESS_HELD: Duration = Duration::from_secs(4);

pub struct Front {
    pub udp: UdpSocket,
    pub listener: Option<TcpListener>,
    /// Addresses of connections on other threads, each confirmed by its owner.
    pub elsewhere: HashMap<SocketAddr, usize>,
    pub more: bool,
}

impl Front {
    pub fn has_more(&self) -> bool {
        self.more
    }
}

/// How a datagram came.
#[derive(Clone, Copy)]
enum Via {
    Udp,
    Link(Token),
}

/// A datagram that was read.
#[derive(Clone, Copy)]
struct Arrival<'a> {
    bytes: &'a [u8],
    from: SocketAddr,
    via: Via,
    at: Instant,
}

/// Whose a datagram is.
enum Whose {
    Ours(Key),
    Thread(usize),
    Nobodys,
}

impl Worker {
    pub fn read_sockets(&mut self, events: &Events) {
        let mut udp = self.front.as_mut().is_some_and(|front| std::mem::take(&mut front.more));
        for event in events {
            match event.token() {
                UDP => udp = true,
                LISTENER => self.accept_links(),
                token if token.0 >= FIRST_LINK => {
                    if event.is_writable() {
                        self.around.outlets.links.writable(token);
                    }
                    self.read_link(token);
                }
                _ => {}
            }
        }
        if udp {
            self.read_datagrams();
        }
    }

    fn read_datagrams(&mut self) {
        let mut buffer = [0; LONGEST_DATAGRAM_BYTES];
        for _ in 0..DATAGRAMS_AT_A_TIME {
            let Some(front) = &mut self.front else { return };
            match front.udp.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    self.hear(&buffer[..length], canonical(from), Via::Udp, Instant::now());
                    self.work();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // An earlier send found nobody there: that says nothing about who comes next.
                Err(error) => tracing::trace!(%error, "receive"),
            }
        }
        if let Some(front) = &mut self.front {
            front.more = true;
        }
    }

    fn accept_links(&mut self) {
        loop {
            let Some(listener) = self.front.as_ref().and_then(|front| front.listener.as_ref()) else { return };
            match listener.accept() {
                Ok((stream, from)) => {
                    if self.around.outlets.links.strangers() >= self.shared.limits.tcp_strangers {
                        self.shared.counters.strangers.one();
                        continue;
                    }
                    self.adopt(HandedLink { stream, from: canonical(from), heard: Vec::new() });
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    pub fn adopt(&mut self, handed: HandedLink) {
        match self.around.outlets.links.adopt(handed, Instant::now()) {
            Ok(token) => self.read_link(token),
            Err(error) => tracing::debug!(%error, "a link could not be taken in"),
        }
    }

    fn read_link(&mut self, token: Token) {
        let mut buffer = [0; 4 * 1024];
        let mut frame = Vec::new();
        loop {
            while let Some(from) = self.around.outlets.links.address(token) {
                match self.around.outlets.links.next_frame(token, &mut frame) {
                    Ok(true) => self.hear(&frame, from, Via::Link(token), Instant::now()),
                    Ok(false) => break,
                    Err(FrameTooLong) => self.around.outlets.links.close(token),
                }
                self.work();
            }
            match self.around.outlets.links.read(token, &mut buffer) {
                Heard::More => {}
                Heard::Everything => return,
                Heard::Closed => return self.around.outlets.links.close(token),
            }
        }
    }

    /// A datagram that another thread has read for us.
    pub fn hear_from_front(&mut self, bytes: &[u8], from: SocketAddr, at: Instant) {
        self.hear(bytes, from, Via::Udp, at);
    }

    fn hear(&mut self, bytes: &[u8], from: SocketAddr, via: Via, at: Instant) {
        self.shared.counters.received.one();
        let arrival = Arrival { bytes, from, via, at };
        match self.whose(bytes, from, via) {
            Whose::Ours(key) => self.hear_peer(key, arrival),
            Whose::Thread(thread) => self.pass_on(thread, arrival),
            Whose::Nobodys => self.shared.counters.strangers.one(),
        }
    }

    fn whose(&self, bytes: &[u8], from: SocketAddr, via: Via) -> Whose {
        if stun::is_stun(bytes) {
            let Some(fragment) = stun::local_fragment(bytes) else { return Whose::Nobodys };
            return match IceName::thread_of(fragment) {
                Some(thread) if thread == self.index => {
                    self.fragments.get(fragment).map_or(Whose::Nobodys, |key| Whose::Ours(*key))
                }
                // Only the thread that reads the socket passes on, so nothing can go round in circles.
                Some(thread) if self.index == 0 && thread < self.shared.mailboxes.len() => Whose::Thread(thread),
                _ => Whose::Nobodys,
            };
        }
        let ours = match via {
            Via::Udp => self.addresses.get(&from).copied(),
            Via::Link(token) => self.around.outlets.links.owner(token),
        };
        let elsewhere = || self.front.as_ref().and_then(|front| front.elsewhere.get(&from)).copied();
        match (ours, via) {
            (Some(key), _) => Whose::Ours(key),
            (None, Via::Udp) => elsewhere().map_or(Whose::Nobodys, Whose::Thread),
            (None, Via::Link(_)) => Whose::Nobodys,
        }
    }

    fn pass_on(&mut self, thread: usize, arrival: Arrival<'_>) {
        let Arrival { bytes, from, via, at } = arrival;
        let mailbox = &self.shared.mailboxes[thread];
        let passed = match via {
            Via::Udp => mailbox.offer(Mail::Datagram { bytes: bytes.to_vec(), from, at }),
            Via::Link(token) => match self.around.outlets.links.hand_over(token, bytes) {
                Some(link) => mailbox.send(Mail::Link(Box::new(link))).is_ok(),
                None => false,
            },
        };
        if !passed {
            self.shared.counters.overflown.one();
        }
    }

    fn hear_peer(&mut self, key: Key, arrival: Arrival<'_>) {
        let Arrival { bytes, from, via, at } = arrival;
        let Some(peer) = self.peers.get_mut(&key) else { return };
        if !peer.cap.admits(at) {
            return self.shared.counters.over_rate.one();
        }
        let (protocol, seen_as) = match via {
            Via::Udp => (Protocol::Udp, &self.shared.seen_as.udp),
            Via::Link(_) => (Protocol::Tcp, &self.shared.seen_as.tcp),
        };
        let Some(destination) = SeenAs::of(seen_as, from) else { return };
        let Ok(receive) = Receive::new(protocol, from, destination, bytes) else {
            return self.shared.counters.strangers.one();
        };
        let input = Input::Receive(at, receive);
        if stun::is_stun(bytes) {
            // Whoever sends from this address knows the password, or nothing is learned.
            if !peer.rtc.accepts(&input) {
                return self.shared.counters.strangers.one();
            }
            if let Via::Link(token) = via
                && !self.around.outlets.links.claim(token, key)
            {
                return self.shared.counters.strangers.one();
            }
            self.learn(key, from, via);
        }
        let Some(peer) = self.peers.get_mut(&key) else { return };
        peer.heard = at;
        match feed(peer, input) {
            Ok(()) => drive(peer, &mut self.around),
            // After the handshake a stranger's forged datagram must not end what stands.
            Err(Failure::Refused(error)) if peer.connected && peer.rtc.is_alive() => {
                tracing::debug!(connection = %peer.connection, %error, "not understood");
                drive(peer, &mut self.around);
            }
            Err(failure) => fail(peer, &mut self.around, &failure),
        }
    }

    fn learn(&mut self, key: Key, from: SocketAddr, via: Via) {
        if matches!(via, Via::Link(_)) || self.addresses.get(&from) == Some(&key) {
            return;
        }
        if self.is_held_by_another(from, key) {
            return self.shared.counters.strangers.one();
        }
        self.addresses.insert(from, key);
        let forgotten = self.peers.get_mut(&key).and_then(|peer| peer.learn(from));
        if self.index != 0 {
            self.tell_front(Mail::Learned(from, self.index));
        }
        if let Some(address) = forgotten {
            self.forget_address(address, key);
        }
    }

    /// An address from which a connection is being heard stays its own: a forged sender must not take it away.
    fn is_held_by_another(&self, from: SocketAddr, key: Key) -> bool {
        let holder =
            self.addresses.get(&from).filter(|holder| **holder != key).and_then(|holder| self.peers.get(holder));
        let here = holder.is_some_and(|holder| holder.connected && holder.heard.elapsed() < ADDRESS_HELD);
        here || self.front.as_ref().is_some_and(|front| front.elsewhere.contains_key(&from))
    }

    pub fn forget_address(&mut self, address: SocketAddr, key: Key) {
        if self.addresses.get(&address) != Some(&key) {
            return;
        }
        self.addresses.remove(&address);
        if self.index != 0 {
            self.tell_front(Mail::Forgotten(address));
        }
    }

    fn tell_front(&self, mail: Mail) {
        if self.shared.mailboxes[0].send(mail).is_err() {
            tracing::debug!("the first media thread is gone");
        }
    }
}

/// A UDP socket with room for bursts: hundreds of viewers are written to at once.
pub fn bind_udp(address: SocketAddr) -> io::Result<std::net::UdpSocket> {
    use socket2::{Domain, Socket, Type};
    const ROOM_BYTES: usize = 4 * 1024 * 1024;
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    // The system may grant less; it never refuses to serve with what it grants.
    for granted in [socket.set_recv_buffer_size(ROOM_BYTES), socket.set_send_buffer_size(ROOM_BYTES)] {
        if let Err(error) = granted {
            tracing::debug!(%error, "smaller socket buffers");
        }
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}
