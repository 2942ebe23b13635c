//! From an HTTP request to a bare socket: the handshake of RFC 6455. Who may shake hands (ticket, Origin, limits) is
//! decided by the caller before.

use std::net::TcpStream as StdTcpStream;

use axum::{
    body::Body,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, Response, StatusCode, Version,
        header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::{rt::TokioIo, server::conn::auto};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Bytes of randomness in a `Sec-WebSocket-Key`.
const KEY_BYTES: usize = 16;

/// The connection behind an upgraded request.
#[derive(Debug)]
pub struct UpgradedSocket {
    /// Non-blocking, in no runtime.
    pub stream: StdTcpStream,
    /// What the HTTP server has read past the request.
    pub rest: Bytes,
}

/// Why there is no handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHandshake {
    #[error("not a WebSocket upgrade")]
    NotAnUpgrade,
    #[error("only version 13 of WebSocket is spoken here")]
    WrongVersion,
    #[error("the WebSocket key is missing or malformed")]
    BadKey,
    #[error("this connection can't be upgraded")]
    NotUpgradable,
    /// The connection broke, or is not plain TCP.
    #[error("the connection was lost in the upgrade")]
    Lost,
}

impl BadHandshake {
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotAnUpgrade | Self::WrongVersion => StatusCode::UPGRADE_REQUIRED,
            Self::BadKey | Self::NotUpgradable | Self::Lost => StatusCode::BAD_REQUEST,
        }
    }
}

/// A valid request to upgrade. Answer [`Handshake::response`], and wait for [`Handshake::socket`] in a task of its own:
/// it comes once the answer was sent.
#[derive(Debug)]
pub struct Handshake {
    accept: HeaderValue,
    on_upgrade: OnUpgrade,
}

impl Handshake {
    pub fn read(request: &mut Request) -> Result<Self, BadHandshake> {
        if request.method() != Method::GET || request.version() != Version::HTTP_11 {
            return Err(BadHandshake::NotAnUpgrade);
        }
        let accept = accept_value(request.headers())?;
        let on_upgrade = request.extensions_mut().remove::<OnUpgrade>().ok_or(BadHandshake::NotUpgradable)?;
        Ok(Self { accept, on_upgrade })
    }

    /// 101 without any extension: compression is never negotiated, so a compressed frame is a protocol error.
    pub fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept.clone());
        response
    }

    pub async fn socket(self) -> Result<UpgradedSocket, BadHandshake> {
        let upgraded = self.on_upgrade.await.map_err(|_| BadHandshake::Lost)?;
        let (stream, rest) = bare(upgraded).ok_or(BadHandshake::Lost)?;
        let stream = stream.into_std().map_err(|_| BadHandshake::Lost)?;
        Ok(UpgradedSocket { stream, rest })
    }
}

/// The TCP stream under hyper's upgrade, whichever of its two servers made it.
fn bare(upgraded: Upgraded) -> Option<(TcpStream, Bytes)> {
    match auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded) {
        Ok(parts) => Some((parts.io.into_inner(), parts.read_buf)),
        Err(upgraded) => {
            let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
            Some((parts.io.into_inner(), parts.read_buf))
        }
    }
}

fn accept_value(headers: &HeaderMap) -> Result<HeaderValue, BadHandshake> {
    let is_upgrade = names(headers, &CONNECTION, "upgrade") && names(headers, &UPGRADE, "websocket");
    if !is_upgrade {
        return Err(BadHandshake::NotAnUpgrade);
    }
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(BadHandshake::WrongVersion);
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).ok_or(BadHandshake::BadKey)?;
    if STANDARD.decode(key).map_or(0, |key| key.len()) != KEY_BYTES {
        return Err(BadHandshake::BadKey);
    }
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).map_err(|_| BadHandshake::BadKey)
}

/// Is `token` in the comma-separated list of that header, whatever its case?
fn names(headers: &HeaderMap, header: &axum::http::HeaderName, token: &str) -> bool {
    let values = headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(changed: &[(&'static str, &'static str)]) -> HeaderMap {
        let good = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-extensions", "permessage-deflate"),
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in good.iter().chain(changed) {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_key_of_the_standard_gets_the_answer_of_the_standard() {
        assert_eq!(accept_value(&headers(&[])).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn each_missing_part_is_refused() {
        let cases = [
            (("connection", "keep-alive"), BadHandshake::NotAnUpgrade),
            (("upgrade", "h2c"), BadHandshake::NotAnUpgrade),
            (("sec-websocket-version", "8"), BadHandshake::WrongVersion),
            (("sec-websocket-key", "c2hvcnQ="), BadHandshake::BadKey),
            (("sec-websocket-key", "not base64 at all, really"), BadHandshake::BadKey),
        ];
        for (changed, expected) in cases {
            assert_eq!(accept_value(&headers(&[changed])), Err(expected), "{changed:?}");
        }
    }
}
