//! Changing a group or a channel.

use serde::Deserialize;
use utoipa::ToSchema;

use super::channel::ChannelView;
use super::create::{DESCRIPTION_MAX, NAME_MAX, TOPIC_MAX, frame_only};
use super::group::GroupView;
use super::store::{self, GroupEdit};
use crate::access::{Actor, EditChannel, EditGroup, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::{ChannelId, GroupId};
use crate::platform::refusal::{Code, Result};
use crate::platform::text;

/// A change of a group; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub archived: Option<bool>,
}

pub async fn edit(
    app: &App,
    actor: &Actor,
    group: GroupId,
    change: GroupChange,
    version: Option<i64>,
) -> Result<GroupView> {
    let edit = GroupEdit {
        name: change.name.map(|name| text::name("name", &name, NAME_MAX)).transpose()?,
        description: change.description.map(|text| text::line("description", &text, DESCRIPTION_MAX)).transpose()?,
        archived: change.archived,
    };
    let tx = app.store.begin().await?;
    let permit = permit::<EditGroup>(&tx, actor, group).await?;
    let before = store::group_frames(&tx, &[group]).await?.pop().ok_or(Code::NotFound)?;
    store::edit_group(&permit, &edit, version).await?;
    let frame = store::group_frames(&tx, &[group]).await?.pop().ok_or(Code::NotFound)?;
    audit::record(&permit, Entry::changed("group", group.0, &before, &frame)).await?;
    let my_role = permit.standing().group_role;
    tx.commit().await?;
    Ok(GroupView { frame, my_role })
}

/// A change of a channel; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelChange {
    pub name: Option<String>,
    pub topic: Option<String>,
}

pub async fn edit_channel(
    app: &App,
    actor: &Actor,
    channel: ChannelId,
    change: ChannelChange,
    version: Option<i64>,
) -> Result<ChannelView> {
    let name = change.name.map(|name| text::name("name", &name, NAME_MAX)).transpose()?;
    let topic = change.topic.map(|topic| text::line("topic", &topic, TOPIC_MAX)).transpose()?;
    let tx = app.store.begin().await?;
    let permit = permit::<EditChannel>(&tx, actor, channel).await?;
    let before = frame_only(&tx, channel).await?.frame;
    store::edit_channel(&permit, name.as_deref(), topic.as_deref(), version).await?;
    let view = match store::channel_view(&tx, permit.by(), channel).await? {
        Some(view) => view,
        None => frame_only(&tx, channel).await?,
    };
    audit::record(&permit, Entry::changed("channel", channel.0, &before, &view.frame)).await?;
    tx.commit().await?;
    Ok(view)
}
