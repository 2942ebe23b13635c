//! How far a member has read.

use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::access::{Actor, MoveMarker, permit};
use crate::app::App;
use crate::changes::Position;
use crate::groups;
use crate::platform::ids::ChannelId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Result};

/// Where the marker stands now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Marked {
    pub marker: Position,
    pub unread: i64,
}

/// Moves the marker; forward or, to mark as unread, back.
pub async fn mark(app: &App, actor: &Actor, channel: ChannelId, position: Position) -> Result<Marked> {
    let tx = app.store.begin().await?;
    let permit = permit::<MoveMarker>(&tx, actor, channel).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    store::set_marker(&permit, position).await?;
    let view = groups::channel_view(&tx, permit.by(), channel).await?.ok_or(Code::NotFound)?;
    tx.commit().await?;
    Ok(Marked { marker: view.marker, unread: view.unread })
}
