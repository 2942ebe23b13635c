//! What admins do to members of the brand: another role, suspension and its end.

use serde::Deserialize;
use utoipa::ToSchema;

use super::leave::end_sockets;
use super::store;
use super::view::MemberView;
use crate::access::{Actor, BrandRole, ManageMember, MemberState, permit};
use crate::accounts;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::{BrandId, MemberId};
use crate::platform::refusal::{Code, Refusal, Result};

/// A change of somebody's place in the brand; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandPlaceChange {
    pub role: Option<BrandRole>,
    /// `active` or `suspended`.
    pub state: Option<MemberState>,
}

/// Gives another role in the brand, suspends, or lets in again. Who is suspended loses sockets and log-ins with the change.
pub async fn change_place(
    app: &App,
    actor: &Actor,
    brand: BrandId,
    member: MemberId,
    change: &BrandPlaceChange,
) -> Result<MemberView> {
    if change.state == Some(MemberState::Removed) {
        return Err(Refusal::field("state", "not_allowed").into());
    }
    let tx = app.store.begin().await?;
    let permit = permit::<ManageMember>(&tx, actor, member).await?;
    if permit.brand() != brand {
        return Err(Code::NotFound.into());
    }
    if change.role.is_some_and(|role| role > permit.standing().brand_role) {
        return Err(Code::RoleTooHigh.into());
    }
    let before = store::hold_place(&permit).await?;
    let (role, state) = (change.role.unwrap_or(before.brand_role), change.state.unwrap_or(before.state));
    store::set_place(&permit, role, state).await?;
    let account = store::account_of(&tx, member).await?;
    let suspended = state == MemberState::Suspended;
    let ended = if suspended && store::is_homeless(&tx, account).await? {
        accounts::end_logins_of_account(&tx, account, None).await?
    } else {
        Vec::new()
    };
    let place = |role, state| serde_json::json!({ "role": role, "state": state });
    let entry = Entry::changed("member", member.0, &place(before.brand_role, before.state), &place(role, state));
    audit::record(&permit, entry).await?;
    tx.commit().await?;
    if suspended {
        end_sockets(app, member, ended);
    }
    Ok(MemberView { brand_role: role, state, ..before })
}
