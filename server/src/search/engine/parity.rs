//! One suite for every engine, so that the port is true.
//!
//! `cases` says which queries find which texts; `conduct` says how an engine behaves while documents come and go. Where an
//! engine is known to do otherwise, the case names what it does instead and why; nothing is skipped silently.
//!
//! The embedded engine is always tried. Meilisearch is tried where `MEILI_URL` and `MEILI_MASTER_KEY` name a server; otherwise
//! the test says loudly that it was not.

mod cases;
mod conduct;

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use uuid::Uuid;

use super::{
    Document, DocumentKind, EmbeddedEngine, EmbeddedOptions, EngineHits, EngineQuery, IndexOp, MeiliEngine,
    MeiliOptions, SearchEngine, SearchText,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    Embedded,
    Meilisearch,
}

/// An engine under test and what is remembered of it: the complaints, so that one run shows them all.
struct Trial<'engine> {
    engine: &'engine dyn SearchEngine,
    tried: Tried,
    complaints: Vec<String>,
}

impl Trial<'_> {
    fn expect<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, actual: &T, expected: &T) {
        if actual != expected {
            self.complaints.push(format!("{what}\n      expected {expected:?}\n      got      {actual:?}"));
        }
    }

    async fn begin(&self) {
        self.engine.reset("parity").await.unwrap();
    }

    async fn put(&self, documents: impl IntoIterator<Item = Document>) {
        let batch = documents.into_iter().map(|document| IndexOp::Put(Box::new(document))).collect();
        self.engine.apply(batch).await.unwrap();
    }

    async fn hits(&self, query: &str, groups: &[Uuid]) -> EngineHits {
        self.engine.search(&asked(query, groups)).await.unwrap()
    }

    /// The numbers of the documents found, best first.
    async fn found(&self, query: &str, groups: &[Uuid]) -> Vec<u128> {
        self.hits(query, groups).await.hits.iter().map(|hit| hit.key.as_u128()).collect()
    }
}

/// On a loaded machine the deadline of production would make a test fail for no fault of the engine.
fn asked(query: &str, groups: &[Uuid]) -> EngineQuery {
    let text = SearchText::parse(query).unwrap();
    EngineQuery { deadline: Duration::from_secs(30), ..EngineQuery::new(text, groups.to_vec()) }
}

fn group(number: u128) -> Uuid {
    Uuid::from_u128(0xa000 + number)
}

/// A message in the first group, said at a time that grows with its number.
fn message(number: u128, body: &str) -> Document {
    Document {
        key: Uuid::from_u128(number),
        kind: DocumentKind::Message,
        group: group(1),
        parent: None,
        at_ms: 1_700_000_000_000 + i64::try_from(number).unwrap(),
        title: None,
        body: body.to_owned(),
        tags: Vec::new(),
        accepted: false,
        superseded: false,
    }
}

async fn try_engine(engine: &dyn SearchEngine, tried: Tried) {
    let mut trial = Trial { engine, tried, complaints: Vec::new() };
    cases::all(&mut trial).await;
    conduct::all(&mut trial).await;
    let complaints: BTreeSet<_> = trial.complaints.into_iter().collect();
    assert!(
        complaints.is_empty(),
        "{tried:?} breaks {} promises:\n{}",
        complaints.len(),
        Vec::from_iter(complaints).join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_engine_keeps_the_promises() {
    let folder = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions { commit_pace: Duration::ZERO, ..EmbeddedOptions::default() };
    let engine = EmbeddedEngine::open(folder.path(), &options).unwrap();
    try_engine(&engine, Tried::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn meilisearch_keeps_the_promises() {
    let (Ok(url), Ok(key)) = (std::env::var("MEILI_URL"), std::env::var("MEILI_MASTER_KEY")) else {
        // Past the capture of the test runner, so that it is seen also where all tests pass.
        let said = writeln!(
            std::io::stderr(),
            "SKIPPED: Meilisearch was NOT tried; set MEILI_URL and MEILI_MASTER_KEY to a server"
        );
        return said.unwrap();
    };
    let engine = MeiliEngine::new(MeiliOptions::new(&url, &key, &format!("parity-{}", std::process::id()))).unwrap();
    try_engine(&engine, Tried::Meilisearch).await;
    engine.remove().await.unwrap();
}
