//! The search engines behind one port.
//!
//! Purpose: find documents by text among the groups that the caller names. An engine knows documents, groups and text; it
//! knows nothing of accounts, brands or tables. What it finds is a proposal: the caller re-reads every hit from the database
//! through the reader's scope, and makes the excerpt from the text that it read (`snippet`).
//!
//! What holds for every engine, and is shown by one suite (`parity`):
//! - Hits, their order and the total depend on documents of the named groups alone.
//! - When `apply` returns, its operations are durable and visible to the next search. Applying them again changes nothing, and
//!   the latest operation on a key wins, so a follower may repeat what it is unsure of.
//! - An engine that can't answer says so. It never passes off an empty or partial answer as the whole.
//! - `fold`, `query` and `matching` decide what a word is and what answers it; engines differ only where `parity` says so.
//!
//! Deliberately absent: the text itself. Documents can be found again, not read back.
//!
//! Verbs: `SearchText::parse`, `apply`, `search`, `reset`, `Highlighter::snippet`.

pub mod embedded;
pub mod fold;
pub mod matching;
pub mod meili;
#[cfg(test)]
mod parity;
pub mod query;
pub mod snippet;

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

pub use embedded::{EmbeddedEngine, EmbeddedOptions};
pub use meili::{MeiliEngine, MeiliOptions};
pub use query::{QueryRefusal, SearchText};
pub use snippet::{Highlighter, Snippet};

/// Raised with every change of `fold` or `matching` that makes other terms of a text: an index of other terms must be rebuilt.
const TERMS: u32 = 1;

/// What a search may take before it answers `EngineFault::Late`.
pub const SEARCH_DEADLINE: Duration = Duration::from_millis(300);
/// Hits in one answer.
pub const MAX_LIMIT: usize = 100;
/// How far into the hits a caller may page; past it there are none.
pub const MAX_OFFSET: usize = 1000;
/// Longer bodies are searchable up to here.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DocumentKind {
    Message,
    Thread,
    Reply,
}

impl DocumentKind {
    pub const ALL: [Self; 3] = [Self::Message, Self::Thread, Self::Reply];

    const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Thread => "thread",
            Self::Reply => "reply",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub key: Uuid,
    pub kind: DocumentKind,
    pub group: Uuid,
    /// The thread of a reply.
    pub parent: Option<Uuid>,
    /// Between equally good hits the later one comes first.
    pub at_ms: i64,
    pub title: Option<String>,
    pub body: String,
    pub tags: Vec<String>,
    /// An accepted answer or a solved thread: ranks above its like.
    pub accepted: bool,
    /// Replaced by something newer: ranks below its like.
    pub superseded: bool,
}

impl Document {
    /// What is searched of the body.
    fn searched_body(&self) -> &str {
        &self.body[..self.body.floor_char_boundary(MAX_BODY_BYTES)]
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexOp {
    /// Adds the document, or replaces the one with its key.
    Put(Box<Document>),
    Delete(Uuid),
    DeleteGroup(Uuid),
}

impl IndexOp {
    /// The document, or the group, that it is about.
    pub const fn about(&self) -> Uuid {
        match self {
            Self::Put(document) => document.key,
            Self::Delete(key) | Self::DeleteGroup(key) => *key,
        }
    }
}

#[derive(Debug, Clone)]
pub struct EngineQuery {
    pub text: SearchText,
    /// The groups that may be searched: none, none found.
    pub groups: Vec<Uuid>,
    pub kinds: Vec<DocumentKind>,
    pub limit: usize,
    pub offset: usize,
    pub deadline: Duration,
}

impl EngineQuery {
    /// All kinds, the first twenty hits.
    pub fn new(text: SearchText, groups: Vec<Uuid>) -> Self {
        Self { text, groups, kinds: DocumentKind::ALL.to_vec(), limit: 20, offset: 0, deadline: SEARCH_DEADLINE }
    }

    /// How many of the best hits must be known to answer.
    fn reach(&self) -> usize {
        if self.offset > MAX_OFFSET { 0 } else { self.offset + self.limit.min(MAX_LIMIT) }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct EngineHit {
    pub key: Uuid,
    pub kind: DocumentKind,
    pub group: Uuid,
    /// Comparable within one answer only.
    pub score: f32,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct EngineHits {
    pub hits: Vec<EngineHit>,
    /// All that match, paged or not.
    pub total: u64,
}

/// The identity as it is kept: with the terms that the index was made with.
fn stamp_of(identity: &str) -> String {
    format!("{TERMS}:{identity}")
}

/// The identity, unless the index was made with other terms than ours.
fn identity_in(stamp: &str) -> Option<String> {
    let (terms, identity) = stamp.split_once(':')?;
    (terms == TERMS.to_string()).then(|| identity.to_owned())
}

type Source = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum EngineFault {
    /// Try again later; nothing is known about what was asked or applied.
    #[error("the search engine is not available")]
    Unavailable(#[source] Source),
    #[error("the search took longer than its deadline")]
    Late,
    /// These operations will never be taken; repeating them is pointless.
    #[error("the search engine refused the operations")]
    Rejected(#[source] Source),
}

impl EngineFault {
    fn unavailable(source: impl Into<Source>) -> Self {
        Self::Unavailable(source.into())
    }
}

#[async_trait]
pub trait SearchEngine: Send + Sync + std::fmt::Debug {
    /// Returns when the operations are durable and visible to the next search.
    async fn apply(&self, batch: Vec<IndexOp>) -> Result<(), EngineFault>;

    /// Searches what was applied, no more and no less. An index without identity, or one that is being rebuilt, lacks documents
    /// without knowing: the caller knows, and says so instead of asking.
    async fn search(&self, query: &EngineQuery) -> Result<EngineHits, EngineFault>;

    /// The identity given at the last `reset`. `None` for a new, emptied, damaged or outdated index: it must be rebuilt.
    async fn identity(&self) -> Result<Option<String>, EngineFault>;

    /// Empties the index and stamps it. A crash on the way leaves an index without identity.
    async fn reset(&self, identity: &str) -> Result<(), EngineFault>;

    /// Whether searching and applying are expected to work now.
    async fn healthy(&self) -> bool;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_of_other_terms_has_no_identity() {
        assert_eq!(identity_in(&stamp_of("a:b")).as_deref(), Some("a:b"));
        assert_eq!(identity_in("0:a"), None);
        assert_eq!(identity_in("a"), None);
    }
}
