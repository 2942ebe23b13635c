//! What somebody wants to write, checked before the database is asked for anything.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::tags::Tags;
use super::thread::ThreadKind;
use crate::messages::client_key;
use crate::platform::ids::{GroupId, ThreadId};
use crate::platform::markdown;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::text;

const TITLE_CHARS_MIN: usize = 3;
const TITLE_CHARS_MAX: usize = 160;
/// The most characters of a thread's text, and of a reply.
pub const BODY_CHARS_MAX: usize = 20_000;

/// A thread to be started.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadRequest {
    /// 8 to 64 of `A-Z a-z 0-9 _ -`, new for each thread; a retry carries the same.
    pub client_key: String,
    pub kind: ThreadKind,
    /// 3 to 160 characters.
    pub title: String,
    /// Markdown, up to 20,000 characters.
    pub body: String,
    /// Up to 8 of up to 30 characters.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A reply to be posted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyRequest {
    /// 8 to 64 of `A-Z a-z 0-9 _ -`, new for each reply; a retry carries the same.
    pub client_key: String,
    /// Markdown, up to 20,000 characters.
    pub body: String,
}

/// Markdown with what is made of it.
#[derive(Debug)]
pub(super) struct Body {
    pub source: String,
    pub html: String,
}

impl Body {
    pub fn parse(given: &str) -> Result<Body> {
        let source = text::body("body", given, BODY_CHARS_MAX)?;
        let html = markdown::html(&source);
        Ok(Body { source, html })
    }
}

/// A thread that could be started.
#[derive(Debug)]
pub(super) struct ThreadDraft {
    pub client_key: String,
    pub kind: ThreadKind,
    pub title: String,
    pub body: Body,
    pub tags: Tags,
    pub request_hash: Vec<u8>,
}

impl ThreadDraft {
    pub fn parse(group: GroupId, request: &ThreadRequest) -> Result<ThreadDraft> {
        let client_key = client_key(&request.client_key)?;
        let (title, tags) = (title(&request.title)?, Tags::parse(&request.tags)?);
        let body = Body::parse(&request.body)?;
        let request_hash = fingerprint(&[
            group.0.as_bytes(),
            request.kind.as_str().as_bytes(),
            title.as_bytes(),
            body.source.as_bytes(),
            tags.to_string().as_bytes(),
        ]);
        Ok(ThreadDraft { client_key, kind: request.kind, title, body, tags, request_hash })
    }
}

/// A reply that could be posted.
#[derive(Debug)]
pub(super) struct ReplyDraft {
    pub client_key: String,
    pub body: Body,
    pub request_hash: Vec<u8>,
}

impl ReplyDraft {
    pub fn parse(thread: ThreadId, request: &ReplyRequest) -> Result<ReplyDraft> {
        let client_key = client_key(&request.client_key)?;
        let body = Body::parse(&request.body)?;
        let request_hash = fingerprint(&[thread.0.as_bytes(), body.source.as_bytes()]);
        Ok(ReplyDraft { client_key, body, request_hash })
    }
}

pub(super) fn title(given: &str) -> Result<String> {
    let title = text::name("title", given, TITLE_CHARS_MAX)?;
    if title.chars().count() < TITLE_CHARS_MIN {
        return Err(Refusal::field("title", "too_short").into());
    }
    Ok(title)
}

fn fingerprint(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// The first result under a key, unless it was for other content.
pub(super) fn same_request(stored: &[u8], asked: &[u8]) -> Result<()> {
    if stored == asked { Ok(()) } else { Err(Code::IdempotencyConflict.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const GROUP: GroupId = GroupId(Uuid::from_u128(1));

    fn request(title: &str, body: &str) -> ThreadRequest {
        ThreadRequest {
            client_key: "key-0001".into(),
            kind: ThreadKind::Question,
            title: title.into(),
            body: body.into(),
            tags: vec![],
        }
    }

    fn refusal(request: &ThreadRequest) -> Code {
        ThreadDraft::parse(GROUP, request).unwrap_err().code()
    }

    #[test]
    fn titles_and_bodies_have_their_lengths() {
        assert_eq!(refusal(&request("ab", "text")), Code::Validation);
        assert_eq!(refusal(&request(" a b ", "")), Code::Validation, "no body");
        assert_eq!(refusal(&request(&"ü".repeat(161), "text")), Code::TooLong);
        assert_eq!(refusal(&request("abc", &"ü".repeat(BODY_CHARS_MAX + 1))), Code::TooLong);
        assert!(ThreadDraft::parse(GROUP, &request(&"ü".repeat(160), &"ü".repeat(BODY_CHARS_MAX))).is_ok());
    }

    #[test]
    fn each_part_of_a_request_tells_it_from_others() {
        let hash = |group, request: &ThreadRequest| ThreadDraft::parse(group, request).unwrap().request_hash;
        let first = request("title", "body");
        let article = ThreadRequest { kind: ThreadKind::Article, ..first.clone() };
        let tagged = ThreadRequest { tags: vec!["a".into()], ..first.clone() };
        let others = [article, tagged, request("titleb", "ody"), request("title", "other")];
        assert_eq!(hash(GROUP, &first), hash(GROUP, &ThreadRequest { title: " title ".into(), ..first.clone() }));
        assert_ne!(hash(GROUP, &first), hash(GroupId(Uuid::from_u128(2)), &first));
        for other in others {
            assert_ne!(hash(GROUP, &first), hash(GROUP, &other), "{other:?}");
        }
    }
}
