//! From rows to what is shown: one query per table, whatever the number of rows.

use std::collections::HashMap;

use super::reply::ReplyView;
use super::store::{self, ReplyRow, ThreadRow};
use super::thread::{ThreadFrame, ThreadKind, ThreadView};
use crate::access::policy::{Verdict, decide};
use crate::access::{ActName, Actor, Place, Standing, see};
use crate::app::App;
use crate::members::{self, Person};
use crate::platform::clock::Millis;
use crate::platform::ids::{MemberId, ReplyId, ThreadId};
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::store::Rows;

/// Threads as the relay tells of them; what is deleted comes without its text.
pub async fn thread_frames(rows: &impl Rows, ids: &[ThreadId]) -> Result<Vec<ThreadFrame>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = store::threads_by_ids(rows, ids).await?;
    assemble_threads(rows, found).await
}

/// Replies as the relay tells of them; what is deleted comes without its text.
pub async fn reply_frames(rows: &impl Rows, ids: &[ReplyId]) -> Result<Vec<ReplyView>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = store::replies_by_ids(rows, ids).await?;
    assemble_replies(rows, found).await
}

/// A thread as the actor sees it now.
pub(super) async fn thread(app: &App, actor: &Actor, thread: ThreadId) -> Result<ThreadView> {
    let reader = app.store.read().await?;
    let seen = see(&reader, actor, thread).await?;
    let frame = thread_frames(&reader, &[seen.target()]).await?.pop().ok_or(Code::NotFound)?;
    Ok(personal(frame, seen.standing(), seen.place(), reader.now()))
}

pub(super) async fn reply(rows: &impl Rows, reply: ReplyId) -> Result<ReplyView> {
    reply_frames(rows, &[reply]).await?.pop().ok_or_else(|| Code::NotFound.into())
}

/// Adds what one may do. The gate's own table decides, so that a button is there exactly where its act is allowed.
pub(super) fn personal(frame: ThreadFrame, standing: &Standing, group: &Place, now: Millis) -> ThreadView {
    let place = Place { author: Some(frame.author.id), ..*group };
    let may = |act| decide(act, Some(standing), &place, now) == Verdict::Allowed;
    ThreadView {
        can_edit: may(ActName::EditThread),
        can_accept: frame.kind == ThreadKind::Question && may(ActName::AcceptReply),
        frame,
    }
}

pub(super) async fn assemble_threads(rows: &impl Rows, found: Vec<ThreadRow>) -> Result<Vec<ThreadFrame>> {
    let ids: Vec<ThreadId> = found.iter().map(|row| row.id).collect();
    let persons = authors(rows, found.iter().map(|row| row.author_id)).await?;
    let counts = store::reply_counts(rows, &ids).await?;
    found
        .into_iter()
        .map(|row| {
            Ok(ThreadFrame {
                author: author(&persons, row.author_id)?,
                reply_count: counts.get(&row.id).copied().unwrap_or_default(),
                id: row.id,
                group_id: row.group_id,
                kind: row.kind,
                title: row.title,
                body: row.body,
                html: row.html,
                tags: row.tags,
                state: row.state,
                accepted_reply_id: row.accepted_reply_id,
                created_at: row.created_at,
                edited_at: row.edited_at,
                updated_at: row.updated_at,
                deleted: row.deleted_at.is_some(),
                revision: row.revision,
            })
        })
        .collect()
}

pub(super) async fn assemble_replies(rows: &impl Rows, found: Vec<ReplyRow>) -> Result<Vec<ReplyView>> {
    let persons = authors(rows, found.iter().map(|row| row.author_id)).await?;
    found
        .into_iter()
        .map(|row| {
            Ok(ReplyView {
                author: author(&persons, row.author_id)?,
                accepted: row.accepted_reply_id == Some(row.id),
                id: row.id,
                thread_id: row.thread_id,
                body: row.body,
                html: row.html,
                created_at: row.created_at,
                edited_at: row.edited_at,
                deleted: row.deleted_at.is_some(),
                revision: row.revision,
            })
        })
        .collect()
}

async fn authors(rows: &impl Rows, ids: impl Iterator<Item = MemberId>) -> Result<HashMap<MemberId, Person>> {
    let mut ids: Vec<MemberId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    members::persons(rows, &ids).await
}

fn author(persons: &HashMap<MemberId, Person>, id: MemberId) -> Result<Person> {
    persons.get(&id).cloned().ok_or_else(|| Failure::broken("a thread or reply without an author"))
}
