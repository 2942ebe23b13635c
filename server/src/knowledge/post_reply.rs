//! Replying to a thread.

use super::draft::{ReplyDraft, ReplyRequest, same_request};
use super::reply::ReplyView;
use super::{store, view};
use crate::access::{Actor, PostReply, permit};
use crate::app::App;
use crate::platform::ids::{MemberId, ReplyId, ThreadId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Failure, Result};

/// Posts a reply; a repeat under the same client key returns the first result. A closed thread takes none.
pub async fn post_reply(app: &App, actor: &Actor, thread: ThreadId, request: &ReplyRequest) -> Result<ReplyView> {
    let draft = ReplyDraft::parse(thread, request)?;
    let tx = app.store.begin().await?;
    let permit = permit::<PostReply>(&tx, actor, thread).await?;
    let author = permit.by();
    if let Some(first) = store::reply_by_client_key(&tx, author, &draft.client_key).await? {
        same_request(&first.request_hash, &draft.request_hash)?;
        return view::reply(&tx, first.id).await;
    }
    app.limits.check(Limit::Post, Key::of(&[&author]))?;
    let mut id = ReplyId(app.ids.uuid(tx.now()));
    if store::insert_reply(&permit, id, &draft).await? {
        tx.commit().await?;
    } else {
        // A twin with the same key won between the look and the insert: roll back and answer what it got.
        drop(tx);
        id = first_result(app, author, &draft).await?;
    }
    let reader = app.store.read().await?;
    view::reply(&reader, id).await
}

async fn first_result(app: &App, author: MemberId, draft: &ReplyDraft) -> Result<ReplyId> {
    let reader = app.store.read().await?;
    let first = store::reply_by_client_key(&reader, author, &draft.client_key).await?;
    let first = first.ok_or_else(|| Failure::broken("a reply was refused as a double of nothing"))?;
    same_request(&first.request_hash, &draft.request_hash)?;
    Ok(first.id)
}
