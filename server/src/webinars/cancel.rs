//! Cancelling a webinar.

use super::mail::{News, tell_registered};
use super::plan::shown_to;
use super::store;
use super::view::WebinarView;
use super::webinar::{Phase, State};
use crate::access::{Actor, EditWebinar, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::WebinarId;
use crate::platform::refusal::{Code, Result};
use crate::stage;

/// Cancels a webinar that has not ended, and tells those who are registered. Twice is as good as once.
pub async fn cancel(app: &App, actor: &Actor, webinar: WebinarId) -> Result<WebinarView> {
    let tx = app.store.begin().await?;
    let permit = permit::<EditWebinar>(&tx, actor, webinar).await?;
    let before = store::hold(&tx, webinar).await?;
    if before.state == State::Cancelled {
        return shown_to(&permit, webinar).await;
    }
    if before.published_at.is_some() && Phase::at(tx.now(), before.starts_at, before.duration_minutes) == Phase::Over {
        return Err(Code::WebinarOver.into());
    }
    let audited = shown_to(&permit, webinar).await?.frame;
    store::set_cancelled(&permit, &before).await?;
    stage::end_with_webinar(&tx, webinar).await?;
    let after = store::one(&tx, webinar).await?;
    tell_registered(&tx, app, &after, News::Cancelled).await?;
    let view = shown_to(&permit, webinar).await?;
    if before.published_at.is_some() {
        audit::record(&permit, Entry::changed("webinar", webinar.0, &audited, &view.frame)).await?;
    }
    tx.commit().await?;
    Ok(view)
}
