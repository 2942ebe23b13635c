//! What somebody wants to post, checked before the database is asked for anything.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::platform::ids::{ChannelId, FileId, MessageId};
use crate::platform::markdown;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::text;

/// The most characters of a message.
pub const BODY_MAX: usize = 10_000;
/// The most files of a message.
pub const FILES_MAX: usize = 10;

/// A message to be posted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostRequest {
    /// 8 to 64 of `A-Z a-z 0-9 _ -`, new for each message; a retry carries the same.
    pub client_key: String,
    /// Markdown, up to 10,000 characters.
    pub body: String,
    #[serde(default)]
    pub reply_to: Option<MessageId>,
    /// Uploaded before; up to 10.
    #[serde(default)]
    pub files: Vec<FileId>,
}

/// A message that could be posted, rendered and fingerprinted.
#[derive(Debug)]
pub(super) struct Draft {
    pub client_key: String,
    pub body: String,
    pub html: String,
    pub reply_to: Option<MessageId>,
    pub files: Vec<FileId>,
    pub request_hash: Vec<u8>,
}

impl Draft {
    pub fn parse(channel: ChannelId, request: PostRequest) -> Result<Draft> {
        let client_key = client_key(&request.client_key)?;
        let body = text::optional_body("body", &request.body, BODY_MAX)?;
        if body.is_empty() && request.files.is_empty() {
            return Err(Refusal::field("body", "required").into());
        }
        if request.files.len() > FILES_MAX {
            return Err(Refusal::field("files", "too_many").into());
        }
        let request_hash = fingerprint(channel, &body, request.reply_to, &request.files);
        let html = markdown::html(&body);
        Ok(Draft { client_key, body, html, reply_to: request.reply_to, files: request.files, request_hash })
    }
}

/// Checks the form of a client key.
pub fn client_key(key: &str) -> Result<String> {
    let right =
        (8..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if right { Ok(key.to_owned()) } else { Err(Refusal::field("client_key", "invalid_key").into()) }
}

fn fingerprint(channel: ChannelId, body: &str, reply_to: Option<MessageId>, files: &[FileId]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(channel.0.as_bytes());
    hash.update(reply_to.map_or([0; 16], |id| id.0.into_bytes()));
    for file in files {
        hash.update(file.0.as_bytes());
    }
    hash.update(body.as_bytes());
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

    fn request(body: &str) -> PostRequest {
        PostRequest { client_key: "key-0001".into(), body: body.into(), reply_to: None, files: vec![] }
    }

    #[test]
    fn nothing_is_not_a_message() {
        let channel = ChannelId(Uuid::from_u128(1));
        for body in ["", "  \n\t "] {
            assert_eq!(Draft::parse(channel, request(body)).unwrap_err().code(), Code::Validation, "{body:?}");
        }
    }

    #[test]
    fn one_character_too_many_is_refused_and_not_cut() {
        let channel = ChannelId(Uuid::from_u128(1));
        assert!(Draft::parse(channel, request(&"ä".repeat(BODY_MAX))).is_ok());
        assert_eq!(Draft::parse(channel, request(&"ä".repeat(BODY_MAX + 1))).unwrap_err().code(), Code::TooLong);
    }

    #[test]
    fn the_same_text_elsewhere_is_another_request() {
        let [here, there] = [1, 2].map(|n| Draft::parse(ChannelId(Uuid::from_u128(n)), request("hello")).unwrap());
        assert_ne!(here.request_hash, there.request_hash);
    }
}
