//! The tables `members` and `group_members`.
//!
//! Rows are locked in one order, so that no two writers wait for each other crosswise: members, webinars, the member's
//! inbox, invitations, then streams of groups by id, each before those of its webinars, and the audit log as the last.

mod reads;

use sea_orm::FromQueryResult;

use super::profile::Profile;
use super::view::MemberView;
use crate::access::{
    Admission, BrandRole, ChangeGroupRole, EditProfile, GroupRole, LeaveBrand, LeaveGroup, ManageMember, MemberState,
    Mute, Permit, RemoveFromGroup, RemoveMember,
};
use crate::changes::{self, Change, Position, StreamKind, announce, open_stream, stream_position};
use crate::platform::clock::Millis;
use crate::platform::ids::{AccountId, BrandId, GroupId, MemberId};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::{Rows, Tx};
use crate::{floor, values, webinars};

pub use reads::*;

/// What a new member is made of; as what they come in is a matter of their admission.
#[derive(Debug)]
pub struct NewMember {
    pub id: MemberId,
    pub account: AccountId,
    pub profile: Profile,
}

/// Makes a member with an inbox of its own. A member who had been removed comes back under the old id, so that what they
/// wrote is theirs again.
pub async fn insert_member(admission: &Admission<'_>, new: NewMember) -> Result<MemberId> {
    let (tx, brand) = (admission.tx(), admission.brand());
    let row: Option<Returned> = tx
        .first(
            "INSERT INTO members (id, brand_id, account_id, name, company, job_title, folded, role, state, joined_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9)
             ON CONFLICT (brand_id, account_id) DO UPDATE
                SET state = 'active', role = excluded.role, name = excluded.name, company = excluded.company,
                    job_title = excluded.job_title, folded = excluded.folded, joined_at = excluded.joined_at
                WHERE members.state = 'removed'
             RETURNING id",
            values![
                new.id,
                brand,
                new.account,
                new.profile.name.as_str(),
                new.profile.company.as_str(),
                new.profile.job_title.as_str(),
                new.profile.folded(),
                admission.brand_role(),
                tx.now()
            ],
        )
        .await?;
    let id = row.ok_or(Code::AlreadyMember)?.id;
    if id == new.id {
        open_stream(tx, id.into(), brand, StreamKind::Inbox, None).await?;
    }
    Ok(id)
}

#[derive(FromQueryResult)]
struct Returned {
    id: MemberId,
}

/// Takes a member into the groups of an admission and tells each group and the member. Answers with the groups that they
/// were not in before.
pub async fn join_groups(admission: &Admission<'_>, member: MemberId) -> Result<Vec<GroupId>> {
    let tx = admission.tx();
    let mut joined = Vec::new();
    for (group, role) in admission.groups() {
        let position: Position = stream_position(tx, *group).await?;
        let rows = tx
            .run(
                "INSERT INTO group_members (group_id, member_id, brand_id, role, joined_at, joined_position)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (group_id, member_id) DO NOTHING",
                values![*group, member, admission.brand(), *role, tx.now(), position],
            )
            .await?;
        if rows == 1 {
            announce(tx, member, Change::GroupAdded(*group)).await?;
            announce(tx, *group, Change::MemberJoined(member)).await?;
            joined.push(*group);
        }
    }
    Ok(joined)
}

/// Leaves a group oneself.
pub(super) async fn leave_group(permit: &Permit<'_, LeaveGroup>) -> Result<()> {
    depart(permit.tx(), permit.target(), permit.by()).await
}

/// Takes somebody else out of a group.
pub(super) async fn remove_from_group(permit: &Permit<'_, RemoveFromGroup>) -> Result<()> {
    depart(permit.tx(), permit.target().group, permit.target().member).await
}

/// Tells the member first and the group last: behind its own position in a stream nobody hears anything of it any more,
/// neither of the group's nor of its webinars'.
async fn depart(tx: &Tx, group: GroupId, member: MemberId) -> Result<()> {
    hold_one(tx, member).await?;
    webinars::leave_all(tx, group, member).await?;
    floor::lower_all(tx, group, member).await?;
    tx.run("DELETE FROM group_members WHERE group_id = $1 AND member_id = $2", values![group, member]).await?;
    announce(tx, member, Change::GroupRemoved(group)).await?;
    changes::hold(tx, group).await?;
    for stream in changes::streams_of_group(tx, group).await? {
        announce(tx, stream, Change::MemberLeft(member)).await?;
    }
    Ok(())
}

/// Proves that somebody has just left a brand, so that other rooms end what hung from it.
#[derive(Debug)]
pub struct Departed<'tx> {
    tx: &'tx Tx,
    member: MemberId,
    account: AccountId,
    groups: Vec<GroupId>,
}

impl<'tx> Departed<'tx> {
    pub fn tx(&self) -> &'tx Tx {
        self.tx
    }
    pub fn member(&self) -> MemberId {
        self.member
    }
    pub fn account(&self) -> AccountId {
        self.account
    }
    /// The groups they were in.
    pub fn groups(&self) -> &[GroupId] {
        &self.groups
    }
}

/// Takes somebody else out of the brand. What hung from their place is ended with [`leave_groups`] and by other rooms.
pub(super) async fn remove_from_brand<'tx>(permit: &Permit<'tx, RemoveMember>) -> Result<Departed<'tx>> {
    depart_from_brand(permit.tx(), permit.brand(), permit.target()).await
}

/// Leaves the brand oneself.
pub(super) async fn leave_brand<'tx>(permit: &Permit<'tx, LeaveBrand>) -> Result<Departed<'tx>> {
    depart_from_brand(permit.tx(), permit.brand(), permit.by()).await
}

async fn depart_from_brand(tx: &Tx, brand: BrandId, member: MemberId) -> Result<Departed<'_>> {
    hold(tx, brand, member).await?;
    keep_an_owner(tx, brand, member).await?;
    tx.run("UPDATE members SET state = 'removed', role = 'member' WHERE id = $1", values![member]).await?;
    announce(tx, member, Change::MembershipChanged(member)).await?;
    let account = account_of(tx, member).await?;
    let groups = groups_of(tx, member).await?;
    Ok(Departed { tx, member, account, groups })
}

/// Takes somebody who has left the brand out of all its groups.
pub(super) async fn leave_groups(departed: &Departed<'_>) -> Result<()> {
    for group in &departed.groups {
        depart(departed.tx, *group, departed.member).await?;
    }
    Ok(())
}

/// Holds a member's place, and those of all owners, until the commit: two owners who send each other away at the same
/// moment do so one after the other, and the second finds that they are the last.
async fn hold(tx: &Tx, brand: BrandId, member: MemberId) -> Result<()> {
    tx.run(
        "UPDATE members SET role = role WHERE brand_id = $1 AND (role = 'owner' OR id = $2)",
        values![brand, member],
    )
    .await?;
    Ok(())
}

/// Holds the place of one member until the commit.
async fn hold_one(tx: &Tx, member: MemberId) -> Result<()> {
    tx.run("UPDATE members SET role = role WHERE id = $1", values![member]).await?;
    Ok(())
}

/// Holds a member who is in a group: until the commit nobody takes them out of it. `not_found` when somebody just has.
pub async fn hold_in_group(tx: &Tx, group: GroupId, member: MemberId) -> Result<()> {
    hold_one(tx, member).await?;
    let inside: Option<Returned> = tx
        .first(
            "SELECT member_id AS id FROM group_members WHERE group_id = $1 AND member_id = $2",
            values![group, member],
        )
        .await?;
    inside.map(drop).ok_or_else(|| Code::NotFound.into())
}

#[derive(FromQueryResult)]
struct Held {
    id: MemberId,
    state: MemberState,
}

/// The place of an account in a brand, removed or not, held until the commit.
pub async fn hold_membership(tx: &Tx, brand: BrandId, account: AccountId) -> Result<Option<(MemberId, MemberState)>> {
    let held: Option<Held> = tx
        .first(
            "UPDATE members SET role = role WHERE brand_id = $1 AND account_id = $2 RETURNING id, state",
            values![brand, account],
        )
        .await?;
    Ok(held.map(|held| (held.id, held.state)))
}

/// Whether a member of this very brand is there, and in which state, held until the commit: so nobody is brought into a
/// group while they are being removed.
pub(super) async fn hold_state(tx: &Tx, brand: BrandId, member: MemberId) -> Result<Option<MemberState>> {
    let held: Option<Held> = tx
        .first(
            "UPDATE members SET role = role WHERE brand_id = $1 AND id = $2 RETURNING id, state",
            values![brand, member],
        )
        .await?;
    Ok(held.map(|held| held.state))
}

#[derive(FromQueryResult)]
struct Others {
    owners: i64,
}

/// Refuses to do without somebody who is the last owner. Whoever calls holds the owners' places.
async fn keep_an_owner(tx: &Tx, brand: BrandId, member: MemberId) -> Result<()> {
    let others: Option<Others> = tx
        .first(
            "SELECT COUNT(*) AS owners FROM members m JOIN accounts a ON a.id = m.account_id AND a.deactivated_at IS NULL
             WHERE m.brand_id = $1 AND m.role = 'owner' AND m.state = 'active' AND m.id <> $2",
            values![brand, member],
        )
        .await?;
    if others.is_some_and(|others| others.owners > 0) { Ok(()) } else { Err(Code::LastOwner.into()) }
}

/// Gives another role in the group.
pub(super) async fn set_group_role(permit: &Permit<'_, ChangeGroupRole>, role: GroupRole) -> Result<()> {
    let (tx, target) = (permit.tx(), permit.target());
    tx.run(
        "UPDATE group_members SET role = $3 WHERE group_id = $1 AND member_id = $2",
        values![target.group, target.member, role],
    )
    .await?;
    announce(tx, target.group, Change::MemberChanged(target.member)).await?;
    Ok(())
}

/// Mutes until an instant, or ends a mute.
pub(super) async fn set_mute(permit: &Permit<'_, Mute>, until: Option<Millis>) -> Result<()> {
    let (tx, target) = (permit.tx(), permit.target());
    tx.run(
        "UPDATE group_members SET muted_until = $3 WHERE group_id = $1 AND member_id = $2",
        values![target.group, target.member, until],
    )
    .await?;
    announce(tx, target.group, Change::MemberChanged(target.member)).await?;
    Ok(())
}

/// Somebody's place in the brand, held until the commit.
pub(super) async fn hold_place(permit: &Permit<'_, ManageMember>) -> Result<MemberView> {
    hold(permit.tx(), permit.brand(), permit.target()).await?;
    member_with_address(permit.tx(), permit.target()).await?.ok_or_else(|| Code::NotFound.into())
}

/// Gives another role in the brand, or suspends and lets in again. Whoever calls holds the place.
pub(super) async fn set_place(permit: &Permit<'_, ManageMember>, role: BrandRole, state: MemberState) -> Result<()> {
    let (tx, member) = (permit.tx(), permit.target());
    if role != BrandRole::Owner || state != MemberState::Active {
        keep_an_owner(tx, permit.brand(), member).await?;
    }
    tx.run("UPDATE members SET role = $2, state = $3 WHERE id = $1", values![member, role, state]).await?;
    tell_of_change(tx, member).await
}

/// Saves one's own profile and tells everybody who sees it.
pub(super) async fn save_profile(permit: &Permit<'_, EditProfile>, profile: &Profile) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "UPDATE members SET name = $2, company = $3, job_title = $4, folded = $5 WHERE id = $1",
        values![
            permit.by(),
            profile.name.as_str(),
            profile.company.as_str(),
            profile.job_title.as_str(),
            profile.folded()
        ],
    )
    .await?;
    tell_of_change(tx, permit.by()).await
}

async fn tell_of_change(tx: &Tx, member: MemberId) -> Result<()> {
    announce(tx, member, Change::MembershipChanged(member)).await?;
    for group in groups_of(tx, member).await? {
        announce(tx, group, Change::MemberChanged(member)).await?;
    }
    Ok(())
}
