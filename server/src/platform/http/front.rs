//! What stands behind every connection: how many may be open, how many requests may run, and what the rest is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::Request;
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

use crate::platform::refusal::{Code, Failure, Refusal};

/// The address at the other end of the connection; behind a proxy this is the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The bounds of the accept loop.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From the first moment in which a head may come to its last byte. It also ends an idle kept-alive connection: hyper
    /// has one timer for both, so the operator's proxies are told to be quicker (`trusted_proxies`).
    pub head_read: Duration,
    /// The longest silence within a request body.
    pub body_pause: Duration,
    /// How long running requests may go on once the server is asked to stop.
    pub drain: Duration,
    pub in_flight: usize,
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            head_read: Duration::from_secs(10),
            body_pause: Duration::from_secs(30),
            drain: Duration::from_secs(8),
            in_flight: 1_024,
            connections: 32_768,
        }
    }
}

/// What the loop is doing right now, for the metrics.
#[derive(Debug, Default)]
pub struct Traffic {
    pub in_flight: AtomicUsize,
    pub connections: AtomicUsize,
    pub overloaded: AtomicU64,
}

/// What all connections share.
pub(super) struct Front {
    router: Router,
    pub limits: Limits,
    pub traffic: Arc<Traffic>,
    running: Semaphore,
    pub places: Arc<Semaphore>,
    pub open: TaskTracker,
    /// Asks every connection to end after the request at hand.
    pub stop: CancellationToken,
    /// Ends every connection at once.
    pub cut: CancellationToken,
}

impl Front {
    pub fn new(router: Router, limits: Limits, traffic: Arc<Traffic>) -> Self {
        Front {
            router,
            running: Semaphore::new(limits.in_flight),
            places: Arc::new(Semaphore::new(limits.connections)),
            limits,
            traffic,
            open: TaskTracker::new(),
            stop: CancellationToken::new(),
            cut: CancellationToken::new(),
        }
    }

    /// A request counts as in flight until its answer's head is ready; a slow reader of the answer takes no place.
    pub async fn answer(&self, peer: Peer, request: Request<Incoming>) -> Response {
        let Ok(_running) = self.running.try_acquire() else {
            let nth = self.traffic.overloaded.fetch_add(1, Ordering::Relaxed);
            return overloaded(nth);
        };
        let _counted = Counted::one(&self.traffic.in_flight);
        let pause = self.limits.body_pause;
        let mut request = request.map(|body| Body::new(Box::pin(TimeoutBody::new(pause, body))));
        request.extensions_mut().insert(peer);
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// Said before anything is read, so the connection cannot be used again.
fn overloaded(nth: u64) -> Response {
    let refusal = Refusal::new(Code::Overloaded).retry_after_ms(spread_wait_ms(nth));
    let mut response = Failure::from(refusal).into_response();
    response.headers_mut().insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    response
}

/// Between one and five seconds, spread evenly over the refused so that they do not come back together.
const fn spread_wait_ms(nth: u64) -> u64 {
    1_000 + (nth % 4_000) * 1_597 % 4_000
}

/// Counts one for as long as it lives.
pub(super) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    pub fn one(gauge: &'a AtomicUsize) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Counted(gauge)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn waiting_times_are_spread_between_one_and_five_seconds() {
        let waits: HashSet<u64> = (0..1_000).map(spread_wait_ms).collect();
        assert_eq!(waits.len(), 1_000);
        assert!(waits.iter().all(|wait| (1_000..5_000).contains(wait)));
    }
}
