//! How chat and questions of a webinar run.

use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::on::must_be_on;
use super::store;
use crate::access::{Actor, RunFloor, permit};
use crate::app::App;
use crate::platform::ids::WebinarId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Refusal, Result};
use crate::platform::store::Rows;

/// The longest pause between two messages.
const SLOW_SECONDS_MAX: i64 = 3_600;

/// Who writes in the chat, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema, FromQueryResult)]
#[serde(deny_unknown_fields)]
pub struct ChatRules {
    /// How long each waits between two messages, up to 3,600; 0 for not at all. Those who run the webinar need not wait.
    pub slow_seconds: i64,
    /// Only those who run the webinar write.
    pub hosts_only: bool,
}

/// How questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema, FromQueryResult)]
pub struct AskingRules {
    /// New questions wait until somebody who runs the webinar lets them through.
    pub moderated: bool,
    /// Whether questions may be asked without a name.
    pub anonymous: bool,
}

/// What is to be different about asking; the rest stays.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskingChange {
    pub moderated: Option<bool>,
    pub anonymous: Option<bool>,
}

/// All that is the same for everybody and set by those who run the webinar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct ModesView {
    pub chat: ChatRules,
    pub asking: AskingRules,
}

pub async fn modes_of(rows: &impl Rows, webinar: WebinarId) -> Result<ModesView> {
    Ok(store::modes(rows, webinar).await?.unwrap_or_default())
}

/// Slows the chat, keeps it for hosts, or opens it.
pub(super) async fn set_chat(app: &App, actor: &Actor, webinar: WebinarId, rules: ChatRules) -> Result<ModesView> {
    if !(0..=SLOW_SECONDS_MAX).contains(&rules.slow_seconds) {
        return Err(Refusal::field("slow_seconds", "out_of_range").into());
    }
    change(app, actor, webinar, |modes| ModesView { chat: rules, ..modes }).await
}

/// Has questions wait to be let through, or be asked without a name, or not.
pub(super) async fn set_asking(app: &App, actor: &Actor, webinar: WebinarId, asked: AskingChange) -> Result<ModesView> {
    let asking = |before: AskingRules| AskingRules {
        moderated: asked.moderated.unwrap_or(before.moderated),
        anonymous: asked.anonymous.unwrap_or(before.anonymous),
    };
    change(app, actor, webinar, |modes| ModesView { asking: asking(modes.asking), ..modes }).await
}

async fn change(
    app: &App,
    actor: &Actor,
    webinar: WebinarId,
    onto: impl Fn(ModesView) -> ModesView,
) -> Result<ModesView> {
    let tx = app.store.begin().await?;
    let permit = permit::<RunFloor>(&tx, actor, webinar).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    must_be_on(&tx, webinar).await?;
    store::hold_floor(&permit).await?;
    let before = modes_of(&tx, webinar).await?;
    let after = onto(before);
    if after != before {
        store::set_modes(&permit, &after).await?;
    }
    tx.commit().await?;
    Ok(after)
}
