//! Starting a thread.

use super::draft::{ThreadDraft, ThreadRequest, same_request};
use super::store;
use super::thread::ThreadView;
use super::view;
use crate::access::{Actor, StartThread, permit};
use crate::app::App;
use crate::platform::ids::{GroupId, MemberId, ThreadId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Failure, Result};

/// Starts a thread; a repeat under the same client key returns the first result.
pub async fn start(app: &App, actor: &Actor, group: GroupId, request: &ThreadRequest) -> Result<ThreadView> {
    let draft = ThreadDraft::parse(group, request)?;
    let tx = app.store.begin().await?;
    let permit = permit::<StartThread>(&tx, actor, group).await?;
    let author = permit.by();
    if let Some(first) = store::thread_by_client_key(&tx, author, &draft.client_key).await? {
        same_request(&first.request_hash, &draft.request_hash)?;
        drop(tx);
        return view::thread(app, actor, first.id).await;
    }
    app.limits.check(Limit::Post, Key::of(&[&author]))?;
    let mut id = ThreadId(app.ids.uuid(tx.now()));
    if store::insert_thread(&permit, id, &draft).await? {
        tx.commit().await?;
    } else {
        // A twin with the same key won between the look and the insert: roll back and answer what it got.
        drop(tx);
        id = first_result(app, author, &draft).await?;
    }
    view::thread(app, actor, id).await
}

async fn first_result(app: &App, author: MemberId, draft: &ThreadDraft) -> Result<ThreadId> {
    let reader = app.store.read().await?;
    let first = store::thread_by_client_key(&reader, author, &draft.client_key).await?;
    let first = first.ok_or_else(|| Failure::broken("a thread was refused as a double of nothing"))?;
    same_request(&first.request_hash, &draft.request_hash)?;
    Ok(first.id)
}
