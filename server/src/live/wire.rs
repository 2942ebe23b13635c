//! The few frames the engine itself speaks and hears; everything else passes through it unread.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Streams one `follow` or `unfollow` may name.
pub(super) const STREAMS_PER_FRAME: usize = 500;
const REF_MAX: usize = 32;

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Outgoing<'a> {
    Error {
        #[serde(rename = "ref")]
        reference: Option<&'a str>,
        code: &'a str,
        retry_after_ms: Option<u64>,
    },
    Pong {
        #[serde(rename = "ref")]
        reference: &'a str,
    },
    Resumed {
        stream: Uuid,
        position: u64,
    },
    Presence {
        group: Uuid,
        online: Vec<Uuid>,
    },
    #[serde(rename = "presence.changed")]
    PresenceChanged {
        group: Uuid,
        member: Uuid,
        online: bool,
    },
}

impl Outgoing<'_> {
    pub(super) fn payload(&self) -> Bytes {
        // Plain strings, numbers and ids: there is nothing in these types that fails to serialise.
        serde_json::to_vec(self).map_or_else(|_| Bytes::new(), Bytes::from)
    }
}

pub(super) fn error(reference: Option<&str>, code: &str) -> Bytes {
    Outgoing::Error { reference, code, retry_after_ms: None }.payload()
}

/// A client frame, read as far as the engine must.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    Own(Own),
    /// For the house.
    Command(Box<str>),
}

/// The frames that the engine carries out itself.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Own {
    Ping {
        #[serde(rename = "ref")]
        reference: String,
    },
    Follow {
        #[serde(rename = "ref")]
        reference: String,
        streams: Vec<Followed>,
    },
    Unfollow {
        #[serde(rename = "ref")]
        reference: String,
        streams: Vec<Uuid>,
    },
    Typing {
        #[serde(rename = "ref")]
        reference: String,
        channel: Uuid,
        thread_root: Option<Uuid>,
    },
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct Followed {
    pub(super) stream: Uuid,
    pub(super) position: u64,
}

/// Why a frame was not understood. Only `BadFrame` counts towards closing the socket.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misread {
    BadFrame,
    UnknownField { reference: String },
    WrongShape { reference: String },
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    op: Cow<'a, str>,
    #[serde(borrow, rename = "ref")]
    reference: Cow<'a, str>,
}

/// Reads the `ref` of a frame that will not be carried out.
pub(super) fn reference(text: &str) -> Option<String> {
    serde_json::from_str::<Envelope<'_>>(text).ok().map(|envelope| envelope.reference.into_owned())
}

pub(super) fn read(text: &str) -> Result<Incoming, Misread> {
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| Misread::BadFrame)?;
    if !(1..=REF_MAX).contains(&envelope.reference.chars().count()) {
        return Err(Misread::BadFrame);
    }
    if !matches!(&*envelope.op, "ping" | "follow" | "unfollow" | "typing") {
        return Ok(Incoming::Command(text.into()));
    }
    match serde_json::from_str(text) {
        Ok(own) if within_bounds(&own) => Ok(Incoming::Own(own)),
        // serde has no kind for this; its wording has been stable since 2015 and a test here holds it.
        Err(error) if error.to_string().starts_with("unknown field") => {
            Err(Misread::UnknownField { reference: envelope.reference.into_owned() })
        }
        Ok(_) | Err(_) => Err(Misread::WrongShape { reference: envelope.reference.into_owned() }),
    }
}

fn within_bounds(own: &Own) -> bool {
    match own {
        Own::Follow { streams, .. } => streams.len() <= STREAMS_PER_FRAME,
        Own::Unfollow { streams, .. } => streams.len() <= STREAMS_PER_FRAME,
        Own::Ping { .. } | Own::Typing { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    #[test]
    fn the_engines_own_frames_are_read() {
        let id = Uuid::from_u128(7);
        let reference = || "ä".to_owned();
        let own = [
            (r#"{"op":"ping","ref":"ä"}"#.to_owned(), Own::Ping { reference: reference() }),
            (
                format!(r#"{{"ref":"ä","op":"follow","streams":[{{"stream":"{ID}","position":4}}]}}"#),
                Own::Follow { reference: reference(), streams: vec![Followed { stream: id, position: 4 }] },
            ),
            (
                format!(r#"{{"op":"unfollow","ref":"ä","streams":["{ID}"]}}"#),
                Own::Unfollow { reference: reference(), streams: vec![id] },
            ),
            (
                format!(r#"{{"op":"typing","ref":"ä","channel":"{ID}","thread_root":null}}"#),
                Own::Typing { reference: reference(), channel: id, thread_root: None },
            ),
        ];
        for (text, expected) in own {
            assert_eq!(read(&text), Ok(Incoming::Own(expected)), "{text}");
        }
    }

    #[test]
    fn anything_else_with_op_and_ref_is_a_command() {
        let text = r#"{"op":"fly","ref":"1","high":[[[]]]}"#;
        assert_eq!(read(text), Ok(Incoming::Command(text.into())));
    }

    #[test]
    fn what_is_no_object_with_op_and_ref_is_a_bad_frame() {
        let long = format!(r#"{{"op":"ping","ref":"{}"}}"#, "r".repeat(33));
        for text in ["", "[]", "{", r#"{"op":"ping"}"#, r#"{"ref":"1"}"#, r#"{"op":1,"ref":"1"}"#, &long] {
            assert_eq!(read(text), Err(Misread::BadFrame), "{text}");
        }
        assert_eq!(read(r#"{"op":"ping","ref":""}"#), Err(Misread::BadFrame));
        assert_eq!(read(r#"{"op":"ping","op":"ping","ref":"1"}"#), Err(Misread::BadFrame));
    }

    #[test]
    fn extra_fields_and_wrong_types_are_told_apart() {
        let unknown = Misread::UnknownField { reference: "1".into() };
        let shape = Misread::WrongShape { reference: "1".into() };
        assert_eq!(read(r#"{"op":"ping","ref":"1","x":1}"#), Err(unknown));
        assert_eq!(read(r#"{"op":"unfollow","ref":"1","streams":["7"]}"#), Err(shape));
        let many = vec![format!("\"{ID}\""); STREAMS_PER_FRAME + 1].join(",");
        let text = format!(r#"{{"op":"unfollow","ref":"1","streams":[{many}]}}"#);
        assert!(matches!(read(&text), Err(Misread::WrongShape { .. })));
    }

    #[test]
    fn frames_have_the_agreed_form() {
        let group = Uuid::from_u128(7);
        let changed = Outgoing::PresenceChanged { group, member: group, online: true };
        let expected = format!(r#"{{"type":"presence.changed","group":"{ID}","member":"{ID}","online":true}}"#);
        assert_eq!(changed.payload(), expected);
        assert_eq!(error(None, "bad_frame"), r#"{"type":"error","ref":null,"code":"bad_frame","retry_after_ms":null}"#);
        let resumed = Outgoing::Resumed { stream: group, position: 3 };
        assert_eq!(resumed.payload(), format!(r#"{{"type":"resumed","stream":"{ID}","position":3}}"#));
        assert_eq!(Outgoing::Pong { reference: "a\"" }.payload(), r#"{"type":"pong","ref":"a\""}"#);
    }
}
