//! Where reads start: a brand with the groups one may read, or one thing that one may read.

use std::collections::HashSet;

use sea_orm::FromQueryResult;

use super::act::Act;
use super::actor::Actor;
use super::policy::{Verdict, decide, may_read};
use super::roles::{BrandRole, GroupRole};
use super::standing::{Place, Standing, Target, locate, standing, standings};
use crate::platform::ids::{AccountId, BrandId, GroupId, LoginId, MemberId};
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::store::{Reader, Rows};
use crate::values;

/// What an actor may read in a brand, as of one consistent read.
pub struct Scope<'r> {
    reader: &'r Reader,
    brand: BrandId,
    standing: Standing,
    groups: Vec<(GroupId, GroupRole)>,
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope")
            .field("brand", &self.brand)
            .field("member", &self.standing.member)
            .finish_non_exhaustive()
    }
}

impl<'r> Scope<'r> {
    pub fn reader(&self) -> &'r Reader {
        self.reader
    }
    pub fn brand(&self) -> BrandId {
        self.brand
    }
    pub fn member(&self) -> MemberId {
        self.standing.member
    }
    pub fn brand_role(&self) -> BrandRole {
        self.standing.brand_role
    }
    /// The groups whose content may be read, with the role held there.
    pub fn groups(&self) -> &[(GroupId, GroupRole)] {
        &self.groups
    }
    pub fn role_in(&self, group: GroupId) -> Option<GroupRole> {
        self.groups.iter().find(|(id, _)| *id == group).map(|(_, role)| *role)
    }
}

#[derive(FromQueryResult)]
struct Place1 {
    group_id: GroupId,
    role: GroupRole,
}

/// What the actor may read in a brand.
pub async fn scope<'r>(reader: &'r Reader, actor: &Actor, brand: BrandId) -> Result<Scope<'r>> {
    let seen = see(reader, actor, brand).await?;
    let groups: Vec<Place1> = reader
        .all(
            "SELECT group_id, role FROM group_members WHERE member_id = $1 ORDER BY group_id",
            values![seen.standing.member],
        )
        .await?;
    let groups = groups.into_iter().map(|row| (row.group_id, row.role)).collect();
    Ok(Scope { reader, brand, standing: seen.standing, groups })
}

/// The scope of a member who has shown a secret of their own in place of a log-in: a calendar program with its feed.
/// The same questions are asked as of anybody else, of the member as they are at this moment.
pub async fn scope_of_bearer(reader: &Reader, account: AccountId, brand: BrandId) -> Result<Scope<'_>> {
    let no_login = LoginId(uuid::Uuid::nil());
    scope(reader, &Actor { account, login: no_login }, brand).await
}

/// One thing that the actor may read, as of one consistent read.
pub struct Seen<'r, T: Target> {
    reader: &'r Reader,
    standing: Standing,
    place: Place,
    target: T,
}

impl<T: Target> std::fmt::Debug for Seen<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seen").field("place", &self.place).finish_non_exhaustive()
    }
}

impl<'r, T: Target> Seen<'r, T> {
    pub fn reader(&self) -> &'r Reader {
        self.reader
    }
    pub fn target(&self) -> T {
        self.target
    }
    pub fn member(&self) -> MemberId {
        self.standing.member
    }
    pub fn standing(&self) -> &Standing {
        &self.standing
    }
    pub fn place(&self) -> &Place {
        &self.place
    }
    pub fn brand(&self) -> BrandId {
        self.place.brand
    }
    pub fn group(&self) -> Result<GroupId> {
        self.place.group.ok_or_else(|| Failure::broken("this target stands in no group"))
    }
}

/// Looks at one thing; `not_found` when the actor may not know of it.
pub async fn see<'r, T: Target>(reader: &'r Reader, actor: &Actor, target: T) -> Result<Seen<'r, T>> {
    let Some(place) = locate(reader, target).await? else { return Err(Code::NotFound.into()) };
    let standing = standing(reader, actor, &place).await?;
    match (may_read(standing.as_ref(), &place), standing) {
        (Verdict::Allowed, Some(standing)) => Ok(Seen { reader, standing, place, target }),
        (Verdict::Refused(code), _) => Err(code.into()),
        _ => Err(Code::NotFound.into()),
    }
}

/// Looks at something that only those may see who may do `A`: the audit log, the outbox, a group's frame.
pub async fn see_for<'r, A: Act>(reader: &'r Reader, actor: &Actor, target: A::Target) -> Result<Seen<'r, A::Target>> {
    let Some(place) = locate(reader, target).await? else { return Err(Code::NotFound.into()) };
    let standing = standing(reader, actor, &place).await?;
    match (decide(A::NAME, standing.as_ref(), &place, reader.now()), standing) {
        (Verdict::Allowed, Some(standing)) => Ok(Seen { reader, standing, place, target }),
        (Verdict::Refused(code), _) => Err(code.into()),
        _ => Err(Code::NotFound.into()),
    }
}

/// Which of these members may do `A` to a target at this moment: for what was opened by right and has to end with it.
pub async fn who_may<A: Act>(reader: &Reader, target: A::Target, members: &[MemberId]) -> Result<HashSet<MemberId>> {
    let Some(place) = locate(reader, target).await? else { return Ok(HashSet::new()) };
    let standings = standings(reader, members, &place).await?;
    let may = |standing: &Standing| decide(A::NAME, Some(standing), &place, reader.now()) == Verdict::Allowed;
    Ok(standings.into_iter().filter(may).map(|standing| standing.member).collect())
}
