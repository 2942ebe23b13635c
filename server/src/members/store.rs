//! The tables `members` and `group_members`.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::person::{Person, PersonRow};
use super::profile::Profile;
use super::view::{MemberRow, MemberView};
use crate::access::{BrandRole, EditProfile, GroupRole, Permit};
use crate::changes::{Change, Position, StreamKind, announce, open_stream, stream_position};
use crate::platform::ids::{AccountId, BrandId, GroupId, MemberId};
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// What a new member is made of.
#[derive(Debug)]
pub struct NewMember {
    pub id: MemberId,
    pub brand: BrandId,
    pub account: AccountId,
    pub profile: Profile,
    pub role: BrandRole,
}

/// Makes a member with an inbox of its own. Called by those who hold an invitation or found the brand; a member who had
/// been removed comes back under the old id, so that what they wrote is theirs again.
pub async fn insert_member(tx: &Tx, new: &NewMember) -> Result<MemberId> {
    let row: Option<Returned> = tx
        .first(
            "INSERT INTO members (id, brand_id, account_id, name, company, job_title, role, state, joined_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8)
             ON CONFLICT (brand_id, account_id) DO UPDATE
                SET state = 'active', role = excluded.role, name = excluded.name, company = excluded.company,
                    job_title = excluded.job_title
                WHERE members.state = 'removed'
             RETURNING id",
            values![
                new.id,
                new.brand,
                new.account,
                new.profile.name.as_str(),
                new.profile.company.as_str(),
                new.profile.job_title.as_str(),
                new.role,
                tx.now()
            ],
        )
        .await?;
    let Some(row) = row else { return Err(crate::platform::refusal::Code::AlreadyMember.into()) };
    if row.id == new.id {
        open_inbox(tx, new.id, new.brand).await?;
    }
    Ok(row.id)
}

#[derive(FromQueryResult)]
struct Returned {
    id: MemberId,
}

/// Opens the stream in which a member hears what concerns them alone.
pub async fn open_inbox(tx: &Tx, member: MemberId, brand: BrandId) -> Result<()> {
    open_stream(tx, member.into(), brand, StreamKind::Inbox, None).await
}

/// Who joins which group as what.
#[derive(Debug, Clone, Copy)]
pub struct Joining {
    pub brand: BrandId,
    pub group: GroupId,
    pub member: MemberId,
    pub role: GroupRole,
}

/// Takes a member into a group and tells the group and the member. False when they were in it already.
pub async fn join_group(tx: &Tx, joining: Joining) -> Result<bool> {
    let position: Position = stream_position(tx, joining.group).await?;
    let joined = tx
        .run(
            "INSERT INTO group_members (group_id, member_id, brand_id, role, joined_at, joined_position)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (group_id, member_id) DO NOTHING",
            values![joining.group, joining.member, joining.brand, joining.role, tx.now(), position],
        )
        .await?;
    if joined == 0 {
        return Ok(false);
    }
    announce(tx, joining.group, Change::MemberJoined(joining.member)).await?;
    announce(tx, joining.member, Change::GroupAdded(joining.group)).await?;
    Ok(true)
}

/// Takes a member out of a group and tells both, the group last: after that position the member hears nothing more.
/// False when they were not in it.
pub async fn leave_group(tx: &Tx, group: GroupId, member: MemberId) -> Result<bool> {
    let left =
        tx.run("DELETE FROM group_members WHERE group_id = $1 AND member_id = $2", values![group, member]).await?;
    if left == 0 {
        return Ok(false);
    }
    announce(tx, member, Change::GroupRemoved(group)).await?;
    announce(tx, group, Change::MemberLeft(member)).await?;
    Ok(true)
}

/// Saves one's own profile and tells everybody who sees it.
pub async fn save_profile(permit: &Permit<'_, EditProfile>, profile: &Profile) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "UPDATE members SET name = $2, company = $3, job_title = $4 WHERE id = $1",
        values![permit.by(), profile.name.as_str(), profile.company.as_str(), profile.job_title.as_str()],
    )
    .await?;
    for group in groups_of(tx, permit.by()).await? {
        announce(tx, group, Change::MemberChanged(permit.by())).await?;
    }
    announce(tx, permit.by(), Change::MembershipChanged(permit.by())).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct GroupOf {
    group_id: GroupId,
}

/// The groups a member is in, in a fixed order, so that two writers never wait for each other's counters crosswise.
pub async fn groups_of(rows: &impl Rows, member: MemberId) -> Result<Vec<GroupId>> {
    let found: Vec<GroupOf> =
        rows.all("SELECT group_id FROM group_members WHERE member_id = $1 ORDER BY group_id", values![member]).await?;
    Ok(found.into_iter().map(|row| row.group_id).collect())
}

const PERSON: &str = "SELECT id, name, company, job_title, state FROM members";

/// The persons behind ids, for those who may see what they wrote.
pub async fn persons(rows: &impl Rows, ids: &[MemberId]) -> Result<HashMap<MemberId, Person>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("{PERSON} WHERE id IN ({})", placeholders(1, ids.len()));
    let found: Vec<PersonRow> = rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await?;
    Ok(found.into_iter().map(|row| (row.id, row.into())).collect())
}

pub async fn person(rows: &impl Rows, id: MemberId) -> Result<Option<Person>> {
    Ok(rows.first::<PersonRow>(&format!("{PERSON} WHERE id = $1"), values![id]).await?.map(Into::into))
}

const MEMBER: &str = "SELECT m.id, m.name, m.company, m.job_title, m.role AS brand_role, m.state, m.joined_at";

/// One's own place in each brand.
#[derive(Debug)]
pub struct Own {
    pub brand_id: BrandId,
    pub member: MemberView,
}

#[derive(FromQueryResult)]
struct OwnRow {
    brand_id: BrandId,
    #[sea_orm(nested)]
    member: MemberRow,
}

pub async fn memberships_of(rows: &impl Rows, account: AccountId) -> Result<Vec<Own>> {
    let found: Vec<OwnRow> = rows
        .all(
            &format!(
                "{MEMBER}, m.brand_id, NULL AS group_role, NULL AS muted_until, a.email
                 FROM members m JOIN accounts a ON a.id = m.account_id
                 WHERE m.account_id = $1 AND m.state <> 'removed' ORDER BY m.joined_at"
            ),
            values![account],
        )
        .await?;
    Ok(found.into_iter().map(|row| Own { brand_id: row.brand_id, member: row.member.into() }).collect())
}

/// A member of the brand, without the address.
pub async fn member_in_brand(rows: &impl Rows, member: MemberId) -> Result<Option<MemberView>> {
    let row: Option<MemberRow> = rows
        .first(
            &format!("{MEMBER}, NULL AS group_role, NULL AS muted_until, NULL AS email FROM members m WHERE m.id = $1"),
            values![member],
        )
        .await?;
    Ok(row.map(Into::into))
}

/// A member as the group sees them, without the address.
pub async fn group_member(rows: &impl Rows, group: GroupId, member: MemberId) -> Result<Option<MemberView>> {
    Ok(group_members_by_ids(rows, group, &[member]).await?.pop())
}

/// Members as the group sees them, without addresses. Those who have left have no role.
pub async fn group_members_by_ids(rows: &impl Rows, group: GroupId, ids: &[MemberId]) -> Result<Vec<MemberView>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "{MEMBER}, g.role AS group_role, g.muted_until, NULL AS email
         FROM members m LEFT JOIN group_members g ON g.member_id = m.id AND g.group_id = $1
         WHERE m.id IN ({})",
        placeholders(2, ids.len())
    );
    let values = std::iter::once(Value::from(group)).chain(ids.iter().map(|id| Value::from(*id))).collect();
    let found: Vec<MemberRow> = rows.all(&sql, values).await?;
    Ok(found.into_iter().map(Into::into).collect())
}
