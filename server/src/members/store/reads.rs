//! Looking up members.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use crate::access::{Scope, Seen};
use crate::members::person::{Person, PersonRow};
use crate::members::profile::Profile;
use crate::members::view::{MemberRow, MemberView};
use crate::platform::ids::{AccountId, BrandId, GroupId, MemberId};
use crate::platform::language::Language;
use crate::platform::refusal::{Code, Result};
use crate::platform::store::{Rows, padded, placeholders};
use crate::values;

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
    let ids = padded(ids);
    let found: Vec<PersonRow> =
        rows.all(&format!("{PERSON} WHERE id IN ({})", placeholders(1, ids.len())), ids).await?;
    Ok(found.into_iter().map(|row| (row.id, row.into())).collect())
}

pub async fn person(rows: &impl Rows, id: MemberId) -> Result<Option<Person>> {
    Ok(rows.first::<PersonRow>(&format!("{PERSON} WHERE id = $1"), values![id]).await?.map(Into::into))
}

/// Where and how somebody is written to.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Addressee {
    pub member: MemberId,
    pub email: String,
    pub language: Language,
    pub time_zone: String,
}

/// Those of the members who may be written to: active, and with an account that is.
pub async fn addressees(rows: &impl Rows, ids: &[MemberId]) -> Result<Vec<Addressee>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT m.id AS member, a.email, a.language, a.time_zone FROM members m JOIN accounts a ON a.id = m.account_id
         WHERE m.state = 'active' AND a.deactivated_at IS NULL AND m.id IN ({}) ORDER BY m.id",
        placeholders(1, ids.len())
    );
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
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

/// A member of the brand with the address: for themselves and for admins.
pub(in crate::members) async fn member_with_address(rows: &impl Rows, member: MemberId) -> Result<Option<MemberView>> {
    let sql = format!(
        "{MEMBER}, NULL AS group_role, NULL AS muted_until, a.email
         FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.id = $1"
    );
    Ok(rows.first::<MemberRow>(&sql, values![member]).await?.map(Into::into))
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

/// Which part of a list of members is asked for.
#[derive(Debug)]
pub(in crate::members) struct Part {
    /// The last one of the page before.
    pub after: Option<MemberId>,
    pub limit: u64,
    /// A pattern for `LIKE` over the folded profile.
    pub pattern: Option<String>,
    pub addresses: Addresses,
}

/// Whether the reader may see mail addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::members) enum Addresses {
    Shown,
    Hidden,
}

impl Addresses {
    const fn column(self) -> &'static str {
        match self {
            Addresses::Shown => "a.email",
            Addresses::Hidden => "NULL AS email",
        }
    }
}

/// Sorted by name; the cursor names the last member shown, whose place in that order is looked up.
const PART: &str = "m.state <> 'removed' AND ($2 IS NULL OR m.folded LIKE $2 ESCAPE '!')
    AND ($3 IS NULL OR (m.folded, m.id) > (SELECT c.folded, c.id FROM members c WHERE c.id = $3))
    ORDER BY m.folded, m.id LIMIT $4";

fn part_values(first: Uuid, part: &Part) -> Vec<Value> {
    values![first, part.pattern.as_deref(), part.after, i64::try_from(part.limit).unwrap_or(i64::MAX)]
}

/// Members of a group.
pub(in crate::members) async fn part_of_group(seen: &Seen<'_, GroupId>, part: &Part) -> Result<Vec<MemberRow>> {
    let email = part.addresses.column();
    let sql = format!(
        "{MEMBER}, g.role AS group_role, g.muted_until, {email}
         FROM group_members g JOIN members m ON m.id = g.member_id JOIN accounts a ON a.id = m.account_id
         WHERE g.group_id = $1 AND {PART}"
    );
    seen.reader().all(&sql, part_values(seen.target().0, part)).await
}

/// All members of a brand.
pub(in crate::members) async fn part_of_brand(scope: &Scope<'_>, part: &Part) -> Result<Vec<MemberRow>> {
    let email = part.addresses.column();
    let sql = format!(
        "{MEMBER}, NULL AS group_role, NULL AS muted_until, {email}
         FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.brand_id = $1 AND {PART}"
    );
    scope.reader().all(&sql, part_values(scope.brand().0, part)).await
}

/// The members of a brand whom one meets in some group, and oneself.
pub(in crate::members) async fn part_met_by(scope: &Scope<'_>, part: &Part) -> Result<Vec<MemberRow>> {
    let email = part.addresses.column();
    let sql = format!(
        "{MEMBER}, NULL AS group_role, NULL AS muted_until, {email}
         FROM members m JOIN accounts a ON a.id = m.account_id
         WHERE (m.id = $1 OR {MEETS}) AND {PART}"
    );
    scope.reader().all(&sql, part_values(scope.member().0, part)).await
}

const MEETS: &str =
    "EXISTS (SELECT 1 FROM group_members mine JOIN group_members theirs ON theirs.group_id = mine.group_id
    WHERE mine.member_id = $1 AND theirs.member_id = m.id)";

/// Whether two members share a group.
pub(in crate::members) async fn meet(rows: &impl Rows, one: MemberId, other: MemberId) -> Result<bool> {
    let sql = format!("SELECT COUNT(*) AS places FROM members m WHERE m.id = $2 AND {MEETS}");
    let found: Option<Places> = rows.first(&sql, values![one, other]).await?;
    Ok(found.is_some_and(|found| found.places > 0))
}

#[derive(FromQueryResult)]
struct AccountOf {
    account_id: AccountId,
}

/// The account behind a member.
pub async fn account_of(rows: &impl Rows, member: MemberId) -> Result<AccountId> {
    let row: Option<AccountOf> = rows.first("SELECT account_id FROM members WHERE id = $1", values![member]).await?;
    row.map(|row| row.account_id).ok_or_else(|| Code::NotFound.into())
}

#[derive(FromQueryResult)]
struct ProfileRow {
    name: String,
    company: String,
    job_title: String,
}

/// How an account has last described itself, in whichever brand.
pub async fn latest_profile(rows: &impl Rows, account: AccountId) -> Result<Option<Profile>> {
    let row: Option<ProfileRow> = rows
        .first(
            "SELECT name, company, job_title FROM members WHERE account_id = $1 ORDER BY joined_at DESC, id DESC LIMIT 1",
            values![account],
        )
        .await?;
    Ok(row.map(|row| Profile { name: row.name, company: row.company, job_title: row.job_title }))
}

/// The groups of a brand that the holder of an address is in.
pub async fn groups_of_address(rows: &impl Rows, brand: BrandId, email: &str) -> Result<Vec<GroupId>> {
    let found: Vec<GroupOf> = rows
        .all(
            "SELECT g.group_id FROM group_members g JOIN members m ON m.id = g.member_id JOIN accounts a ON a.id = m.account_id
             WHERE m.brand_id = $1 AND a.email = $2 AND a.deactivated_at IS NULL",
            values![brand, email],
        )
        .await?;
    Ok(found.into_iter().map(|row| row.group_id).collect())
}

#[derive(FromQueryResult)]
struct Places {
    places: i64,
}

/// Whether an account counts in no brand any more.
pub(in crate::members) async fn is_homeless(rows: &impl Rows, account: AccountId) -> Result<bool> {
    let found: Option<Places> = rows
        .first("SELECT COUNT(*) AS places FROM members WHERE account_id = $1 AND state = 'active'", values![account])
        .await?;
    Ok(found.is_none_or(|found| found.places == 0))
}
