//! The extractors: how body, query and path become typed values, and what a wrong one is told.
//!
//! No answer quotes what was sent: only the names of our own fields leave the house.

use std::str::FromStr;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::platform::refusal::{Code, Failure, Refusal};

const JSON_BYTES_MAX: usize = 256 * 1024;
/// A body that trickles in slower than this is not worth a place among the running requests.
const JSON_READ_MAX: Duration = Duration::from_secs(30);
const FIELD_NAME_CHARS_MAX: usize = 100;

/// A JSON body. `T` says `deny_unknown_fields`; nesting beyond serde_json's own bound is a syntax error.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        check_media_type(request.headers())?;
        let bytes = read_bounded(request, JSON_BYTES_MAX).await?;
        parse_json(&bytes).map(Json)
    }
}

/// `application/json`, uncompressed: this also keeps out what a form of another site can send without preflight.
fn check_media_type(headers: &HeaderMap) -> Result<(), Code> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| parameter.is_empty() || parameter.eq_ignore_ascii_case("charset=utf-8"));
    if is_json && is_utf8 && !headers.contains_key(header::CONTENT_ENCODING) {
        Ok(())
    } else {
        Err(Code::UnsupportedMediaType)
    }
}

/// The length that the sender announces, 0 where it does not; a wrong one has been refused by the parser of the head.
pub fn announced_bytes(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

/// Reads at most so many bytes, whatever the length header says or does not say.
pub(super) async fn read_bounded(request: Request, limit_bytes: usize) -> Result<Bytes, Code> {
    if announced_bytes(request.headers()) > limit_bytes as u64 {
        return Err(Code::BodyTooLarge);
    }
    let body = request.into_body();
    match tokio::time::timeout(JSON_READ_MAX, Limited::new(body, limit_bytes).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Code::BodyTooLarge),
        // Half a body is not valid JSON, whether the rest was lost or too slow.
        Ok(Err(_)) | Err(_) => Err(Code::BadJson),
    }
}

/// For everything else that reads JSON from outside, so that it is refused in the same words.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|_| Code::BadJson)?;
    if is_too_deep(text) {
        return Err(Code::BadJson.into());
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| explain(&error))?;
    json.end().map_err(|_| Code::BadJson)?;
    Ok(value)
}

/// Deeper than anything of ours. Looked at before the parser, which recurses.
fn is_too_deep(text: &str) -> bool {
    const DEPTH_MAX: usize = 32;
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return true;
        }
    }
    false
}

/// serde tells its kinds of errors apart only in their words; these beginnings are part of its documented messages.
fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    if !error.inner().is_data() {
        return Refusal::new(Code::BadJson);
    }
    let words = error.inner().to_string();
    let path = error.path().to_string();
    if words.starts_with("unknown field") {
        Refusal::new(Code::UnknownField)
    } else if words.starts_with("duplicate field") {
        Refusal::new(Code::BadJson)
    } else if let Some(missing) = words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        let parent = if path == "." { String::new() } else { format!("{path}.") };
        Refusal::field(&own_name(&format!("{parent}{missing}")), "required")
    } else if words.starts_with("invalid type") {
        Refusal::field(&own_name(&path), "invalid_type")
    } else {
        Refusal::field(&own_name(&path), "invalid")
    }
}

/// A path through our own field names; keys of maps come from outside and are not repeated.
fn own_name(path: &str) -> String {
    let ours = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.[]".contains(c);
    if path.len() <= FIELD_NAME_CHARS_MAX && path.chars().all(ours) { path.to_owned() } else { "?".to_owned() }
}

/// The query. `T` says `deny_unknown_fields`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        read.map(|axum::extract::Query(value)| Query(value)).map_err(|_| Code::BadQuery.into())
    }
}

/// The one id in the path. A malformed id is answered like an unknown one.
#[derive(Debug)]
pub struct Id<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let [id] = segments(parts, state).await?;
        Ok(Id(id.parse().map_err(|_| Code::NotFound)?))
    }
}

/// The two ids in the path, in their order.
#[derive(Debug)]
pub struct IdPair<A, B>(pub A, pub B);

impl<A: FromStr, B: FromStr, S: Send + Sync> FromRequestParts<S> for IdPair<A, B> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let [first, second] = segments(parts, state).await?;
        Ok(IdPair(first.parse().map_err(|_| Code::NotFound)?, second.parse().map_err(|_| Code::NotFound)?))
    }
}

async fn segments<const N: usize, S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<[String; N], Failure> {
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Code::NotFound)?;
    let segments: Vec<String> = params.iter().map(|(_, segment)| segment.to_owned()).collect();
    segments.try_into().map_err(|_| Failure::broken("the route has another number of parameters than its handler"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::GroupId;
    use axum::Router;
    use axum::body::Body;
    use axum::response::IntoResponse;
    use axum::routing::{get, post};
    use futures_util::stream;
    use serde::Deserialize;
    use std::convert::Infallible;
    use tower::ServiceExt;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Draft {
        #[expect(dead_code, reason = "only its being read matters")]
        body: String,
        #[serde(default)]
        #[expect(dead_code, reason = "only its being read matters")]
        at: Option<Place>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Place {
        #[expect(dead_code, reason = "only its being read matters")]
        position: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        limit: Option<u32>,
    }

    fn refused(json: &str) -> Refusal {
        match parse_json::<Draft>(json.as_bytes()) {
            Err(Failure::Refusal(refusal)) => *refusal,
            other => panic!("{json} gave {other:?}"),
        }
    }

    #[test]
    fn each_wrong_body_is_told_what_is_wrong_with_it() {
        assert_eq!(refused(r#"{"body":"x","is_admin":true}"#), Refusal::new(Code::UnknownField));
        assert_eq!(refused("{}"), Refusal::field("body", "required"));
        assert_eq!(refused(r#"{"body":7}"#), Refusal::field("body", "invalid_type"));
        assert_eq!(refused(r#"{"body":"x","at":{}}"#), Refusal::field("at.position", "required"));
        assert_eq!(refused(r#"{"body":"x","at":{"position":-1}}"#), Refusal::field("at.position", "invalid"));
        for broken in ["", "{", r#"{"body":"x"} x"#, r#"{"body":"x","body":"y"}"#, "nul"] {
            assert_eq!(refused(broken), Refusal::new(Code::BadJson), "{broken}");
        }
        let deep = format!(r#"{{"body":"x","at":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(matches!(parse_json::<Draft>(deep.as_bytes()), Err(Failure::Refusal(_))));
        assert_eq!(parse_json::<serde_json::Value>("[".repeat(10_000).as_bytes()).unwrap_err().code(), Code::BadJson);
        assert_eq!(parse_json::<Draft>(b"{\"body\":\"\xff\"}").unwrap_err().code(), Code::BadJson);
    }

    #[test]
    fn names_from_outside_are_not_repeated() {
        type Counts = std::collections::HashMap<String, u32>;
        let refused = parse_json::<Counts>(br#"{"<script>":"x"}"#).unwrap_err();
        let Failure::Refusal(refusal) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal.fields[0].field, "?");
    }

    async fn send(headers: &[(&str, &str)], body: Body) -> u16 {
        let router: Router = Router::new().route("/", post(async |Json(_): Json<Draft>| "read"));
        let mut request = Request::post("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router.oneshot(request.body(body).unwrap()).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn only_plain_json_is_read() {
        let body = || Body::from(r#"{"body":"x"}"#);
        assert_eq!(send(&[("content-type", "application/json")], body()).await, 200);
        assert_eq!(send(&[("content-type", "Application/JSON; charset=UTF-8")], body()).await, 200);
        assert_eq!(send(&[], body()).await, 415);
        for other in
            ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/json; charset=x"]
        {
            assert_eq!(send(&[("content-type", other)], body()).await, 415, "{other}");
        }
        let packed = [("content-type", "application/json"), ("content-encoding", "gzip")];
        assert_eq!(send(&packed, body()).await, 415);
    }

    #[tokio::test]
    async fn one_byte_too_many_is_too_large_with_and_without_length() {
        let json = |bytes: usize| format!(r#"{{"body":"{}"}}"#, "a".repeat(bytes - r#"{"body":""}"#.len()));
        let header = [("content-type", "application/json")];
        assert_eq!(send(&header, Body::from(json(JSON_BYTES_MAX))).await, 200);
        assert_eq!(send(&header, Body::from(json(JSON_BYTES_MAX + 1))).await, 413);
        let chunks = std::iter::repeat_with(|| Ok::<_, Infallible>(Bytes::from(vec![b' '; 1024])));
        assert_eq!(send(&header, Body::from_stream(stream::iter(chunks))).await, 413, "endless and without length");
    }

    async fn get_status(path: &str) -> u16 {
        let router: Router = Router::new()
            .route("/list", get(async |Query(page): Query<Page>| page.limit.unwrap_or(0).to_string()))
            .route("/groups/{group}", get(async |Id(group): Id<GroupId>| group.to_string()))
            .route("/two/{a}/{b}", get(async |IdPair(a, b): IdPair<GroupId, u32>| format!("{a} {b}").into_response()));
        router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn queries_are_read_strictly() {
        assert_eq!(get_status("/list?limit=3").await, 200);
        for query in ["limit=-1", "limit=1e3", "sort=id;--", "limit=1&limit=2"] {
            assert_eq!(get_status(&format!("/list?{query}")).await, 400, "{query}");
        }
    }

    #[tokio::test]
    async fn a_malformed_id_is_like_an_unknown_one() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(get_status(&format!("/groups/{id}")).await, 200);
        assert_eq!(get_status(&format!("/two/{id}/7")).await, 200);
        for wrong in ["/groups/x", "/groups/%ff", "/groups/01890A5DAC96774BBCCEB302099A8057", "/two/x/7"] {
            assert_eq!(get_status(wrong).await, 404, "{wrong}");
        }
    }
}
