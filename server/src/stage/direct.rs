//! Opening, locking and ending a stage.

use serde::Deserialize;
use utoipa::ToSchema;

use super::stage::StageState;
use super::store;
use super::view::{StageView, view};
use crate::access::{Actor, DirectStage, permit};
use crate::app::App;
use crate::platform::ids::WebinarId;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::webinars;

/// A change of the stage; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageChange {
    /// `practice` is for hosts and speakers, in the `lobby` attendees wait, `live` they see and hear, `ended` sends
    /// everybody home. An ended stage can be opened again.
    pub state: Option<StageState>,
    pub locked: Option<bool>,
}

/// Changes state or lock.
pub(super) async fn direct(app: &App, actor: &Actor, webinar: WebinarId, change: &StageChange) -> Result<StageView> {
    if change.state == Some(StageState::Closed) {
        return Err(Refusal::field("state", "not_allowed").into());
    }
    let tx = app.store.begin().await?;
    let permit = permit::<DirectStage>(&tx, actor, webinar).await?;
    let occasion = webinars::occasion(&tx, webinar).await?.ok_or(Code::NotFound)?;
    if occasion.cancelled {
        return Err(Code::WebinarOver.into());
    }
    let before = store::hold(&permit, webinar).await?;
    let (state, locked) = (change.state.unwrap_or(before.state), change.locked.unwrap_or(before.locked));
    if (state, locked) != (before.state, before.locked) {
        store::save(&permit, &before, state, locked).await?;
    }
    let shown = view(&tx, tx.now(), webinar, permit.standing()).await?;
    tx.commit().await?;
    Ok(shown)
}
