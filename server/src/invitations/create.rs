//! Inviting.

use super::invitation::{InvitationKind, InvitationRequest, InvitationView, Terms};
use super::letter;
use super::store::{self, InvitationRow};
use crate::access::{Actor, BrandRole, Invite, Permit, permit};
use crate::accounts::Email;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::changes::client_keys::{self, Claim, ClientKey};
use crate::members;
use crate::platform::ids::{BrandId, InvitationId, Secret};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Failure, Refusal, Result};
use crate::platform::store::Tx;

/// Invites one address by mail, or whoever has a link, into groups of a brand.
pub async fn create(
    app: &App,
    actor: &Actor,
    brand: BrandId,
    request: &InvitationRequest,
    key: &ClientKey,
) -> Result<InvitationView> {
    let terms = Terms::parse(request)?;
    app.limits.check(Limit::Invite, Key::of(&[&actor.account]))?;
    let token = app.ids.secret();

    let tx = app.store.begin().await?;
    let permits = permits(&tx, actor, brand, &terms).await?;
    let new = InvitationId(app.ids.uuid(tx.now()));
    let id = match client_keys::claim(&tx, actor.account, key, &("invitation", brand, request), new.0).await? {
        Claim::First => {
            not_in_already(&tx, brand, &terms).await?;
            let id = store::keep(&permits, new, &token.hash(), &terms).await?;
            if id != new {
                client_keys::settle(&tx, actor.account, key, id.0).await?;
            }
            letter::send(&tx, app, &store::invitation(&tx, id).await?, &token).await?;
            record(&permits, id).await?;
            id
        }
        Claim::Repeat(id) => {
            let id = InvitationId(id);
            if terms.kind == InvitationKind::Link {
                store::retoken(&permits, id, &token.hash()).await?;
            }
            id
        }
    };
    let row = store::invitation(&tx, id).await?;
    let view = shown(&tx, app, row, &permits, &token).await?;
    tx.commit().await?;
    Ok(view)
}

/// One permit for each group. A group of another brand is not there; nobody gives more than they have.
async fn permits<'tx>(tx: &'tx Tx, actor: &Actor, brand: BrandId, terms: &Terms) -> Result<Vec<Permit<'tx, Invite>>> {
    let mut permits = Vec::with_capacity(terms.groups.len());
    for group in &terms.groups {
        let permit = permit::<Invite>(tx, actor, *group).await?;
        if permit.brand() != brand {
            return Err(Code::NotFound.into());
        }
        if !crate::access::may_grant(permit.standing(), terms.brand_role, terms.group_role) {
            return Err(Code::RoleTooHigh.into());
        }
        permits.push(permit);
    }
    if terms.brand_role == BrandRole::Owner {
        return Err(Refusal::field("brand_role", "not_allowed").into());
    }
    Ok(permits)
}

/// Says so when the address is in all these groups already.
async fn not_in_already(tx: &Tx, brand: BrandId, terms: &Terms) -> Result<()> {
    let Some(email) = terms.email.as_ref().map(Email::as_str) else { return Ok(()) };
    let inside = members::groups_of_address(tx, brand, email).await?;
    if terms.groups.iter().all(|group| inside.contains(group)) { Err(Code::AlreadyMember.into()) } else { Ok(()) }
}

async fn record(permits: &[Permit<'_, Invite>], id: InvitationId) -> Result<()> {
    let first = permits.first().ok_or_else(|| Failure::broken("an invitation opens no group"))?;
    let row = store::invitation(first.tx(), id).await?;
    let groups: Vec<_> = permits.iter().map(Permit::target).collect();
    let after = serde_json::json!({
        "email": row.email, "domain": row.domain, "groups": groups, "max_uses": row.max_uses,
        "group_role": row.group_role, "brand_role": row.brand_role, "expires_at": row.expires_at,
    });
    audit::record(first, Entry::made("invitation", id.0, &after)).await
}

/// What the inviter sees: of groups that others have opened to the same address, nothing.
async fn shown(
    tx: &Tx,
    app: &App,
    row: InvitationRow,
    permits: &[Permit<'_, Invite>],
    token: &Secret,
) -> Result<InvitationView> {
    let standing = permits.first().map(|permit| *permit.standing());
    let of = standing.filter(|standing| standing.brand_role < BrandRole::Admin).map(|standing| standing.member);
    let groups = store::groups_of(tx, &[row.id], of).await?.remove(&row.id).unwrap_or_default();
    let inviter = members::person(tx, row.inviter_id).await?;
    let url = (row.kind == InvitationKind::Link).then(|| letter::link(app, token));
    Ok(InvitationView { url, ..row.view(tx.now(), groups, inviter) })
}
