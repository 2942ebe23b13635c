//! What machines ask the server about itself: alive, ready, numbers. Answers hold nothing about people.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::{BoxFuture, join_all};
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::Metrics;
use crate::platform::refusal::Failure;

const CHECK_MAX: Duration = Duration::from_secs(2);
const PROMETHEUS_TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// One thing without which the server cannot serve; passed in by whoever knows it.
pub struct Check {
    pub name: &'static str,
    pub ask: Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>,
}

impl Check {
    pub fn new<F>(name: &'static str, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        Check { name, ask: Box::new(move || Box::pin(ask())) }
    }
}

struct Asked {
    metrics: Metrics,
    checks: Vec<Check>,
}

/// `/livez`, `/readyz` and `/metrics`.
pub fn probes(metrics: Metrics, checks: Vec<Check>) -> Router {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(numbers))
        .with_state(Arc::new(Asked { metrics, checks }))
}

async fn ready(State(asked): State<Arc<Asked>>) -> Response {
    let answers = asked.checks.iter().map(async |check| {
        let good = tokio::time::timeout(CHECK_MAX, (check.ask)()).await.unwrap_or(false);
        (check.name, good)
    });
    let answers = join_all(answers).await;
    let all_good = answers.iter().all(|(_, good)| *good);
    let checks: Map<String, Value> =
        answers.into_iter().map(|(name, good)| (name.to_owned(), Value::Bool(good))).collect();
    let status = if all_good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(json!({ "ready": all_good, "checks": checks }))).into_response()
}

async fn numbers(State(asked): State<Arc<Asked>>) -> Response {
    asked.metrics.refresh().await;
    match asked.metrics.render() {
        Ok(page) => ([(header::CONTENT_TYPE, PROMETHEUS_TEXT)], page).into_response(),
        Err(error) => Failure::fault("the metrics page", error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    async fn ask(path: &str, database: bool) -> (StatusCode, String) {
        let metrics = Metrics::new();
        metrics.watch("lag", "Changes not yet followed", || 3);
        let checks = vec![
            Check::new("database", move || std::future::ready(database)),
            Check::new("search", || std::future::ready(true)),
        ];
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = probes(metrics, checks).oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn ready_is_only_who_can_serve() {
        let good = r#"{"checks":{"database":true,"search":true},"ready":true}"#;
        assert_eq!(ask("/readyz", true).await, (StatusCode::OK, good.to_owned()));
        let bad = r#"{"checks":{"database":false,"search":true},"ready":false}"#;
        assert_eq!(ask("/readyz", false).await, (StatusCode::SERVICE_UNAVAILABLE, bad.to_owned()));
        assert_eq!(ask("/livez", false).await, (StatusCode::OK, "ok\n".to_owned()), "alive all the same");
    }

    #[tokio::test]
    async fn the_numbers_are_a_page() {
        let (status, page) = ask("/metrics", true).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("guildhall_lag 3\n") && page.ends_with("# EOF\n"), "{page}");
    }
}
