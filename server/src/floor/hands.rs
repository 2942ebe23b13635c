//! The queue of raised hands.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::on::must_be_on;
use super::store;
use crate::access::{Actor, LowerHand, RaiseHand, RunFloor, permit};
use crate::app::App;
use crate::members::{self, Person};
use crate::platform::clock::Millis;
use crate::platform::ids::{GroupId, MemberId, WebinarId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::{Rows, Tx};

/// Somebody who wants to speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hand {
    pub person: Person,
    pub raised_at: Millis,
}

/// The hands that are up, first raised first.
pub async fn hands_of(rows: &impl Rows, webinar: WebinarId) -> Result<Vec<Hand>> {
    let raised = store::hands(rows, webinar).await?;
    let members: Vec<MemberId> = raised.iter().map(|row| row.member_id).collect();
    let mut persons: HashMap<MemberId, Person> = members::persons(rows, &members).await?;
    let hand = |row: store::HandRow| {
        let person = persons.remove(&row.member_id).ok_or_else(|| Failure::broken("a hand without a person"))?;
        Ok(Hand { person, raised_at: row.raised_at })
    };
    raised.into_iter().map(hand).collect()
}

/// Raises one's hand, behind those that are up. Twice is as good as once, and keeps the place.
pub(super) async fn raise(app: &App, actor: &Actor, webinar: WebinarId) -> Result<Vec<Hand>> {
    let tx = app.store.begin().await?;
    let permit = permit::<RaiseHand>(&tx, actor, webinar).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    must_be_on(&tx, webinar).await?;
    store::raise(&permit).await?;
    let hands = hands_of(&tx, webinar).await?;
    tx.commit().await?;
    Ok(hands)
}

/// Lowers one's own hand.
pub(super) async fn lower(app: &App, actor: &Actor, webinar: WebinarId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<LowerHand>(&tx, actor, webinar).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    store::lower(&permit, permit.by()).await?;
    tx.commit().await
}

/// Lowers somebody's hand: their turn has come, or is over.
pub(super) async fn lower_of(app: &App, actor: &Actor, webinar: WebinarId, member: MemberId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<RunFloor>(&tx, actor, webinar).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    store::lower(&permit, member).await?;
    tx.commit().await
}

/// Lowers all hands of a member who leaves a group; whoever calls ends the membership in the same transaction.
pub async fn lower_all(tx: &Tx, group: GroupId, member: MemberId) -> Result<()> {
    store::lower_all(tx, group, member).await
}
