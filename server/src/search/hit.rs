//! What is found, as it is shown.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::changes::Position;
use crate::members::Person;
use crate::platform::clock::Millis;
use crate::platform::ids::{ChannelId, GroupId, ThreadId};

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HitKind {
    Message,
    Thread,
    Reply,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Hit {
    pub kind: HitKind,
    pub id: Uuid,
    pub group: HitGroup,
    /// Where a message stands.
    pub channel: Option<HitChannel>,
    /// The thread itself, or the thread of a reply.
    pub thread: Option<HitThread>,
    /// Of a message, in its channel.
    pub position: Option<Position>,
    pub author: Person,
    pub created_at: Millis,
    pub title: Option<String>,
    /// Start and end of each match in the title that is shown, the thread's for a reply, in UTF-16 units.
    pub title_highlights: Vec<(usize, usize)>,
    /// Plain text.
    pub snippet: String,
    /// Start and end of each match in the snippet, in UTF-16 units.
    pub highlights: Vec<(usize, usize)>,
    /// An answered thread, or its accepted answer.
    pub accepted: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HitGroup {
    pub id: GroupId,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HitChannel {
    pub id: ChannelId,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HitThread {
    pub id: ThreadId,
    pub title: String,
}

/// One page of hits, best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hits {
    pub items: Vec<Hit>,
    pub next: Option<String>,
    /// All that match and may be read, on this page or not.
    pub total: u64,
}
