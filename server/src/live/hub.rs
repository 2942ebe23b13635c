//! The hub's handle: what the rest of the house may do to sockets.

use std::{
    collections::HashSet,
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
    task::LocalSet,
    time::timeout,
};
use uuid::Uuid;

use super::{
    backstage::{Backstage, SocketIdentity},
    close::{CloseCode, Selector},
    commons::{Commons, DELIVERIES_MAX, Door, Uptime},
    config::LiveConfig,
    frame,
    life::LINGER,
    metrics::LiveMetrics,
    parcel::{Delivery, Parcel, Publication, Whisper},
    presence::Presence,
    shard::{self, Order},
    socket::Belongings,
    typing::TypingThrottle,
    upgrade::UpgradedSocket,
};

/// All sockets of this process. Cheap to clone; the shards stop when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Hub(Arc<Shards>);

#[derive(Debug)]
struct Shards(Arc<Commons>);

/// A socket that was authenticated and upgraded, and is to be served from now on.
pub struct Newcomer {
    pub socket: UpgradedSocket,
    /// Where it comes from, behind whatever proxies are trusted.
    pub address: IpAddr,
    pub account: Uuid,
    pub login: Uuid,
    pub brand: Uuid,
    pub member: Uuid,
    /// Payload of the first frame, `ready`.
    pub greeting: Bytes,
    pub backstage: Arc<dyn Backstage>,
}

impl Hub {
    /// Starts the shards, each a thread of its own. To be called on the runtime of the house, where [`Backstage`] is
    /// asked from then on.
    pub fn start(config: LiveConfig, uptime: Uptime) -> io::Result<Self> {
        let (doors, rooms): (Vec<_>, Vec<_>) = (0..config.shards.max(1)).map(|_| door()).unzip();
        let commons = Arc::new(Commons {
            config,
            uptime,
            metrics: Arc::default(),
            house: Handle::try_current().map_err(io::Error::other)?,
            doors,
            presence: Presence::default(),
            typing: TypingThrottle::default(),
            headcount: Arc::default(),
            serial: AtomicU64::default(),
        });
        for (index, (orders, deliveries)) in rooms.into_iter().enumerate() {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let commons = Arc::clone(&commons);
            thread::Builder::new().name(format!("live-{index}")).spawn(move || {
                LocalSet::new().block_on(&runtime, shard::run(index, commons, orders, deliveries));
            })?;
        }
        Ok(Self(Arc::new(Shards(commons))))
    }

    /// Gives a socket to a shard, which serves it until it closes. Beyond the number that an account or an address may
    /// have, it is closed with 4409. Returns the socket's id.
    ///
    /// A login may end between its check and this call: check it again afterwards, and [`Hub::close`] if it has.
    pub fn seat(&self, newcomer: Newcomer) -> u64 {
        let Newcomer {
            socket: UpgradedSocket { stream, rest },
            address,
            account,
            login,
            brand,
            member,
            greeting,
            backstage,
        } = newcomer;
        let commons = &self.0.0;
        let place = commons.headcount.admit(&commons.config, account, address);
        if place.is_none() {
            commons.metrics.turned_away.add(1);
        }
        let socket = commons.serial.fetch_add(1, Ordering::Relaxed);
        let refused = place.is_none().then_some(CloseCode::TooManySockets);
        let identity = SocketIdentity { socket, account, login, brand, member };
        let belongings = Belongings { identity, backstage, rest, place };
        self.door_of(socket).order(Order::Seat { stream, belongings, greeting, refused });
        socket
    }

    /// Publishes changes of one stream to its followers. For each stream the calls are made one after the other, by
    /// rising position; waits while a shard has fallen far behind.
    pub async fn publish(&self, publication: Publication) {
        let parcel = Arc::new(Parcel::encode(publication));
        for door in &self.0.0.doors {
            // Fails only while the process ends.
            door.deliveries.send(Delivery::Parcel(Arc::clone(&parcel))).await.ok();
        }
    }

    /// Ends the member's following of the stream, behind what was published before and ahead of what comes after.
    pub async fn expel(&self, member: Uuid, stream: Uuid) {
        self.publish(Publication { stream, changes: Vec::new(), then_expel: vec![member] }).await;
    }

    /// Shows an ephemeral frame to the followers of a stream, but not to `except`. Dropped first under pressure.
    pub fn whisper(&self, stream: Uuid, payload: &[u8], except: Option<Uuid>) {
        self.0.0.whisper(Whisper { stream, frames: frame::text(payload), except });
    }

    /// Sends one frame to one socket, if it is still there.
    pub fn to_socket(&self, socket: u64, payload: Bytes) {
        self.door_of(socket).order(Order::ToSocket { socket, payload });
    }

    pub fn close(&self, selector: Selector, code: CloseCode) {
        for door in &self.0.0.doors {
            door.order(Order::Close(selector, code));
        }
    }

    /// Closes every socket with 1012 and takes no new one. Returns when all are gone, or soon after.
    pub async fn drain(&self) {
        let drained = self.0.0.doors.iter().map(|door| door.ask(Order::Drain));
        let all = futures_util::future::join_all(drained.collect::<Vec<_>>());
        timeout(LINGER + Duration::from_secs(1), all).await.ok();
    }

    /// Has every shard look at its clock now, as it does by itself four times a second. For tests that own the clock.
    pub async fn beat(&self) {
        for door in &self.0.0.doors {
            door.ask(Order::Beat).await.ok();
        }
    }

    /// Every stream that a socket here follows or is about to. `None` while the process ends.
    pub async fn followed(&self) -> Option<HashSet<Uuid>> {
        let mut all = HashSet::new();
        for door in &self.0.0.doors {
            all.extend(door.ask(Order::Followed).await.ok()?);
        }
        Some(all)
    }

    pub fn metrics(&self) -> &LiveMetrics {
        &self.0.0.metrics
    }

    fn door_of(&self, socket: u64) -> &Door {
        let doors = &self.0.0.doors;
        let index = usize::try_from(socket % doors.len() as u64).unwrap_or_default();
        &doors[index]
    }
}

fn door() -> (Door, (mpsc::UnboundedReceiver<Order>, mpsc::Receiver<Delivery>)) {
    let (orders, order_inlet) = mpsc::unbounded_channel();
    let (deliveries, delivery_inlet) = mpsc::channel(DELIVERIES_MAX);
    (Door { orders, deliveries }, (order_inlet, delivery_inlet))
}

impl Door {
    fn order(&self, order: Order) {
        // Fails only while the process ends.
        self.orders.send(order).ok();
    }

    fn ask<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> oneshot::Receiver<T> {
        let (done, answer) = oneshot::channel();
        self.order(order(done));
        answer
    }
}

impl Drop for Shards {
    fn drop(&mut self) {
        for door in &self.0.doors {
            door.order(Order::Stop);
        }
    }
}
