//! One socket and its write path. Frames go straight to the kernel; only a socket whose kernel buffer is full gets a
//! backlog and has its task woken. Nothing here waits, so no reader can delay another.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio::{io::Interest, net::TcpStream, sync::Notify};
use uuid::Uuid;

use super::{
    backlog::{Backlog, SLICES},
    backstage::{Backstage, SocketIdentity},
    bucket::FrameAllowance,
    close::CloseCode,
    config::LiveConfig,
    frame,
    headcount::Place,
    intake::Intake,
    metrics::LiveMetrics,
    wire::{self, Incoming},
};

/// A replay goes on once less than this waits for its socket.
const EASED: usize = 64 * 1024;

/// What the sockets of a shard share.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) config: LiveConfig,
    pub(super) metrics: Arc<LiveMetrics>,
    /// The hub's uptime, read at each tick and wave.
    pub(super) now: Cell<Duration>,
    /// Sockets that have a backlog, to be looked at by the tick.
    pub(super) lagging: RefCell<Vec<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// What is left to say is in the backlog; nothing is added to it.
    Closing(CloseCode),
    /// The connection broke.
    Gone,
}

pub(super) struct Socket {
    pub(super) identity: SocketIdentity,
    pub(super) backstage: Arc<dyn Backstage>,
    pub(super) stream: TcpStream,
    ground: Rc<Ground>,
    state: Cell<State>,
    backlog: RefCell<Backlog>,
    lagging: Cell<bool>,
    wake: Notify,
    eased: Notify,
    /// When bytes last came in.
    pub(super) heard: Cell<Duration>,
    pub(super) intake: RefCell<Intake>,
    pub(super) follows: RefCell<Vec<Uuid>>,
    pub(super) allowance: RefCell<FrameAllowance>,
    /// When the latest frames came that could not be read.
    pub(super) bad_frames: RefCell<Vec<Duration>>,
    pub(super) commands: RefCell<VecDeque<Incoming>>,
    /// A task is carrying out commands.
    pub(super) busy: Cell<bool>,
    /// Reading has stopped until commands are done.
    pub(super) stalled: Cell<bool>,
    /// Given back as soon as the socket is forgotten, not when its farewell ends.
    pub(super) place: Cell<Option<Place>>,
}

/// What a socket brings along when it takes its seat.
pub(super) struct Belongings {
    pub(super) identity: SocketIdentity,
    pub(super) backstage: Arc<dyn Backstage>,
    pub(super) rest: Bytes,
    pub(super) place: Option<Place>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, belongings: Belongings, ground: &Rc<Ground>) -> Rc<Self> {
        let Belongings { identity, backstage, rest, place } = belongings;
        let now = ground.now.get();
        Rc::new(Self {
            identity,
            backstage,
            stream,
            ground: Rc::clone(ground),
            state: Cell::new(State::Open),
            backlog: RefCell::default(),
            lagging: Cell::new(false),
            wake: Notify::new(),
            eased: Notify::new(),
            heard: Cell::new(now),
            intake: RefCell::new(Intake::new(rest)),
            follows: RefCell::default(),
            allowance: RefCell::new(FrameAllowance::new(&ground.config, now)),
            bad_frames: RefCell::default(),
            commands: RefCell::default(),
            busy: Cell::new(false),
            stalled: Cell::new(false),
            place: Cell::new(place),
        })
    }

    pub(super) fn id(&self) -> u64 {
        self.identity.socket
    }

    pub(super) fn is_open(&self) -> bool {
        self.state.get() == State::Open
    }

    pub(super) fn closing(&self) -> Option<CloseCode> {
        match self.state.get() {
            State::Closing(code) => Some(code),
            State::Open | State::Gone => None,
        }
    }

    /// Sends whole frames: now if the kernel takes them, else as soon as it does.
    pub(super) fn send(&self, frames: &Bytes) {
        if !self.is_open() {
            return;
        }
        if !self.backlog.borrow().is_empty() {
            return self.add(frames);
        }
        match self.stream.try_write(frames) {
            Ok(written) if written == frames.len() => {}
            Ok(written) => self.fall_behind(frames, written),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.fall_behind(frames, 0),
            Err(_) => self.fail(),
        }
    }

    pub(super) fn send_payload(&self, payload: &[u8]) {
        self.send(&frame::text(payload));
    }

    /// Sends only if nothing waits: for what is worth nothing later. False if it was dropped.
    pub(super) fn send_or_drop(&self, frames: &Bytes) -> bool {
        let free = self.is_open() && self.backlog.borrow().is_empty();
        if free {
            self.send(frames);
        }
        free
    }

    /// Adds frames without writing, so that those of several streams leave in one write. True if the caller is to call
    /// [`Self::uncork`] for them.
    pub(super) fn cork(&self, frames: &Bytes) -> bool {
        if !self.is_open() {
            return false;
        }
        let free = self.backlog.borrow().is_empty();
        if free {
            self.push(frames, 0);
        } else {
            self.add(frames);
        }
        free
    }

    pub(super) fn uncork(&self) {
        match self.drain() {
            Ok(()) if self.backlog.borrow().is_empty() => {}
            Ok(()) => self.mark_lagging(),
            Err(_) => self.fail(),
        }
    }

    /// Sends several frames with one write.
    pub(super) fn send_all(&self, all: &[Bytes]) {
        let mut free = false;
        for frames in all {
            free |= self.cork(frames);
        }
        if free {
            self.uncork();
        }
    }

    fn add(&self, frames: &Bytes) {
        if self.backlog.borrow().bytes() + frames.len() > self.ground.config.backlog_bytes {
            self.cut_off();
        } else {
            self.push(frames, 0);
        }
    }

    fn fall_behind(&self, frames: &Bytes, written: usize) {
        self.push(frames, written);
        self.mark_lagging();
    }

    fn push(&self, frames: &Bytes, written: usize) {
        self.ground.metrics.backlog_bytes.add(frames.len() - written);
        self.backlog.borrow_mut().push(frames.clone(), written, self.ground.now.get());
    }

    fn mark_lagging(&self) {
        self.wake.notify_one();
        if !self.lagging.replace(true) {
            self.ground.lagging.borrow_mut().push(self.id());
        }
    }

    /// Looks at the age of the backlog. False if the socket is not lagging any more.
    pub(super) fn still_lagging(&self) -> bool {
        let oldest = self.backlog.borrow().oldest();
        let age = oldest.map(|oldest| self.ground.now.get().saturating_sub(oldest));
        if age.is_some_and(|age| age >= self.ground.config.backlog_age) {
            self.cut_off();
        }
        let lagging = age.is_some() && self.is_open();
        self.lagging.set(lagging);
        lagging
    }

    /// Writes what waits, as far as the kernel takes it.
    pub(super) fn drain(&self) -> io::Result<()> {
        let mut backlog = self.backlog.borrow_mut();
        while !backlog.is_empty() {
            let mut slices = [io::IoSlice::new(&[]); SLICES];
            let filled = backlog.gather(&mut slices);
            let written = match self.stream.try_write_vectored(&slices[..filled]) {
                Ok(written) => written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            backlog.advance(written);
            self.ground.metrics.backlog_bytes.take(written);
            if backlog.bytes() < EASED {
                self.eased.notify_one();
            }
        }
        Ok(())
    }

    pub(super) fn has_backlog(&self) -> bool {
        !self.backlog.borrow().is_empty()
    }

    /// Waits until little enough waits that a replay may go on. False if the socket closed.
    pub(super) async fn ease(&self) -> bool {
        while self.is_open() && self.backlog.borrow().bytes() >= EASED {
            self.eased.notified().await;
        }
        self.is_open()
    }

    pub(super) fn cut_off(&self) {
        self.ground.metrics.slow_readers.add(1);
        self.close_saying(CloseCode::SlowReader, &wire::error(None, "slow_reader"));
    }

    pub(super) fn close(&self, code: CloseCode) {
        self.finish(code, &frame::close(code));
    }

    /// Closes after one more frame, which says why in the client's own terms.
    pub(super) fn close_saying(&self, code: CloseCode, payload: &[u8]) {
        let mut frames = bytes::BytesMut::from(&frame::text(payload)[..]);
        frames.extend_from_slice(&frame::close(code));
        self.finish(code, &frames.freeze());
    }

    /// Nothing but the frame on the wire and `last` is still written; what else waited is dropped at once.
    pub(super) fn finish(&self, code: CloseCode, last: &Bytes) {
        if !self.is_open() {
            return;
        }
        self.state.set(State::Closing(code));
        let dropped = self.backlog.borrow_mut().cut();
        self.ground.metrics.backlog_bytes.take(dropped);
        self.push(last, 0);
        self.wake.notify_one();
        self.eased.notify_one();
    }

    /// The connection broke: there is nobody to say anything to.
    pub(super) fn fail(&self) {
        self.state.set(State::Gone);
        self.wake.notify_one();
        self.eased.notify_one();
    }

    /// Tells the socket's task to look at its state again.
    pub(super) fn nudge(&self) {
        self.wake.notify_one();
    }

    /// Waits for something to do; true if there is something to read.
    pub(super) async fn stir(&self) -> io::Result<bool> {
        let interest = match (self.stalled.get(), self.has_backlog()) {
            (false, false) => Interest::READABLE,
            (false, true) => Interest::READABLE | Interest::WRITABLE,
            (true, true) => Interest::WRITABLE,
            (true, false) => {
                self.wake.notified().await;
                return Ok(false);
            }
        };
        tokio::select! {
            biased;
            () = self.wake.notified() => Ok(false),
            ready = self.stream.ready(interest) => Ok(ready?.is_readable() && !self.stalled.get()),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.ground.metrics.backlog_bytes.take(self.backlog.borrow().bytes());
    }
}
