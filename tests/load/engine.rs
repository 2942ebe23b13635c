//! The live engine without the house: no database, no gate, no log-in; what is posted is published at once. Beside the
//! whole server it shows which part of a delivery's cost is the engine's.
//!
//! It listens where `GUILDHALL_LISTEN` says. Any cookie is a ticket, and there is one stream.

use std::{
    error::Error,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, StatusCode, header::COOKIE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use guildhall::live::{
    Backstage, BadHandshake, Following, Handshake, Hub, LiveConfig, Newcomer, Publication, SocketIdentity, Start,
    TypingNotice, UpgradedSocket, machine_uptime,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;

struct Yard {
    hub: Hub,
    position: AtomicU64,
    /// Held from taking a position to publishing it, as the order of commits is in a database.
    order: Mutex<()>,
    newcomers: AtomicU64,
}

#[derive(Deserialize)]
struct Post<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    channel: Uuid,
    client_key: &'a str,
    body: &'a str,
}

#[derive(Serialize)]
struct Change {
    #[serde(rename = "type")]
    kind: &'static str,
    stream: Uuid,
    position: u64,
    #[serde(rename = "change")]
    body: Value,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen: SocketAddr = std::env::var("GUILDHALL_LISTEN").as_deref().unwrap_or("127.0.0.1:7004").parse()?;
    let hub = Hub::start(LiveConfig::default(), machine_uptime())?;
    let yard = Arc::new(Yard { hub, position: AtomicU64::new(0), order: Mutex::new(()), newcomers: AtomicU64::new(1) });
    let router = Router::new()
        .route("/api/v1/brands/{brand}/realtime-tickets", post(ticket))
        .route("/api/v1/realtime", get(upgrade))
        .with_state(yard)
        .into_make_service_with_connect_info::<SocketAddr>();
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    axum::serve(socket.listen(4_096)?, router).await?;
    Ok(())
}

async fn ticket(headers: HeaderMap) -> Result<Response, StatusCode> {
    let cookie = headers.get(COOKIE).and_then(|cookie| cookie.to_str().ok()).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(Json(json!({"ticket": cookie.trim_start_matches("guildhall=")})).into_response())
}

async fn upgrade(
    State(yard): State<Arc<Yard>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Result<Response, StatusCode> {
    let handshake = Handshake::read(&mut request).map_err(BadHandshake::status)?;
    let response = handshake.response();
    tokio::spawn(async move {
        if let Ok(socket) = handshake.socket().await {
            seat(&yard, socket, address.ip());
        }
    });
    Ok(response)
}

fn seat(yard: &Arc<Yard>, socket: UpgradedSocket, address: IpAddr) {
    let member = Uuid::from_u128(yard.newcomers.fetch_add(1, Ordering::Relaxed).into());
    yard.hub.seat(Newcomer {
        socket,
        address,
        account: member,
        login: member,
        brand: Uuid::nil(),
        member,
        greeting: Bytes::from(json!({"type": "ready", "member": member, "heartbeat_ms": 25_000}).to_string()),
        backstage: Arc::clone(yard) as Arc<dyn Backstage>,
    });
}

#[async_trait]
impl Backstage for Yard {
    async fn command(&self, who: &SocketIdentity, text: Box<str>) -> Vec<Bytes> {
        let Ok(post) = serde_json::from_str::<Post<'_>>(&text) else { return Vec::new() };
        let order = self.order.lock().await;
        let position = self.position.fetch_add(1, Ordering::Relaxed) + 1;
        let change = Change { kind: "change", stream: Uuid::nil(), position, body: message(who, position, &post) };
        let payload = serde_json::to_vec(&change).unwrap_or_default();
        let changes = vec![(position, Bytes::from(payload))];
        self.hub.publish(Publication { stream: Uuid::nil(), changes, then_expel: Vec::new() }).await;
        drop(order);
        let ack = json!({"type": "ack", "ref": post.reference, "position": position, "client_key": post.client_key});
        vec![Bytes::from(ack.to_string())]
    }

    async fn follow(&self, _who: &SocketIdentity, stream: Uuid, _position: u64) -> Following {
        let _order = self.order.lock().await;
        let upto = self.position.load(Ordering::Relaxed);
        Following::Granted { start: Start::Replay { changes: Vec::new(), upto }, group: Some(stream) }
    }

    async fn typing(&self, _who: &SocketIdentity, _channel: Uuid, _root: Option<Uuid>) -> Option<TypingNotice> {
        None
    }
}

/// About as long as the real one.
fn message(who: &SocketIdentity, position: u64, post: &Post<'_>) -> Value {
    json!({"kind": "message.posted", "message": {
        "id": who.member, "channel_id": post.channel, "position": position, "body": post.body,
        "html": format!("<p>{}</p>", post.body), "author": {"id": who.member, "name": "A Member"},
        "reactions": [], "files": [], "client_key": post.client_key, "revision": 1,
    }})
}
