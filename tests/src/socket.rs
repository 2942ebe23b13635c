//! A real WebSocket client.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

/// How long a frame that must come may take on a busy machine; it ends a hang, it measures nothing.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_ref: u64,
}

fn address(url: &str, ticket: &str) -> String {
    format!("{}/api/v1/realtime?ticket={ticket}", url.replace("http://", "ws://"))
}

/// How a socket was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed(pub u16);

impl Socket {
    pub async fn open(url: &str, ticket: &str) -> Socket {
        Socket::try_open(url, ticket).await.expect("the socket opens")
    }

    /// The status of the refusal, if the server refuses.
    pub async fn try_open(url: &str, ticket: &str) -> Result<Socket, u16> {
        Socket::try_open_with(url, ticket, &[]).await
    }

    /// The same with headers that a browser would add.
    pub async fn try_open_with(url: &str, ticket: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let mut request = ClientRequestBuilder::new(address(url, ticket).parse().expect("an address"));
        for (name, value) in headers {
            request = request.with_header(*name, *value);
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Socket { stream, next_ref: 0 }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("the socket broke: {error}"),
        }
    }

    /// A socket whose own kernel keeps next to nothing for it: when it does not read, the server notices soon.
    pub async fn open_narrow(url: &str, ticket: &str) -> Socket {
        let narrow = TcpSocket::new_v4().expect("a socket");
        narrow.set_recv_buffer_size(4_096).expect("a small buffer");
        let server = url.trim_start_matches("http://").parse().expect("an address and a port");
        let stream = MaybeTlsStream::Plain(narrow.connect(server).await.expect("the server listens"));
        let (stream, _) = client_async(address(url, ticket), stream).await.expect("the socket opens");
        Socket { stream, next_ref: 0 }
    }

    /// Sends a command under a fresh `ref` and returns the `ref`.
    pub async fn command(&mut self, mut command: Value) -> String {
        self.next_ref += 1;
        let reference = format!("r{}", self.next_ref);
        command["ref"] = json!(reference);
        self.send_text(&command.to_string()).await;
        reference
    }

    /// Sends a command and waits for its ack or error, passing over everything else.
    pub async fn ask(&mut self, command: Value) -> Value {
        let reference = self.command(command).await;
        self.until(|frame| frame["ref"] == reference.as_str()).await
    }

    /// The answers to so many commands that were sent, passing over everything else.
    pub async fn answers(&mut self, count: usize) -> Vec<Value> {
        let mut answers = Vec::new();
        while answers.len() < count {
            answers.push(self.until(|frame| frame["ref"].is_string()).await);
        }
        answers
    }

    /// Follows a stream from a position and returns what came up to `resumed` or `reset`, that frame included.
    pub async fn follow(&mut self, stream: &str, position: i64) -> Vec<Value> {
        self.command(json!({ "op": "follow", "streams": [{ "stream": stream, "position": position }] })).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await.expect("the socket stays open");
            let ends = matches!(frame["type"].as_str(), Some("resumed" | "reset" | "error"));
            frames.push(frame);
            if ends {
                return frames;
            }
        }
    }

    pub async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.expect("the frame is sent");
    }

    pub async fn send_raw(&mut self, message: Message) {
        self.stream.send(message).await.ok();
    }

    /// The next frame, or how the socket was closed.
    pub async fn next(&mut self) -> Result<Value, Closed> {
        let waiting = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("frames are JSON")),
                    Some(Ok(Message::Close(frame))) => {
                        return Err(Closed(frame.map_or(1005, |frame| frame.code.into())));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Err(Closed(1006)),
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("a frame comes")
    }

    /// The first frame that fits, passing over the others.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            match self.next().await {
                Ok(frame) if fits(&frame) => return frame,
                Ok(_) => {}
                Err(closed) => panic!("the socket was closed with {}", closed.0),
            }
        }
    }

    /// The next change of a kind.
    pub async fn change(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["type"] == "change" && frame["change"]["kind"] == kind).await
    }

    /// Everything that has arrived by the time the server answers a ping: what was sent before is here, so what is not
    /// here was not sent.
    pub async fn so_far(&mut self) -> Vec<Value> {
        let reference = self.command(json!({ "op": "ping" })).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await.expect("the socket stays open");
            if frame["ref"] == reference.as_str() {
                return frames;
            }
            frames.push(frame);
        }
    }

    /// Reads until the socket is closed and tells how.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Err(Closed(code)) = self.next().await {
                return code;
            }
        }
    }
}
