//! Making a group, and channels in it.

use serde::Deserialize;
use utoipa::ToSchema;

use super::channel::ChannelView;
use super::group::GroupView;
use super::store::{self, NewChannel};
use crate::access::{Actor, ChannelKind, CreateChannel, CreateGroup, GroupRole, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::members::{self, Joining};
use crate::platform::ids::{BrandId, ChannelId, GroupId};
use crate::platform::language::Language;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::text;
use crate::{brands, changes};

pub(super) const NAME_MAX: usize = 80;
pub(super) const DESCRIPTION_MAX: usize = 500;
pub(super) const TOPIC_MAX: usize = 200;

/// A new group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    pub name: String,
    #[serde(default)]
    pub description: String,
}

/// A new channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelRequest {
    pub name: String,
    #[serde(default)]
    pub topic: String,
    pub kind: ChannelKind,
}

/// Makes a group with a chat and an announcements channel; whoever makes it hosts it.
pub async fn create(app: &App, actor: &Actor, brand: BrandId, new: &NewGroup) -> Result<GroupView> {
    let name = text::name("name", &new.name, NAME_MAX)?;
    let description = text::line("description", &new.description, DESCRIPTION_MAX)?;

    let tx = app.store.begin().await?;
    let permit = permit::<CreateGroup>(&tx, actor, brand).await?;
    let group = GroupId(app.ids.uuid(tx.now()));
    store::insert_group(&permit, group, &name, &description).await?;
    let joining = Joining { brand, group, member: permit.by(), role: GroupRole::Host };
    members::join_group(&tx, joining).await?;
    let language = brands::view(&tx, brand).await?.default_language;
    for (kind, name) in first_channels(language) {
        let id = ChannelId(app.ids.uuid(tx.now()));
        let stream = group.into();
        store::insert_channel(&tx, &NewChannel { id, brand, group, stream, name, topic: "", kind, webinar: None }).await?;
    }
    let frame = store::group_frames(&tx, &[group]).await?.pop().ok_or(Code::NotFound)?;
    audit::record(&permit, Entry::made("group", group.0, &frame)).await?;
    tx.commit().await?;
    Ok(GroupView { frame, my_role: Some(GroupRole::Host) })
}

const fn first_channels(language: Language) -> [(ChannelKind, &'static str); 2] {
    match language {
        Language::De => [(ChannelKind::Announcements, "ankündigungen"), (ChannelKind::Chat, "allgemein")],
        Language::En => [(ChannelKind::Announcements, "announcements"), (ChannelKind::Chat, "general")],
    }
}

/// Makes a channel.
pub async fn create_channel(app: &App, actor: &Actor, group: GroupId, new: &ChannelRequest) -> Result<ChannelView> {
    let name = text::name("name", &new.name, NAME_MAX)?;
    let topic = text::line("topic", &new.topic, TOPIC_MAX)?;
    if new.kind == ChannelKind::Webinar {
        return Err(Refusal::field("kind", "not_allowed").into());
    }
    let tx = app.store.begin().await?;
    let permit = permit::<CreateChannel>(&tx, actor, group).await?;
    let id = ChannelId(app.ids.uuid(tx.now()));
    let brand = permit.brand();
    let stream = group.into();
    store::insert_channel(&tx, &NewChannel { id, brand, group, stream, name: &name, topic: &topic, kind: new.kind, webinar: None })
        .await?;
    let view = match store::channel_view(&tx, permit.by(), id).await? {
        Some(view) => view,
        None => frame_only(&tx, id).await?,
    };
    audit::record(&permit, Entry::made("channel", id.0, &view.frame)).await?;
    tx.commit().await?;
    Ok(view)
}

/// For an admin who is not in the group: the channel's frame, and nothing of what is in it.
pub(super) async fn frame_only(rows: &impl crate::platform::store::Rows, id: ChannelId) -> Result<ChannelView> {
    let frame = store::channel_frames(rows, &[id]).await?.pop().ok_or(Code::NotFound)?;
    let nothing = changes::Position(0);
    Ok(ChannelView { frame, last_position: nothing, marker: nothing, unread: 0, can_post: false })
}
