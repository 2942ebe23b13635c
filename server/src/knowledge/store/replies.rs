//! The table `replies`.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::threads;
use crate::access::{Act, DeleteReply, DeleteThread, EditReply, Permit, PostReply, Seen};
use crate::changes::{Change, Position, announce};
use crate::knowledge::draft::{Body, ReplyDraft};
use crate::knowledge::thread::ThreadState;
use crate::platform::clock::Millis;
use crate::platform::ids::{MemberId, ReplyId, ThreadId};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// The reply under a client key.
#[derive(FromQueryResult)]
pub(in crate::knowledge) struct FirstReply {
    pub id: ReplyId,
    pub request_hash: Vec<u8>,
}

pub(in crate::knowledge) async fn reply_by_client_key(
    rows: &impl Rows,
    author: MemberId,
    key: &str,
) -> Result<Option<FirstReply>> {
    rows.first("SELECT id, request_hash FROM replies WHERE author_id = $1 AND client_key = $2", values![author, key])
        .await
}

/// Inserts a reply, which touches its thread; false when its client key is taken, and then nothing here may be committed.
/// A closed thread refuses.
pub(in crate::knowledge) async fn insert_reply(
    permit: &Permit<'_, PostReply>,
    id: ReplyId,
    draft: &ReplyDraft,
) -> Result<bool> {
    let (tx, thread, group) = (permit.tx(), permit.target(), permit.group()?);
    if threads::hold(tx, thread).await?.state.is_closed() {
        return Err(Code::ThreadClosed.into());
    }
    let position = announce(tx, group, Change::ReplyPosted(id)).await?;
    permit.still_holds().await?;
    let inserted = tx
        .run(
            "INSERT INTO replies (id, brand_id, group_id, thread_id, position, author_id, client_key, request_hash, body, html,
                                  revision, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11) ON CONFLICT (author_id, client_key) DO NOTHING",
            values![
                id,
                permit.brand(),
                group,
                thread,
                position,
                permit.by(),
                draft.client_key.as_str(),
                draft.request_hash.clone(),
                draft.body.source.as_str(),
                draft.body.html.as_str(),
                tx.now()
            ],
        )
        .await?;
    if inserted == 1 {
        threads::touch(permit, thread).await?;
    }
    Ok(inserted == 1)
}

pub(in crate::knowledge) async fn set_body(permit: &Permit<'_, EditReply>, body: &Body) -> Result<()> {
    let (tx, reply) = (permit.tx(), permit.target());
    tx.run(
        "UPDATE replies SET body = $2, html = $3, edited_at = $4, revision = revision + 1 WHERE id = $1",
        values![reply, body.source.as_str(), body.html.as_str(), tx.now()],
    )
    .await?;
    announce(tx, permit.group()?, Change::ReplyChanged(reply)).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Before {
    thread_id: ThreadId,
    body: String,
}

/// Takes the text out of a reply and leaves its place; a thread whose answer it was is without one. Returns the text.
pub(in crate::knowledge) async fn blank_reply(permit: &Permit<'_, DeleteReply>) -> Result<String> {
    let (tx, reply, group) = (permit.tx(), permit.target(), permit.group()?);
    let before: Option<Before> = tx.first("SELECT thread_id, body FROM replies WHERE id = $1", values![reply]).await?;
    let before = before.ok_or(Code::NotFound)?;
    let held = threads::hold(tx, before.thread_id).await?;
    let blanked = tx
        .run(
            "UPDATE replies SET body = '', html = '', deleted_at = $2, revision = revision + 1
             WHERE id = $1 AND deleted_at IS NULL",
            values![reply, tx.now()],
        )
        .await?;
    if blanked == 0 {
        return Err(Code::NotFound.into());
    }
    if held.accepted_reply_id == Some(reply) {
        threads::set_state(tx, before.thread_id, ThreadState::of(held.state.is_closed(), None), None).await?;
    }
    announce(tx, group, Change::ReplyChanged(reply)).await?;
    // The number of replies is another now; that is no reason to bring the thread to the top.
    announce(tx, group, Change::ThreadChanged(before.thread_id)).await?;
    Ok(before.body)
}

#[derive(FromQueryResult)]
struct Gone {
    id: ReplyId,
}

/// Takes the text out of all replies of a thread that is being deleted.
pub(super) async fn blank_all(permit: &Permit<'_, DeleteThread>) -> Result<()> {
    let tx = permit.tx();
    let gone: Vec<Gone> = tx
        .all(
            "UPDATE replies SET body = '', html = '', deleted_at = $2, revision = revision + 1
             WHERE thread_id = $1 AND deleted_at IS NULL RETURNING id",
            values![permit.target(), tx.now()],
        )
        .await?;
    for reply in gone {
        announce(tx, permit.group()?, Change::ReplyChanged(reply.id)).await?;
    }
    Ok(())
}

/// Refuses a reply that is deleted, of another thread or not there at all, all in the same words.
pub(super) async fn must_be_there(tx: &Tx, thread: ThreadId, reply: ReplyId) -> Result<()> {
    let found: Option<Gone> = tx
        .first("SELECT id FROM replies WHERE id = $1 AND thread_id = $2 AND deleted_at IS NULL", values![reply, thread])
        .await?;
    found.map(|_| ()).ok_or_else(|| Code::NotFound.into())
}

/// Announces a reply that has become the answer, or is it no longer.
pub(super) async fn look_different<A: Act>(permit: &Permit<'_, A>, reply: ReplyId) -> Result<()> {
    let tx = permit.tx();
    tx.run("UPDATE replies SET revision = revision + 1 WHERE id = $1", values![reply]).await?;
    announce(tx, permit.group()?, Change::ReplyChanged(reply)).await?;
    Ok(())
}

/// A reply as the table has it, with the answer of its thread.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::knowledge) struct ReplyRow {
    pub id: ReplyId,
    pub thread_id: ThreadId,
    pub position: Position,
    pub author_id: MemberId,
    pub body: String,
    pub html: String,
    pub accepted_reply_id: Option<ReplyId>,
    pub revision: i64,
    pub created_at: Millis,
    pub edited_at: Option<Millis>,
    pub deleted_at: Option<Millis>,
}

const REPLY: &str =
    "SELECT r.id, r.thread_id, r.position, r.author_id, r.body, r.html, t.accepted_reply_id, r.revision, r.created_at,
    r.edited_at, r.deleted_at FROM replies r JOIN threads t ON t.id = r.thread_id";

pub(in crate::knowledge) async fn replies_by_ids(rows: &impl Rows, ids: &[ReplyId]) -> Result<Vec<ReplyRow>> {
    let sql = format!("{REPLY} WHERE r.id IN ({})", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}

/// Up to `limit` replies in the order in which they were posted, deleted ones in their places.
pub(in crate::knowledge) async fn replies_of_thread(
    seen: &Seen<'_, ThreadId>,
    after: Option<Position>,
    limit: u64,
) -> Result<Vec<ReplyRow>> {
    let sql = format!("{REPLY} WHERE r.thread_id = $1 AND r.position > $2 ORDER BY r.position LIMIT $3");
    seen.reader()
        .all(&sql, values![seen.target(), after.unwrap_or_default(), i64::try_from(limit).unwrap_or(i64::MAX)])
        .await
}

#[derive(FromQueryResult)]
struct Count {
    thread_id: ThreadId,
    n: i64,
}

/// How many replies are still there, by thread.
pub(in crate::knowledge) async fn reply_counts(
    rows: &impl Rows,
    threads: &[ThreadId],
) -> Result<HashMap<ThreadId, i64>> {
    if threads.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT thread_id, COUNT(*) AS n FROM replies WHERE deleted_at IS NULL AND thread_id IN ({}) GROUP BY thread_id",
        placeholders(1, threads.len())
    );
    let counts: Vec<Count> = rows.all(&sql, threads.iter().map(|id| Value::from(*id)).collect()).await?;
    Ok(counts.into_iter().map(|count| (count.thread_id, count.n)).collect())
}
