//! The accept loop: HTTP/1.1 on a bare TCP stream, so that the realtime core can take the stream over at an upgrade.
//!
//! TLS and HTTP/2 are absent on purpose: a reverse proxy terminates them, and the shared write path of the sockets needs
//! the stream itself. Every wait in here has an end: reading a head, a pause within a body, draining at shutdown.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use super::front::{Counted, Front};
pub use super::front::{Limits, Peer, Traffic};

/// How long to wait before accepting again when the system is out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const HEADERS_MAX: usize = 100;
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// How the loop ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Drained {
    /// Every running request was answered.
    Fully,
    /// So many connections were still busy at the end of the drain and have been cut.
    Cut(usize),
}

/// Serves until `shutdown` is ready, then drains. Upgraded connections are not waited for: whoever took them ends them.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    traffic: Arc<Traffic>,
    shutdown: impl Future<Output = ()>,
) -> Drained {
    let drain = limits.drain;
    let front = Arc::new(Front::new(router, limits, traffic));
    tokio::select! {
        () = shutdown => {}
        () = accept_forever(&listener, &front) => {}
    }
    drop(listener);
    front.stop.cancel();
    front.open.close();
    if tokio::time::timeout(drain, front.open.wait()).await.is_ok() {
        return Drained::Fully;
    }
    let left = front.open.len();
    front.cut.cancel();
    Drained::Cut(left)
}

async fn accept_forever(listener: &TcpListener, front: &Arc<Front>) {
    loop {
        // Waiting for a place leaves newcomers in the kernel's queue, which is bounded as well.
        let Ok(place) = Arc::clone(&front.places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, address)) => {
                let connection = run(stream, Peer(address), Arc::clone(front));
                front.open.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) if is_the_callers_trouble(&error) => {}
            Err(error) => {
                tracing::warn!(error = %error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// The caller went away between its hello and our accept: nothing that a pause would mend.
fn is_the_callers_trouble(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Answers the requests of one connection until it ends, is asked to stop, or is cut.
async fn run(stream: TcpStream, peer: Peer, front: Arc<Front>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %error, "no TCP_NODELAY");
    }
    let _counted = Counted::one(&front.traffic.connections);
    let answering = Arc::clone(&front);
    let service = service_fn(move |request| {
        let front = Arc::clone(&answering);
        async move { Ok::<_, Infallible>(front.answer(peer, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(front.limits.head_read)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = front.stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection.as_mut() => ended,
                () = front.cut.cancelled() => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Extension;
    use axum::extract::Request as AxumRequest;
    use axum::routing::get;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::{Notify, oneshot};
    use tokio::task::JoinHandle;

    struct Server {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        ended: JoinHandle<Drained>,
    }

    async fn start(router: Router, limits: Limits) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(serve(listener, router, limits, Arc::default(), async move {
            stopped.await.unwrap();
        }));
        Server { address, stop, ended }
    }

    fn hello() -> Router {
        Router::new()
            .route("/", get(|Extension(Peer(address)): Extension<Peer>| async move { address.ip().to_string() }))
    }

    async fn exchange(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn the_handler_learns_the_peer() {
        let server = start(hello(), Limits::default()).await;
        let answer = exchange(&server, "GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("127.0.0.1"), "{answer}");
    }

    #[tokio::test]
    async fn too_much_head_is_refused() {
        let server = start(hello(), Limits::default()).await;
        let big = format!("GET / HTTP/1.1\r\nhost: h\r\nx: {}\r\n\r\n", "a".repeat(64 * 1024));
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        // The server may answer and hang up before everything is written.
        drop(stream.write_all(big.as_bytes()).await);
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 431");

        let many = format!("GET / HTTP/1.1\r\nhost: h\r\n{}\r\n", "a: b\r\n".repeat(200));
        assert!(exchange(&server, &many).await.starts_with("HTTP/1.1 431"));
    }

    #[tokio::test]
    async fn a_head_that_does_not_end_is_hung_up_on() {
        let limits = Limits { head_read: Duration::from_millis(50), ..Limits::default() };
        let server = start(hello(), limits).await;
        assert_eq!(exchange(&server, "GET / HTTP/1.1\r\nhost:").await, "");
    }

    #[tokio::test]
    async fn beyond_the_in_flight_limit_the_server_says_overloaded() {
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (there, gate) = (Arc::clone(&entered), Arc::clone(&leave));
        let slow = move || async move {
            there.notify_one();
            gate.notified().await;
            "done"
        };
        let server = start(Router::new().route("/", get(slow)), Limits { in_flight: 1, ..Limits::default() }).await;
        let request = "GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
        let (first, second) = tokio::join!(exchange(&server, request), async {
            entered.notified().await;
            let second = exchange(&server, request).await;
            leave.notify_one();
            second
        });
        assert!(first.ends_with("done"), "{first}");
        assert!(second.starts_with("HTTP/1.1 503") && second.contains("retry-after: "), "{second}");
    }

    #[tokio::test]
    async fn a_running_request_ends_before_the_server_does() {
        let entered = Arc::new(Notify::new());
        let leave = Arc::new(Notify::new());
        let (there, gate) = (Arc::clone(&entered), Arc::clone(&leave));
        let slow = move || async move {
            there.notify_one();
            gate.notified().await;
            "done"
        };
        let server = start(Router::new().route("/", get(slow)), Limits::default()).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
        entered.notified().await;
        server.stop.send(()).unwrap();
        leave.notify_one();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("done"), "{answer}");
        assert_eq!(server.ended.await.unwrap(), Drained::Fully);
    }

    #[tokio::test]
    async fn a_request_that_never_ends_is_cut_at_the_end_of_the_drain() {
        let entered = Arc::new(Notify::new());
        let there = Arc::clone(&entered);
        let stuck = move || async move {
            there.notify_one();
            std::future::pending::<()>().await;
        };
        let limits = Limits { drain: Duration::from_millis(20), ..Limits::default() };
        let server = start(Router::new().route("/", get(stuck)), limits).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
        entered.notified().await;
        server.stop.send(()).unwrap();
        assert_eq!(server.ended.await.unwrap(), Drained::Cut(1));
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn an_upgrade_gives_the_bare_stream() {
        let upgrade = |mut request: AxumRequest| async move {
            let on_upgrade = hyper::upgrade::on(&mut request);
            tokio::spawn(async move {
                let parts = on_upgrade.await.unwrap().downcast::<TokioIo<TcpStream>>().unwrap();
                parts.io.into_inner().write_all(b"raw").await.unwrap();
            });
            (http::StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "x")])
        };
        let server = start(Router::new().route("/", get(upgrade)), Limits::default()).await;
        let answer = exchange(&server, "GET / HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 101") && answer.ends_with("raw"), "{answer}");
    }
}
