//! Where a target stands and what the actor is there.
//!
//! This file has its own narrow read over the tables of the rooms (members, groups, channels, messages, …), the one
//! exception to "only `store.rs` touches its tables": gate and rooms would otherwise import each other in a circle.

use sea_orm::{FromQueryResult, Value};

use super::act::{GroupMember, WebinarMember};
use super::actor::Actor;
use super::roles::{BrandRole, ChannelKind, GroupRole, MemberState, StageRole};
use crate::platform::clock::Millis;
use crate::platform::ids::{
    BrandId, ChannelId, FileId, GroupId, InvitationId, MailId, MemberId, MessageId, ReplyId, StageKeyId, StreamId,
    ThreadId, WebinarId,
};
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, placeholders};
use crate::values;

/// What the actor is, in the brand and group of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Standing {
    pub member: MemberId,
    pub brand_role: BrandRole,
    pub state: MemberState,
    pub group_role: Option<GroupRole>,
    pub muted_until: Option<Millis>,
    /// As it was given in the webinar of the target; hosts of the group need none.
    pub given_stage_role: Option<StageRole>,
    /// When they were sent out of that webinar.
    pub sent_out_at: Option<Millis>,
}

impl Standing {
    /// What they are on the stage of the target's webinar.
    pub fn stage_role(&self) -> StageRole {
        if self.group_role >= Some(GroupRole::Host) {
            StageRole::Host
        } else {
            self.given_stage_role.unwrap_or(StageRole::Attendee)
        }
    }
}

/// Where a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub brand: BrandId,
    pub group: Option<GroupId>,
    pub archived_at: Option<Millis>,
    pub webinar: Option<WebinarId>,
    pub channel: Option<ChannelId>,
    pub channel_kind: Option<ChannelKind>,
    pub stream: Option<StreamId>,
    /// Who wrote it.
    pub author: Option<MemberId>,
    pub created_at: Option<Millis>,
    pub deleted_at: Option<Millis>,
    /// Not shown to the group yet.
    pub hosts_only: bool,
    /// The member it is about.
    pub subject: Option<MemberId>,
    pub subject_brand_role: Option<BrandRole>,
    pub subject_group_role: Option<GroupRole>,
}

/// The member that an act is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    pub member: MemberId,
    pub brand_role: BrandRole,
    pub group_role: Option<GroupRole>,
}

impl Place {
    /// Somewhere in a brand, nothing more.
    pub const fn in_brand(brand: BrandId) -> Self {
        Place {
            brand,
            group: None,
            archived_at: None,
            webinar: None,
            channel: None,
            channel_kind: None,
            stream: None,
            author: None,
            created_at: None,
            deleted_at: None,
            hosts_only: false,
            subject: None,
            subject_brand_role: None,
            subject_group_role: None,
        }
    }

    pub fn subject(&self) -> Option<Subject> {
        Some(Subject {
            member: self.subject?,
            brand_role: self.subject_brand_role?,
            group_role: self.subject_group_role,
        })
    }
}

/// Something an act can be done to.
pub trait Target: Copy + Send + Sync + 'static {
    /// What its row tells of its place.
    type Row: FromQueryResult + Into<Place> + Send;
    /// `SELECT` of that row.
    const LOCATE: &'static str;
    /// The ids it is located by, in the order of `$1, $2`.
    fn keys(self) -> Vec<Value>;
}

/// The place of a target; `None` when there is no such thing.
pub(super) async fn locate<T: Target>(rows: &impl Rows, target: T) -> Result<Option<Place>> {
    Ok(rows.first::<T::Row>(T::LOCATE, target.keys()).await?.map(Into::into))
}

const STANDING: &str =
    "SELECT m.id AS member, m.role AS brand_role, m.state AS state, g.role AS group_role, g.muted_until AS muted_until,
            p.role AS given_stage_role, p.sent_out_at AS sent_out_at
     FROM members m JOIN accounts a ON a.id = m.account_id
     LEFT JOIN group_members g ON g.member_id = m.id AND g.group_id = $2
     LEFT JOIN stage_people p ON p.member_id = m.id AND p.webinar_id = $3
     WHERE m.brand_id = $1 AND a.deactivated_at IS NULL";

/// What the actor is there; `None` when it has no place in the brand.
pub(super) async fn standing(rows: &impl Rows, actor: &Actor, place: &Place) -> Result<Option<Standing>> {
    let values = values![place.brand, place.group, place.webinar, actor.account];
    rows.first(&format!("{STANDING} AND m.account_id = $4"), values).await
}

/// What these members are there, in one read.
pub(super) async fn standings(rows: &impl Rows, members: &[MemberId], place: &Place) -> Result<Vec<Standing>> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = values![place.brand, place.group, place.webinar];
    values.extend(members.iter().map(|member| Value::from(*member)));
    rows.all(&format!("{STANDING} AND m.id IN ({})", placeholders(4, members.len())), values).await
}

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
}

impl From<InChannel> for Place {
    fn from(row: InChannel) -> Self {
        Place {
            group: Some(row.group_id),
            archived_at: row.archived_at,
            channel: Some(row.channel),
            channel_kind: Some(row.channel_kind),
            stream: Some(row.stream),
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
        "SELECT c.brand_id AS brand, c.group_id, g.archived_at, c.id AS channel, c.kind AS channel_kind, c.stream_id AS stream
         FROM channels c JOIN groups g ON g.id = c.group_id WHERE c.id = $1";
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
                w.id AS webinar
         FROM webinars w JOIN groups g ON g.id = w.group_id WHERE w.id = $1";
    StageKeyId => Planned,
        "SELECT w.brand_id AS brand, w.group_id, g.archived_at, k.maker_id AS author, k.created_at, w.published_at,
                w.id AS webinar
         FROM stage_keys k JOIN webinars w ON w.id = k.webinar_id JOIN groups g ON g.id = w.group_id WHERE k.id = $1";
    FileId => Authored,
        "SELECT f.brand_id AS brand, f.group_id, g.archived_at, f.uploader_id AS author, f.created_at,
                COALESCE(f.deleted_at, m.deleted_at) AS deleted_at, m.channel_id AS channel, NULL AS channel_kind, NULL AS stream
         FROM files f JOIN groups g ON g.id = f.group_id LEFT JOIN messages m ON m.id = f.message_id WHERE f.id = $1";
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
