//! Many sockets on one thread: connect, follow, read what comes, answer pings.

use std::{
    error::Error,
    io::{self, ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream as StdTcpStream},
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, net::TcpStream};
use socket2::{Domain, Socket, Type};

use super::{
    tally::Tally,
    wire::{self, visit},
};

/// Sockets from one source address: a server may well limit how many it takes from each.
const PER_ADDRESS: usize = 40;
/// Followers whose frames are looked into; of the others, frames are only counted.
const SAMPLED_EVERY: usize = 20;
const READ_BUFFER: usize = 256 * 1024;
/// What takes longer than this is broken.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Follower,
    Poster,
}

pub struct Crowd {
    pub start: Instant,
    pub tally: Tally,
    address: SocketAddr,
    /// The second number of the addresses to come from.
    network: u8,
    /// The stream to follow; none at the bare broadcast.
    stream: Option<String>,
    poll: Poll,
    events: Events,
    members: Vec<Member>,
    buffer: Vec<u8>,
    measuring: bool,
    /// Messages that the first follower has seen.
    pub seen: u64,
    /// The latest position any follower was told.
    position: u64,
}

struct Member {
    socket: TcpStream,
    role: Role,
    /// The begin of a frame whose end has not come yet.
    rest: Vec<u8>,
    /// Set where frames are looked into.
    sampled: bool,
    known: u64,
    following: bool,
    open: bool,
}

impl Crowd {
    pub fn new(address: SocketAddr, network: u8, stream: Option<String>) -> io::Result<Self> {
        Ok(Self {
            start: Instant::now(),
            tally: Tally::default(),
            address,
            network,
            stream,
            poll: Poll::new()?,
            events: Events::with_capacity(4_096),
            members: Vec::new(),
            buffer: vec![0; READ_BUFFER],
            measuring: false,
            seen: 0,
            position: 0,
        })
    }

    /// Connects one more, and has it follow if that is its role.
    pub fn admit(&mut self, person: usize, path: &str, role: Role) -> Result<(), Box<dyn Error>> {
        let (stream, rest) = self.shake_hands(person, path)?;
        stream.set_nonblocking(true)?;
        let mut socket = TcpStream::from_std(stream);
        let index = self.members.len();
        self.poll.registry().register(&mut socket, Token(index), Interest::READABLE)?;
        let sampled = role == Role::Follower && index.is_multiple_of(SAMPLED_EVERY);
        let following = self.stream.is_none() || role == Role::Poster;
        self.members.push(Member { socket, role, rest, sampled, known: 0, following, open: true });
        if let Some(stream) = self.stream.clone().filter(|_| role == Role::Follower) {
            let position = self.position;
            let follow =
                format!(r#"{{"op":"follow","ref":"f","streams":[{{"stream":"{stream}","position":{position}}}]}}"#);
            self.send(index, follow.as_bytes())?;
            self.wait_until_following(index)?;
        }
        Ok(())
    }

    fn shake_hands(&self, person: usize, path: &str) -> Result<(StdTcpStream, Vec<u8>), Box<dyn Error>> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((source(self.network, person), 0)).into())?;
        socket.connect(&self.address.into())?;
        let mut stream = StdTcpStream::from(socket);
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let address = self.address;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        let mut answer = Vec::new();
        let mut chunk = [0; 1_024];
        loop {
            let count = stream.read(&mut chunk)?;
            answer.extend_from_slice(&chunk[..count]);
            if let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") {
                if !answer.starts_with(b"HTTP/1.1 101") {
                    return Err(format!("no upgrade: {}", String::from_utf8_lossy(&answer)).into());
                }
                return Ok((stream, answer.split_off(end + 4)));
            }
            if count == 0 {
                return Err("the server hung up in the handshake".into());
            }
        }
    }

    fn wait_until_following(&mut self, index: usize) -> Result<(), Box<dyn Error>> {
        let begun = Instant::now();
        // What came with the handshake is looked at with what comes next.
        while !self.members[index].following {
            self.pump(Duration::from_millis(100))?;
            if begun.elapsed() > PATIENCE || !self.members[index].open {
                return Err("the server does not let a member follow the group".into());
            }
        }
        Ok(())
    }

    /// The last `count` followers stop reading.
    pub fn stall(&mut self, count: usize) -> io::Result<()> {
        let followers = self.members.iter_mut().filter(|member| member.role == Role::Follower);
        for member in followers.rev().take(count) {
            self.poll.registry().deregister(&mut member.socket)?;
        }
        Ok(())
    }

    pub fn measure(&mut self, measuring: bool) {
        self.measuring = measuring;
    }

    /// The places of those who post.
    pub fn posters(&self) -> Vec<usize> {
        (0..self.members.len()).filter(|index| self.members[*index].role == Role::Poster).collect()
    }

    pub fn send(&mut self, index: usize, text: &[u8]) -> io::Result<()> {
        let mut frame = Vec::with_capacity(text.len() + 8);
        wire::frame(wire::TEXT, text, &mut frame);
        self.tally.messages += u64::from(self.measuring);
        // Frames are small and a server that does not read them would have closed long ago.
        self.members[index].socket.write_all(&frame)
    }

    pub fn pump_for(&mut self, time: Duration) -> io::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.pump(Duration::from_millis(100))?;
        }
        Ok(())
    }

    /// Waits for something to read for at most `patience`, and reads it.
    pub fn pump(&mut self, patience: Duration) -> io::Result<()> {
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        let polled = match self.poll.poll(&mut events, Some(patience)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            polled => polled,
        };
        for event in &events {
            self.read(event.token().0);
        }
        self.events = events;
        polled
    }

    fn read(&mut self, index: usize) {
        loop {
            let kept = self.members[index].rest.len();
            let member = &mut self.members[index];
            self.buffer[..kept].copy_from_slice(&member.rest);
            match member.socket.read(&mut self.buffer[kept..]) {
                Ok(count) if count > 0 => {
                    self.take(index, kept + count);
                    // A read that did not fill the buffer has emptied the socket.
                    if kept + count < self.buffer.len() {
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Ok(_) | Err(_) => {
                    self.tally.closed += u64::from(std::mem::replace(&mut member.open, false));
                    return;
                }
            }
        }
    }

    fn take(&mut self, index: usize, length: usize) {
        let buffer = std::mem::take(&mut self.buffer);
        let used = visit(&buffer[..length], |opcode, payload| self.hear(index, opcode, payload));
        let rest = &mut self.members[index].rest;
        rest.clear();
        rest.extend_from_slice(&buffer[used..length]);
        self.buffer = buffer;
    }

    fn hear(&mut self, index: usize, opcode: u8, payload: &[u8]) {
        match opcode {
            wire::TEXT if self.members[index].role == Role::Follower => self.hear_text(index, payload),
            wire::TEXT if payload.starts_with(br#"{"type":"error""#) => self.complain(payload),
            wire::PING => {
                let mut pong = Vec::new();
                wire::frame(wire::PONG, payload, &mut pong);
                self.members[index].socket.write_all(&pong).ok();
            }
            wire::CLOSE => {
                let code = payload.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]]));
                eprintln!("member {index} was closed with {code:?}");
            }
            _ => {}
        }
    }

    fn hear_text(&mut self, index: usize, payload: &[u8]) {
        if self.stream.is_some() && !payload.starts_with(br#"{"type":"change""#) {
            return self.hear_other(index, payload);
        }
        self.seen += u64::from(index == 0);
        self.tally.deliveries += u64::from(self.measuring);
        let member = &mut self.members[index];
        if !member.sampled {
            return;
        }
        if self.measuring {
            self.tally.time(self.start, payload);
        }
        if let Some(position) = position_of(payload) {
            self.tally.doubles += u64::from(position <= member.known);
            self.tally.holes += position.saturating_sub(member.known + 1);
            member.known = member.known.max(position);
        }
    }

    fn hear_other(&mut self, index: usize, payload: &[u8]) {
        if payload.starts_with(br#"{"type":"resumed""#) || payload.starts_with(br#"{"type":"reset""#) {
            let position = position_of(payload).unwrap_or_default();
            self.position = self.position.max(position);
            let member = &mut self.members[index];
            member.following = true;
            member.known = position;
        } else if payload.starts_with(br#"{"type":"error""#) {
            self.complain(payload);
        }
    }

    fn complain(&mut self, payload: &[u8]) {
        self.tally.refused += 1;
        if self.tally.refused == 1 {
            eprintln!("refused: {}", String::from_utf8_lossy(payload));
        }
    }
}

/// A loopback address of its own for every few people.
fn source(network: u8, person: usize) -> Ipv4Addr {
    let block = u32::try_from(person / PER_ADDRESS).unwrap_or_default();
    Ipv4Addr::from_bits(Ipv4Addr::new(127, network, 0, 1).to_bits() + block)
}

/// The first position a frame names: that of the change, or of the stream.
fn position_of(payload: &[u8]) -> Option<u64> {
    const NAME: &[u8] = br#""position":"#;
    let at = payload.windows(NAME.len()).position(|window| window == NAME)? + NAME.len();
    let digits = payload[at..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}
