//! Extractors for what comes beside or instead of a JSON body: the caller's address, a version, raw bytes.

use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::header;
use http::request::Parts;

use super::proxy::ClientAddress;
use super::read::read_bounded;
use crate::platform::refusal::{Code, Failure};

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parts.extensions.get::<ClientAddress>().copied().ok_or_else(|| Failure::broken("the guard was passed by"))
    }
}

/// The version that a change was made from: `If-Match: "7"` (RFC 9110, section 13.1.1). Absent: whatever is there.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(IfMatch(None)) };
        let version = value.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
        version.map(|version| IfMatch(Some(version))).ok_or_else(|| Code::BadQuery.into())
    }
}

/// A body of at most so many bytes, of whatever type.
#[derive(Debug)]
pub struct RawBody<const MAX: usize>(pub Bytes);

impl<S: Send + Sync, const MAX: usize> FromRequest<S> for RawBody<MAX> {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        if request.headers().contains_key(header::CONTENT_ENCODING) {
            return Err(Code::UnsupportedMediaType.into());
        }
        Ok(RawBody(read_bounded(request, MAX).await?))
    }
}
