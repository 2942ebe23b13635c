//! What hosts and moderators do to members of their group: another role, a mute, removal.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::store;
use super::view::MemberView;
use crate::access::{
    Actor, BrandRole, ChangeGroupRole, GroupMember, GroupRole, Mute, RemoveFromGroup, may_grant, permit,
};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::clock::Millis;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::Tx;

/// Longer than this is not a mute but a removal.
const MUTE_DAYS_MAX: i64 = 366;

/// A change of somebody's place in a group; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupPlaceChange {
    pub role: Option<GroupRole>,
    /// Until when they can only read; `null` ends a mute.
    #[serde(default)]
    #[schema(value_type = Option<Millis>)]
    pub muted_until: Muting,
}

/// What is to become of a mute: `null` is not the same as absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Muting {
    #[default]
    Unchanged,
    Ends,
    Until(Millis),
}

impl<'de> Deserialize<'de> for Muting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Muting::Ends, Muting::Until))
    }
}

/// Gives another role, mutes or ends a mute.
pub async fn change_place(
    app: &App,
    actor: &Actor,
    target: GroupMember,
    change: &GroupPlaceChange,
) -> Result<MemberView> {
    let tx = app.store.begin().await?;
    if let Some(role) = change.role {
        change_role(&tx, actor, target, role).await?;
    }
    match change.muted_until {
        Muting::Until(until) => mute(&tx, actor, target, Some(until)).await?,
        Muting::Ends => mute(&tx, actor, target, None).await?,
        Muting::Unchanged if change.role.is_none() => return Err(Refusal::field("role", "required").into()),
        Muting::Unchanged => {}
    }
    let view = store::group_member(&tx, target.group, target.member).await?.ok_or(Code::NotFound)?;
    tx.commit().await?;
    Ok(view)
}

async fn change_role(tx: &Tx, actor: &Actor, target: GroupMember, role: GroupRole) -> Result<()> {
    let permit = permit::<ChangeGroupRole>(tx, actor, target).await?;
    if !may_grant(permit.standing(), BrandRole::Member, role) {
        return Err(Code::RoleTooHigh.into());
    }
    let before = permit.place().subject_group_role;
    store::set_group_role(&permit, role).await?;
    audit::record(&permit, entry(target, &before, &Some(role))).await
}

async fn mute(tx: &Tx, actor: &Actor, target: GroupMember, until: Option<Millis>) -> Result<()> {
    let permit = permit::<Mute>(tx, actor, target).await?;
    let in_bounds = |until: Millis| until > tx.now() && until <= tx.now().plus_days(MUTE_DAYS_MAX);
    if until.is_some_and(|until| !in_bounds(until)) {
        return Err(Refusal::field("muted_until", "out_of_range").into());
    }
    let before = store::group_member(tx, target.group, target.member).await?.and_then(|member| member.muted_until);
    store::set_mute(&permit, until).await?;
    audit::record(&permit, entry(target, &before, &until)).await
}

fn entry(target: GroupMember, before: &impl Serialize, after: &impl Serialize) -> Entry {
    let before = serde_json::json!({ "group": target.group, "is": before });
    let after = serde_json::json!({ "group": target.group, "is": after });
    Entry::changed("member", target.member.0, &before, &after)
}

/// Removes somebody from a group: they hear of it and of nothing behind it.
pub async fn remove_from_group(app: &App, actor: &Actor, target: GroupMember) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<RemoveFromGroup>(&tx, actor, target).await?;
    let before = serde_json::json!({ "group": target.group, "role": permit.place().subject_group_role });
    store::remove_from_group(&permit).await?;
    audit::record(&permit, Entry::ended("member", target.member.0, &before)).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_ends_a_mute_and_absence_leaves_it() {
        let read = |json| serde_json::from_str::<GroupPlaceChange>(json).unwrap().muted_until;
        assert_eq!(read("{}"), Muting::Unchanged);
        assert_eq!(read(r#"{"muted_until":null}"#), Muting::Ends);
        let until = "2026-12-03T09:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
        assert_eq!(read(r#"{"muted_until":"2026-12-03T09:00:00Z"}"#), Muting::Until(until));
    }
}
