//! What this server carries at the moment: open connections, recordings, and the doubts about their rights.
//!
//! Nothing here decides or lasts. The truth is in the tables; this is only which of it is connected to this very process.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

use super::bearer::Via;
use super::stage::PublicationKind;
use super::store::Carrier;
use crate::platform::ids::{GroupId, LoginId, MemberId, RecordingId, StreamId, WebinarId};
use crate::platform::media::{ConnectionId, Media, Silenced};
use crate::platform::refusal::{Code, Result};

/// An open connection.
#[derive(Debug, Clone)]
pub struct Held {
    pub webinar: WebinarId,
    pub group: GroupId,
    pub via: Via,
    /// Whose right it is: the member's own, or of whoever made the key.
    pub answerable: MemberId,
    pub flow: Flow,
    /// Of the bearer that opened it.
    pub bearer_hash: Vec<u8>,
    /// The state of its path.
    pub tag: String,
}

/// Which way sound and picture go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    In { peer: Uuid, kind: PublicationKind, silenced: Silenced },
    Out,
}

#[derive(Default)]
struct Carried {
    connections: HashMap<ConnectionId, Held>,
    recordings: HashMap<WebinarId, RecordingId>,
    /// Streams that have moved and may tell of a right that was lost.
    moved: BTreeSet<StreamId>,
    /// Stages to look at whatever the streams say.
    doubted: BTreeSet<WebinarId>,
}

/// The stages that this server carries.
pub struct Stages {
    pub carrier: Carrier,
    media: OnceLock<Arc<dyn Media>>,
    carried: Mutex<Carried>,
    /// One publication is opened after the other, so that node and table agree on which is the newer one.
    publishing: tokio::sync::Mutex<()>,
    woken: Notify,
}

impl std::fmt::Debug for Stages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stages").field("carrier", &self.carrier).finish_non_exhaustive()
    }
}

impl Stages {
    /// `boot` names this start of the server.
    pub fn new(name: &str, boot: Uuid) -> Self {
        Stages {
            carrier: Carrier { name: name.to_owned(), boot },
            media: OnceLock::new(),
            carried: Mutex::default(),
            publishing: tokio::sync::Mutex::default(),
            woken: Notify::new(),
        }
    }

    /// Gives the media server, once it runs. A program that only looks into the database never does.
    pub fn open(&self, media: Arc<dyn Media>) {
        if self.media.set(media).is_err() {
            tracing::error!("the media server was given twice");
        }
    }

    /// Whoever carries sound and picture; none where they are switched off.
    pub fn media(&self) -> Result<&Arc<dyn Media>> {
        self.media.get().ok_or_else(|| Code::StageUnavailable.into())
    }

    /// Waits for one's turn to publish.
    pub(super) async fn turn_to_publish(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.publishing.lock().await
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.lock().connections.len()
    }

    /// Notes an open connection. It was proved before it was opened, so it is looked at once more.
    pub(super) fn hold(&self, connection: ConnectionId, held: Held) {
        let webinar = held.webinar;
        self.lock().connections.insert(connection, held);
        self.doubt(webinar);
    }

    pub(super) fn held(&self, connection: ConnectionId) -> Option<Held> {
        self.lock().connections.get(&connection).cloned()
    }

    pub(super) fn retag(&self, connection: ConnectionId, tag: &str) {
        if let Some(held) = self.lock().connections.get_mut(&connection) {
            tag.clone_into(&mut held.tag);
        }
    }

    pub(super) fn let_go(&self, connection: ConnectionId) -> Option<Held> {
        self.lock().connections.remove(&connection)
    }

    pub(super) fn connections_of(&self, webinar: WebinarId) -> Vec<(ConnectionId, Held)> {
        let carried = self.lock();
        let own = carried.connections.iter().filter(|(_, held)| held.webinar == webinar);
        own.map(|(id, held)| (*id, held.clone())).collect()
    }

    pub(super) fn note_silenced(&self, connection: ConnectionId, now: Silenced) {
        if let Some(Held { flow: Flow::In { silenced, .. }, .. }) = self.lock().connections.get_mut(&connection) {
            *silenced = now;
        }
    }

    pub(super) fn recording(&self, webinar: WebinarId) -> Option<RecordingId> {
        self.lock().recordings.get(&webinar).copied()
    }

    pub(super) fn note_recording(&self, webinar: WebinarId, recording: Option<RecordingId>) {
        match recording {
            Some(recording) => self.lock().recordings.insert(webinar, recording),
            None => self.lock().recordings.remove(&webinar),
        };
    }

    /// All stages that anything runs on here.
    pub(super) fn webinars(&self) -> BTreeSet<WebinarId> {
        let carried = self.lock();
        let connected = carried.connections.values().map(|held| held.webinar);
        connected.chain(carried.recordings.keys().copied()).collect()
    }

    /// Has a stage looked at: something about it may be different.
    pub fn doubt(&self, webinar: WebinarId) {
        self.lock().doubted.insert(webinar);
        self.woken.notify_one();
    }

    /// A log-in has ended, and what it opened ends with it.
    pub fn doubt_login(&self, login: LoginId) {
        let mut carried = self.lock();
        let own = carried.connections.values().filter(|held| held.via == Via::Login(login));
        let webinars: Vec<WebinarId> = own.map(|held| held.webinar).collect();
        carried.doubted.extend(webinars);
        drop(carried);
        self.woken.notify_one();
    }

    /// Streams have moved. Only those that can tell of rights on stages carried here are of interest.
    pub fn moved(&self, streams: &BTreeSet<StreamId>) {
        let mut carried = self.lock();
        let of_interest: Vec<StreamId> = streams.iter().copied().filter(|stream| carried.concerns(*stream)).collect();
        if !of_interest.is_empty() {
            carried.moved.extend(of_interest);
            drop(carried);
            self.woken.notify_one();
        }
    }

    pub(super) async fn woken(&self) {
        self.woken.notified().await;
    }

    /// What there is to look at since the last time.
    pub(super) fn take_doubts(&self) -> (BTreeSet<StreamId>, BTreeSet<WebinarId>) {
        let mut carried = self.lock();
        (std::mem::take(&mut carried.moved), std::mem::take(&mut carried.doubted))
    }

    /// The stages whose connections a stream tells of.
    pub(super) fn concerned_by(&self, stream: StreamId) -> HashSet<WebinarId> {
        let carried = self.lock();
        let connected = carried.connections.values().filter(|held| told_by(held, stream)).map(|held| held.webinar);
        let recorded = carried.recordings.keys().copied().filter(|webinar| webinar.0 == stream.0);
        connected.chain(recorded).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Carried> {
        self.carried.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Carried {
    fn concerns(&self, stream: StreamId) -> bool {
        self.connections.values().any(|held| told_by(held, stream))
            || self.recordings.keys().any(|webinar| webinar.0 == stream.0)
    }
}

/// The stream of the webinar, of its group, or the inbox of the member.
fn told_by(held: &Held, stream: StreamId) -> bool {
    [held.webinar.0, held.group.0, held.answerable.0].contains(&stream.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(webinar: u128, login: u128) -> Held {
        Held {
            webinar: WebinarId(Uuid::from_u128(webinar)),
            group: GroupId(Uuid::from_u128(2)),
            via: Via::Login(LoginId(Uuid::from_u128(login))),
            answerable: MemberId(Uuid::from_u128(3)),
            flow: Flow::Out,
            bearer_hash: Vec::new(),
            tag: String::new(),
        }
    }

    fn stages() -> Stages {
        let stages = Stages::new("main", Uuid::from_u128(9));
        stages.hold(ConnectionId(Uuid::from_u128(10)), held(1, 4));
        stages.take_doubts();
        stages
    }

    #[test]
    fn only_streams_that_tell_of_rights_wake_it() {
        let stages = stages();
        for (stream, of_interest) in [(1, true), (2, true), (3, true), (7, false)] {
            let stream = StreamId(Uuid::from_u128(stream));
            stages.moved(&BTreeSet::from([stream]));
            assert_eq!(stages.take_doubts().0.contains(&stream), of_interest);
            assert_eq!(stages.concerned_by(stream).len(), usize::from(of_interest));
        }
    }

    #[test]
    fn a_log_in_that_ends_puts_its_own_connections_in_doubt() {
        let stages = stages();
        stages.doubt_login(LoginId(Uuid::from_u128(5)));
        assert!(stages.take_doubts().1.is_empty());
        stages.doubt_login(LoginId(Uuid::from_u128(4)));
        assert_eq!(stages.take_doubts().1, BTreeSet::from([WebinarId(Uuid::from_u128(1))]));
    }
}
