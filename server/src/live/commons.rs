//! What the shards and the hub's handle share: the doors to every shard, and the little state that spans shards. None
//! of it is touched for a message.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::mpsc};

use super::{
    config::LiveConfig,
    headcount::Headcount,
    metrics::LiveMetrics,
    parcel::{Delivery, Whisper},
    presence::Presence,
    shard::Order,
    typing::TypingThrottle,
};

/// Deliveries that may wait for a shard; beyond, who publishes waits.
pub(super) const DELIVERIES_MAX: usize = 4_096;
/// Whispers are dropped once only this much room is left.
const WHISPER_ROOM: usize = DELIVERIES_MAX * 3 / 4;

/// Reads the time since some fixed moment; never runs backwards.
pub type Uptime = Arc<dyn Fn() -> Duration + Send + Sync>;

/// The time since this call, by the machine's monotonic clock.
pub fn machine_uptime() -> Uptime {
    let start = Instant::now();
    Arc::new(move || start.elapsed())
}

pub(super) struct Commons {
    pub(super) config: LiveConfig,
    pub(super) uptime: Uptime,
    pub(super) metrics: Arc<LiveMetrics>,
    /// The runtime of the house. What it is asked runs there, so that a wave never keeps a transaction waiting, nor a
    /// long answer a wave.
    pub(super) house: Handle,
    pub(super) doors: Vec<Door>,
    pub(super) presence: Presence,
    pub(super) typing: TypingThrottle,
    pub(super) headcount: Arc<Headcount>,
    /// Sockets seated so far.
    pub(super) serial: AtomicU64,
}

/// The way into one shard.
pub(super) struct Door {
    pub(super) orders: mpsc::UnboundedSender<Order>,
    pub(super) deliveries: mpsc::Sender<Delivery>,
}

impl Commons {
    /// Hands an ephemeral frame to all shards. False if one of them is too busy and it was dropped there.
    pub(super) fn whisper(&self, whisper: Whisper) -> bool {
        let whisper = Arc::new(whisper);
        let mut taken = true;
        for door in &self.doors {
            let calm = door.deliveries.capacity() > WHISPER_ROOM;
            taken &= calm && door.deliveries.try_send(Delivery::Whisper(Arc::clone(&whisper))).is_ok();
        }
        if !taken {
            self.metrics.whispers_dropped.add(1);
        }
        taken
    }

    /// Asks the house. `None` if it fell over the question.
    pub(super) async fn ask<T: Send + 'static>(&self, question: impl Future<Output = T> + Send + 'static) -> Option<T> {
        self.house.spawn(question).await.ok()
    }

    pub(super) fn sweep_presence(&self, now: Duration) {
        self.presence.sweep(now, |whisper| self.whisper(whisper));
    }
}

impl fmt::Debug for Commons {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Commons")
            .field("config", &self.config)
            .field("metrics", &self.metrics)
            .finish_non_exhaustive()
    }
}
