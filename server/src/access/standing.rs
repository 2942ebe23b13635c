//! Where a target stands and what the actor is there.
//!
//! This file has its own narrow read over the tables of the rooms (members, groups, channels, messages, …), the one
//! exception to "only `store.rs` touches its tables": gate and rooms would otherwise import each other in a circle.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::actor::Actor;
use super::roles::{BrandRole, ChannelKind, GroupRole, MemberState, StageRole};
use crate::platform::clock::Millis;
use crate::platform::ids::{AccountId, BrandId, ChannelId, GroupId, MemberId, StreamId, WebinarId};
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, padded, placeholders};
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

/// How the chat of a webinar runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChatMode {
    /// Only those who run the webinar write.
    pub hosts_only: bool,
    /// How long everybody else waits between two messages; 0 for not at all.
    pub slow_seconds: i64,
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
    /// Shown to its author and to those who run the webinar only.
    pub held: bool,
    /// Who hosts the webinar that it belongs to.
    pub webinar_host: Option<MemberId>,
    pub chat: ChatMode,
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
            held: false,
            webinar_host: None,
            chat: ChatMode { hosts_only: false, slow_seconds: 0 },
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
    "SELECT a.id AS account, m.id AS member, m.role AS brand_role, m.state AS state, g.role AS group_role, g.muted_until AS muted_until,
            p.role AS given_stage_role, p.sent_out_at AS sent_out_at
     FROM members m JOIN accounts a ON a.id = m.account_id
     LEFT JOIN group_members g ON g.member_id = m.id AND g.group_id = $2
     LEFT JOIN stage_people p ON p.member_id = m.id AND p.webinar_id = $3
     WHERE m.brand_id = $1 AND a.deactivated_at IS NULL";

/// What the actor is there; `None` when it has no place in the brand.
pub(super) async fn standing(rows: &impl Rows, actor: &Actor, place: &Place) -> Result<Option<Standing>> {
    Ok(standings_of(rows, &[actor.account], place).await?.remove(&actor.account))
}

#[derive(FromQueryResult)]
struct Stands {
    account: AccountId,
    #[sea_orm(nested)]
    standing: Standing,
}

/// What several accounts are there; who has no place in the brand is missing.
pub(super) async fn standings_of(
    rows: &impl Rows,
    accounts: &[AccountId],
    place: &Place,
) -> Result<HashMap<AccountId, Standing>> {
    let accounts = padded(accounts);
    let sql = format!("{STANDING} AND m.account_id IN ({})", placeholders(4, accounts.len()));
    let values = values![place.brand, place.group, place.webinar].into_iter().chain(accounts).collect();
    let found: Vec<Stands> = rows.all(&sql, values).await?;
    Ok(found.into_iter().map(|row| (row.account, row.standing)).collect())
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
