//! Leaving, a group or the brand, by one's own will or another's.

use super::store::{self, Departed};
use crate::access::{Actor, LeaveBrand, LeaveGroup, RemoveMember, permit};
use crate::accounts;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::{BrandId, GroupId, LoginId, MemberId};
use crate::platform::refusal::{Code, Result};
use crate::{calendar, invitations};

/// Leaves a group.
pub async fn leave_group(app: &App, actor: &Actor, group: GroupId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<LeaveGroup>(&tx, actor, group).await?;
    let before = serde_json::json!({ "group": group, "role": permit.standing().group_role });
    store::leave_group(&permit).await?;
    audit::record(&permit, Entry::ended("member", permit.by().0, &before)).await?;
    tx.commit().await
}

/// Removes somebody from the brand, with everything that hung from their place in it.
pub async fn remove_from_brand(app: &App, actor: &Actor, brand: BrandId, member: MemberId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<RemoveMember>(&tx, actor, member).await?;
    if permit.brand() != brand {
        return Err(Code::NotFound.into());
    }
    let role = permit.place().subject_brand_role;
    let departed = store::remove_from_brand(&permit).await?;
    let ended = end_what_hung(&departed).await?;
    let before = serde_json::json!({ "role": role, "groups": departed.groups() });
    audit::record(&permit, Entry::ended("member", member.0, &before)).await?;
    tx.commit().await?;
    end_sockets(app, member, ended);
    Ok(())
}

/// Leaves the brand.
pub async fn leave_brand(app: &App, actor: &Actor, brand: BrandId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<LeaveBrand>(&tx, actor, brand).await?;
    let member = permit.by();
    let departed = store::leave_brand(&permit).await?;
    let ended = end_what_hung(&departed).await?;
    let before = serde_json::json!({ "role": permit.standing().brand_role, "groups": departed.groups() });
    audit::record(&permit, Entry::ended("member", member.0, &before)).await?;
    tx.commit().await?;
    end_sockets(app, member, ended);
    Ok(())
}

/// Invitations they made, their calendar feed, their groups, and the log-ins of an account that has no other brand.
async fn end_what_hung(departed: &Departed<'_>) -> Result<Vec<LoginId>> {
    invitations::void_invitations_of(departed).await?;
    calendar::end_feed_of(departed).await?;
    store::leave_groups(departed).await?;
    if store::is_homeless(departed.tx(), departed.account()).await? {
        return accounts::end_logins_of_account(departed.tx(), departed.account(), None).await;
    }
    Ok(Vec::new())
}

pub(super) fn end_sockets(app: &App, member: MemberId, ended: Vec<LoginId>) {
    app.end_sockets_of_member(member);
    for login in ended {
        app.end_sockets_of_login(login);
    }
}
