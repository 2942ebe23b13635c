//! Bringing a member of the brand into a group.

use serde::Deserialize;
use utoipa::ToSchema;

use super::store;
use super::view::MemberView;
use crate::access::{Actor, AddToGroup, BrandRole, GroupRole, MemberState, Permit, admit_colleague, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::{GroupId, MemberId};
use crate::platform::refusal::{Code, Result};

/// As what somebody comes into a group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupPlace {
    pub role: GroupRole,
}

/// Brings a member into a group. Who is in it already stays what they are.
pub async fn add_to_group(
    app: &App,
    actor: &Actor,
    group: GroupId,
    member: MemberId,
    place: &GroupPlace,
) -> Result<MemberView> {
    let tx = app.store.begin().await?;
    let permit = permit::<AddToGroup>(&tx, actor, group).await?;
    find_colleague(&permit, member).await?;
    let joined = store::join_groups(&admit_colleague(&permit, place.role)?, member).await?;
    let view = store::group_member(&tx, group, member).await?.ok_or(Code::NotFound)?;
    if joined.is_empty() {
        // A repeat finds what is there; another role is another act, with rules of its own.
        return if view.group_role == Some(place.role) { Ok(view) } else { Err(Code::AlreadyMember.into()) };
    }
    audit::record(&permit, Entry::made("member", member.0, &serde_json::json!({ "group": group, "role": place.role })))
        .await?;
    tx.commit().await?;
    Ok(view)
}

/// A host brings whom they know from some group, an admin everybody of the brand. Nobody else is there for them.
async fn find_colleague(permit: &Permit<'_, AddToGroup>, member: MemberId) -> Result<()> {
    let state = store::hold_state(permit.tx(), permit.brand(), member).await?;
    let is_admin = permit.standing().brand_role >= BrandRole::Admin;
    match state {
        Some(MemberState::Active | MemberState::Suspended)
            if !is_admin && !store::meet(permit.tx(), permit.by(), member).await? =>
        {
            Err(Code::NotFound.into())
        }
        Some(MemberState::Active) => Ok(()),
        Some(MemberState::Suspended) => Err(Code::Suspended.into()),
        Some(MemberState::Removed) | None => Err(Code::NotFound.into()),
    }
}
