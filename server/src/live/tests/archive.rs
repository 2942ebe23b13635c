//! The house behind the engine, in memory: streams of changes, and who was removed from them.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::live::{Backstage, Following, SocketIdentity, Start, TypingNotice};

/// Behind this many changes a follower gets a snapshot instead of a replay.
const REPLAY_MAX: u64 = 1_000;

pub(super) struct Archive {
    /// One lock, as a database would read from one snapshot.
    shelves: Mutex<Shelves>,
    /// Commands begun so far, by their text.
    pub(super) begun: Mutex<Vec<String>>,
    /// Each command waits for a permit; plenty unless a test takes them away.
    pub(super) permits: Semaphore,
    /// How often `follow` gives way between its read and its answer, so that publishing gets in between.
    pub(super) dawdle: usize,
}

#[derive(Default)]
struct Shelves {
    streams: HashMap<Uuid, Vec<Bytes>>,
    groups: HashSet<Uuid>,
    removed: HashSet<(Uuid, Uuid)>,
}

impl Archive {
    pub(super) fn new(dawdle: usize) -> Self {
        Self {
            shelves: Mutex::default(),
            begun: Mutex::default(),
            permits: Semaphore::new(Semaphore::MAX_PERMITS),
            dawdle,
        }
    }

    pub(super) fn open(&self, stream: Uuid) {
        self.shelves.lock().unwrap().streams.entry(stream).or_default();
    }

    pub(super) fn open_group(&self, stream: Uuid) {
        self.open(stream);
        self.shelves.lock().unwrap().groups.insert(stream);
    }

    pub(super) fn remove(&self, member: Uuid, stream: Uuid) {
        self.shelves.lock().unwrap().removed.insert((member, stream));
    }

    /// Commits the next change of a stream: from here on it may be replayed.
    pub(super) fn commit(&self, stream: Uuid, body: &Value) -> (u64, Bytes) {
        let mut shelves = self.shelves.lock().unwrap();
        let changes = shelves.streams.entry(stream).or_default();
        let position = changes.len() as u64 + 1;
        let payload = json!({"type": "change", "stream": stream, "position": position, "body": body});
        changes.push(Bytes::from(payload.to_string()));
        (position, changes.last().unwrap().clone())
    }

    fn read(&self, who: &SocketIdentity, stream: Uuid, position: u64) -> Following {
        let shelves = self.shelves.lock().unwrap();
        let removed = shelves.removed.contains(&(who.member, stream));
        let Some(changes) = shelves.streams.get(&stream).filter(|_| !removed) else { return Following::NotFound };
        let upto = changes.len() as u64;
        let start = if upto.saturating_sub(position) > REPLAY_MAX {
            let frame = json!({"type": "reset", "stream": stream, "position": upto, "snapshot": null});
            Start::Reset { frame: Bytes::from(frame.to_string()), position: upto }
        } else {
            let missed = (1..).zip(changes.iter().cloned()).filter(|(at, _)| *at > position);
            Start::Replay { changes: missed.collect(), upto }
        };
        let group = shelves.groups.contains(&stream).then_some(stream);
        Following::Granted { start, group }
    }
}

#[async_trait]
impl Backstage for Archive {
    async fn command(&self, _who: &SocketIdentity, text: Box<str>) -> Vec<Bytes> {
        self.begun.lock().unwrap().push(text.to_string());
        self.permits.acquire().await.unwrap().forget();
        let frame: Value = serde_json::from_str(&text).unwrap();
        assert_ne!(frame["op"], "panic", "the house fell over, as asked");
        vec![Bytes::from(json!({"type": "ack", "ref": frame["ref"]}).to_string())]
    }

    async fn follow(&self, who: &SocketIdentity, stream: Uuid, position: u64) -> Following {
        let following = self.read(who, stream, position);
        for _ in 0..self.dawdle {
            tokio::task::yield_now().await;
        }
        following
    }

    async fn typing(&self, who: &SocketIdentity, channel: Uuid, _thread_root: Option<Uuid>) -> Option<TypingNotice> {
        let payload = json!({"type": "typing", "channel": channel, "person": {"id": who.member}}).to_string();
        Some(TypingNotice { stream: channel, payload: Bytes::from(payload) })
    }
}
