//! Socket commands, one line each, into the same verbs as HTTP.

use serde::Deserialize;

use crate::access::Actor;
use crate::app::App;
use crate::changes::Position;
use crate::floor;
use crate::messages::{self, PostRequest};
use crate::platform::http::parse_json;
use crate::platform::ids::{ChannelId, FileId, MessageId, WebinarId};
use crate::platform::refusal::{Code, Failure, Refusal, Result};
use crate::realtime::ServerFrame;

/// The part that tells which command it is.
#[derive(Deserialize)]
struct Head {
    op: String,
    r#ref: String,
}

macro_rules! command {
    ($name:ident { $($(#[$meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            #[serde(rename = "op")]
            _op: String,
            #[serde(rename = "ref")]
            _ref: String,
            $($(#[$meta])* $field: $type,)*
        }
    };
}

command!(Post {
    channel: ChannelId,
    client_key: String,
    body: String,
    #[serde(default)]
    reply_to: Option<MessageId>,
    #[serde(default)]
    files: Vec<FileId>,
});
command!(Edit { message: MessageId, body: String });
command!(Delete { message: MessageId });
command!(React { message: MessageId, emoji: String });
command!(ReactLive { webinar: WebinarId, emoji: String });
command!(Mark { channel: ChannelId, position: Position });

/// Carries out one command and answers it.
pub async fn dispatch(app: &App, actor: &Actor, text: &str) -> ServerFrame {
    let Ok(head) = serde_json::from_str::<Head>(text) else { return refusal(None, Code::BadFrame.into()) };
    match carry_out(app, actor, &head, text).await {
        Ok(ack) => ack,
        Err(failure) => refusal(Some(head.r#ref), failure),
    }
}

async fn carry_out(app: &App, actor: &Actor, head: &Head, text: &str) -> Result<ServerFrame> {
    let text = text.as_bytes();
    let mut ack = Ack { r#ref: head.r#ref.clone(), ..Ack::default() };
    match head.op.as_str() {
        "post" => {
            let c: Post = parse_json(text)?;
            let request = PostRequest { client_key: c.client_key, body: c.body, reply_to: c.reply_to, files: c.files };
            let posted = messages::post(app, actor, c.channel, request).await?;
            ack = Ack {
                id: Some(posted.id),
                position: Some(posted.position),
                client_key: Some(posted.client_key),
                ..ack
            };
        }
        "edit" => {
            let c: Edit = parse_json(text)?;
            messages::edit(app, actor, c.message, &c.body).await?;
        }
        "delete" => messages::delete(app, actor, parse_json::<Delete>(text)?.message).await?,
        "react" => {
            let c: React = parse_json(text)?;
            messages::react(app, actor, c.message, &c.emoji).await?;
        }
        "unreact" => {
            let c: React = parse_json(text)?;
            messages::unreact(app, actor, c.message, &c.emoji).await?;
        }
        "react_live" => {
            let c: ReactLive = parse_json(text)?;
            floor::cheer(app, actor, c.webinar, &c.emoji).await?;
        }
        "mark" => {
            let c: Mark = parse_json(text)?;
            ack.position = Some(messages::mark(app, actor, c.channel, c.position).await?.marker);
        }
        _ => return Err(Code::UnknownOp.into()),
    }
    Ok(ack.frame())
}

#[derive(Default)]
struct Ack {
    r#ref: String,
    id: Option<MessageId>,
    position: Option<Position>,
    client_key: Option<String>,
}

impl Ack {
    fn frame(self) -> ServerFrame {
        ServerFrame::Ack { r#ref: self.r#ref, id: self.id, position: self.position, client_key: self.client_key }
    }
}

fn refusal(r#ref: Option<String>, failure: Failure) -> ServerFrame {
    failure.log("socket");
    let refusal = match failure {
        Failure::Refusal(refusal) => *refusal,
        Failure::Fault(_) => Refusal::new(Code::Internal),
    };
    ServerFrame::Error { r#ref, code: refusal.code, fields: refusal.fields, retry_after_ms: refusal.retry_after_ms }
}
