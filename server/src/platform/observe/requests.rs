//! Counts and times requests by route: by the pattern, never by the path, which holds ids and what people search for.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use super::Metrics;
use crate::platform::refusal::request_id;

const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];
const KNOWN_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

/// The numbers about requests.
#[derive(Debug, Clone)]
pub struct Requests {
    answered: Family<Answered, Counter>,
    seconds: Histogram,
}

impl Requests {
    pub fn new(metrics: &Metrics) -> Self {
        let requests = Requests { answered: Family::default(), seconds: Histogram::new(SECONDS) };
        metrics.register("http_requests", "Requests by route and status", requests.answered.clone());
        metrics.register(
            "http_request_seconds",
            "From the head of a request to that of its answer",
            requests.seconds.clone(),
        );
        requests
    }
}

/// The layer: `axum::middleware::from_fn_with_state(requests, observe::count)`, on the routes so that they are known.
pub async fn count(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let sent = request.method().as_str();
    let method = KNOWN_METHODS.into_iter().find(|known| *known == sent).unwrap_or("other");
    let response = next.run(request).await;
    let taken = started.elapsed();
    let status = response.status().as_u16();
    tracing::debug!(request.id = request_id(), method, route, status, duration_ms = taken.as_millis(), "answered");
    requests.seconds.observe(taken.as_secs_f64());
    requests.answered.get_or_create(&Answered { method, route, status }).inc();
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn requests_are_counted_by_pattern_so_that_no_id_becomes_a_label() {
        let metrics = Metrics::new();
        let layer = from_fn_with_state(Requests::new(&metrics), count);
        let router: Router = Router::new().route("/groups/{group}", get(async || "")).layer(layer);
        for (method, path) in
            [("GET", "/groups/secret-1"), ("GET", "/groups/secret-2"), ("BREW", "/groups/x"), ("GET", "/nowhere")]
        {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap();
        }
        let page = metrics.render().unwrap();
        let two = r#"http_requests_total{method="GET",route="/groups/{group}",status="200"} 2"#;
        assert!(page.contains(two) && page.contains(r#"method="other""#), "{page}");
        assert!(page.contains(r#"route="none",status="404""#) && !page.contains("secret"), "{page}");
    }
}
