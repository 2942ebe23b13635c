//! The relay: follows the changes and publishes them to the sockets.
//!
//! Only streams that somebody here follows are relayed. For each it remembers the last position it published; a commit
//! wakes it with the streams that moved, and it looks by itself every few seconds, so that a lost wake or a commit of
//! another node delays a change but never loses it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::encode::encode;
use crate::app::App;
use crate::changes::{self, Change, Position};
use crate::live::Publication;
use crate::platform::ids::StreamId;
use crate::platform::refusal::Result;

/// Changes that are read and published at once.
const BATCH_MAX: u64 = 256;
/// Streams that one statement asks for.
const LOOK_AT_ONCE: usize = 256;
/// How often the relay looks without having been woken.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The last position published, for every stream that somebody here follows.
#[derive(Debug, Default)]
pub struct Relay {
    published: Mutex<HashMap<StreamId, Position>>,
    /// While it is asked which streams are still followed: those that nobody has begun to follow since.
    idle: Mutex<HashSet<StreamId>>,
}

impl Relay {
    /// Begins to relay a stream, from where it stands now. Must come before the replay is read: what commits in between
    /// is then relayed, in the replay, or both, and the engine drops the double.
    pub async fn watch(&self, app: &App, stream: StreamId) -> Result<()> {
        self.idle().remove(&stream);
        if self.published(stream).is_some() {
            return Ok(());
        }
        let reader = app.store.read().await?;
        if let Some(row) = changes::stream(&reader, stream).await? {
            self.lock().entry(stream).or_insert(row.position);
        }
        Ok(())
    }

    /// Forgets the streams that nobody follows any more. A follower is known to the hub before the relay is asked to watch
    /// for it, so whatever is neither followed now nor was watched since the question is nobody's.
    pub async fn forget_unfollowed(&self, app: &App) {
        *self.idle() = self.lock().keys().copied().collect();
        let Some(followed) = app.hub.followed().await else { return };
        let mut idle = self.idle();
        idle.retain(|stream| !followed.contains(&stream.0));
        self.lock().retain(|stream, _| !idle.contains(stream));
        idle.clear();
    }

    /// How many streams are relayed here.
    pub fn watched(&self) -> usize {
        self.lock().len()
    }

    /// Publishes whatever commits, until told to stop.
    pub async fn run(
        &self,
        app: &App,
        mut woken: mpsc::UnboundedReceiver<BTreeSet<StreamId>>,
        stop: CancellationToken,
    ) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let moved = tokio::select! {
                () = stop.cancelled() => return,
                moved = woken.recv() => match moved {
                    Some(mut moved) => {
                        while let Ok(more) = woken.try_recv() {
                            moved.extend(more);
                        }
                        moved
                    }
                    None => return,
                },
                _ = look.tick() => self.look(app).await,
            };
            for stream in moved {
                if let Err(failure) = self.catch_up(app, stream).await {
                    // The next look tries again from the same position.
                    failure.log("relay");
                }
            }
        }
    }

    /// The streams that have moved on since they were last published; many are asked for at once.
    async fn look(&self, app: &App) -> BTreeSet<StreamId> {
        self.moved_on(app).await.unwrap_or_else(|failure| {
            failure.log("relay");
            BTreeSet::new()
        })
    }

    async fn moved_on(&self, app: &App) -> Result<BTreeSet<StreamId>> {
        let watched: Vec<(StreamId, Position)> = self.lock().iter().map(|(stream, at)| (*stream, *at)).collect();
        let mut moved = BTreeSet::new();
        for some in watched.chunks(LOOK_AT_ONCE) {
            let ids: Vec<StreamId> = some.iter().map(|(stream, _)| *stream).collect();
            let reader = app.store.read().await?;
            let positions = changes::stream_positions(&reader, &ids).await?;
            drop(reader);
            let is_behind = |(stream, at): &&(StreamId, Position)| positions.get(stream).is_some_and(|now| now > at);
            moved.extend(some.iter().filter(is_behind).map(|(stream, _)| *stream));
        }
        Ok(moved)
    }

    /// Publishes everything in a stream that is not published yet.
    async fn catch_up(&self, app: &App, stream: StreamId) -> Result<()> {
        while let Some(from) = self.published(stream) {
            let reader = app.store.read().await?;
            let rows = changes::since(&reader, stream, from, BATCH_MAX).await?;
            let Some(last) = rows.last().map(|row| row.position) else { return Ok(()) };
            let Some(row) = changes::stream(&reader, stream).await? else { return Ok(()) };
            let then_expel = rows
                .iter()
                .filter_map(|row| match row.change {
                    Some(Change::MemberLeft(member)) => Some((row.position, member)),
                    _ => None,
                })
                .collect::<Vec<_>>();
            let payloads = encode(&reader, &row, &rows).await?;
            drop(reader);
            publish(app, stream, payloads, then_expel).await;
            // Forgotten meanwhile, it stays forgotten.
            if let Some(at) = self.lock().get_mut(&stream) {
                *at = last.max(*at);
            }
        }
        Ok(())
    }

    fn published(&self, stream: StreamId) -> Option<Position> {
        self.lock().get(&stream).copied()
    }

    /// Where both are held, this one is taken first.
    fn idle(&self) -> std::sync::MutexGuard<'_, HashSet<StreamId>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<StreamId, Position>> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Publishes payloads, cut at each loss of access: whoever left hears of it and of nothing behind it.
async fn publish(
    app: &App,
    stream: StreamId,
    mut payloads: Vec<(u64, bytes::Bytes)>,
    left: Vec<(Position, crate::platform::ids::MemberId)>,
) {
    for (position, member) in left {
        let end = payloads.partition_point(|(at, _)| i64::try_from(*at).is_ok_and(|at| at <= position.0));
        let behind = payloads.split_off(end);
        let changes = std::mem::replace(&mut payloads, behind);
        app.hub.publish(Publication { stream: stream.0, changes, then_expel: vec![member.0] }).await;
    }
    if !payloads.is_empty() {
        app.hub.publish(Publication { stream: stream.0, changes: payloads, then_expel: Vec::new() }).await;
    }
}
