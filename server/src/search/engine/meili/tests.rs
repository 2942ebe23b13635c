//! Faults of the server, played by a small one: what it finds is in `parity`, against a real one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{MeiliEngine, MeiliOptions};
use crate::search::engine::{EngineFault, EngineQuery, IndexOp, SearchEngine, SearchText, stamp_of};

type Play = Arc<dyn Fn(&str, Value) -> (StatusCode, Value) + Send + Sync>;

/// A server that answers path and body as it is told.
async fn server(play: impl Fn(&str, Value) -> (StatusCode, Value) + Send + Sync + 'static) -> MeiliEngine {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = |State(play): State<Play>, uri: Uri, body: String| async move {
        let (status, answer) = play(uri.path(), serde_json::from_str(&body).unwrap_or_default());
        (status, axum::Json(answer))
    };
    let play: Play = Arc::new(play);
    let router = Router::new().fallback(answer).with_state(play);
    tokio::spawn(async move { axum::serve(listener, router).await });
    engine(&url)
}

fn engine(url: &str) -> MeiliEngine {
    let options =
        MeiliOptions { task_deadline: Duration::from_secs(5), ..MeiliOptions::new(url, "key\n", "guildhall") };
    MeiliEngine::new(options).unwrap()
}

fn queued(task: u32) -> (StatusCode, Value) {
    let queued = json!({
        "taskUid": task, "indexUid": "guildhall", "status": "enqueued", "type": "indexCreation",
        "enqueuedAt": "2026-01-01T00:00:00Z",
    });
    (StatusCode::ACCEPTED, queued)
}

fn asked(groups: u128) -> EngineQuery {
    let groups = (0..groups).map(Uuid::from_u128).collect();
    EngineQuery { deadline: Duration::from_secs(4), ..EngineQuery::new(SearchText::parse("motor").unwrap(), groups) }
}

fn delete() -> Vec<IndexOp> {
    vec![IndexOp::Delete(Uuid::from_u128(1))]
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let engine = engine("http://127.0.0.1:9");
    assert!(matches!(engine.search(&asked(1)).await, Err(EngineFault::Unavailable(_))));
    assert!(matches!(engine.apply(delete()).await, Err(EngineFault::Unavailable(_))));
    assert!(matches!(engine.identity().await, Err(EngineFault::Unavailable(_))));
    assert!(!engine.healthy().await);
}

#[tokio::test]
async fn a_server_that_never_answers_is_late() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = engine(&format!("http://{}", listener.local_addr().unwrap()));
    let query = EngineQuery { deadline: Duration::from_millis(20), ..asked(1) };
    assert!(matches!(engine.search(&query).await, Err(EngineFault::Late)));
}

#[tokio::test]
async fn a_failing_server_is_unavailable_and_an_empty_answer_is_never_made_up() {
    let engine = server(|_, _| (StatusCode::INTERNAL_SERVER_ERROR, json!("no"))).await;
    assert!(matches!(engine.search(&asked(1)).await, Err(EngineFault::Unavailable(_))));
    assert!(matches!(engine.identity().await, Err(EngineFault::Unavailable(_))));
    assert!(matches!(engine.reset("a").await, Err(EngineFault::Unavailable(_))));
}

#[tokio::test]
async fn a_missing_stamp_or_index_is_no_identity() {
    for (there, identity) in
        [(vec![], None), (vec!["stamp"], None), (vec!["main"], None), (vec!["main", "stamp"], Some("a"))]
    {
        let engine = server(move |path, _| {
            let missing = json!({ "message": "", "code": "index_not_found", "type": "invalid_request", "link": "" });
            match path {
                "/indexes/guildhall" if there.contains(&"main") => (StatusCode::OK, json!({ "uid": "guildhall" })),
                "/indexes/guildhall-identity/documents/identity" if there.contains(&"stamp") => {
                    (StatusCode::OK, json!({ "key": "identity", "value": stamp_of("a") }))
                }
                _ => (StatusCode::NOT_FOUND, missing),
            }
        })
        .await;
        assert_eq!(engine.identity().await.unwrap().as_deref(), identity);
    }
}

#[tokio::test]
async fn queued_is_not_done() {
    for (task, unavailable) in [
        (json!({ "status": "canceled", "type": "fromTheFuture" }), true),
        (json!({ "status": "failed", "error": { "code": "internal", "message": "", "type": "internal" } }), true),
        (
            json!({ "status": "failed", "error": { "code": "invalid_document_id", "message": "", "type": "invalid_request" } }),
            false,
        ),
    ] {
        // The index can be made and set up (tasks 1 and 2); the change itself (task 3) ends as said.
        let engine = server(move |path, _| match path {
            "/indexes" => queued(1),
            "/indexes/guildhall/settings" => queued(2),
            "/tasks/1" | "/tasks/2" => (StatusCode::OK, json!({ "status": "succeeded" })),
            "/tasks/3" => (StatusCode::OK, task.clone()),
            _ => queued(3),
        })
        .await;
        let fault = engine.apply(delete()).await.unwrap_err();
        assert_eq!(matches!(fault, EngineFault::Unavailable(_)), unavailable, "{fault:?}");
    }
}

#[tokio::test]
async fn many_groups_are_asked_for_in_several_queries_and_joined_by_rank() {
    let asked_times = Arc::new(AtomicUsize::new(0));
    let times = Arc::clone(&asked_times);
    let engine = server(move |_, body| {
        let number = times.fetch_add(1, Ordering::Relaxed);
        let very_good = [0.9, 0.91, 0.92][number];
        let groups = body["filter"].as_str().unwrap().matches('"').count() / 2;
        assert!(groups <= 500, "a filter names no more groups than it bears, not {groups}");
        let hit = |number: u128, score: f64| {
            json!({
                "key": Uuid::from_u128(number), "kind": "message", "group": Uuid::from_u128(1), "standing": 1, "at_ms": number,
                "_rankingScore": score,
            })
        };
        // Each part has one very good hit and one of the same worth as the others'.
        let hits = [hit(100 + number as u128, very_good), hit(number as u128, 0.5)];
        (StatusCode::OK, json!({ "hits": hits, "totalHits": 10, "processingTimeMs": 0, "query": "motor" }))
    })
    .await;
    let hits = engine.search(&EngineQuery { limit: 4, offset: 1, ..asked(1200) }).await.unwrap();
    let found: Vec<_> = hits.hits.iter().map(|hit| hit.key.as_u128()).collect();
    assert_eq!(asked_times.load(Ordering::Relaxed), 3);
    assert_eq!((found, hits.total), (vec![101, 100, 2, 1], 30));
}
