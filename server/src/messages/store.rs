//! The tables `messages`, `reactions` and `markers`.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::draft::Draft;
use super::post::Posted;
use crate::access::{DeleteMessage, EditMessage, MoveMarker, Permit, PostMessage, React, Seen, Turn};
use crate::changes::{Change, Position, announce, stream_position};
use crate::platform::clock::Millis;
use crate::platform::ids::{ChannelId, FileId, GroupId, MemberId, MessageId, StreamId};
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::store::{Rows, Tx, padded, placeholders, portions, value_rows};
use crate::{files, values};

/// The message under a client key.
#[derive(FromQueryResult)]
pub(super) struct First {
    author_id: MemberId,
    client_key: String,
    id: MessageId,
    position: Position,
    pub request_hash: Vec<u8>,
}

impl First {
    pub fn is_of(&self, author: MemberId, key: &str) -> bool {
        self.author_id == author && self.client_key == key
    }

    pub fn posted(&self) -> Posted {
        Posted { id: self.id, position: self.position, client_key: self.client_key.clone() }
    }
}

/// What stands under these keys of these authors.
pub(super) async fn by_client_keys(rows: &impl Rows, keys: &[(MemberId, &str)]) -> Result<Vec<First>> {
    let Some(last) = keys.last() else { return Ok(Vec::new()) };
    let count = keys.len().next_power_of_two();
    let fill = std::iter::repeat_n(last, count - keys.len());
    let sql = format!(
        // CROSS, because SQLite then looks each key up; left to itself it walks through all messages.
        "WITH asked (author, key) AS (VALUES {})
         SELECT m.author_id, m.client_key, m.id, m.position, m.request_hash
         FROM asked CROSS JOIN messages m WHERE m.author_id = asked.author AND m.client_key = asked.key",
        value_rows(count, 2)
    );
    let values = keys.iter().chain(fill).flat_map(|(author, key)| [Value::from(*author), Value::from(*key)]).collect();
    rows.all(&sql, values).await
}

/// A row to be.
pub(super) struct Insertion<'a> {
    pub permit: &'a Permit<'a, PostMessage>,
    pub _turn: &'a Turn<'a>,
    pub id: MessageId,
    pub position: Position,
    pub draft: &'a Draft,
    pub root: Option<MessageId>,
}

/// The most rows of one statement.
const ROWS_MAX: usize = 16;

/// Inserts messages; false when a client key among them is taken, and then nothing of this transaction may stay.
pub(super) async fn insert(tx: &Tx, all: &[Insertion<'_>]) -> Result<bool> {
    for portion in portions(all, ROWS_MAX) {
        let sql = format!(
            "INSERT INTO messages (id, brand_id, group_id, channel_id, position, author_id, client_key, request_hash, body, html,
                                   reply_to, revision, created_at)
             VALUES {} ON CONFLICT (author_id, client_key) DO NOTHING",
            value_rows(portion.len(), 13)
        );
        let mut values = Vec::with_capacity(portion.len() * 13);
        for new in portion {
            values.extend(new.values(tx.now())?);
        }
        if usize::try_from(tx.run(&sql, values).await?) != Ok(portion.len()) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Insertion<'_> {
    fn values(&self, now: Millis) -> Result<Vec<Value>> {
        let (permit, draft) = (self.permit, self.draft);
        Ok(values![
            self.id,
            permit.brand(),
            permit.group()?,
            permit.target(),
            self.position,
            permit.by(),
            draft.client_key.as_str(),
            draft.request_hash.clone(),
            draft.body.as_str(),
            draft.html.as_str(),
            self.root,
            1_i64,
            now
        ])
    }
}

/// Hands the author's uploads over to the message; refuses any that is not theirs, not here or already used.
pub(super) async fn attach_files(permit: &Permit<'_, PostMessage>, message: MessageId, ids: &[FileId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    files::attach(permit, message, ids).await
}

#[derive(FromQueryResult)]
struct RootRow {
    id: MessageId,
    channel_id: ChannelId,
    root: MessageId,
}

/// The roots of the talks that these messages belong to, by message and its channel.
pub(super) async fn roots_of(
    rows: &impl Rows,
    messages: &[MessageId],
) -> Result<HashMap<(MessageId, ChannelId), MessageId>> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = padded(messages);
    let sql = format!(
        "SELECT id, channel_id, COALESCE(reply_to, id) AS root FROM messages WHERE id IN ({})",
        placeholders(1, ids.len())
    );
    let found: Vec<RootRow> = rows.all(&sql, ids).await?;
    Ok(found.into_iter().map(|row| ((row.id, row.channel_id), row.root)).collect())
}

fn stream_of(stream: Option<StreamId>) -> Result<StreamId> {
    stream.ok_or_else(|| Failure::broken("a message outside any stream"))
}

pub(super) async fn set_body(permit: &Permit<'_, EditMessage>, body: &str, html: &str) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "UPDATE messages SET body = $2, html = $3, edited_at = $4, revision = revision + 1 WHERE id = $1",
        values![permit.target(), body, html, tx.now()],
    )
    .await?;
    announce(tx, stream_of(permit.place().stream)?, Change::MessageChanged(permit.target())).await?;
    permit.still_holds().await
}

#[derive(FromQueryResult)]
struct Before {
    body: String,
    reply_to: Option<MessageId>,
}

/// Takes text, files and reactions out of a message and leaves its place. Returns the text that stood there.
pub(super) async fn blank(permit: &Permit<'_, DeleteMessage>) -> Result<String> {
    let tx = permit.tx();
    let id = permit.target();
    let before: Option<Before> =
        tx.first("SELECT body, reply_to FROM messages WHERE id = $1 AND deleted_at IS NULL", values![id]).await?;
    let before = before.ok_or(Code::NotFound)?;
    tx.run(
        "UPDATE messages SET body = '', html = '', deleted_at = $2, revision = revision + 1 WHERE id = $1",
        values![id, tx.now()],
    )
    .await?;
    tx.run("DELETE FROM reactions WHERE message_id = $1", values![id]).await?;
    files::detach(permit).await?;
    let stream = stream_of(permit.place().stream)?;
    announce(tx, stream, Change::MessageChanged(id)).await?;
    if let Some(root) = before.reply_to {
        announce(tx, stream, Change::MessageChanged(root)).await?;
    }
    Ok(before.body)
}

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

pub(super) async fn distinct_emoji_besides(rows: &impl Rows, message: MessageId, emoji: &str) -> Result<i64> {
    let count: Option<Count> = rows
        .first(
            "SELECT COUNT(DISTINCT emoji) AS n FROM reactions WHERE message_id = $1 AND emoji <> $2",
            values![message, emoji],
        )
        .await?;
    Ok(count.map_or(0, |count| count.n))
}

pub(super) async fn add_reaction(permit: &Permit<'_, React>, emoji: &str) -> Result<()> {
    let tx = permit.tx();
    let added = tx
        .run(
            "INSERT INTO reactions (message_id, member_id, emoji, brand_id, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (message_id, emoji, member_id) DO NOTHING",
            values![permit.target(), permit.by(), emoji, permit.brand(), tx.now()],
        )
        .await?;
    reacted(permit, added).await
}

pub(super) async fn remove_reaction(permit: &Permit<'_, React>, emoji: &str) -> Result<()> {
    let removed = permit
        .tx()
        .run(
            "DELETE FROM reactions WHERE message_id = $1 AND member_id = $2 AND emoji = $3",
            values![permit.target(), permit.by(), emoji],
        )
        .await?;
    reacted(permit, removed).await
}

/// Announces a reaction that came or went; one that changed nothing is no news.
async fn reacted(permit: &Permit<'_, React>, rows: u64) -> Result<()> {
    if rows > 0 {
        announce(permit.tx(), stream_of(permit.place().stream)?, Change::MessageChanged(permit.target())).await?;
        permit.still_holds().await?;
    }
    Ok(())
}

/// Sets the marker, at most to the end of the stream, and tells the member's other devices.
pub(super) async fn set_marker(permit: &Permit<'_, MoveMarker>, position: Position) -> Result<()> {
    let tx = permit.tx();
    let end = stream_position(tx, stream_of(permit.place().stream)?).await?;
    let position = position.clamp(Position(0), end);
    let moved = tx
        .run(
            "INSERT INTO markers (channel_id, member_id, brand_id, position) VALUES ($1, $2, $3, $4)
             ON CONFLICT (channel_id, member_id) DO UPDATE SET position = excluded.position
             WHERE markers.position <> excluded.position",
            values![permit.target(), permit.by(), permit.brand(), position],
        )
        .await?;
    if moved > 0 {
        announce(tx, permit.by(), Change::MarkerMoved(permit.target())).await?;
    }
    Ok(())
}

/// A message as the table has it.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct MessageRow {
    pub id: MessageId,
    pub channel_id: ChannelId,
    pub stream: StreamId,
    pub position: Position,
    pub author_id: MemberId,
    pub client_key: String,
    pub body: String,
    pub html: String,
    pub reply_to: Option<MessageId>,
    pub revision: i64,
    pub created_at: Millis,
    pub edited_at: Option<Millis>,
    pub deleted_at: Option<Millis>,
}

const MESSAGE: &str =
    "SELECT m.id, m.channel_id, c.stream_id AS stream, m.position, m.author_id, m.client_key, m.body, m.html,
    m.reply_to, m.revision, m.created_at, m.edited_at, m.deleted_at
    FROM messages m JOIN channels c ON c.id = m.channel_id";

pub(super) async fn by_ids(rows: &impl Rows, ids: &[MessageId]) -> Result<Vec<MessageRow>> {
    let ids = padded(ids);
    rows.all(&format!("{MESSAGE} WHERE m.id IN ({})", placeholders(1, ids.len())), ids).await
}

/// Up to `limit` messages before a position, newest first.
pub(super) async fn before(
    seen: &Seen<'_, ChannelId>,
    position: Option<Position>,
    limit: u64,
) -> Result<Vec<MessageRow>> {
    let position = position.unwrap_or(Position(i64::MAX));
    let sql = format!("{MESSAGE} WHERE m.channel_id = $1 AND m.position < $2 ORDER BY m.position DESC LIMIT $3");
    seen.reader().all(&sql, values![seen.target(), position, i64::try_from(limit).unwrap_or(i64::MAX)]).await
}

/// Up to `limit` messages after a position, oldest first.
pub(super) async fn after(seen: &Seen<'_, ChannelId>, position: Position, limit: u64) -> Result<Vec<MessageRow>> {
    let sql = format!("{MESSAGE} WHERE m.channel_id = $1 AND m.position > $2 ORDER BY m.position LIMIT $3");
    seen.reader().all(&sql, values![seen.target(), position, i64::try_from(limit).unwrap_or(i64::MAX)]).await
}

/// A page of the replies to a root.
pub(super) async fn replies(
    seen: &Seen<'_, ChannelId>,
    root: MessageId,
    after: Option<Position>,
    limit: u64,
) -> Result<Vec<MessageRow>> {
    let sql = format!(
        "{MESSAGE} WHERE m.reply_to = $1 AND m.position > $2 AND m.channel_id = $4 ORDER BY m.position LIMIT $3"
    );
    let values = values![root, after.unwrap_or_default(), i64::try_from(limit).unwrap_or(i64::MAX), seen.target()];
    seen.reader().all(&sql, values).await
}

/// Replies to a root that are still there.
#[derive(Debug, FromQueryResult)]
pub(super) struct ReplyCount {
    pub reply_to: MessageId,
    pub n: i64,
    pub last_at: Option<Millis>,
}

pub(super) async fn reply_counts(rows: &impl Rows, roots: &[MessageId]) -> Result<Vec<ReplyCount>> {
    let roots = padded(roots);
    let sql = format!(
        "SELECT reply_to, COUNT(*) AS n, MAX(created_at) AS last_at FROM messages
         WHERE deleted_at IS NULL AND reply_to IN ({}) GROUP BY reply_to",
        placeholders(1, roots.len())
    );
    rows.all(&sql, roots).await
}

#[derive(Debug, FromQueryResult)]
pub(super) struct ReactionRow {
    pub message_id: MessageId,
    pub emoji: String,
    pub member_id: MemberId,
}

pub(super) async fn reactions(rows: &impl Rows, ids: &[MessageId]) -> Result<Vec<ReactionRow>> {
    let ids = padded(ids);
    let sql = format!(
        "SELECT message_id, emoji, member_id FROM reactions WHERE message_id IN ({}) ORDER BY at, emoji, member_id",
        placeholders(1, ids.len())
    );
    rows.all(&sql, ids).await
}

/// What the search index needs of a message.
#[derive(Debug, Clone, FromQueryResult)]
pub struct IndexRow {
    pub id: MessageId,
    pub group_id: GroupId,
    pub channel_id: ChannelId,
    pub position: Position,
    pub author_id: MemberId,
    pub body: String,
    pub created_at: Millis,
    pub deleted_at: Option<Millis>,
}

const INDEX: &str = "SELECT id, group_id, channel_id, position, author_id, body, created_at, deleted_at FROM messages";

/// Messages for the index, or for showing hits that the searcher may read.
pub async fn index_rows(rows: &impl Rows, ids: &[MessageId]) -> Result<Vec<IndexRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = padded(ids);
    rows.all(&format!("{INDEX} WHERE id IN ({})", placeholders(1, ids.len())), ids).await
}
