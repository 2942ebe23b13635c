//! The frames of the socket, as types: what the protocol page and the client's types are generated from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::changes::Position;
use crate::floor::{Hand, ModesView, PollFrame, QuestionFrame, SlidesView};
use crate::groups::{ChannelFrame, GroupFrame, GroupSnapshot};
use crate::knowledge::{ReplyView, ThreadFrame};
use crate::members::MemberView;
use crate::messages::MessageView;
use crate::platform::clock::Millis;
use crate::platform::ids::{ChannelId, FileId, GroupId, MemberId, MessageId, QuestionId, StreamId, WebinarId};
use crate::platform::refusal::{Code, FieldRefusal};
use crate::stage::StageFrame;
use crate::webinars::{Registered, WebinarFrame};

/// What changed, as it may be seen now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind")]
pub enum ChangeBody {
    #[serde(rename = "message.posted")]
    MessagePosted { message: MessageView },
    #[serde(rename = "message.changed")]
    MessageChanged { message: MessageView },
    #[serde(rename = "channel.created")]
    ChannelCreated { channel: ChannelFrame },
    #[serde(rename = "channel.changed")]
    ChannelChanged { channel: ChannelFrame },
    #[serde(rename = "group.changed")]
    GroupChanged { group: GroupFrame },
    #[serde(rename = "member.joined")]
    MemberJoined { member: MemberView, member_count: i64 },
    #[serde(rename = "member.changed")]
    MemberChanged { member: MemberView },
    #[serde(rename = "member.left")]
    MemberLeft { member_id: MemberId, member_count: i64 },
    #[serde(rename = "thread.posted")]
    ThreadPosted { thread: ThreadFrame },
    /// Edited, closed, reopened, answered, replied to; `deleted` when it is gone.
    #[serde(rename = "thread.changed")]
    ThreadChanged { thread: ThreadFrame },
    #[serde(rename = "reply.posted")]
    ReplyPosted { reply: ReplyView },
    #[serde(rename = "reply.changed")]
    ReplyChanged { reply: ReplyView },
    #[serde(rename = "webinar.changed")]
    WebinarChanged { webinar: WebinarFrame },
    /// What a member may do there themselves is read anew.
    #[serde(rename = "stage.changed")]
    StageChanged { stage: StageFrame },
    #[serde(rename = "hand.changed")]
    HandChanged { webinar_id: WebinarId, hands: Vec<Hand> },
    #[serde(rename = "question.changed")]
    QuestionChanged { question: Box<QuestionFrame> },
    /// It waits, or was dismissed: whoever asked it or runs the webinar reads it, everybody else forgets it.
    #[serde(rename = "question.held")]
    QuestionHeld { question_id: QuestionId },
    #[serde(rename = "question.deleted")]
    QuestionDeleted { question_id: QuestionId },
    /// Opened, voted in, closed, its results shown or hidden. Drafts are not told of.
    #[serde(rename = "poll.changed")]
    PollChanged { poll: Box<PollFrame> },
    #[serde(rename = "floor.changed")]
    FloorChanged {
        webinar_id: WebinarId,
        #[serde(flatten)]
        modes: ModesView,
        slides: Option<SlidesView>,
    },
    #[serde(rename = "registration.changed")]
    RegistrationChanged {
        webinar_id: WebinarId,
        state: Registered,
        waiting_place: Option<i64>,
        offer_until: Option<Millis>,
    },
    #[serde(rename = "group.added")]
    GroupAdded { group_id: GroupId },
    #[serde(rename = "group.removed")]
    GroupRemoved { group_id: GroupId },
    #[serde(rename = "marker.moved")]
    MarkerMoved { channel_id: ChannelId, position: Position, unread: i64 },
    #[serde(rename = "membership.changed")]
    MembershipChanged { member: MemberView },
    /// Nothing to show any more; only its position counts.
    #[serde(rename = "none")]
    None {},
}

/// What the server sends. Each frame is one JSON text message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "a frame is made, encoded and dropped on the spot, one at a time")]
pub enum ServerFrame {
    /// First frame of every socket.
    Ready {
        member: MemberId,
        server_time: Millis,
        heartbeat_ms: u64,
    },
    /// A change in its place; positions of a stream rise by one.
    Change {
        stream: StreamId,
        position: Position,
        at: Millis,
        change: ChangeBody,
    },
    /// Everything missed has been sent; from here on it is live.
    Resumed {
        stream: StreamId,
        position: Position,
    },
    /// Too much was missed: forget what is known of this stream and take this. Without a snapshot, fetch it.
    Reset {
        stream: StreamId,
        position: Position,
        snapshot: Option<GroupSnapshot>,
    },
    /// The command is durable.
    Ack {
        r#ref: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<MessageId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        position: Option<Position>,
        #[serde(skip_serializing_if = "Option::is_none")]
        client_key: Option<String>,
    },
    /// The command was refused; nothing of it happened.
    Error {
        r#ref: Option<String>,
        code: Code,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        fields: Vec<FieldRefusal>,
        retry_after_ms: Option<u64>,
    },
    /// Somebody is writing; show it for five seconds.
    Typing {
        channel: ChannelId,
        thread_root: Option<MessageId>,
        person: TypingPerson,
    },
    /// Who is online in a group.
    Presence {
        group: GroupId,
        online: Vec<MemberId>,
    },
    #[serde(rename = "presence.changed")]
    PresenceChanged {
        group: GroupId,
        member: MemberId,
        online: bool,
    },
    /// What was cheered in a webinar within half a second, by emoji.
    LiveReactions {
        webinar: WebinarId,
        counts: BTreeMap<String, u32>,
    },
    Pong {
        r#ref: String,
    },
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TypingPerson {
    pub id: MemberId,
    pub name: String,
}

impl ServerFrame {
    /// The payload of the frame.
    pub fn payload(&self) -> bytes::Bytes {
        // Every field is plain data, which always has a JSON form.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// What a client sends. `ref` (1 to 32 characters) comes back in the answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientCommand {
    /// Follow streams from known positions; at most 500 at once.
    Follow {
        r#ref: String,
        streams: Vec<FollowFrom>,
    },
    Unfollow {
        r#ref: String,
        streams: Vec<StreamId>,
    },
    Post {
        r#ref: String,
        channel: ChannelId,
        client_key: String,
        body: String,
        #[serde(default)]
        reply_to: Option<MessageId>,
        #[serde(default)]
        files: Vec<FileId>,
    },
    Edit {
        r#ref: String,
        message: MessageId,
        body: String,
    },
    Delete {
        r#ref: String,
        message: MessageId,
    },
    React {
        r#ref: String,
        message: MessageId,
        emoji: String,
    },
    Unreact {
        r#ref: String,
        message: MessageId,
        emoji: String,
    },
    /// Send an emoji over the screens of a webinar; it is not kept.
    ReactLive {
        r#ref: String,
        webinar: WebinarId,
        emoji: String,
    },
    Mark {
        r#ref: String,
        channel: ChannelId,
        position: Position,
    },
    Typing {
        r#ref: String,
        channel: ChannelId,
        #[serde(default)]
        thread_root: Option<MessageId>,
    },
    Ping {
        r#ref: String,
    },
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowFrom {
    pub stream: StreamId,
    /// The last position known; 0 for everything.
    pub position: Position,
}
