//! The yardstick: a bare tokio-tungstenite broadcast. No login, no storage, no JSON; one shared text for all receivers,
//! one task and one queue a connection, one flush for what has queued up. What it costs is what the library costs.
//!
//! It listens where `GUILDHALL_LISTEN` says. A text frame goes to everybody connected to `/`; who connects to `/post`
//! only sends.

use std::{
    error::Error,
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        Message, Utf8Bytes,
        handshake::server::{ErrorResponse, Request, Response},
        protocol::WebSocketConfig,
    },
};

/// The library allocates 128 KiB a connection unless told otherwise; a fair yardstick is told.
const BUFFER: usize = 4 * 1024;
/// Queued texts that are written with one flush.
const BATCH: usize = 64;

type Receivers = Arc<RwLock<Vec<mpsc::UnboundedSender<Utf8Bytes>>>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen: SocketAddr = std::env::var("GUILDHALL_LISTEN").as_deref().unwrap_or("127.0.0.1:7003").parse()?;
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    let listener: TcpListener = socket.listen(4_096)?;
    let receivers = Receivers::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, Arc::clone(&receivers)));
    }
}

async fn serve(stream: TcpStream, receivers: Receivers) {
    let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(BUFFER);
    let mut receives = true;
    #[expect(clippy::result_large_err, reason = "the callback's type is the library's")]
    let note_path = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        receives = request.uri().path() != "/post";
        Ok(response)
    };
    let Ok(socket) = accept_hdr_async_with_config(stream, note_path, Some(config)).await else { return };
    let (sender, queue) = mpsc::unbounded_channel();
    if receives {
        receivers.write().unwrap_or_else(PoisonError::into_inner).push(sender.clone());
    }
    // The sender kept here leaves the queue open for those that never receive.
    converse(socket, queue, &receivers).await;
    drop(sender);
    sweep(&receivers);
}

async fn converse(
    mut socket: WebSocketStream<TcpStream>,
    mut queue: mpsc::UnboundedReceiver<Utf8Bytes>,
    receivers: &Receivers,
) {
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            _ = queue.recv_many(&mut batch, BATCH) => {
                for text in batch.drain(..) {
                    if socket.feed(Message::Text(text)).await.is_err() {
                        return;
                    }
                }
                if socket.flush().await.is_err() {
                    return;
                }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    for receiver in receivers.read().unwrap_or_else(PoisonError::into_inner).iter() {
                        receiver.send(text.clone()).ok();
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            }
        }
    }
}

/// Lazily: a sweep for each one who leaves would be quadratic when all do.
fn sweep(receivers: &Receivers) {
    if let Ok(mut receivers) = receivers.try_write()
        && receivers.iter().take(64).any(mpsc::UnboundedSender::is_closed)
    {
        receivers.retain(|receiver| !receiver.is_closed());
    }
}
