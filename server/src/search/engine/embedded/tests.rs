//! What is particular to the embedded engine: its folder, its thread, its deadline. What it finds is in `parity`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::{EmbeddedEngine, EmbeddedOptions, StopSign, collect};
use crate::search::engine::{Document, DocumentKind, EngineFault, EngineQuery, IndexOp, SearchEngine, SearchText};

fn open(path: &Path) -> EmbeddedEngine {
    let options = EmbeddedOptions { commit_pace: Duration::ZERO, ..EmbeddedOptions::default() };
    EmbeddedEngine::open(path, &options).unwrap()
}

fn put(number: u128, group: u128, body: &str) -> IndexOp {
    IndexOp::Put(Box::new(Document {
        key: Uuid::from_u128(number),
        kind: DocumentKind::Message,
        group: Uuid::from_u128(group),
        parent: None,
        at_ms: 0,
        title: None,
        body: body.to_owned(),
        tags: Vec::new(),
        accepted: false,
        superseded: false,
    }))
}

fn asked(text: &str, group: u128) -> EngineQuery {
    let text = SearchText::parse(text).unwrap();
    EngineQuery { deadline: Duration::from_secs(30), ..EngineQuery::new(text, vec![Uuid::from_u128(group)]) }
}

async fn total(engine: &EmbeddedEngine, text: &str) -> u64 {
    engine.search(&asked(text, 1)).await.unwrap().total
}

/// The files as they are this moment: what a killed process leaves behind.
fn copy_as_if_killed(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_as_if_killed(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_applied_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(&folder.path().join("live"));
    engine.reset("brand new").await.unwrap();
    for number in 1..=5 {
        engine.apply(vec![put(number, 1, "Motor"), put(100 + number, 1, "Bremse")]).await.unwrap();
        engine.apply(vec![IndexOp::Delete(Uuid::from_u128(100 + number))]).await.unwrap();
        let killed = folder.path().join(number.to_string());
        copy_as_if_killed(&folder.path().join("live"), &killed);
        let reopened = open(&killed);
        assert_eq!(u128::from(total(&reopened, "motor").await), number);
        assert_eq!(total(&reopened, "bremse").await, 0);
        assert_eq!(reopened.identity().await.unwrap().as_deref(), Some("brand new"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_engine_leaves_its_folder_free_and_complete() {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=3 {
        let engine = open(folder.path());
        engine.apply(vec![put(number, 1, "Motor")]).await.unwrap();
        assert_eq!(u128::from(total(&engine, "motor").await), number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_use_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    engine.apply(vec![put(1, 1, "Motor")]).await.unwrap();
    let second = EmbeddedEngine::open(folder.path(), &EmbeddedOptions::default());
    assert!(matches!(second, Err(EngineFault::Unavailable(_))));
    assert_eq!(total(&engine, "motor").await, 1);
}

/// Damages every file with the ending in turn; each time the index must come up empty, without identity, and work.
async fn comes_up_new_after(damage: impl Fn(&Path), ending: &str) {
    let folder = tempfile::tempdir().unwrap();
    {
        let engine = open(folder.path());
        engine.reset("old").await.unwrap();
        engine.apply(vec![put(1, 1, "Motor")]).await.unwrap();
    }
    let files = std::fs::read_dir(folder.path().join("index")).unwrap().map(|entry| entry.unwrap().path());
    let chosen: Vec<_> = files.filter(|file| file.to_string_lossy().ends_with(ending)).collect();
    assert!(!chosen.is_empty(), "there is a file that ends in {ending}");
    for file in &chosen {
        damage(file);
    }
    let engine = open(folder.path());
    assert_eq!(engine.identity().await.unwrap(), None, "after damage to {ending}");
    assert_eq!(total(&engine, "motor").await, 0);
    engine.reset("new").await.unwrap();
    engine.apply(vec![put(1, 1, "Motor")]).await.unwrap();
    assert_eq!(total(&engine, "motor").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_index_is_begun_anew() {
    let flip = |file: &Path| {
        let mut bytes = std::fs::read(file).unwrap();
        bytes[0] ^= 0xff;
        std::fs::write(file, bytes).unwrap();
    };
    let remove = |file: &Path| std::fs::remove_file(file).unwrap();
    let truncate = |file: &Path| std::fs::write(file, b"{").unwrap();
    comes_up_new_after(truncate, "meta.json").await;
    comes_up_new_after(remove, "meta.json").await;
    comes_up_new_after(flip, ".term").await;
    comes_up_new_after(remove, ".store").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_batches_at_once_are_all_applied() {
    let folder = tempfile::tempdir().unwrap();
    let engine = EmbeddedEngine::open(folder.path(), &EmbeddedOptions::default()).unwrap();
    let batches = (1..=200).map(|number| engine.apply(vec![put(number, 1, "Motor")]));
    for applied in futures_util::future::join_all(batches).await {
        applied.unwrap();
    }
    assert_eq!(total(&engine, "motor").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_past_its_deadline_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    engine.apply(vec![put(1, 1, "Motor")]).await.unwrap();
    let query = EngineQuery { deadline: Duration::from_millis(1), ..asked("motor", 1) };
    let others = Arc::clone(&engine.searches).acquire_many_owned(4).await.unwrap();
    assert!(matches!(engine.search(&query).await, Err(EngineFault::Late)));
    drop(others);
    let stop = StopSign::default();
    stop.0.store(true, Ordering::Relaxed);
    assert!(matches!(collect::search(&engine.view, &query, &stop), Err(EngineFault::Late)));
    assert_eq!(total(&engine, "motor").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_lost_its_folder_says_so_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path());
    engine.reset("here").await.unwrap();
    engine.apply(vec![put(1, 1, "Motor")]).await.unwrap();
    let (place, away) = (folder.path().join("index"), folder.path().join("away"));
    std::fs::rename(&place, &away).unwrap();
    assert!(matches!(engine.apply(vec![put(2, 1, "Motor")]).await, Err(EngineFault::Unavailable(_))));
    assert!(!engine.healthy().await);
    std::fs::remove_dir_all(&place).ok();
    std::fs::rename(&away, &place).unwrap();
    engine.apply(vec![put(3, 1, "Motor")]).await.unwrap();
    assert!(engine.healthy().await);
    assert_eq!(total(&engine, "motor").await, 2);
    assert_eq!(engine.identity().await.unwrap().as_deref(), Some("here"));
}

#[test]
fn no_query_panics_or_finds_what_may_not_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let engine = open(folder.path());
    let texts = [
        "Motor und Getriebe EN AW-6063",
        "私は東京都へ行く",
        "https://example.org/a-b?c=1",
        "Teambesprechung C++ 10.4.0.17",
    ];
    let batch = texts.iter().enumerate().flat_map(|(index, text)| {
        let number = index as u128;
        [put(number, 1, text), put(100 + number, 2, text)]
    });
    runtime.block_on(engine.apply(batch.collect())).unwrap();
    proptest!(ProptestConfig::with_cases(300), |(input in "\\PC{0,40}|[a-zA-Zäß0-9東京都 \"+\\-./#:]{0,40}|(motor|getreibe|-aw|東|\"c\\+\\+\"|te| ){1,6}")| {
        if let Ok(text) = SearchText::parse(&input) {
            let query = EngineQuery { text, ..asked("motor", 1) };
            let hits = runtime.block_on(engine.search(&query)).unwrap();
            prop_assert!(hits.hits.iter().all(|hit| hit.key.as_u128() < 100 && hit.group == Uuid::from_u128(1)));
            prop_assert!(hits.total <= texts.len() as u64);
        }
    });
}
