//! Clients: one by tungstenite, and one that writes whatever bytes a test wants to send.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message},
};
use uuid::Uuid;

/// What never comes fails a test after this long instead of hanging it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Client(WebSocketStream<TcpStream>);

impl Client {
    pub(super) async fn connect(address: SocketAddr, member: u128) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap(), member).await
    }

    /// A client whose kernel buffers little, so that not reading is soon felt.
    pub(super) async fn connect_narrow(address: SocketAddr, member: u128) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 * 1024).unwrap();
        Self::over(socket.connect(address).await.unwrap(), member).await
    }

    async fn over(stream: TcpStream, member: u128) -> Self {
        let url = format!("ws://{}/live?member={member}", stream.peer_addr().unwrap());
        let (socket, response) = client_async(url, stream).await.unwrap();
        assert!(!response.headers().contains_key("sec-websocket-extensions"));
        Self(socket)
    }

    pub(super) async fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub(super) async fn send_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub(super) async fn follow(&mut self, stream: Uuid, position: u64) {
        self.send(json!({"op": "follow", "ref": "f", "streams": [{"stream": stream, "position": position}]})).await;
    }

    /// Follows and reads up to the end of the replay.
    pub(super) async fn follow_from(&mut self, stream: Uuid, position: u64) {
        self.follow(stream, position).await;
        while self.frame().await["type"] != "resumed" {}
    }

    /// The next text frame.
    pub(super) async fn frame(&mut self) -> Value {
        match self.next().await {
            Ok(frame) => frame,
            Err(code) => panic!("closed with {code} instead of a frame"),
        }
    }

    /// The next text frame, or the code with which the server closes.
    pub(super) async fn next(&mut self) -> Result<Value, u16> {
        loop {
            let next = timeout(PATIENCE, self.0.next()).await.expect("something arrives");
            match next.expect("the connection is open") {
                Ok(Message::Text(text)) => return Ok(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(frame)) => return Err(frame.expect("a close code").code.into()),
                Ok(_) => {}
                Err(Error::ConnectionClosed) => panic!("closed without a code"),
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The frames ahead of the next one of that type.
    pub(super) async fn frames_until(&mut self, kind: &str) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            match self.frame().await {
                last if last["type"] == kind => return frames,
                frame => frames.push(frame),
            }
        }
    }

    /// The frames ahead of the answer to a ping.
    pub(super) async fn frames_until_pong(&mut self) -> Vec<Value> {
        self.send(json!({"op": "ping", "ref": "quiet"})).await;
        self.frames_until("pong").await
    }

    /// All text frames, and the code with which the server closes in the end.
    pub(super) async fn until_closed(&mut self) -> (Vec<Value>, u16) {
        let mut frames = Vec::new();
        loop {
            match self.next().await {
                Ok(frame) => frames.push(frame),
                Err(code) => return (frames, code),
            }
        }
    }

    pub(super) async fn close_code(&mut self) -> u16 {
        self.until_closed().await.1
    }

    pub(super) async fn leave(mut self) {
        self.0.close(None).await.unwrap();
        while let Some(Ok(_)) = self.0.next().await {}
    }
}

/// A client that shakes hands and then sends raw bytes.
pub(super) struct RawClient(TcpStream);

impl RawClient {
    pub(super) async fn connect(address: SocketAddr, headers: &str) -> (Self, String) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET /live?member=1 HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.unwrap());
        }
        (Self(stream), String::from_utf8(answer).unwrap())
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Opcode and payload of the next frame of the server.
    pub(super) async fn frame(&mut self) -> (u8, Vec<u8>) {
        timeout(PATIENCE, async {
            let first = self.0.read_u8().await.unwrap();
            let length = match self.0.read_u8().await.unwrap() {
                126 => usize::from(self.0.read_u16().await.unwrap()),
                short => usize::from(short),
            };
            let mut payload = vec![0; length];
            self.0.read_exact(&mut payload).await.unwrap();
            (first & 0x0f, payload)
        })
        .await
        .expect("a frame arrives")
    }

    /// The code with which the server closes, whatever it says before.
    pub(super) async fn close_code(&mut self) -> u16 {
        loop {
            if let (0x8, payload) = self.frame().await {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    }
}
