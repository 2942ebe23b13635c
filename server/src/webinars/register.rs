//! Taking a seat, and giving it back.

use super::mail::{News, tell};
use super::plan::shown_to;
use super::store::{self, WebinarRow};
use super::view::WebinarView;
use super::waitlist::pass_on_soon;
use super::webinar::{Phase, State};
use crate::access::{Actor, Permit, Register, permit};
use crate::app::App;
use crate::members;
use crate::platform::ids::{GroupId, MemberId, WebinarId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Tx;
use crate::stage;

/// Takes a seat and mails the entry for the calendar, or stands in the queue. Twice is as good as once.
pub async fn register(app: &App, actor: &Actor, webinar: WebinarId) -> Result<WebinarView> {
    let tx = app.store.begin().await?;
    let permit = permit::<Register>(&tx, actor, webinar).await?;
    members::hold_in_group(&tx, permit.group()?, permit.by()).await?;
    let row = hold_open(&permit).await?;
    if store::take_seat(&permit, &row).await? {
        app.limits.check(Limit::Register, Key::of(&[&permit.by(), &webinar]))?;
        tell(&tx, app, &row, News::Registered, &[permit.by()]).await?;
    }
    let view = shown_to(&permit, webinar).await?;
    tx.commit().await?;
    Ok(view)
}

/// Gives the seat back, and mails what takes the entry out of the calendar; or the place in the queue. Whoever waits is
/// offered what is free.
pub async fn unregister(app: &App, actor: &Actor, webinar: WebinarId) -> Result<WebinarView> {
    let tx = app.store.begin().await?;
    let permit = permit::<Register>(&tx, actor, webinar).await?;
    members::hold_in_group(&tx, permit.group()?, permit.by()).await?;
    let row = hold_open(&permit).await?;
    if store::leave_seat(&permit, &row).await? {
        tell(&tx, app, &row, News::Left, &[permit.by()]).await?;
    }
    let view = shown_to(&permit, webinar).await?;
    tx.commit().await?;
    pass_on_soon(app, webinar).await;
    Ok(view)
}

/// Holds a webinar that still takes and gives back seats; so two who want the last one stand in a row.
async fn hold_open(permit: &Permit<'_, Register>) -> Result<WebinarRow> {
    let tx = permit.tx();
    let row = store::hold(tx, permit.target()).await?;
    match (row.state, Phase::at(tx.now(), row.starts_at, row.duration_minutes)) {
        // Hosts see drafts, but there is nothing to register for yet.
        (State::Draft, _) => Err(Code::NotFound.into()),
        (State::Cancelled, _) | (_, Phase::Over) => Err(Code::WebinarOver.into()),
        (State::Published, _) => Ok(row),
    }
}

/// Gives back all seats that a member holds in a group, and ends their stay on its stages; whoever calls ends the membership in the same transaction.
pub async fn leave_all(tx: &Tx, group: GroupId, member: MemberId) -> Result<()> {
    store::leave_all_seats(tx, group, member).await?;
    stage::leave_all(tx, group, member).await
}
