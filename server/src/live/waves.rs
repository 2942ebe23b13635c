//! Delivery on one shard, wave after wave: whatever has piled up goes out together. A write costs the same for one
//! frame as for fifty, so this is where load makes a delivery cheaper.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use tokio::{sync::mpsc, time::sleep};
use uuid::Uuid;

use super::{
    pace::Pace,
    parcel::{Delivery, Parcel},
    shard::Shard,
    streams::{Handed, Manner},
};

/// What has piled up is taken together up to this size.
const WAVE_BYTES: usize = 64 * 1024;
/// Deliveries taken from the channel at a time.
const WAVE_COUNT: usize = 256;

/// Delivers in the order of publishing, until the hub ends.
pub(super) async fn run(shard: Rc<Shard>, mut deliveries: mpsc::Receiver<Delivery>) {
    let mut pace = Pace::default();
    let mut wave = Vec::new();
    while deliveries.recv_many(&mut wave, WAVE_COUNT).await > 0 {
        let began = shard.look_at_clock();
        shard.deliver(&mut wave);
        let spent = shard.look_at_clock().saturating_sub(began);
        let window = pace.window_after(spent, !deliveries.is_empty());
        if window.is_zero() {
            tokio::task::yield_now().await;
        } else {
            sleep(window).await;
        }
    }
}

impl Shard {
    /// Delivers what has piled up: by stream, each follower with one write, up to a wave's size. Who is expelled is
    /// gone before anything behind that place is looked at.
    fn deliver(&self, wave: &mut Vec<Delivery>) {
        let (mut parcels, mut bytes, mut whispers) = (Vec::new(), 0, Vec::new());
        for delivery in wave.drain(..) {
            match delivery {
                Delivery::Whisper(whisper) => whispers.push(whisper),
                Delivery::Parcel(parcel) => {
                    bytes += parcel.frames.len();
                    let expels = !parcel.then_expel.is_empty();
                    parcels.push(parcel);
                    if expels || bytes >= WAVE_BYTES {
                        self.hand_out(&mut parcels);
                        bytes = 0;
                    }
                }
            }
        }
        self.hand_out(&mut parcels);
        // Last, so that nothing whispered reaches anybody who was expelled before it.
        for whisper in whispers {
            let dropped = self.streams.borrow().whisper(&whisper);
            self.ground.metrics.whispers_dropped.add(dropped);
        }
    }

    fn hand_out(&self, parcels: &mut Vec<Arc<Parcel>>) {
        // Stable: the order within each stream stays.
        parcels.sort_by_key(|parcel| parcel.stream);
        let merged: Vec<_> = parcels.chunk_by(|one, next| one.stream == next.stream).map(Parcel::merge).collect();
        parcels.clear();
        let corked = RefCell::default();
        let manner = if merged.len() > 1 { Manner::Corked(&corked) } else { Manner::Straight };
        // Handed over at once when the join ends, so it has to fit beside what else may wait then.
        let held_max = self.ground.config.backlog_bytes / 2;
        let mut total = Handed::default();
        for parcel in &merged {
            let handed = self.streams.borrow_mut().deliver(parcel, held_max, manner);
            total.frames += handed.frames;
            total.bytes += handed.bytes;
        }
        for socket in corked.into_inner() {
            socket.uncork();
        }
        self.ground.metrics.deliveries.add(total.frames);
        self.ground.metrics.delivered_bytes.add(total.bytes);
        for parcel in merged {
            for member in &parcel.then_expel {
                self.expel(parcel.stream, *member);
            }
        }
    }

    fn expel(&self, stream: Uuid, member: Uuid) {
        let theirs = self.streams.borrow().of_member(stream, member);
        for socket in theirs {
            self.leave_stream(stream, &socket, true);
        }
        self.commons.sweep_presence(self.now());
    }
}
