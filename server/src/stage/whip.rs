//! The HTTP of WHIP (RFC 9725) and WHEP: media types, bearers, and the headers of their answers.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::bearer::token_of;
use super::connect::{Connected, MadeFrom};
use crate::platform::http::RawBody;
use crate::platform::media::{ConnectionId, Patched};
use crate::platform::refusal::{Code, Result};
use crate::platform::turn::IceServer;

const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";
const SDP_BYTES_MAX: usize = 64 * 1024;
const FRAGMENT_BYTES_MAX: usize = 16 * 1024;

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// The bearer of a request, or 401.
pub fn bearer(headers: &HeaderMap) -> Result<String> {
    token_of(headers).map(str::to_owned).ok_or_else(|| Code::Unauthenticated.into())
}

/// An offer: looked at as far as that tells that it is one.
pub async fn offer(request: Request) -> Result<String> {
    let headers = request.headers();
    check_type(headers, SDP)?;
    let accepted = headers.get(header::ACCEPT).is_none_or(|accept| accept.to_str().is_ok_and(accepts_sdp));
    if !accepted {
        return Err(Code::NotAcceptable.into());
    }
    text(&RawBody::<SDP_BYTES_MAX>::from_request(request, &()).await?.0)
}

/// A fragment, with what it was made from.
pub async fn fragment(request: Request) -> Result<(MadeFrom, String)> {
    let headers = request.headers();
    check_type(headers, FRAGMENT)?;
    let made_from = headers.get(header::IF_MATCH).ok_or(Code::PreconditionRequired)?;
    let made_from = match made_from.to_str().map_err(|_| Code::BadQuery)?.trim() {
        "*" => MadeFrom::Anything,
        tag => MadeFrom::Tag(tag.trim_matches('"').to_owned()),
    };
    Ok((made_from, text(&RawBody::<FRAGMENT_BYTES_MAX>::from_request(request, &()).await?.0)?))
}

fn text(bytes: &Bytes) -> Result<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Code::BadOffer.into())
}

fn check_type(headers: &HeaderMap, wanted: &str) -> Result<()> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) { Ok(()) } else { Err(Code::UnsupportedMediaType.into()) }
}

fn accepts_sdp(accept: &str) -> bool {
    let ranges = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
    ranges.into_iter().any(|range| ["*/*", "application/*", SDP].iter().any(|ours| range.eq_ignore_ascii_case(ours)))
}

/// 201, with where the connection is changed and ended.
pub fn created(connected: &Connected) -> Response {
    let mut response = Response::new(Body::from(connected.opened.answer.clone()));
    *response.status_mut() = StatusCode::CREATED;
    put(&mut response, header::CONTENT_TYPE, SDP);
    let location = format!("/api/v1/stage/connections/{}", connected.opened.connection.0);
    put(&mut response, header::LOCATION, &location);
    put(&mut response, header::ETAG, &format!("\"{}\"", connected.opened.tag));
    put(&mut response, ACCEPT_PATCH, FRAGMENT);
    for link in connected.ice_servers.iter().flat_map(links) {
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().append(header::LINK, link);
        }
    }
    response
}

/// One link for each address of a server (RFC 9725, section 4.6).
fn links(server: &IceServer) -> Vec<String> {
    let secret = match (&server.username, &server.credential) {
        (Some(username), Some(credential)) => {
            format!("; username=\"{username}\"; credential=\"{credential}\"; credential-type=\"password\"")
        }
        _ => String::new(),
    };
    server.urls.iter().map(|url| format!("<{url}>; rel=\"ice-server\"{secret}")).collect()
}

pub fn patched(patched: Patched) -> Response {
    match patched {
        Patched::Unchanged => StatusCode::NO_CONTENT.into_response(),
        Patched::Restarted { fragment, tag } => {
            let mut response = Response::new(Body::from(fragment));
            put(&mut response, header::CONTENT_TYPE, FRAGMENT);
            put(&mut response, header::ETAG, &format!("\"{tag}\""));
            response
        }
    }
}

/// Which connection a path names.
pub fn connection(text: &str) -> Result<ConnectionId> {
    let right = text.len() == 36;
    let id = uuid::Uuid::try_parse(text).ok().filter(|_| right);
    id.map(ConnectionId).ok_or_else(|| Code::NotFound.into())
}

/// What can be posted here; also the answer to the preflight of a browser.
pub async fn options() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    put(&mut response, ACCEPT_POST, SDP);
    put(&mut response, ACCEPT_PATCH, FRAGMENT);
    put(&mut response, header::ACCESS_CONTROL_ALLOW_METHODS, "POST, PATCH, DELETE, OPTIONS");
    put(&mut response, header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, if-match");
    put(&mut response, header::ACCESS_CONTROL_MAX_AGE, "600");
    response
}

/// Players and studios run on pages of other sites as well. Who they are says the bearer alone, never a cookie, so any
/// page may ask; and whoever is refused is told how to show who they are.
pub async fn for_any_page(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    put(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    put(&mut response, header::ACCESS_CONTROL_EXPOSE_HEADERS, "location, etag, link, accept-patch");
    put(&mut response, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    if response.status() == StatusCode::UNAUTHORIZED {
        put(&mut response, header::WWW_AUTHENTICATE, "Bearer");
    }
    response
}

fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_the_answer_is_negotiated() {
        for accept in ["application/sdp", "*/*", "text/html, application/*;q=0.5", "Application/SDP; charset=utf-8"] {
            assert!(accepts_sdp(accept), "{accept}");
        }
        for accept in ["text/html", "application/json", ""] {
            assert!(!accepts_sdp(accept), "{accept}");
        }
    }

    #[test]
    fn each_address_of_a_server_has_its_link() {
        let server = IceServer {
            urls: vec!["turn:a.example".into(), "turns:a.example".into()],
            username: Some("1:me".into()),
            credential: Some("c".into()),
        };
        assert_eq!(
            links(&server)[1],
            "<turns:a.example>; rel=\"ice-server\"; username=\"1:me\"; credential=\"c\"; credential-type=\"password\""
        );
        let bare = IceServer { urls: vec!["stun:a.example".into()], username: None, credential: None };
        assert_eq!(links(&bare), ["<stun:a.example>; rel=\"ice-server\""]);
    }

    #[test]
    fn a_connection_has_one_spelling() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert!(connection(id).is_ok());
        assert!(connection(&id.replace('-', "")).is_err() && connection("x").is_err());
    }
}
