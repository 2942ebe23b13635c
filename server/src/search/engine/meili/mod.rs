//! Meilisearch behind the port, for houses that have outgrown the embedded engine.
//!
//! What is particular here:
//! - The same folding and the same query grammar: texts and queries are sent folded (`layout`), and what Meilisearch would take
//!   loosely is asked for by marks (`marks`). What remains different is written down in the parity suite.
//! - A call that was taken in has done nothing yet: every task is waited for and its end read (`tasks`).
//! - The identity lives in a small index of its own, which is deleted first and written last when the main one is emptied.
//! - Every call has an end (`http`). An unreachable server is `Unavailable`, never an empty answer.

mod http;
mod layout;
mod marks;
mod plan;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::try_join_all;
use meilisearch_sdk::client::Client;
use meilisearch_sdk::documents::DocumentDeletionQuery;
use meilisearch_sdk::errors::{Error, ErrorCode, MeilisearchError};
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::search::{MatchingStrategies, Selectors};
use meilisearch_sdk::task_info::TaskInfo;
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use uuid::Uuid;

use self::http::Http;
use self::layout::Found;
use self::plan::Plan;
use self::tasks::End;
use super::{EngineFault, EngineHits, EngineQuery, IndexOp, SearchEngine, identity_in, stamp_of};

/// A filter of 500 groups costs twice one of 50; thousands cost seconds. More groups are asked for in several queries.
const MAX_GROUPS_PER_QUERY: usize = 500;
const STAMP_KEY: &str = "identity";
const HEALTH_DEADLINE: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct MeiliOptions {
    pub url: String,
    /// A key that may search, write documents, and make and delete indexes.
    pub key: String,
    /// Several houses may share a server under different names.
    pub index: String,
    /// How long a queued change may take.
    pub task_deadline: Duration,
}

impl MeiliOptions {
    pub fn new(url: &str, key: &str, index: &str) -> Self {
        let url = url.trim().trim_end_matches('/').to_owned();
        // Keys are often read from files that end in a newline.
        Self { url, key: key.trim().to_owned(), index: index.to_owned(), task_deadline: Duration::from_mins(1) }
    }
}

impl std::fmt::Debug for MeiliOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("MeiliOptions")
            .field("url", &self.url)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

pub struct MeiliEngine {
    options: MeiliOptions,
    http: Http,
    client: Client<Http>,
    /// Set once the index is known to be there with our settings: what is put into a missing index makes one without them.
    prepared: OnceCell<()>,
}

impl std::fmt::Debug for MeiliEngine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MeiliEngine").field("options", &self.options).finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Stamp {
    key: String,
    value: String,
}

impl MeiliEngine {
    /// Does not call the server: one that is down now may be up later.
    pub fn new(options: MeiliOptions) -> Result<Self, EngineFault> {
        let http = Http::new(&options.key).map_err(EngineFault::unavailable)?;
        let client = Client::new_with_client(options.url.as_str(), Some(options.key.as_str()), http.clone());
        Ok(Self { options, http, client, prepared: OnceCell::new() })
    }

    fn main(&self) -> Index<Http> {
        self.client.index(&self.options.index)
    }

    fn stamp(&self) -> Index<Http> {
        self.client.index(format!("{}-identity", self.options.index))
    }

    async fn end_of(&self, queued: Result<TaskInfo, Error>) -> Result<End, EngineFault> {
        let task = queued.map_err(fault)?.task_uid;
        tasks::end_of(&self.http, &self.options.url, task, self.options.task_deadline).await
    }

    async fn done(&self, queued: Result<TaskInfo, Error>) -> Result<(), EngineFault> {
        self.end_of(queued).await?.accepted()
    }

    /// What is refused here are our settings, by a server of another version perhaps: no document is to blame.
    async fn prepare(&self) -> Result<(), EngineFault> {
        self.make_index().await.map_err(|fault| match fault {
            EngineFault::Rejected(source) => EngineFault::Unavailable(source),
            other => other,
        })
    }

    async fn make_index(&self) -> Result<(), EngineFault> {
        let created = self.client.create_index(&self.options.index, Some(layout::KEY)).await;
        self.end_of(created).await?.accepted_or("index_already_exists")?;
        self.done(self.main().set_settings(&layout::settings()).await).await
    }

    async fn delete(&self, index: Index<Http>) -> Result<(), EngineFault> {
        self.end_of(index.delete().await).await?.accepted_or("index_not_found")
    }

    /// Leaves nothing behind on a server that is not ours alone.
    #[cfg(test)]
    pub(super) async fn remove(&self) -> Result<(), EngineFault> {
        self.delete(self.stamp()).await?;
        self.delete(self.main()).await
    }

    /// One query, over no more groups than one filter bears.
    async fn ask(&self, query: &EngineQuery, question: &str, groups: &[Uuid]) -> Result<Answer, EngineFault> {
        let index = self.main();
        let filter = layout::filter(groups, &query.kinds);
        let results = index
            .search()
            .with_query(question)
            .with_filter(&filter)
            // Pages instead of offsets: only for them is the total a count and no estimate.
            .with_page(1)
            .with_hits_per_page(query.reach().max(1))
            .with_matching_strategy(MatchingStrategies::ALL)
            .with_attributes_to_retrieve(Selectors::Some(&layout::RETRIEVED))
            .with_show_ranking_score(true)
            .execute::<Found>()
            .await
            .map_err(fault)?;
        let found = results.hits.into_iter().map(|hit| (hit.ranking_score.unwrap_or_default(), hit.result));
        Ok(Answer { found: found.collect(), total: results.total_hits.unwrap_or_default() as u64 })
    }

    async fn ask_all(&self, query: &EngineQuery) -> Result<EngineHits, EngineFault> {
        let question = layout::question(&query.text);
        let groups: Vec<_> = query.groups.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let parts = groups.chunks(MAX_GROUPS_PER_QUERY).map(|groups| self.ask(query, &question, groups));
        let answers = try_join_all(parts).await?;
        let total = answers.iter().map(|answer| answer.total).sum();
        let several = answers.len() > 1;
        let mut found: Vec<_> = answers.into_iter().flat_map(|answer| answer.found).collect();
        if several {
            found.sort_by(|(a, left), (b, right)| b.total_cmp(a).then_with(|| right.rank().cmp(&left.rank())));
        }
        let page = found.into_iter().take(query.reach()).skip(query.offset);
        Ok(EngineHits { hits: page.filter_map(|(score, found)| found.into_hit(score)).collect(), total })
    }
}

struct Answer {
    found: Vec<(f64, Found)>,
    total: u64,
}

#[async_trait]
impl SearchEngine for MeiliEngine {
    async fn apply(&self, batch: Vec<IndexOp>) -> Result<(), EngineFault> {
        self.prepared.get_or_try_init(|| self.prepare()).await?;
        let plan = Plan::of(batch);
        let index = self.main();
        // All are queued before the first is waited for: the server joins what waits together.
        let mut queued = Vec::new();
        for group in &plan.groups {
            let filter = format!("group = \"{group}\"");
            queued.push(index.delete_documents_with(DocumentDeletionQuery::new(&index).with_filter(&filter)).await);
        }
        if !plan.deletes.is_empty() {
            queued.push(index.delete_documents(&plan.deletes).await);
        }
        for documents in plan.calls() {
            queued.push(index.add_documents(&documents, Some(layout::KEY)).await);
        }
        for task in queued {
            self.done(task).await?;
        }
        Ok(())
    }

    async fn search(&self, query: &EngineQuery) -> Result<EngineHits, EngineFault> {
        if query.groups.is_empty() || query.kinds.is_empty() {
            return Ok(EngineHits::default());
        }
        // Past its own cut-off the server would pass off a part as the whole.
        let deadline = query.deadline.min(Duration::from_millis(layout::CUTOFF_MS * 9 / 10));
        tokio::time::timeout(deadline, self.ask_all(query)).await.unwrap_or(Err(EngineFault::Late))
    }

    async fn identity(&self) -> Result<Option<String>, EngineFault> {
        // A stamp says nothing of an index that somebody else has deleted.
        let there = found(self.client.get_raw_index(&self.options.index).await)?;
        let stamp = found(self.stamp().get_document::<Stamp>(STAMP_KEY).await)?;
        Ok(there.and(stamp).and_then(|stamp| identity_in(&stamp.value)))
    }

    async fn reset(&self, identity: &str) -> Result<(), EngineFault> {
        self.delete(self.stamp()).await?;
        self.delete(self.main()).await?;
        self.prepare().await?;
        let stamp = Stamp { key: STAMP_KEY.to_owned(), value: stamp_of(identity) };
        self.done(self.stamp().add_documents(&[stamp], Some("key")).await).await
    }

    async fn healthy(&self) -> bool {
        tokio::time::timeout(HEALTH_DEADLINE, self.client.is_healthy()).await.unwrap_or(false)
    }
}

fn found<T>(answer: Result<T, Error>) -> Result<Option<T>, EngineFault> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Error::Meilisearch(MeilisearchError {
            error_code: ErrorCode::IndexNotFound | ErrorCode::DocumentNotFound,
            ..
        })) => Ok(None),
        Err(error) => Err(fault(error)),
    }
}

/// What the server refuses as wrong stays wrong; a missing right or index, or a server that is busy or gone, may be mended.
fn fault(error: Error) -> EngineFault {
    let wrong = matches!(&error, Error::Meilisearch(refused) if matches!(
        refused.error_code,
        ErrorCode::InvalidDocumentId | ErrorCode::PayloadTooLarge | ErrorCode::MalformedPayload | ErrorCode::BadRequest
    ));
    if wrong { EngineFault::Rejected(Box::new(error)) } else { EngineFault::unavailable(error) }
}
