//! Tickets: one opens one socket, once, within thirty seconds.

use crate::access::{Actor, see};
use crate::accounts;
use crate::app::App;
use crate::platform::handoff::{Signed, SocketTicket, Verified};
use crate::platform::ids::BrandId;
use crate::platform::refusal::{Code, Result};

/// Gives a member a ticket.
pub async fn issue(app: &App, actor: &Actor, brand: BrandId) -> Result<Signed<SocketTicket>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, actor, brand).await?;
    let ticket = SocketTicket { brand, member: seen.member(), login: actor.login };
    app.handoffs.sign(ticket, &app.ids.secret(), reader.now())
}

/// Takes a ticket, once, of somebody who still belongs here.
pub async fn redeem(app: &App, token: &str) -> Result<(SocketTicket, Actor)> {
    let ticket: Verified<SocketTicket> = app.handoffs.verify(token, app.clock.now())?;
    app.used.take(&ticket)?;
    let actor = stands(app, &ticket.what).await?.ok_or(Code::Unauthenticated)?;
    Ok((ticket.what, actor))
}

/// Who holds the ticket, while log-in and membership stand.
pub async fn stands(app: &App, ticket: &SocketTicket) -> Result<Option<Actor>> {
    let reader = app.store.read().await?;
    let Some(account) = accounts::account_of_login(&reader, ticket.login).await? else { return Ok(None) };
    let actor = Actor { account, login: ticket.login };
    let seen = see(&reader, &actor, ticket.brand).await;
    Ok(seen.is_ok_and(|seen| seen.member() == ticket.member).then_some(actor))
}
