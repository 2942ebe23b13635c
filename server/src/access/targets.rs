//! How each target is located: its row, and what that tells of its place. The SQL here is part of the gate's narrow read.

use sea_orm::{FromQueryResult, Value};

use super::act::{GroupMember, WebinarMember};
use super::roles::{BrandRole, ChannelKind, GroupRole};
use super::standing::{ChatMode, Place, Target};
use crate::platform::clock::Millis;
use crate::platform::ids::{
    BrandId, ChannelId, FileId, GroupId, InvitationId, MailId, MemberId, MessageId, PollId, QuestionId, ReplyId,
    StageKeyId, StreamId, ThreadId, WebinarId,
};
use crate::values;

#[derive(FromQueryResult)]
pub struct InBrand {
    brand: BrandId,
}

impl From<InBrand> for Place {
    fn from(row: InBrand) -> Self {
        Place::in_brand(row.brand)
    }
}

#[derive(FromQueryResult)]
pub struct InGroup {
    brand: BrandId,
    group_id: GroupId,
    archived_at: Option<Millis>,
}

impl From<InGroup> for Place {
    fn from(row: InGroup) -> Self {
        Place { group: Some(row.group_id), archived_at: row.archived_at, ..Place::in_brand(row.brand) }
    }
}

#[derive(FromQueryResult)]
pub struct InChannel {
    brand: BrandId,
    group_id: GroupId,
    archived_at: Option<Millis>,
    channel: ChannelId,
    channel_kind: ChannelKind,
    stream: StreamId,
    webinar: Option<WebinarId>,
    webinar_host: Option<MemberId>,
    hosts_only: Option<bool>,
    slow_seconds: Option<i64>,
}

impl From<InChannel> for Place {
    fn from(row: InChannel) -> Self {
        Place {
            group: Some(row.group_id),
            archived_at: row.archived_at,
            webinar: row.webinar,
            channel: Some(row.channel),
            channel_kind: Some(row.channel_kind),
            stream: Some(row.stream),
            webinar_host: row.webinar_host,
            chat: ChatMode {
                hosts_only: row.hosts_only.unwrap_or_default(),
                slow_seconds: row.slow_seconds.unwrap_or_default(),
            },
            ..Place::in_brand(row.brand)
        }
    }
}

#[derive(FromQueryResult)]
pub struct Authored {
    brand: BrandId,
    group_id: GroupId,
    archived_at: Option<Millis>,
    author: MemberId,
    created_at: Millis,
    deleted_at: Option<Millis>,
    channel: Option<ChannelId>,
    channel_kind: Option<ChannelKind>,
    stream: Option<StreamId>,
}

impl From<Authored> for Place {
    fn from(row: Authored) -> Self {
        Place {
            group: Some(row.group_id),
            archived_at: row.archived_at,
            author: Some(row.author),
            created_at: Some(row.created_at),
            deleted_at: row.deleted_at,
            channel: row.channel,
            channel_kind: row.channel_kind,
            stream: row.stream,
            ..Place::in_brand(row.brand)
        }
    }
}

#[derive(FromQueryResult)]
pub struct Planned {
    brand: BrandId,
    group_id: GroupId,
    archived_at: Option<Millis>,
    author: MemberId,
    created_at: Millis,
    published_at: Option<Millis>,
    webinar: WebinarId,
    webinar_host: MemberId,
}

impl From<Planned> for Place {
    fn from(row: Planned) -> Self {
        Place {
            group: Some(row.group_id),
            archived_at: row.archived_at,
            author: Some(row.author),
            created_at: Some(row.created_at),
            hosts_only: row.published_at.is_none(),
            webinar: Some(row.webinar),
            webinar_host: Some(row.webinar_host),
            ..Place::in_brand(row.brand)
        }
    }
}

/// A question or a poll.
#[derive(FromQueryResult)]
pub struct OnFloor {
    brand: BrandId,
    group_id: GroupId,
    archived_at: Option<Millis>,
    webinar: WebinarId,
    webinar_host: MemberId,
    author: Option<MemberId>,
    held: bool,
    deleted_at: Option<Millis>,
}

impl From<OnFloor> for Place {
    fn from(row: OnFloor) -> Self {
        Place {
            group: Some(row.group_id),
            archived_at: row.archived_at,
            author: row.author,
            deleted_at: row.deleted_at,
            held: row.held,
            webinar: Some(row.webinar),
            webinar_host: Some(row.webinar_host),
            ..Place::in_brand(row.brand)
        }
    }
}

#[derive(FromQueryResult)]
pub struct About {
    brand: BrandId,
    group_id: Option<GroupId>,
    archived_at: Option<Millis>,
    webinar: Option<WebinarId>,
    subject: MemberId,
    subject_brand_role: BrandRole,
    subject_group_role: Option<GroupRole>,
}

impl From<About> for Place {
    fn from(row: About) -> Self {
        Place {
            group: row.group_id,
            archived_at: row.archived_at,
            webinar: row.webinar,
            subject: Some(row.subject),
            subject_brand_role: Some(row.subject_brand_role),
            subject_group_role: row.subject_group_role,
            ..Place::in_brand(row.brand)
        }
    }
}

macro_rules! targets {
    ($($id:ty => $row:ty, $sql:literal;)*) => {
        $(impl Target for $id {
            type Row = $row;
            const LOCATE: &'static str = $sql;
            fn keys(self) -> Vec<Value> { values![self] }
        })*
    };
}

targets! {
    BrandId => InBrand, "SELECT id AS brand FROM brands WHERE id = $1";
    MailId => InBrand, "SELECT brand_id AS brand FROM mails WHERE id = $1 AND brand_id IS NOT NULL";
    GroupId => InGroup, "SELECT brand_id AS brand, id AS group_id, archived_at FROM groups WHERE id = $1";
    ChannelId => InChannel,
        "SELECT c.brand_id AS brand, c.group_id, g.archived_at, c.id AS channel, c.kind AS channel_kind, c.stream_id AS stream,
                c.webinar_id AS webinar, w.host_id AS webinar_host, f.hosts_only, f.slow_seconds
         FROM channels c JOIN groups g ON g.id = c.group_id LEFT JOIN webinars w ON w.id = c.webinar_id
         LEFT JOIN floors f ON f.webinar_id = c.webinar_id WHERE c.id = $1";
    MessageId => Authored,
        "SELECT m.brand_id AS brand, m.group_id, g.archived_at, m.author_id AS author, m.created_at, m.deleted_at,
                c.id AS channel, c.kind AS channel_kind, c.stream_id AS stream
         FROM messages m JOIN groups g ON g.id = m.group_id JOIN channels c ON c.id = m.channel_id WHERE m.id = $1";
    ThreadId => Authored,
        "SELECT t.brand_id AS brand, t.group_id, g.archived_at, t.author_id AS author, t.created_at, t.deleted_at,
                NULL AS channel, NULL AS channel_kind, NULL AS stream
         FROM threads t JOIN groups g ON g.id = t.group_id WHERE t.id = $1";
    ReplyId => Authored,
        "SELECT r.brand_id AS brand, r.group_id, g.archived_at, r.author_id AS author, r.created_at,
                COALESCE(r.deleted_at, t.deleted_at) AS deleted_at, NULL AS channel, NULL AS channel_kind, NULL AS stream
         FROM replies r JOIN threads t ON t.id = r.thread_id JOIN groups g ON g.id = r.group_id WHERE r.id = $1";
    WebinarId => Planned,
        "SELECT w.brand_id AS brand, w.group_id, g.archived_at, w.host_id AS author, w.created_at, w.published_at,
                w.id AS webinar, w.host_id AS webinar_host
         FROM webinars w JOIN groups g ON g.id = w.group_id WHERE w.id = $1";
    StageKeyId => Planned,
        "SELECT w.brand_id AS brand, w.group_id, g.archived_at, k.maker_id AS author, k.created_at, w.published_at,
                w.id AS webinar, w.host_id AS webinar_host
         FROM stage_keys k JOIN webinars w ON w.id = k.webinar_id JOIN groups g ON g.id = w.group_id WHERE k.id = $1";
    QuestionId => OnFloor,
        "SELECT q.brand_id AS brand, q.group_id, g.archived_at, w.id AS webinar, w.host_id AS webinar_host, q.author_id AS author,
                q.state IN ('waiting', 'dismissed') AS held, q.deleted_at
         FROM questions q JOIN groups g ON g.id = q.group_id JOIN webinars w ON w.id = q.webinar_id WHERE q.id = $1";
    PollId => OnFloor,
        "SELECT p.brand_id AS brand, p.group_id, g.archived_at, w.id AS webinar, w.host_id AS webinar_host, NULL AS author,
                p.state = 'draft' AS held, NULL AS deleted_at
         FROM polls p JOIN groups g ON g.id = p.group_id JOIN webinars w ON w.id = p.webinar_id WHERE p.id = $1";
    FileId => Authored,
        "SELECT f.brand_id AS brand, f.group_id, g.archived_at, f.uploader_id AS author, f.created_at,
                COALESCE(f.deleted_at, m.deleted_at) AS deleted_at, COALESCE(m.channel_id, w.channel_id) AS channel,
                NULL AS channel_kind, NULL AS stream
         FROM files f JOIN groups g ON g.id = f.group_id LEFT JOIN messages m ON m.id = f.message_id
         LEFT JOIN decks d ON d.file_id = f.id LEFT JOIN webinars w ON w.id = d.webinar_id WHERE f.id = $1";
    MemberId => About,
        "SELECT brand_id AS brand, NULL AS group_id, NULL AS archived_at, NULL AS webinar, id AS subject,
                role AS subject_brand_role,
                NULL AS subject_group_role FROM members WHERE id = $1 AND state <> 'removed'";
    InvitationId => About,
        "SELECT i.brand_id AS brand, NULL AS group_id, NULL AS archived_at, NULL AS webinar, m.id AS subject,
                m.role AS subject_brand_role,
                NULL AS subject_group_role
         FROM invitations i JOIN members m ON m.id = i.inviter_id WHERE i.id = $1";
}

impl Target for GroupMember {
    type Row = About;
    const LOCATE: &'static str =
        "SELECT g.brand_id AS brand, g.id AS group_id, g.archived_at, NULL AS webinar, m.id AS subject,
                m.role AS subject_brand_role, gm.role AS subject_group_role
         FROM groups g JOIN group_members gm ON gm.group_id = g.id JOIN members m ON m.id = gm.member_id
         WHERE g.id = $1 AND m.id = $2";
    fn keys(self) -> Vec<Value> {
        values![self.group, self.member]
    }
}

/// A draft has no stage, so nobody is in it.
impl Target for WebinarMember {
    type Row = About;
    const LOCATE: &'static str =
        "SELECT w.brand_id AS brand, w.group_id, g.archived_at, w.id AS webinar, m.id AS subject,
                m.role AS subject_brand_role, gm.role AS subject_group_role
         FROM webinars w JOIN groups g ON g.id = w.group_id JOIN group_members gm ON gm.group_id = g.id
         JOIN members m ON m.id = gm.member_id
         WHERE w.id = $1 AND m.id = $2 AND w.published_at IS NOT NULL";
    fn keys(self) -> Vec<Value> {
        values![self.webinar, self.member]
    }
}
