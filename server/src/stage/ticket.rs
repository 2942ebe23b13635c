//! Tickets: one opens one connection of sound and picture, once, within sixty seconds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::arrive::check_entry;
use super::stage::StageState;
use super::store;
use crate::access::{Actor, JoinStage, Permit, PublishOnStage, permit};
use crate::app::App;
use crate::platform::clock::Millis;
use crate::platform::handoff::{StageTicket, StageUse};
use crate::platform::ids::WebinarId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketRequest {
    pub r#use: StageUse,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StageTicketView {
    /// Goes as `Authorization: Bearer` with every request about the connection.
    pub ticket: String,
    /// Where the offer is posted to.
    pub url: String,
    pub expires_at: Millis,
}

/// Gives somebody a ticket who may open such a connection now. It is asked again when it is used.
pub(super) async fn issue(app: &App, actor: &Actor, webinar: WebinarId, wish: StageUse) -> Result<StageTicketView> {
    let tx = app.store.begin().await?;
    let joined = permit::<JoinStage>(&tx, actor, webinar).await?;
    app.stages.media()?;
    app.limits.check(Limit::StageTicket, Key::of(&[&joined.by(), &webinar]))?;
    let url = match wish {
        StageUse::View => {
            check_view(&joined).await?;
            format!("/api/v1/stage/whep/{webinar}")
        }
        StageUse::Camera => check_publish(&joined, actor).await.map(|()| whip(webinar, "camera"))?,
        StageUse::Screen => check_publish(&joined, actor).await.map(|()| whip(webinar, "screen"))?,
    };
    let now = tx.now();
    tx.commit().await?;
    let ticket = StageTicket { webinar, login: actor.login, for_use: wish };
    let signed = app.handoffs.sign(ticket, &app.ids.secret(), now)?;
    Ok(StageTicketView { ticket: signed.token, url, expires_at: signed.expires_at })
}

fn whip(webinar: WebinarId, kind: &str) -> String {
    format!("/api/v1/stage/whip/{webinar}?kind={kind}")
}

async fn check_view(permit: &Permit<'_, JoinStage>) -> Result<()> {
    let row = check_entry(permit).await?;
    row.map_or(StageState::Closed, |row| row.state).shows_to(permit.standing().stage_role())?;
    Ok(())
}

async fn check_publish(joined: &Permit<'_, JoinStage>, actor: &Actor) -> Result<()> {
    let permit = permit::<PublishOnStage>(joined.tx(), actor, joined.target()).await?;
    store::state(joined.tx(), permit.target()).await?.takes_publications()?;
    Ok(())
}
