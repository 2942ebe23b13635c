//! Posting a message: the walk.

use super::draft::{Draft, PostRequest, same_request};
use super::store::{self, Insertion};
use crate::access::{Actor, PostMessage, permit, turn};
use crate::app::App;
use crate::changes::{Change, Position, announce};
use crate::platform::ids::{ChannelId, MessageId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Failure, Result};

/// A message that is durable.
#[derive(Debug, Clone)]
pub struct Posted {
    pub id: MessageId,
    pub position: Position,
    pub client_key: String,
}

/// Posts a message. Returns when it is flushed; a repeat under the same client key returns the first result.
pub async fn post(app: &App, actor: &Actor, channel: ChannelId, request: PostRequest) -> Result<Posted> {
    let draft = Draft::parse(channel, request)?;
    let tx = app.store.begin().await?;
    let permit = permit::<PostMessage>(&tx, actor, channel).await?;
    if let Some(first) = store::by_client_key(&tx, permit.by(), &draft.client_key).await? {
        same_request(&first.request_hash, &draft.request_hash)?;
        return Ok(first.posted(draft.client_key));
    }
    let turn = turn(&permit).await?;
    app.limits.check(Limit::PostInChannel, Key::of(&[&permit.by(), &channel]))?;
    app.limits.check(Limit::Post, Key::of(&[&permit.by()]))?;

    let root = match draft.reply_to {
        Some(message) => Some(store::root_of(&tx, channel, message).await?.ok_or(Code::NotFound)?),
        None => None,
    };
    let id = MessageId(app.ids.uuid(tx.now()));
    let stream = permit.place().stream.ok_or_else(|| Failure::broken("a channel without a stream"))?;
    let position = announce(&tx, stream, Change::MessagePosted(id)).await?;
    permit.still_holds().await?;
    if !store::insert(&permit, &turn, &Insertion { id, position, draft: &draft, root }).await? {
        // A twin with the same key won between the look and the insert: roll back and answer what it got.
        let author = permit.by();
        drop(tx);
        return first_result(app, author, &draft).await;
    }
    store::attach_files(&permit, id, &draft.files).await?;
    if let Some(root) = root {
        announce(&tx, stream, Change::MessageChanged(root)).await?;
    }
    tx.commit().await?;
    Ok(Posted { id, position, client_key: draft.client_key })
}

async fn first_result(app: &App, author: crate::platform::ids::MemberId, draft: &Draft) -> Result<Posted> {
    let reader = app.store.read().await?;
    let first = store::by_client_key(&reader, author, &draft.client_key).await?;
    let first = first.ok_or_else(|| Failure::broken("a message was refused as a double of nothing"))?;
    same_request(&first.request_hash, &draft.request_hash)?;
    Ok(first.posted(draft.client_key.clone()))
}
