//! What hosts do to people: invite them to the stage and back, silence them, send them out. Each is on record.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use super::view::{StageView, view};
use crate::access::{Act, Actor, MuteOnStage, Permit, RemoveFromStage, SetStageRole, StageRole, WebinarMember, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::media::Silenced;
use crate::platform::refusal::{Refusal, Result};

/// A role on the stage that can be given: hosts of the group are hosts here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageRoleRequest {
    /// `speaker` or `attendee`.
    pub role: StageRole,
}

/// What is to be silenced; `false` ends it.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteRequest {
    pub audio: bool,
    pub video: bool,
}

/// Invites somebody to the stage, or back among the attendees; what they send then ends at the node. It also lets in
/// again who was sent out.
pub(super) async fn set_role(app: &App, actor: &Actor, at: WebinarMember, role: StageRole) -> Result<StageView> {
    if role == StageRole::Host {
        return Err(Refusal::field("role", "not_allowed").into());
    }
    let tx = app.store.begin().await?;
    let permit = permit::<SetStageRole>(&tx, actor, at).await?;
    store::hold(&permit, at.webinar).await?;
    let before = store::place(&tx, at).await?.map_or(StageRole::Attendee, |place| place.role);
    store::set_role(&permit, role).await?;
    audit::record(&permit, entry(at, &before, &role)).await?;
    let shown = shown_to(&permit, at).await?;
    tx.commit().await?;
    Ok(shown)
}

/// Silences what somebody sends, or lets it be heard again. The node drops the rest, whatever their client does.
pub(super) async fn mute(app: &App, actor: &Actor, at: WebinarMember, request: MuteRequest) -> Result<StageView> {
    let tx = app.store.begin().await?;
    let permit = permit::<MuteOnStage>(&tx, actor, at).await?;
    store::hold(&permit, at.webinar).await?;
    let before = store::place(&tx, at).await?.map(|place| place.silenced()).unwrap_or_default();
    let after = Silenced { audio: request.audio, video: request.video };
    if before != after {
        store::set_silenced(&permit, after).await?;
        let words = |silenced: Silenced| serde_json::json!({ "audio": silenced.audio, "video": silenced.video });
        audit::record(&permit, entry(at, &words(before), &words(after))).await?;
    }
    let shown = shown_to(&permit, at).await?;
    tx.commit().await?;
    Ok(shown)
}

/// Sends somebody out of the webinar: they come in again when a host gives them a role.
pub(super) async fn remove(app: &App, actor: &Actor, at: WebinarMember) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<RemoveFromStage>(&tx, actor, at).await?;
    store::hold(&permit, at.webinar).await?;
    let before = store::place(&tx, at).await?.map_or(StageRole::Attendee, |place| place.role);
    store::send_out(&permit).await?;
    let before = serde_json::json!({ "webinar": at.webinar, "is": before });
    audit::record(&permit, Entry::ended("member", at.member.0, &before)).await?;
    tx.commit().await
}

fn entry(at: WebinarMember, before: &impl Serialize, after: &impl Serialize) -> Entry {
    let before = serde_json::json!({ "webinar": at.webinar, "is": before });
    let after = serde_json::json!({ "webinar": at.webinar, "is": after });
    Entry::changed("member", at.member.0, &before, &after)
}

async fn shown_to<A: Act>(permit: &Permit<'_, A>, at: WebinarMember) -> Result<StageView> {
    view(permit.tx(), permit.tx().now(), at.webinar, permit.standing()).await
}
