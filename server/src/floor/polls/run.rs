//! Opening and closing a poll, showing its results, deleting a draft.

use serde::Deserialize;
use utoipa::ToSchema;

use super::poll::{PollState, PollView, Results};
use super::view;
use crate::access::{Actor, RunPoll, permit};
use crate::app::App;
use crate::floor::store;
use crate::platform::ids::PollId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Result};

/// What is to be different; the rest stays. A poll that is open never becomes a draft again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PollChange {
    pub state: Option<WantedPollState>,
    pub results: Option<Results>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WantedPollState {
    Open,
    Closed,
}

impl From<WantedPollState> for PollState {
    fn from(wanted: WantedPollState) -> Self {
        match wanted {
            WantedPollState::Open => PollState::Open,
            WantedPollState::Closed => PollState::Closed,
        }
    }
}

/// Opens or closes a poll, shows or hides its results. What is so already is no news.
pub async fn run(app: &App, actor: &Actor, poll: PollId, change: &PollChange) -> Result<PollView> {
    let tx = app.store.begin().await?;
    let permit = permit::<RunPoll>(&tx, actor, poll).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    let before = store::hold_poll(&tx, poll).await?;
    let state = change.state.map_or(before.state, PollState::from);
    let results = change.results.unwrap_or(before.results);
    if (state, results) != (before.state, before.results) {
        store::set_poll(&permit, &before, state, results).await?;
    }
    let view = view::one(&tx, permit.standing(), permit.place(), poll).await?;
    tx.commit().await?;
    Ok(view)
}

/// Deletes a draft; a poll in which somebody may have voted stays.
pub async fn delete(app: &App, actor: &Actor, poll: PollId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<RunPoll>(&tx, actor, poll).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    if store::hold_poll(&tx, poll).await?.state != PollState::Draft {
        return Err(Code::Forbidden.into());
    }
    store::delete_draft(&permit).await?;
    tx.commit().await
}
