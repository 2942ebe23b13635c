//! The answer that carries a file: its headers are what keeps it from running in our origin.

use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::platform::blobs::Blob;
use crate::platform::http::range::{Asked, asked};
use crate::platform::http::{Disposition, content_disposition};

const DOWNLOAD: &str = "application/octet-stream";

/// What of a file is known before its bytes are read.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub name: String,
    /// The type of a picture that we have drawn; everything else is a download.
    pub drawn: Option<String>,
    /// Names these very bytes: they never change under an id.
    pub tag: String,
}

/// What a request wants of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// It has these bytes already.
    Nothing,
    Bytes(Asked),
}

pub(super) fn wanted(headers: &HeaderMap, about: &About, size: u64) -> Wanted {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let names_ours = |list: &str| list.split(',').any(|tag| tag.trim().trim_start_matches("W/") == about.tag);
    if text(header::IF_NONE_MATCH).is_some_and(|list| list.trim() == "*" || names_ours(list)) {
        return Wanted::Nothing;
    }
    // A part of other bytes than the asker has is of no use to it.
    let is_other = text(header::IF_RANGE).is_some_and(|tag| tag.trim() != about.tag);
    Wanted::Bytes(if is_other { Asked::Whole } else { asked(text(header::RANGE), size) })
}

/// The bytes, whole or in part.
pub(super) fn answer(about: &About, blob: Blob) -> Response {
    let is_part = blob.range != (0..blob.size);
    let length = blob.range.end.saturating_sub(blob.range.start);
    let mut response = Response::new(Body::from_stream(blob.bytes));
    if is_part {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let (first, last) = (blob.range.start, blob.range.end.saturating_sub(1));
        put(&mut response, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{}", blob.size));
    }
    put(&mut response, header::CONTENT_LENGTH, &length.to_string());
    put(&mut response, header::CONTENT_TYPE, about.drawn.as_deref().unwrap_or(DOWNLOAD));
    let disposition = if about.drawn.is_some() { Disposition::Inline } else { Disposition::Attachment };
    response.headers_mut().insert(header::CONTENT_DISPOSITION, content_disposition(disposition, &about.name));
    fenced(response, about)
}

/// The answer to somebody who has these bytes already.
pub(super) fn unchanged(about: &About) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    fenced(response, about)
}

/// The answer to a range behind the end.
pub(super) fn out_of_range(about: &About, size: u64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    put(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
    fenced(response, about)
}

/// What stands on every answer. A browser may keep the bytes, but must ask, and thereby prove its right, each time.
fn fenced(mut response: Response, about: &About) -> Response {
    put(&mut response, header::ETAG, &about.tag);
    for (name, value) in [
        (header::ACCEPT_RANGES, "bytes"),
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
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

    fn about(drawn: Option<&str>) -> About {
        About { name: "a.svg".into(), drawn: drawn.map(str::to_owned), tag: "\"1\"".into() }
    }

    fn blob(range: std::ops::Range<u64>) -> Blob {
        Blob { size: 10, range, bytes: Box::pin(futures_util::stream::empty()) }
    }

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_what_we_drew_is_shown_and_everything_is_fenced_in() {
        for (drawn, content_type, disposition) in
            [(None, DOWNLOAD, "attachment; "), (Some("image/png"), "image/png", "inline; ")]
        {
            let about = about(drawn);
            let answer = answer(&about, blob(0..10));
            assert_eq!(answer.headers()[header::CONTENT_TYPE], content_type);
            assert!(answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with(disposition));
            for answer in [answer, unchanged(&about), out_of_range(&about, 10)] {
                assert_eq!(answer.headers()[header::CONTENT_SECURITY_POLICY], "sandbox; default-src 'none'");
                assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
                assert_eq!(answer.headers()[header::CACHE_CONTROL], "private, no-cache");
            }
        }
    }

    #[test]
    fn a_part_says_which() {
        let answer = answer(&about(None), blob(2..5));
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(answer.headers()[header::CONTENT_RANGE], "bytes 2-4/10");
        assert_eq!(answer.headers()[header::CONTENT_LENGTH], "3");
    }

    #[test]
    fn who_has_the_bytes_gets_none_and_who_has_others_gets_all() {
        let about = about(None);
        for tag in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
            assert_eq!(wanted(&headers(&[(header::IF_NONE_MATCH, tag)]), &about, 10), Wanted::Nothing, "{tag}");
        }
        let part = (header::RANGE, "bytes=0-1");
        let same = headers(&[part.clone(), (header::IF_RANGE, "\"1\"")]);
        assert_eq!(wanted(&same, &about, 10), Wanted::Bytes(Asked::Part(0..2)));
        let other = headers(&[part, (header::IF_RANGE, "\"2\"")]);
        assert_eq!(wanted(&other, &about, 10), Wanted::Bytes(Asked::Whole));
    }
}
