//! The table `threads`.

use sea_orm::{FromQueryResult, Value};

use super::replies;
use crate::access::{AcceptReply, Act, CurateThread, DeleteThread, EditThread, Permit, Seen, StartThread};
use crate::changes::{Change, announce};
use crate::knowledge::draft::ThreadDraft;
use crate::knowledge::edit::NewText;
use crate::knowledge::tags::Tags;
use crate::knowledge::thread::{ThreadKey, ThreadKind, ThreadState};
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, MemberId, ReplyId, ThreadId};
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// The thread under a client key.
#[derive(FromQueryResult)]
pub(in crate::knowledge) struct FirstThread {
    pub id: ThreadId,
    pub request_hash: Vec<u8>,
}

pub(in crate::knowledge) async fn thread_by_client_key(
    rows: &impl Rows,
    author: MemberId,
    key: &str,
) -> Result<Option<FirstThread>> {
    rows.first("SELECT id, request_hash FROM threads WHERE author_id = $1 AND client_key = $2", values![author, key])
        .await
}

/// Inserts a thread; false when its client key is taken.
pub(in crate::knowledge) async fn insert_thread(
    permit: &Permit<'_, StartThread>,
    id: ThreadId,
    draft: &ThreadDraft,
) -> Result<bool> {
    let tx = permit.tx();
    let inserted = tx
        .run(
            "INSERT INTO threads (id, brand_id, group_id, kind, title, body, html, tags, author_id, client_key, request_hash,
                                  state, revision, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $13)
             ON CONFLICT (author_id, client_key) DO NOTHING",
            values![
                id,
                permit.brand(),
                permit.target(),
                draft.kind,
                draft.title.as_str(),
                draft.body.source.as_str(),
                draft.body.html.as_str(),
                draft.tags.clone(),
                permit.by(),
                draft.client_key.as_str(),
                draft.request_hash.clone(),
                ThreadState::Open,
                tx.now()
            ],
        )
        .await?;
    if inserted == 1 {
        announce(tx, permit.target(), Change::ThreadPosted(id)).await?;
        permit.still_holds().await?;
    }
    Ok(inserted == 1)
}

/// What a thread is while its row is held.
#[derive(FromQueryResult)]
pub(super) struct Held {
    pub kind: ThreadKind,
    pub state: ThreadState,
    pub accepted_reply_id: Option<ReplyId>,
}

/// Takes hold of a thread's row until the commit and counts its revision up; `not_found` when it is gone.
pub(super) async fn hold(tx: &Tx, thread: ThreadId) -> Result<Held> {
    let held: Option<Held> = tx
        .first(
            "UPDATE threads SET revision = revision + 1 WHERE id = $1 AND deleted_at IS NULL
             RETURNING kind, state, accepted_reply_id",
            values![thread],
        )
        .await?;
    held.ok_or_else(|| Code::NotFound.into())
}

/// Marks the thread as touched now, which brings it to the top of the list, and announces it.
pub(super) async fn touch<A: Act>(permit: &Permit<'_, A>, thread: ThreadId) -> Result<()> {
    let tx = permit.tx();
    tx.run("UPDATE threads SET updated_at = $2 WHERE id = $1", values![thread, tx.now()]).await?;
    announce(tx, permit.group()?, Change::ThreadChanged(thread)).await?;
    Ok(())
}

pub(in crate::knowledge) async fn set_text(permit: &Permit<'_, EditThread>, text: &NewText) -> Result<()> {
    let (tx, thread) = (permit.tx(), permit.target());
    hold(tx, thread).await?;
    tx.run(
        "UPDATE threads SET title = COALESCE($2, title), body = COALESCE($3, body), html = COALESCE($4, html),
                            tags = COALESCE($5, tags), edited_at = $6 WHERE id = $1",
        values![
            thread,
            text.title.clone(),
            text.body.as_ref().map(|body| body.source.clone()),
            text.body.as_ref().map(|body| body.html.clone()),
            text.tags.clone(),
            tx.now()
        ],
    )
    .await?;
    touch(permit, thread).await
}

/// Closes or reopens, and returns the state before. What is so already is no news.
pub(in crate::knowledge) async fn set_closed(permit: &Permit<'_, CurateThread>, closed: bool) -> Result<ThreadState> {
    let (tx, thread) = (permit.tx(), permit.target());
    let held = hold(tx, thread).await?;
    if held.state.is_closed() != closed {
        set_state(tx, thread, ThreadState::of(closed, held.accepted_reply_id), held.accepted_reply_id).await?;
        touch(permit, thread).await?;
    }
    Ok(held.state)
}

/// Makes a reply the answer, or none, and returns the answer before. Both replies look different from now on.
pub(in crate::knowledge) async fn set_accepted(
    permit: &Permit<'_, AcceptReply>,
    reply: Option<ReplyId>,
) -> Result<Option<ReplyId>> {
    let (tx, thread) = (permit.tx(), permit.target());
    let held = hold(tx, thread).await?;
    if held.kind != ThreadKind::Question {
        return Err(Refusal::field("reply_id", "not_a_question").into());
    }
    if let Some(reply) = reply {
        replies::must_be_there(tx, thread, reply).await?;
    }
    let before = held.accepted_reply_id;
    if before != reply {
        set_state(tx, thread, ThreadState::of(held.state.is_closed(), reply), reply).await?;
        for changed in before.into_iter().chain(reply) {
            replies::look_different(permit, changed).await?;
        }
        touch(permit, thread).await?;
    }
    Ok(before)
}

pub(super) async fn set_state(tx: &Tx, thread: ThreadId, state: ThreadState, accepted: Option<ReplyId>) -> Result<()> {
    tx.run("UPDATE threads SET state = $2, accepted_reply_id = $3 WHERE id = $1", values![thread, state, accepted])
        .await?;
    Ok(())
}

/// What stood in a thread.
#[derive(FromQueryResult)]
pub(in crate::knowledge) struct ThreadText {
    pub title: String,
    pub body: String,
}

/// Takes the text out of a thread and of all its replies. Returns what stood there.
pub(in crate::knowledge) async fn blank_thread(permit: &Permit<'_, DeleteThread>) -> Result<ThreadText> {
    let (tx, thread) = (permit.tx(), permit.target());
    let held = hold(tx, thread).await?;
    let before: Option<ThreadText> = tx.first("SELECT title, body FROM threads WHERE id = $1", values![thread]).await?;
    tx.run(
        "UPDATE threads SET title = '', body = '', html = '', tags = '', deleted_at = $2 WHERE id = $1",
        values![thread, tx.now()],
    )
    .await?;
    set_state(tx, thread, ThreadState::of(held.state.is_closed(), None), None).await?;
    replies::blank_all(permit).await?;
    announce(tx, permit.group()?, Change::ThreadChanged(thread)).await?;
    before.ok_or_else(|| Code::NotFound.into())
}

/// A thread as the table has it.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::knowledge) struct ThreadRow {
    pub id: ThreadId,
    pub group_id: GroupId,
    pub kind: ThreadKind,
    pub title: String,
    pub body: String,
    pub html: String,
    pub tags: Tags,
    pub author_id: MemberId,
    pub state: ThreadState,
    pub accepted_reply_id: Option<ReplyId>,
    pub revision: i64,
    pub created_at: Millis,
    pub edited_at: Option<Millis>,
    pub updated_at: Millis,
    pub deleted_at: Option<Millis>,
}

const THREAD: &str =
    "SELECT id, group_id, kind, title, body, html, tags, author_id, state, accepted_reply_id, revision,
    created_at, edited_at, updated_at, deleted_at FROM threads";

pub(in crate::knowledge) async fn threads_by_ids(rows: &impl Rows, ids: &[ThreadId]) -> Result<Vec<ThreadRow>> {
    let sql = format!("{THREAD} WHERE id IN ({})", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}

/// Which threads of a group.
pub(in crate::knowledge) struct ThreadFilter {
    pub state: Option<ThreadState>,
    pub tag_pattern: Option<String>,
    pub behind: Option<ThreadKey>,
}

/// Up to `limit` threads, last touched first.
pub(in crate::knowledge) async fn threads_of_group(
    seen: &Seen<'_, GroupId>,
    filter: &ThreadFilter,
    limit: u64,
) -> Result<Vec<ThreadRow>> {
    let sql = format!(
        "{THREAD} WHERE group_id = $1 AND deleted_at IS NULL AND ($2 IS NULL OR state = $2)
           AND ($3 IS NULL OR tags LIKE $3 ESCAPE '!')
           AND ($4 IS NULL OR updated_at < $4 OR (updated_at = $4 AND id < $5))
         ORDER BY updated_at DESC, id DESC LIMIT $6"
    );
    let values = values![
        seen.target(),
        filter.state,
        filter.tag_pattern.clone(),
        filter.behind.map(|key| key.updated_at),
        filter.behind.map(|key| key.id),
        i64::try_from(limit).unwrap_or(i64::MAX)
    ];
    seen.reader().all(&sql, values).await
}
