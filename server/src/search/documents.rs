//! From changes to what the engine is told: the present state of whatever they are about.

use std::collections::HashMap;

use uuid::Uuid;

use super::engine::{Document, DocumentKind, IndexOp};
use crate::changes::{Change, ChangeRow, Position};
use crate::knowledge::{self, ReplyIndexRow, ThreadIndexRow, ThreadState};
use crate::messages::{self, IndexRow};
use crate::platform::ids::{MessageId, ReplyId, StreamId, ThreadId};
use crate::platform::markdown::plain_text;
use crate::platform::refusal::Result;
use crate::platform::store::Rows;

/// Everything that a batch of changes makes stale, each once.
#[derive(Debug, Default)]
pub(super) struct Stale {
    messages: Vec<MessageId>,
    threads: Vec<ThreadId>,
    replies: Vec<ReplyId>,
    /// The last change of each.
    changed: HashMap<Uuid, (StreamId, Position)>,
}

impl Stale {
    pub fn add(&mut self, stream: StreamId, rows: &[ChangeRow]) {
        for (position, change) in rows.iter().filter_map(|row| Some((row.position, row.change?))) {
            self.changed.insert(change.subject(), (stream, position));
            match change {
                Change::MessagePosted(id) | Change::MessageChanged(id) => push(&mut self.messages, id),
                Change::ThreadPosted(id) | Change::ThreadChanged(id) => push(&mut self.threads, id),
                Change::ReplyPosted(id) | Change::ReplyChanged(id) => push(&mut self.replies, id),
                _ => {}
            }
        }
    }

    /// Where the last change of a document stands.
    pub fn place_of(&self, document: Uuid) -> Option<(StreamId, Position)> {
        self.changed.get(&document).copied()
    }

    /// What the engine has to do, from rows read now.
    pub async fn operations(&self, rows: &impl Rows) -> Result<Vec<IndexOp>> {
        let mut operations = Vec::new();
        operations.extend(messages::index_rows(rows, &self.messages).await?.iter().map(of_message));
        operations.extend(knowledge::thread_index_rows(rows, &self.threads).await?.into_iter().map(of_thread));
        operations.extend(knowledge::reply_index_rows(rows, &self.replies).await?.iter().map(of_reply));
        Ok(operations)
    }
}

/// Changes come in runs about the same thing, so looking at the last one keeps the list short; a double does no harm.
fn push<T: PartialEq>(ids: &mut Vec<T>, id: T) {
    if ids.last() != Some(&id) {
        ids.push(id);
    }
}

fn of_message(row: &IndexRow) -> IndexOp {
    if row.deleted_at.is_some() {
        return IndexOp::Delete(row.id.0);
    }
    put(Document {
        key: row.id.0,
        kind: DocumentKind::Message,
        group: row.group_id.0,
        parent: None,
        at_ms: row.created_at.0,
        title: None,
        body: plain_text(&row.body),
        tags: Vec::new(),
        accepted: false,
        superseded: false,
    })
}

fn of_thread(row: ThreadIndexRow) -> IndexOp {
    if row.deleted_at.is_some() {
        return IndexOp::Delete(row.id.0);
    }
    put(Document {
        key: row.id.0,
        kind: DocumentKind::Thread,
        group: row.group_id.0,
        parent: None,
        at_ms: row.created_at.0,
        title: Some(row.title),
        body: plain_text(&row.body),
        tags: row.tags.as_slice().to_vec(),
        accepted: row.state == ThreadState::Answered,
        superseded: false,
    })
}

fn of_reply(row: &ReplyIndexRow) -> IndexOp {
    if row.deleted_at.is_some() {
        return IndexOp::Delete(row.id.0);
    }
    put(Document {
        key: row.id.0,
        kind: DocumentKind::Reply,
        group: row.group_id.0,
        parent: Some(row.thread_id.0),
        at_ms: row.created_at.0,
        title: None,
        accepted: row.is_accepted(),
        body: plain_text(&row.body),
        tags: Vec::new(),
        superseded: false,
    })
}

fn put(document: Document) -> IndexOp {
    IndexOp::Put(Box::new(document))
}
