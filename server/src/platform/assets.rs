//! The web client, out of the binary: hashed files for ever, the page always fresh, whatever is not there a 404.
//!
//! Reading a page never changes anything: mail scanners and previews open links too. What a link carries stands in its
//! fragment, which does not reach the server.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::RustEmbed;

use crate::platform::refusal::{Code, Failure};

const PAGE: &str = "index.html";
/// The build puts the hash of the content into every name below.
const HASHED: &str = "assets/";
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Guildhall</title>\
    <h1>The web client is not built</h1><p>The server runs, but this copy was built without its web client. \
    Run <code>make run</code> in the source folder: it builds both.</p>\
    <p lang=\"de\">Der Server läuft, aber ohne Weboberfläche. <code>make run</code> im Quellordner baut beides.</p></html>";

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Client;

/// The fallback of the router: a page or file of the client.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        let mut refusal = Failure::from(Code::MethodNotAllowed).into_response();
        refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    let response = answer(&embedded, uri.path(), &headers);
    if method == Method::HEAD { without_body(response) } else { response }
}

/// One file of the client.
struct Asset {
    bytes: Bytes,
    hash: [u8; 32],
}

fn embedded(name: &str) -> Option<Asset> {
    let file = Client::get(name)?;
    let bytes = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Some(Asset { bytes, hash: file.metadata.sha256_hash() })
}

/// Pure but for the source, so that it can be tested without a built client.
fn answer(source: &impl Fn(&str) -> Option<Asset>, path: &str, headers: &HeaderMap) -> Response {
    let name = if is_page(path) { PAGE } else { path.trim_start_matches('/') };
    if !is_plain(name) {
        return Failure::from(Code::NotFound).into_response();
    }
    let Some((asset, encoding)) = best(source, name, headers) else {
        return if name == PAGE { not_built() } else { Failure::from(Code::NotFound).into_response() };
    };
    let tag = tag_of(&asset, encoding);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|known| names(known, &tag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(asset.bytes));
        response.headers_mut().insert(header::CONTENT_TYPE, content_type(name));
        response
    };
    let caching = if name.starts_with(HASHED) { FOR_EVER } else { ASK_AGAIN };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, caching);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
    headers.extend(encoding.map(|encoding| (header::CONTENT_ENCODING, HeaderValue::from_static(encoding))));
    response
}

/// The routes of the client; everything below a brand is the client's own business.
fn is_page(path: &str) -> bool {
    matches!(path, "/" | "/index.html" | "/setup" | "/login" | "/reset" | "/join") || path.starts_with("/b/")
}

/// No way out of the folder, no hidden file, no twin that is only there to be sent compressed.
fn is_plain(name: &str) -> bool {
    let segments_plain = name.split('/').all(|segment| !segment.is_empty() && !segment.starts_with('.'));
    let is_twin = name.rsplit_once('.').is_some_and(|(_, ending)| ending == "br" || ending == "gz");
    segments_plain && !is_twin && !name.contains(['\\', '\0', '%'])
}

/// The smallest form that the reader takes.
fn best(
    source: &impl Fn(&str) -> Option<Asset>,
    name: &str,
    headers: &HeaderMap,
) -> Option<(Asset, Option<&'static str>)> {
    let plain = source(name)?;
    let mut packed = [("br", "br"), ("gzip", "gz")].into_iter().filter(|(encoding, _)| accepts(headers, encoding));
    let packed = packed.find_map(|(encoding, ending)| Some((source(&format!("{name}.{ending}"))?, Some(encoding))));
    Some(packed.unwrap_or((plain, None)))
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let refused =
            parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
        named && !refused
    })
}

/// Each form of a file has a tag of its own, as caches demand.
fn tag_of(asset: &Asset, encoding: Option<&str>) -> String {
    use std::fmt::Write;
    let mut tag = String::from("\"");
    for byte in &asset.hash[..8] {
        // Writing into a String cannot fail.
        write!(tag, "{byte:02x}").unwrap_or_default();
    }
    tag + encoding.unwrap_or_default() + "\""
}

fn names(known: &HeaderValue, tag: &str) -> bool {
    let known = known.to_str().unwrap_or_default();
    known.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

fn content_type(name: &str) -> HeaderValue {
    let guessed = mime_guess::from_path(name).first_raw().unwrap_or("application/octet-stream");
    let text = match guessed {
        "text/html" => "text/html; charset=utf-8",
        "text/javascript" | "application/javascript" => "text/javascript; charset=utf-8",
        "text/css" => "text/css; charset=utf-8",
        "text/plain" => "text/plain; charset=utf-8",
        _ if name.ends_with(".webmanifest") => "application/manifest+json",
        other => other,
    };
    HeaderValue::from_static(text)
}

fn not_built() -> Response {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, html)], NOT_BUILT).into_response()
}

/// The same head, with the length that the body would have had.
fn without_body(response: Response) -> Response {
    let length = http_body::Body::size_hint(response.body()).exact();
    let (mut parts, _body) = response.into_parts();
    parts.headers.extend(length.map(|length| (header::CONTENT_LENGTH, HeaderValue::from(length))));
    Response::from_parts(parts, Body::empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    fn built(name: &str) -> Option<Asset> {
        let text = match name {
            "index.html" => "<page>",
            "assets/app-1a2b.js" => "plain",
            "assets/app-1a2b.js.br" => "brotli",
            "assets/app-1a2b.js.gz" => "gzip",
            ".vite/manifest.json" => "secret",
            "favicon.svg" => "<svg/>",
            _ => return None,
        };
        let mut hash = [0; 32];
        hash[..text.len()].copy_from_slice(text.as_bytes());
        Some(Asset { bytes: Bytes::from_static(text.as_bytes()), hash })
    }

    async fn get(path: &str, headers: &[(&'static str, &str)]) -> (StatusCode, HeaderMap, String) {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let (parts, body) = answer(&built, path, &headers).into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_route_of_the_client_is_the_page_and_never_kept() {
        let group = "/b/helvion/g/0190-1/c/0190-2";
        for path in ["/", "/setup", "/login", "/reset", "/join", "/b/helvion", group, "/b/helvion/admin/audit"] {
            let (status, headers, body) = get(path, &[]).await;
            assert_eq!((status, body.as_str()), (StatusCode::OK, "<page>"), "{path}");
            assert_eq!(headers["cache-control"], "no-cache");
            assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        }
    }

    #[tokio::test]
    async fn hashed_files_are_kept_for_ever_in_the_form_that_the_reader_takes() {
        let path = "/assets/app-1a2b.js";
        for (accepted, wanted) in [
            ("", "plain"),
            ("gzip", "gzip"),
            ("gzip, deflate, br", "brotli"),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("br;q=0.0", "plain"),
            ("identity", "plain"),
        ] {
            let (_, headers, body) = get(path, &[("accept-encoding", accepted)]).await;
            assert_eq!(body, wanted, "{accepted}");
            assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
            assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
            assert_eq!(headers["vary"], "accept-encoding");
        }
    }

    #[tokio::test]
    async fn what_the_reader_has_is_not_sent_again() {
        let (_, headers, _) = get("/assets/app-1a2b.js", &[("accept-encoding", "br")]).await;
        let tag = headers["etag"].to_str().unwrap();
        let again = [("accept-encoding", "br"), ("if-none-match", tag)];
        let (status, headers, body) = get("/assets/app-1a2b.js", &again).await;
        assert_eq!((status, body.as_str(), headers.contains_key("etag")), (StatusCode::NOT_MODIFIED, "", true));
        let (status, ..) = get("/assets/app-1a2b.js", &[("if-none-match", tag)]).await;
        assert_eq!(status, StatusCode::OK, "another form is another thing");
    }

    #[tokio::test]
    async fn everything_else_is_not_there() {
        for path in [
            "/nothing",
            "/api/v1/nothing",
            "/.vite/manifest.json",
            "/assets/../index.html",
            "/assets/app-1a2b.js.br",
            "//etc/passwd",
            "/assets/",
            "/assets\\x",
            "/b",
            "/%2e%2e/Cargo.toml",
        ] {
            let (status, headers, _) = get(path, &[]).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(headers["content-type"], "application/problem+json");
        }
    }

    #[tokio::test]
    async fn without_a_built_client_the_page_says_so() {
        let response = answer(&|_: &str| None, "/login", &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains("The web client is not built"));
    }

    #[tokio::test]
    async fn only_reading_is_possible_and_head_has_no_body() {
        let answered = |method: Method| serve(method, Uri::from_static("/login"), HeaderMap::new());
        assert_eq!(answered(Method::POST).await.status(), StatusCode::METHOD_NOT_ALLOWED);
        let head = answered(Method::HEAD).await;
        assert!(head.headers().contains_key(header::CONTENT_LENGTH));
        assert!(head.into_body().collect().await.unwrap().to_bytes().is_empty());
    }
}
