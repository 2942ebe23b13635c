//! A hub behind a real HTTP server on a free port.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Query, Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{archive::Archive, client::Client};
use crate::live::{Handshake, Hub, LiveConfig, LiveMetrics, Newcomer, Publication};

/// A stream that every client follows, for [`Rig::settle`].
const MARK: Uuid = Uuid::from_u128(u128::MAX);

#[derive(Clone)]
pub(super) struct Rig {
    pub(super) hub: Hub,
    pub(super) archive: Arc<Archive>,
    pub(super) address: SocketAddr,
    millis: Arc<AtomicU64>,
}

#[derive(Deserialize)]
struct Ticket {
    member: u64,
}

impl Rig {
    pub(super) async fn new() -> Self {
        Self::with(LiveConfig::default(), 0).await
    }

    pub(super) async fn with(config: LiveConfig, dawdle: usize) -> Self {
        let millis = Arc::new(AtomicU64::new(1_000_000));
        let hand = Arc::clone(&millis);
        let uptime = Arc::new(move || Duration::from_millis(hand.load(Ordering::SeqCst)));
        let hub = Hub::start(LiveConfig { shards: 2, ..config }, uptime).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let rig = Self { hub, archive: Arc::new(Archive::new(dawdle)), address, millis };
        rig.archive.open(MARK);
        let router = Router::new().route("/live", get(upgrade)).with_state(rig.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        rig
    }

    /// Turns the clock and has every shard look at it.
    pub(super) async fn pass(&self, time: Duration) {
        self.millis.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
        self.hub.beat().await;
    }

    pub(super) async fn client(&self, member: u128) -> Client {
        let mut client = Client::connect(self.address, member).await;
        assert_eq!(client.frame().await["type"], "ready");
        client.follow_from(MARK, 0).await;
        client
    }

    /// What else the client gets of all that was published before.
    pub(super) async fn settle(&self, client: &mut Client) -> Vec<Value> {
        // A whisper comes behind everything that is ahead of it, and waits for nothing.
        self.hub.whisper(MARK, br#"{"type":"mark"}"#, None);
        client.frames_until("mark").await
    }

    /// Commits one change and publishes it.
    pub(super) async fn change(&self, stream: Uuid, body: &Value) -> u64 {
        let (position, payload) = self.archive.commit(stream, body);
        let changes = vec![(position, payload)];
        self.hub.publish(Publication { stream, changes, then_expel: Vec::new() }).await;
        position
    }

    /// Waits until the metrics are as wanted. The shards count after the client has seen the effect.
    pub(super) async fn until(&self, wanted: impl Fn(&LiveMetrics) -> bool) {
        let seen = async {
            while !wanted(self.hub.metrics()) {
                self.hub.beat().await;
                tokio::task::yield_now().await;
            }
        };
        assert!(
            tokio::time::timeout(super::client::PATIENCE, seen).await.is_ok(),
            "never came true: {:?}",
            self.hub.metrics()
        );
    }
}

async fn upgrade(State(rig): State<Rig>, Query(ticket): Query<Ticket>, mut request: Request) -> Response {
    let handshake = match Handshake::read(&mut request) {
        Ok(handshake) => handshake,
        Err(bad) => return (bad.status(), bad.to_string()).into_response(),
    };
    let response = handshake.response();
    tokio::spawn(async move {
        let socket = handshake.socket().await.unwrap();
        let member = Uuid::from_u128(ticket.member.into());
        let greeting = json!({"type": "ready", "member": member}).to_string();
        rig.hub.seat(Newcomer {
            socket,
            address: Ipv4Addr::LOCALHOST.into(),
            account: member,
            login: Uuid::from_u128(u128::from(ticket.member) + 1_000),
            brand: Uuid::from_u128(9),
            member,
            greeting: Bytes::from(greeting),
            backstage: Arc::clone(&rig.archive) as Arc<dyn crate::live::Backstage>,
        });
    });
    response
}
