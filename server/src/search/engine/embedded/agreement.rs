//! The engine finds what highlighting shows, and highlighting shows what the engine finds: two implementations of the same
//! rules, compared over random texts, changes and queries.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::{EmbeddedEngine, EmbeddedOptions};
use crate::search::engine::query::SearchText;
use crate::search::engine::{Document, DocumentKind, EngineQuery, Highlighter, IndexOp, SearchEngine};

const WORDS: [&str; 22] = [
    "motor",
    "motro",
    "Motoren",
    "Müller",
    "mueller",
    "miller",
    "AW-6063",
    "aw6063",
    "AW 6063",
    "6063",
    "10.4.0.17",
    "ki",
    "kiste",
    "abend",
    "Teamabend",
    "Teamabende",
    "c++",
    "C",
    "node.js",
    "nodejs",
    "東京都",
    "京都",
];

fn word() -> impl Strategy<Value = String> {
    select(WORDS.as_slice()).prop_map(str::to_owned)
}

fn clause() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => word(),
        1 => word().prop_map(|word| format!("-{}", word.split(' ').next().unwrap_or_default())),
        1 => (word(), word()).prop_map(|(first, second)| format!("\"{first} {second}\"")),
        1 => (word(), word()).prop_map(|(first, second)| format!("-\"{first} {second}\"")),
    ]
}

fn texts() -> impl Strategy<Value = Vec<(u128, String)>> {
    let text = prop::collection::vec(word(), 1..6).prop_map(|words| words.join(" "));
    prop::collection::vec((1..12_u128, text), 1..20)
}

fn put(number: u128, body: &str) -> IndexOp {
    IndexOp::Put(Box::new(Document {
        key: Uuid::from_u128(number),
        kind: DocumentKind::Message,
        group: Uuid::from_u128(1),
        parent: None,
        at_ms: 0,
        title: None,
        body: body.to_owned(),
        tags: Vec::new(),
        accepted: false,
        superseded: false,
    }))
}

fn shown(query: &SearchText, texts: &BTreeMap<u128, String>) -> BTreeSet<u128> {
    let wanted = Highlighter::new(query);
    let unwanted = query
        .unwanted
        .iter()
        .map(|needle| Highlighter::new(&SearchText { wanted: vec![needle.clone()], unwanted: Vec::new() }));
    let unwanted: Vec<_> = unwanted.collect();
    let answers = |text: &str| wanted.finds_all(text) && !unwanted.iter().any(|needle| needle.finds_all(text));
    texts.iter().filter(|(_, text)| answers(text)).map(|(number, _)| *number).collect()
}

#[test]
fn engine_and_highlighting_agree() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let options = EmbeddedOptions { commit_pace: Duration::ZERO, ..EmbeddedOptions::default() };
    let engine = EmbeddedEngine::open(folder.path(), &options).unwrap();
    let queries = prop::collection::vec(prop::collection::vec(clause(), 1..4), 40);
    proptest!(ProptestConfig::with_cases(16), |(texts in texts(), queries in queries)| {
        runtime.block_on(engine.reset("agreement")).unwrap();
        let mut current = BTreeMap::new();
        for batch in texts.chunks(5) {
            let ops = batch.iter().map(|(number, body)| put(*number, body)).collect();
            runtime.block_on(engine.apply(ops)).unwrap();
            current.extend(batch.iter().cloned());
        }
        for clauses in queries {
            let Ok(text) = SearchText::parse(&clauses.join(" ")) else { continue };
            let expected = shown(&text, &current);
            let asked = EngineQuery::new(text, vec![Uuid::from_u128(1)]);
            let hits = runtime.block_on(engine.search(&EngineQuery { deadline: Duration::from_secs(30), ..asked })).unwrap();
            let found: BTreeSet<_> = hits.hits.iter().map(|hit| hit.key.as_u128()).collect();
            prop_assert_eq!(&found, &expected, "for {:?} in {:?}", clauses, current);
        }
    });
}
