//! A message as it is shown, and as it goes over the wire: the same for everybody who may see it.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, MessageRow, ReactionRow};
use crate::changes::Position;
use crate::files::{self, FileView};
use crate::members::{self, Person};
use crate::platform::clock::Millis;
use crate::platform::ids::{ChannelId, MemberId, MessageId, StreamId};
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::store::Rows;

/// The most members named under one emoji; `count` has them all.
const NAMED_MAX: usize = 50;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageView {
    pub id: MessageId,
    pub channel_id: ChannelId,
    pub stream: StreamId,
    /// Of its posting; orders the channel.
    pub position: Position,
    pub author: Person,
    /// Markdown as written; empty when deleted.
    pub body: String,
    /// Sanitised HTML; empty when deleted.
    pub html: String,
    pub created_at: Millis,
    pub edited_at: Option<Millis>,
    pub deleted: bool,
    /// The root of the talk it belongs to.
    pub reply_to: Option<MessageId>,
    pub reply_count: i64,
    pub last_reply_at: Option<Millis>,
    pub reactions: Vec<Reaction>,
    pub files: Vec<FileView>,
    /// As its author sent it, so that the author's pending row finds it.
    pub client_key: String,
    pub revision: i64,
}

/// One emoji under a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reaction {
    pub emoji: String,
    pub count: usize,
    /// Up to 50, first come first.
    pub members: Vec<MemberId>,
}

/// Messages as they may be seen now, by id.
pub async fn views(rows: &impl Rows, ids: &[MessageId]) -> Result<HashMap<MessageId, MessageView>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = store::by_ids(rows, ids).await?;
    Ok(assemble(rows, found).await?.into_iter().map(|view| (view.id, view)).collect())
}

pub(super) async fn one(rows: &impl Rows, id: MessageId) -> Result<MessageView> {
    views(rows, &[id]).await?.remove(&id).ok_or_else(|| Code::NotFound.into())
}

/// Adds to rows what stands in other tables: one query each, whatever the number of rows.
pub(super) async fn assemble(rows: &impl Rows, found: Vec<MessageRow>) -> Result<Vec<MessageView>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<MessageId> = found.iter().map(|row| row.id).collect();
    let mut authors: Vec<MemberId> = found.iter().map(|row| row.author_id).collect();
    authors.sort_unstable();
    authors.dedup();
    let persons = members::persons(rows, &authors).await?;
    let mut reactions = group_reactions(store::reactions(rows, &ids).await?);
    let mut files = files::of_messages(rows, &ids).await?;
    let mut replies: HashMap<_, _> =
        store::reply_counts(rows, &ids).await?.into_iter().map(|count| (count.reply_to, count)).collect();
    found
        .into_iter()
        .map(|row| {
            let author = persons.get(&row.author_id).cloned();
            let author = author.ok_or_else(|| Failure::broken("a message without an author"))?;
            let count = replies.remove(&row.id);
            Ok(MessageView {
                reply_count: count.as_ref().map_or(0, |count| count.n),
                last_reply_at: count.and_then(|count| count.last_at),
                reactions: reactions.remove(&row.id).unwrap_or_default(),
                files: files.remove(&row.id).unwrap_or_default(),
                id: row.id,
                channel_id: row.channel_id,
                stream: row.stream,
                position: row.position,
                author,
                body: row.body,
                html: row.html,
                created_at: row.created_at,
                edited_at: row.edited_at,
                deleted: row.deleted_at.is_some(),
                reply_to: row.reply_to,
                client_key: row.client_key,
                revision: row.revision,
            })
        })
        .collect()
}

fn group_reactions(rows: Vec<ReactionRow>) -> HashMap<MessageId, Vec<Reaction>> {
    let mut grouped: HashMap<MessageId, Vec<Reaction>> = HashMap::new();
    for row in rows {
        let reactions = grouped.entry(row.message_id).or_default();
        let at = reactions.iter().position(|reaction| reaction.emoji == row.emoji).unwrap_or_else(|| {
            reactions.push(Reaction { emoji: row.emoji.clone(), count: 0, members: Vec::new() });
            reactions.len() - 1
        });
        let reaction = &mut reactions[at];
        reaction.count += 1;
        if reaction.members.len() < NAMED_MAX {
            reaction.members.push(row.member_id);
        }
    }
    grouped
}
