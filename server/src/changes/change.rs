//! What can change, and who hears of it.

use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::platform::clock::Millis;
use crate::platform::ids::{
    BrandId, ChannelId, GroupId, MemberId, MessageId, PollId, QuestionId, ReplyId, StreamId, ThreadId, WebinarId,
};

/// A place in a stream; the first change has 1, and there are no holes.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    sea_orm::DeriveValueType,
    ToSchema,
)]
#[serde(transparent)]
pub struct Position(pub i64);

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Position {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Position)
    }
}

/// Declares each change once: its name, its word in the table, the id it is about.
macro_rules! changes {
    ($($(#[$meta:meta])* $name:ident($id:ident) $kind:literal,)*) => {
        /// Something the world may learn of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Change { $($(#[$meta])* $name($id),)* }

        impl Change {
            /// All words, for tests that walk every change.
            pub const KINDS: &'static [&'static str] = &[$($kind,)*];

            pub const fn kind(self) -> &'static str { match self { $(Change::$name(_) => $kind,)* } }

            pub const fn subject(self) -> Uuid { match self { $(Change::$name(id) => id.0,)* } }

            /// The change that a row tells of; `None` when a newer server wrote it.
            pub fn from_row(kind: &str, subject: Uuid) -> Option<Change> {
                match kind { $($kind => Some(Change::$name($id(subject))),)* _ => None }
            }
        }
    };
}

changes! {
    MessagePosted(MessageId) "message.posted",
    /// Edited, deleted, reacted to, replied to.
    MessageChanged(MessageId) "message.changed",
    ChannelCreated(ChannelId) "channel.created",
    ChannelChanged(ChannelId) "channel.changed",
    GroupChanged(GroupId) "group.changed",
    MemberJoined(MemberId) "member.joined",
    MemberChanged(MemberId) "member.changed",
    /// The member's own sockets lose the stream at this very position.
    MemberLeft(MemberId) "member.left",
    ThreadPosted(ThreadId) "thread.posted",
    ThreadChanged(ThreadId) "thread.changed",
    ReplyPosted(ReplyId) "reply.posted",
    ReplyChanged(ReplyId) "reply.changed",
    WebinarChanged(WebinarId) "webinar.changed",
    /// In the webinar's own stream: state, people, what is sent, recording.
    StageChanged(WebinarId) "stage.changed",
    /// A hand went up or down.
    HandChanged(WebinarId) "hand.changed",
    /// Asked, voted for, curated, answered, deleted.
    QuestionChanged(QuestionId) "question.changed",
    /// Opened, voted in, closed, its results shown or hidden.
    PollChanged(PollId) "poll.changed",
    /// How chat and questions run, or the slides.
    FloorChanged(WebinarId) "floor.changed",
    /// In the inbox: the member can see a group now.
    GroupAdded(GroupId) "group.added",
    /// In the inbox: the member can no longer see a group.
    GroupRemoved(GroupId) "group.removed",
    MarkerMoved(ChannelId) "marker.moved",
    RegistrationChanged(WebinarId) "registration.changed",
    /// In the inbox: the member's own place in the brand.
    MembershipChanged(MemberId) "membership.changed",
}

impl Change {
    /// Whether what it tells is the whole of how something stands now, so that a later one of the same makes it needless.
    /// A thousand votes for one question are then told as one.
    pub const fn is_overtaken_by_the_next(self) -> bool {
        matches!(
            self,
            Change::HandChanged(_) | Change::QuestionChanged(_) | Change::PollChanged(_) | Change::FloorChanged(_)
        )
    }
}

/// What owns a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, sea_orm::DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum StreamKind {
    Group,
    Webinar,
    Inbox,
}

impl std::fmt::Display for StreamKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            StreamKind::Group => "group",
            StreamKind::Webinar => "webinar",
            StreamKind::Inbox => "inbox",
        })
    }
}

impl std::str::FromStr for StreamKind {
    type Err = sea_orm::DbErr;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "group" => Ok(StreamKind::Group),
            "webinar" => Ok(StreamKind::Webinar),
            "inbox" => Ok(StreamKind::Inbox),
            _ => Err(sea_orm::DbErr::Type("unknown kind of stream".into())),
        }
    }
}

/// Who hears a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// All present members of a group.
    Group(GroupId),
    /// One member on all devices.
    Member(MemberId),
}

/// A stream and how far it has come.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct StreamRow {
    pub id: StreamId,
    pub brand_id: BrandId,
    pub kind: StreamKind,
    pub group_id: Option<GroupId>,
    pub position: Position,
}

impl StreamRow {
    pub fn audience(&self) -> Audience {
        match self.group_id {
            Some(group) => Audience::Group(group),
            None => Audience::Member(MemberId(self.id.0)),
        }
    }
}

/// A change in its place.
#[derive(Debug, Clone, Copy)]
pub struct ChangeRow {
    pub position: Position,
    pub at: Millis,
    /// `None`: written by a newer server; followers step over it.
    pub change: Option<Change>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_survives_its_row() {
        for kind in Change::KINDS {
            let change = Change::from_row(kind, Uuid::from_u128(9));
            assert_eq!(change.map(|change| (change.kind(), change.subject())), Some((*kind, Uuid::from_u128(9))));
        }
    }
}
