//! One shard: a thread with its own sockets, its own membership and its own clock hand. Nothing in it is shared with
//! another thread, so nothing in it is locked.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    io,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use socket2::SockRef;
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    task::spawn_local,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;

use super::{
    close::{CloseCode, Selector},
    commons::Commons,
    frame, life,
    parcel::Delivery,
    socket::{Belongings, Ground, Socket},
    streams::Streams,
    waves,
    wheel::Wheel,
};

/// How often a shard looks at its clock: backlogs, the wheel, presence.
const TICK: Duration = Duration::from_millis(250);
/// A socket that was silent for this long is asked for a sign of life, and looked at again after as long.
const PING_AFTER: Duration = Duration::from_secs(20);
/// One buffer for all reads of a shard.
const READ_BUFFER: usize = 64 * 1024;

/// What a shard is told beside deliveries. Never dropped.
pub(super) enum Order {
    Seat {
        stream: std::net::TcpStream,
        belongings: Belongings,
        greeting: Bytes,
        refused: Option<CloseCode>,
    },
    ToSocket {
        socket: u64,
        payload: Bytes,
    },
    Close(Selector, CloseCode),
    /// Look at the clock now, then answer.
    Beat(oneshot::Sender<()>),
    /// Which streams are followed here?
    Followed(oneshot::Sender<Vec<Uuid>>),
    /// Close everything, take nobody in, answer when the last socket is gone.
    Drain(oneshot::Sender<()>),
    Stop,
}

pub(super) struct Shard {
    pub(super) commons: Arc<Commons>,
    pub(super) ground: Rc<Ground>,
    /// The first shard also looks after what the shards share.
    is_first: bool,
    sockets: RefCell<HashMap<u64, Rc<Socket>>>,
    pub(super) streams: RefCell<Streams>,
    wheel: RefCell<Wheel>,
    pub(super) read_buffer: RefCell<Box<[u8]>>,
    /// Socket tasks that have not ended, farewells included.
    alive: Cell<usize>,
    draining: Cell<bool>,
    drained: RefCell<Option<oneshot::Sender<()>>>,
}

/// Runs a shard until it is told to stop.
pub(super) async fn run(
    index: usize,
    commons: Arc<Commons>,
    mut orders: mpsc::UnboundedReceiver<Order>,
    deliveries: mpsc::Receiver<Delivery>,
) {
    let shard = Rc::new(Shard::new(index, commons));
    spawn_local(waves::run(Rc::clone(&shard), deliveries));
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            order = orders.recv() => match order {
                None | Some(Order::Stop) => return,
                Some(order) => shard.obey(order),
            },
            _ = ticks.tick() => shard.tick(),
        }
    }
}

impl Shard {
    fn new(index: usize, commons: Arc<Commons>) -> Self {
        let now = (commons.uptime)();
        let ground = Ground {
            config: commons.config.clone(),
            metrics: Arc::clone(&commons.metrics),
            now: Cell::new(now),
            lagging: RefCell::default(),
        };
        Self {
            commons,
            ground: Rc::new(ground),
            is_first: index == 0,
            sockets: RefCell::default(),
            streams: RefCell::default(),
            wheel: RefCell::new(Wheel::new(now)),
            read_buffer: RefCell::new(vec![0; READ_BUFFER].into_boxed_slice()),
            alive: Cell::new(0),
            draining: Cell::new(false),
            drained: RefCell::default(),
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.ground.now.get()
    }

    pub(super) fn look_at_clock(&self) -> Duration {
        let now = (self.commons.uptime)();
        self.ground.now.set(now);
        now
    }

    fn obey(self: &Rc<Self>, order: Order) {
        match order {
            Order::Seat { stream, belongings, greeting, refused } => self.seat(stream, belongings, &greeting, refused),
            Order::ToSocket { socket, payload } => {
                if let Some(socket) = self.sockets.borrow().get(&socket) {
                    socket.send_payload(&payload);
                }
            }
            Order::Close(selector, code) => self.close(selector, code),
            Order::Beat(done) => {
                self.tick();
                done.send(()).ok();
            }
            Order::Followed(answer) => {
                answer.send(self.streams.borrow().all()).ok();
            }
            Order::Drain(done) => {
                self.draining.set(true);
                *self.drained.borrow_mut() = Some(done);
                self.close(Selector::All, CloseCode::Restart);
                self.tell_if_drained();
            }
            // Handled by the loop that owns the channel.
            Order::Stop => {}
        }
    }

    fn seat(
        self: &Rc<Self>,
        stream: std::net::TcpStream,
        belongings: Belongings,
        greeting: &Bytes,
        refused: Option<CloseCode>,
    ) {
        let Ok(stream) = self.adopt(stream) else { return };
        let socket = Socket::new(stream, belongings, &self.ground);
        let refused = refused.or_else(|| self.draining.get().then_some(CloseCode::Restart));
        if let Some(code) = refused {
            socket.close(code);
        } else {
            self.sockets.borrow_mut().insert(socket.id(), Rc::clone(&socket));
            self.ground.metrics.sockets.add(1);
            self.wheel.borrow_mut().plan(socket.id(), PING_AFTER);
            socket.send_payload(greeting);
        }
        self.alive.set(self.alive.get() + 1);
        spawn_local(life::live(Rc::clone(self), socket));
    }

    /// Makes a connection this shard's own. A write is a whole wave, so it is not to wait for another.
    fn adopt(&self, stream: std::net::TcpStream) -> io::Result<TcpStream> {
        stream.set_nodelay(true)?;
        if let Some(bytes) = self.ground.config.send_buffer {
            SockRef::from(&stream).set_send_buffer_size(bytes)?;
        }
        TcpStream::from_std(stream)
    }

    fn close(&self, selector: Selector, code: CloseCode) {
        for socket in self.sockets.borrow().values().filter(|socket| selector.matches(&socket.identity)) {
            socket.close(code);
        }
    }

    /// Takes a socket out of everything: nothing reaches it from here on.
    pub(super) fn forget(&self, socket: &Rc<Socket>) {
        let silent = socket.closing() == Some(CloseCode::Idle);
        for stream in socket.follows.take() {
            self.leave_stream(stream, socket, silent);
        }
        drop(socket.place.take());
        if self.sockets.borrow_mut().remove(&socket.id()).is_some() {
            self.ground.metrics.sockets.take(1);
        }
    }

    /// A socket's task has said its farewell.
    pub(super) fn count_out(&self) {
        self.alive.set(self.alive.get() - 1);
        self.tell_if_drained();
    }

    /// Ends one subscription; `at_once` without the grace that covers a reconnect.
    pub(super) fn leave_stream(&self, stream: Uuid, socket: &Rc<Socket>, at_once: bool) {
        socket.follows.borrow_mut().retain(|followed| *followed != stream);
        if self.streams.borrow_mut().leave(stream, socket.id()) {
            let grace = if at_once { Duration::ZERO } else { self.ground.config.presence_grace };
            self.commons.presence.leave(stream, socket.identity.member, self.now() + grace);
        }
    }

    fn tell_if_drained(&self) {
        if self.alive.get() == 0
            && let Some(done) = self.drained.borrow_mut().take()
        {
            done.send(()).ok();
        }
    }

    fn tick(&self) {
        let now = self.look_at_clock();
        let due = self.wheel.borrow_mut().turn(now);
        for id in due {
            self.check_pulse(id, now);
        }
        self.check_backlogs();
        if self.is_first {
            self.commons.typing.sweep(now);
            self.commons.sweep_presence(now);
        }
    }

    /// Asks a silent socket for a sign of life, or gives it up.
    fn check_pulse(&self, id: u64, now: Duration) {
        let sockets = self.sockets.borrow();
        let Some(socket) = sockets.get(&id) else { return };
        let silence = now.saturating_sub(socket.heard.get());
        let Some(left) = self.ground.config.silence.checked_sub(silence).filter(|left| !left.is_zero()) else {
            return socket.close(CloseCode::Idle);
        };
        if silence >= PING_AFTER {
            socket.send(&frame::ping());
        }
        self.wheel.borrow_mut().plan(id, PING_AFTER.min(left));
    }

    fn check_backlogs(&self) {
        let lagging = self.ground.lagging.take();
        let sockets = self.sockets.borrow();
        let still = lagging.into_iter().filter(|id| sockets.get(id).is_some_and(|socket| socket.still_lagging()));
        let still: Vec<u64> = still.collect();
        self.ground.lagging.borrow_mut().extend(still);
    }
}
