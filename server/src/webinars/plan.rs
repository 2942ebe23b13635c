//! Planning a webinar, as a draft or for the group to see.

use super::request::PlanRequest;
use super::store::{self, WebinarRow};
use super::view::{WebinarView, views};
use crate::access::{Act, Actor, ChannelKind, Permit, PlanWebinar, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::changes::client_keys::{self, Claim, ClientKey};
use crate::changes::{StreamKind, open_stream};
use crate::groups::{self, NewChannel};
use crate::platform::ids::{ChannelId, GroupId, WebinarId};
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::Tx;

/// Plans a webinar; whoever plans it hosts it. A repeat under the same key finds the first one.
pub async fn plan(
    app: &App,
    actor: &Actor,
    group: GroupId,
    request: &PlanRequest,
    key: &ClientKey,
) -> Result<WebinarView> {
    let plan = request.parse()?;
    let tx = app.store.begin().await?;
    let permit = permit::<PlanWebinar>(&tx, actor, group).await?;
    plan.schedule.check_ahead(tx.now())?;
    let id = WebinarId(app.ids.uuid(tx.now()));
    if let Claim::Repeat(first) =
        client_keys::claim(&tx, actor.account, key, &("webinar", group, request), id.0).await?
    {
        return shown_to(&permit, WebinarId(first)).await;
    }
    store::insert(&permit, id, &plan).await?;
    if request.publish {
        publish(&tx, app, &store::one(&tx, id).await?).await?;
    }
    let view = shown_to(&permit, id).await?;
    if request.publish {
        audit::record(&permit, Entry::made("webinar", id.0, &view.frame)).await?;
    }
    tx.commit().await?;
    Ok(view)
}

/// Shows a draft to its group: from here on it has a stream and a chat of its own.
pub(super) async fn publish(tx: &Tx, app: &App, webinar: &WebinarRow) -> Result<()> {
    let (brand, group, stream) = (webinar.brand_id, webinar.group_id, webinar.id.into());
    open_stream(tx, stream, brand, StreamKind::Webinar, Some(group)).await?;
    let channel = ChannelId(app.ids.uuid(tx.now()));
    let new = NewChannel {
        id: channel,
        brand,
        group,
        stream,
        name: &webinar.title,
        topic: "",
        kind: ChannelKind::Webinar,
        webinar: Some(webinar.id),
    };
    groups::insert_channel(tx, &new).await?;
    store::publish(tx, webinar, channel).await
}

/// The webinar as whoever acts sees it now.
pub(super) async fn shown_to<A: Act>(permit: &Permit<'_, A>, id: WebinarId) -> Result<WebinarView> {
    let tx = permit.tx();
    let row = store::one(tx, id).await?;
    let role = permit.standing().group_role;
    let shown = views(tx, tx.now(), permit.by(), vec![row], |_| role).await?.pop();
    shown.ok_or_else(|| Failure::broken("a webinar without a view"))
}
