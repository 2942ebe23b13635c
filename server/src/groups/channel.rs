//! A channel as it is shown.

use sea_orm::FromQueryResult;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{ChannelKind, GroupRole};
use crate::changes::Position;
use crate::platform::ids::{ChannelId, GroupId, StreamId, WebinarId};

/// What is the same for everybody who sees the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, FromQueryResult)]
pub struct ChannelFrame {
    pub id: ChannelId,
    pub group_id: GroupId,
    pub name: String,
    pub topic: String,
    pub kind: ChannelKind,
    /// The stream in which its messages have their positions.
    pub stream: StreamId,
    pub webinar_id: Option<WebinarId>,
    pub version: i64,
}

/// A channel with one's own place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelView {
    #[serde(flatten)]
    pub frame: ChannelFrame,
    /// Position of the newest message, 0 in an empty channel.
    pub last_position: Position,
    /// Up to where one has read.
    pub marker: Position,
    /// Messages of others behind the marker, not deleted.
    pub unread: i64,
    pub can_post: bool,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct ChannelRow {
    #[sea_orm(nested)]
    pub frame: ChannelFrame,
    pub last_position: Position,
    pub marker: Position,
    pub unread: i64,
    pub role: GroupRole,
    pub archived: bool,
}

impl From<ChannelRow> for ChannelView {
    fn from(row: ChannelRow) -> Self {
        let may_speak = row.frame.kind != ChannelKind::Announcements || row.role == GroupRole::Host;
        ChannelView {
            can_post: may_speak && !row.archived,
            frame: row.frame,
            last_position: row.last_position,
            marker: row.marker,
            unread: row.unread,
        }
    }
}
