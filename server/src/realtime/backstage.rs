//! What the live engine asks: who may follow a stream and what they missed, who may be seen typing, and commands.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use uuid::Uuid;

use super::encode::encode;
use super::flood::Flood;
use super::wire::{ServerFrame, TypingPerson};
use crate::access::{Actor, Type, see, see_for};
use crate::app::App;
use crate::changes::{self, Audience, Position, StreamKind, StreamRow};
use crate::groups::{self, GroupSnapshot};
use crate::live::{Backstage, CloseCode, Following, Selector, SocketIdentity, Start, TypingNotice};
use crate::platform::ids::{AccountId, BrandId, ChannelId, GroupId, LoginId, MemberId, MessageId, StreamId};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Reader;
use crate::{commands, members};

/// A follower further behind than this gets a snapshot instead of a replay.
const REPLAY_MAX: u64 = 1_000;

/// The door between the live engine and the house, one for each socket.
#[derive(Debug)]
pub struct Door {
    app: App,
    flood: Mutex<Flood>,
}

impl Door {
    pub fn new(app: &App) -> Self {
        Door { app: app.clone(), flood: Mutex::default() }
    }

    /// Whoever is told again and again that this is too fast, and does not listen, is cut off.
    fn count_refusal(&self, who: &SocketIdentity) {
        let now = self.app.clock.now();
        if self.flood.lock().unwrap_or_else(PoisonError::into_inner).count(now) {
            self.app.hub.close(Selector::Socket(who.socket), CloseCode::RateLimited);
        }
    }
}

/// Whoever sits behind a socket, as the gate knows them.
pub(crate) fn actor(who: &SocketIdentity) -> Actor {
    Actor { account: AccountId(who.account), login: LoginId(who.login) }
}

#[async_trait]
impl Backstage for Door {
    async fn command(&self, who: &SocketIdentity, text: Box<str>) -> Vec<Bytes> {
        let answer = commands::dispatch(&self.app, &actor(who), &text).await;
        if matches!(answer, ServerFrame::Error { code: Code::RateLimited, .. }) {
            self.count_refusal(who);
        }
        vec![answer.payload()]
    }

    async fn follow(&self, who: &SocketIdentity, stream: Uuid, position: u64) -> Following {
        let position = Position(i64::try_from(position).unwrap_or(i64::MAX));
        match follow(&self.app, who, StreamId(stream), position).await {
            Ok(following) => following,
            Err(failure) => {
                failure.log("follow");
                Following::NotFound
            }
        }
    }

    async fn typing(&self, who: &SocketIdentity, channel: Uuid, thread_root: Option<Uuid>) -> Option<TypingNotice> {
        typing(&self.app, who, ChannelId(channel), thread_root.map(MessageId)).await.ok().flatten()
    }
}

async fn follow(app: &App, who: &SocketIdentity, stream: StreamId, position: Position) -> Result<Following> {
    app.relay.watch(app, stream).await?;
    let reader = app.store.read().await?;
    let Some(row) = changes::stream(&reader, stream).await? else { return Ok(Following::NotFound) };
    if !may_follow(&reader, who, &row).await? {
        return Ok(Following::NotFound);
    }
    let start = start(&reader, who, &row, position).await?;
    Ok(Following::Granted { start, group: (row.kind == StreamKind::Group).then_some(stream.0) })
}

/// Whether a member belongs to the audience of a stream.
async fn may_follow(reader: &Reader, who: &SocketIdentity, row: &StreamRow) -> Result<bool> {
    if row.brand_id != BrandId(who.brand) {
        return Ok(false);
    }
    let allowed = match row.audience() {
        Audience::Group(group) => see(reader, &actor(who), group).await.map(|_| ()),
        Audience::Member(member) if member == MemberId(who.member) => {
            see(reader, &actor(who), row.brand_id).await.map(|_| ())
        }
        Audience::Member(_) => return Ok(false),
    };
    match allowed {
        Ok(()) => Ok(true),
        Err(failure) if matches!(failure.code(), Code::NotFound | Code::Suspended) => Ok(false),
        Err(failure) => Err(failure),
    }
}

async fn start(reader: &Reader, who: &SocketIdentity, row: &StreamRow, position: Position) -> Result<Start> {
    let missed = row.position.0 - position.0;
    // Ahead of us: a client that knows a future which a restore has undone.
    if missed < 0 || u64::try_from(missed).is_ok_and(|missed| missed > REPLAY_MAX) {
        let snapshot = match row.kind {
            StreamKind::Group => Some(snapshot(reader, who, GroupId(row.id.0)).await?),
            StreamKind::Webinar | StreamKind::Inbox => None,
        };
        let frame = ServerFrame::Reset { stream: row.id, position: row.position, snapshot };
        return Ok(Start::Reset { frame: frame.payload(), position: number(row.position) });
    }
    if missed == 0 {
        return Ok(Start::Replay { changes: Vec::new(), upto: number(row.position) });
    }
    let rows = changes::since(reader, row.id, position, REPLAY_MAX).await?;
    Ok(Start::Replay { changes: encode(reader, row, &rows).await?, upto: number(row.position) })
}

async fn snapshot(reader: &Reader, who: &SocketIdentity, group: GroupId) -> Result<GroupSnapshot> {
    groups::snapshot(&see(reader, &actor(who), group).await?).await
}

fn number(position: Position) -> u64 {
    u64::try_from(position.0).unwrap_or_default()
}

/// Typing is not written down, but asks the gate like a post: the muted are not seen typing.
async fn typing(
    app: &App,
    who: &SocketIdentity,
    channel: ChannelId,
    thread_root: Option<MessageId>,
) -> Result<Option<TypingNotice>> {
    let reader = app.store.read().await?;
    let seen = see_for::<Type>(&reader, &actor(who), channel).await?;
    let Some(stream) = seen.place().stream else { return Ok(None) };
    let Some(person) = members::person(&reader, seen.member()).await? else { return Ok(None) };
    let person = TypingPerson { id: person.id, name: person.name };
    let payload = ServerFrame::Typing { channel, thread_root, person }.payload();
    Ok(Some(TypingNotice { stream: stream.0, payload }))
}
