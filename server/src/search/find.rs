//! Finding: ask the engine about the searcher's groups, then read every hit anew.

use std::collections::HashMap;

use super::engine::{
    DocumentKind, EngineFault, EngineHit, EngineQuery, Highlighter, QueryRefusal, SEARCH_DEADLINE, SearchText,
};
use super::hit::{Hit, HitChannel, HitGroup, HitKind, HitThread, Hits};
use crate::access::{Actor, Scope, scope};
use crate::app::App;
use crate::knowledge::{self, ThreadState};
use crate::members::{self, Person};
use crate::platform::ids::{BrandId, GroupId, MemberId, MessageId, ReplyId, ThreadId};
use crate::platform::limits::{Key, Limit};
use crate::platform::markdown::plain_text;
use crate::platform::refusal::{Code, Failure, Refusal, Result};
use crate::{groups, messages};

/// Characters of an excerpt.
const SNIPPET_MAX: usize = 220;
/// When to come back while the index can't answer.
const RETRY_MS: u64 = 2_000;

/// What is searched for.
#[derive(Debug)]
pub(super) struct Search {
    pub text: SearchText,
    pub group: Option<GroupId>,
    pub kinds: Vec<DocumentKind>,
    pub limit: usize,
    pub offset: usize,
}

/// The code for a text that can't be searched.
pub(super) fn refuse(refusal: QueryRefusal) -> Failure {
    match refusal {
        QueryRefusal::Empty => Refusal::field("q", "required").into(),
        QueryRefusal::TooLong => Refusal::new(Code::TooLong).and_field("q", "too_long").into(),
        QueryRefusal::TooManyTerms => Refusal::field("q", "too_many").into(),
    }
}

pub(super) async fn find(app: &App, actor: &Actor, brand: BrandId, search: Search) -> Result<Hits> {
    let reader = app.store.read().await?;
    let scope = scope(&reader, actor, brand).await?;
    app.limits.check(Limit::Search, Key::of(&[&scope.member()]))?;
    let groups: Vec<GroupId> =
        scope.groups().iter().map(|(id, _)| *id).filter(|id| search.group.is_none_or(|only| only == *id)).collect();
    if search.group.is_some() && groups.is_empty() {
        return Err(Code::NotFound.into());
    }
    if !app.index.is_complete() {
        return Err(unavailable());
    }
    let query = EngineQuery {
        text: search.text.clone(),
        groups: groups.iter().map(|id| id.0).collect(),
        kinds: search.kinds,
        limit: search.limit,
        offset: search.offset,
        deadline: SEARCH_DEADLINE,
    };
    let found = app.index.engine.search(&query).await.map_err(|fault| {
        if !matches!(fault, EngineFault::Late) {
            tracing::warn!(error = %fault, "searching failed");
        }
        unavailable()
    })?;
    let shown = search.offset + found.hits.len();
    let more = (shown as u64) < found.total && found.hits.len() == search.limit;
    let asked = found.hits.len();
    let items = read_anew(&scope, &found.hits, &Highlighter::new(&search.text)).await?;
    let gone = (asked - items.len()) as u64;
    Ok(Hits { items, next: more.then(|| shown.to_string()), total: found.total.saturating_sub(gone) })
}

fn unavailable() -> Failure {
    Refusal::new(Code::SearchUnavailable).retry_after_ms(RETRY_MS).into()
}

/// The hits that the searcher may read now, with excerpts of what stands there now.
async fn read_anew(scope: &Scope<'_>, hits: &[EngineHit], highlighter: &Highlighter) -> Result<Vec<Hit>> {
    let mut shown: HashMap<uuid::Uuid, Found> = HashMap::new();
    for found in read_messages(scope, hits).await?.into_iter().chain(read_knowledge(scope, hits).await?) {
        if scope.role_in(found.group).is_some() {
            shown.insert(found.id, found);
        }
    }
    let authors: Vec<MemberId> = shown.values().map(|found| found.author).collect();
    let persons = members::persons(scope.reader(), &authors).await?;
    let group_ids: Vec<GroupId> = shown.values().map(|found| found.group).collect();
    let names = groups::names(scope.reader(), &group_ids).await?;
    Ok(hits
        .iter()
        .filter_map(|hit| shown.remove(&hit.key))
        .filter_map(|found| {
            let author = persons.get(&found.author)?.clone();
            let group = HitGroup { id: found.group, name: names.get(&found.group)?.clone() };
            Some(found.shown(author, group, highlighter))
        })
        .collect())
}

/// A hit as it was read from the database.
struct Found {
    kind: HitKind,
    id: uuid::Uuid,
    group: GroupId,
    author: MemberId,
    channel: Option<HitChannel>,
    thread: Option<HitThread>,
    position: Option<crate::changes::Position>,
    created_at: crate::platform::clock::Millis,
    title: Option<String>,
    body: String,
    accepted: bool,
}

impl Found {
    fn shown(self, author: Person, group: HitGroup, highlighter: &Highlighter) -> Hit {
        let snippet = highlighter.snippet(&plain_text(&self.body), SNIPPET_MAX);
        let title = self.title.as_deref().or(self.thread.as_ref().map(|thread| thread.title.as_str()));
        // A title is shown whole, so that what is marked stands where the excerpt says.
        let title_highlights = title.map(|title| highlighter.snippet(title, title.len()).highlights);
        Hit {
            kind: self.kind,
            id: self.id,
            group,
            channel: self.channel,
            thread: self.thread,
            position: self.position,
            author,
            created_at: self.created_at,
            title: self.title,
            title_highlights: title_highlights.unwrap_or_default(),
            snippet: snippet.text,
            highlights: snippet.highlights,
            accepted: self.accepted,
        }
    }
}

fn keys(hits: &[EngineHit], kind: DocumentKind) -> impl Iterator<Item = uuid::Uuid> {
    hits.iter().filter(move |hit| hit.kind == kind).map(|hit| hit.key)
}

async fn read_messages(scope: &Scope<'_>, hits: &[EngineHit]) -> Result<Vec<Found>> {
    let ids: Vec<MessageId> = keys(hits, DocumentKind::Message).map(MessageId).collect();
    let rows = messages::index_rows(scope.reader(), &ids).await?;
    let channel_ids: Vec<_> = rows.iter().map(|row| row.channel_id).collect();
    let channels = groups::channel_frames(scope.reader(), &channel_ids).await?;
    let channels: HashMap<_, _> = channels.into_iter().map(|frame| (frame.id, frame.name)).collect();
    let live = rows.into_iter().filter(|row| row.deleted_at.is_none());
    Ok(live
        .map(|row| Found {
            kind: HitKind::Message,
            id: row.id.0,
            group: row.group_id,
            author: row.author_id,
            channel: channels.get(&row.channel_id).map(|name| HitChannel { id: row.channel_id, name: name.clone() }),
            thread: None,
            position: Some(row.position),
            created_at: row.created_at,
            title: None,
            body: row.body,
            accepted: false,
        })
        .collect())
}

async fn read_knowledge(scope: &Scope<'_>, hits: &[EngineHit]) -> Result<Vec<Found>> {
    let threads: Vec<ThreadId> = keys(hits, DocumentKind::Thread).map(ThreadId).collect();
    let replies: Vec<ReplyId> = keys(hits, DocumentKind::Reply).map(ReplyId).collect();
    let threads = knowledge::thread_index_rows(scope.reader(), &threads).await?;
    let replies = knowledge::reply_index_rows(scope.reader(), &replies).await?;
    let threads = threads.into_iter().filter(|row| row.deleted_at.is_none()).map(|row| Found {
        kind: HitKind::Thread,
        id: row.id.0,
        group: row.group_id,
        author: row.author_id,
        channel: None,
        thread: Some(HitThread { id: row.id, title: row.title.clone() }),
        position: None,
        created_at: row.created_at,
        title: Some(row.title),
        body: row.body,
        accepted: row.state == ThreadState::Answered,
    });
    let replies = replies.into_iter().filter(|row| row.deleted_at.is_none()).map(|row| Found {
        kind: HitKind::Reply,
        id: row.id.0,
        group: row.group_id,
        author: row.author_id,
        channel: None,
        accepted: row.is_accepted(),
        thread: Some(HitThread { id: row.thread_id, title: row.thread_title }),
        position: None,
        created_at: row.created_at,
        title: None,
        body: row.body,
    });
    Ok(threads.chain(replies).collect())
}
