//! Tickets: one opens one socket, once, within thirty seconds.

use super::store;
use crate::access::{Actor, scope};
use crate::accounts;
use crate::app::App;
use crate::platform::clock::Millis;
use crate::platform::handoff::{Signed, SocketTicket, Verified};
use crate::platform::ids::{BrandId, LoginId, hash_secret};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Tx;

/// Gives a member a ticket.
pub async fn issue(app: &App, actor: &Actor, brand: BrandId) -> Result<Signed<SocketTicket>> {
    let reader = app.store.read().await?;
    let scope = scope(&reader, actor, brand).await?;
    let ticket = SocketTicket { brand, member: scope.member(), login: actor.login };
    app.handoffs.sign(ticket, &app.ids.secret(), reader.now())
}

/// Takes a ticket, once: the second use meets the unique row of the first.
pub async fn redeem(app: &App, token: &str) -> Result<(SocketTicket, Actor)> {
    let ticket: Verified<SocketTicket> = app.handoffs.verify(token, app.clock.now())?;
    let tx = app.store.begin().await?;
    let first = use_up(&tx, &ticket).await?;
    let account = accounts::account_of_login(&tx, ticket.what.login).await?;
    let (Some(account), true) = (account, first) else { return Err(Code::Unauthenticated.into()) };
    tx.commit().await?;
    let actor = Actor { account, login: ticket.what.login };
    let reader = app.store.read().await?;
    let scope = scope(&reader, &actor, ticket.what.brand).await.map_err(|_| Code::Unauthenticated)?;
    if scope.member() == ticket.what.member { Ok((ticket.what, actor)) } else { Err(Code::Unauthenticated.into()) }
}

/// Notes that a hand-off has been used; false when it was used before.
pub async fn use_up<P>(tx: &Tx, handoff: &Verified<P>) -> Result<bool> {
    let id = uuid::Uuid::from_slice(&hash_secret(&handoff.id)[..16]).map_err(|_| Code::Unauthenticated)?;
    store::use_ticket(tx, id, handoff.expires_at).await
}

/// Whether a log-in still stands; asked once more after the socket has been seated.
pub async fn still_stands(app: &App, login: LoginId) -> Result<bool> {
    let reader = app.store.read().await?;
    Ok(accounts::account_of_login(&reader, login).await?.is_some())
}

/// Forgets used tickets that have expired anyway.
pub async fn sweep(app: &App, now: Millis) -> Result<()> {
    let tx = app.store.begin().await?;
    store::forget_tickets(&tx, now).await?;
    tx.commit().await
}
