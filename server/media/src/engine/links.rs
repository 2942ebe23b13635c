//! ICE over TCP (RFC 6544), the passive side: clients connect to us, each connection carries datagrams framed by RFC 4571.
//! A link belongs to nobody until a genuine STUN request came over it, and then to one connection only.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use super::mail::{HandedLink, Key};
use crate::wire::framing::{FrameTooLong, Unframer, length_prefix};

/// Tokens below are the thread's own.
pub const FIRST_LINK: usize = 16;
/// Who has not said who they are by then is sent away.
const INTRODUCTION: Duration = Duration::from_secs(10);

pub struct Links {
    registry: Registry,
    backlog_cap: usize,
    next: usize,
    by_token: HashMap<Token, Link>,
    by_address: HashMap<SocketAddr, Token>,
}

struct Link {
    stream: TcpStream,
    from: SocketAddr,
    incoming: Unframer,
    /// What the system would not take yet; only whole frames are ever dropped.
    backlog: Vec<u8>,
    owner: Option<Key>,
    opened: Instant,
}

/// What one read found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nothing is left for now.
    Everything,
    /// Something came, and there may be more.
    More,
    Closed,
}

impl Links {
    pub fn new(registry: Registry, backlog_cap: usize) -> Self {
        Self { registry, backlog_cap, next: FIRST_LINK, by_token: HashMap::new(), by_address: HashMap::new() }
    }

    /// Takes a connection in, with what was already read from it.
    pub fn adopt(&mut self, handed: HandedLink, now: Instant) -> io::Result<Token> {
        let HandedLink { mut stream, from, heard } = handed;
        let token = Token(self.next);
        self.next += 1;
        stream.set_nodelay(true)?;
        self.registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        let mut incoming = Unframer::default();
        incoming.push(&heard);
        self.by_address.insert(from, token);
        self.by_token.insert(token, Link { stream, from, incoming, backlog: Vec::new(), owner: None, opened: now });
        Ok(token)
    }

    pub fn strangers(&self) -> usize {
        self.by_token.values().filter(|link| link.owner.is_none()).count()
    }

    pub fn owner(&self, token: Token) -> Option<Key> {
        self.by_token.get(&token)?.owner
    }

    pub fn address(&self, token: Token) -> Option<SocketAddr> {
        self.by_token.get(&token).map(|link| link.from)
    }

    /// The link belongs to this connection from now on. One that belongs to another stays where it is.
    pub fn claim(&mut self, token: Token, owner: Key) -> bool {
        self.by_token.get_mut(&token).is_some_and(|link| *link.owner.get_or_insert(owner) == owner)
    }

    /// Reads once into the link's buffer. Frames are taken out between reads, so it can't grow with what a turn brings.
    pub fn read(&mut self, token: Token, buffer: &mut [u8]) -> Heard {
        let Some(link) = self.by_token.get_mut(&token) else { return Heard::Closed };
        loop {
            return match link.stream.read(buffer) {
                Ok(0) => Heard::Closed,
                Ok(count) => {
                    link.incoming.push(&buffer[..count]);
                    Heard::More
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => Heard::Everything,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => Heard::Closed,
            };
        }
    }

    /// The next whole frame, copied into `frame`. `Err` for one that is no frame of ours.
    pub fn next_frame(&mut self, token: Token, frame: &mut Vec<u8>) -> Result<bool, FrameTooLong> {
        let Some(link) = self.by_token.get_mut(&token) else { return Ok(false) };
        let Some(found) = link.incoming.pop()? else { return Ok(false) };
        frame.clear();
        frame.extend_from_slice(found);
        Ok(true)
    }

    /// Sends a datagram over the link from that address, or drops it.
    pub fn send(&mut self, to: SocketAddr, datagram: &[u8]) -> bool {
        let Some(link) = self.by_address.get(&to).and_then(|token| self.by_token.get_mut(token)) else { return false };
        let Some(prefix) = length_prefix(datagram) else { return false };
        if link.backlog.len() + prefix.len() + datagram.len() > self.backlog_cap {
            return false;
        }
        link.backlog.extend_from_slice(&prefix);
        link.backlog.extend_from_slice(datagram);
        link.flush();
        true
    }

    /// The system takes more.
    pub fn writable(&mut self, token: Token) {
        if let Some(link) = self.by_token.get_mut(&token) {
            link.flush();
        }
    }

    /// Takes a link out, to give it to another thread together with the frame that named it.
    pub fn hand_over(&mut self, token: Token, frame: &[u8]) -> Option<HandedLink> {
        let mut link = self.remove(token)?;
        let mut heard = length_prefix(frame)?.to_vec();
        heard.extend_from_slice(frame);
        while let Ok(Some(next)) = link.incoming.pop() {
            heard.extend_from_slice(&length_prefix(next)?);
            heard.extend_from_slice(next);
        }
        heard.extend_from_slice(link.incoming.unread());
        Some(HandedLink { stream: link.stream, from: link.from, heard })
    }

    pub fn close(&mut self, token: Token) {
        drop(self.remove(token));
    }

    pub fn close_of(&mut self, owner: Key) {
        let tokens: Vec<_> =
            self.by_token.iter().filter(|(_, link)| link.owner == Some(owner)).map(|(token, _)| *token).collect();
        for token in tokens {
            self.close(token);
        }
    }

    pub fn close_late_strangers(&mut self, now: Instant) {
        let late = |link: &Link| link.owner.is_none() && now.saturating_duration_since(link.opened) >= INTRODUCTION;
        let tokens: Vec<_> = self.by_token.iter().filter(|(_, link)| late(link)).map(|(token, _)| *token).collect();
        for token in tokens {
            self.close(token);
        }
    }

    fn remove(&mut self, token: Token) -> Option<Link> {
        let mut link = self.by_token.remove(&token)?;
        if self.by_address.get(&link.from) == Some(&token) {
            self.by_address.remove(&link.from);
        }
        if let Err(error) = self.registry.deregister(&mut link.stream) {
            tracing::debug!(%error, "a link could not be deregistered");
        }
        Some(link)
    }
}

impl Link {
    /// Writes what the system takes. An error shows itself again when the link is read, which closes it.
    fn flush(&mut self) {
        let mut written = 0;
        while written < self.backlog.len() {
            match self.stream.write(&self.backlog[written..]) {
                Ok(count) if count > 0 => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                _ => break,
            }
        }
        self.backlog.drain(..written);
    }
}
