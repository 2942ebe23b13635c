//! Making a group, and channels in it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::channel::ChannelView;
use super::group::GroupView;
use super::store::{self, NewChannel};
use crate::access::{Actor, ChannelKind, CreateChannel, CreateGroup, Permit, admit_host, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::changes::client_keys::{self, Claim, ClientKey};
use crate::members;
use crate::platform::ids::{BrandId, ChannelId, GroupId};
use crate::platform::language::Language;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::text;
use crate::{brands, changes};

pub(super) const NAME_MAX: usize = 80;
pub(super) const DESCRIPTION_MAX: usize = 500;
pub(super) const TOPIC_MAX: usize = 200;

/// A new group.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    pub name: String,
    #[serde(default)]
    pub description: String,
}

/// A new channel.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelRequest {
    pub name: String,
    #[serde(default)]
    pub topic: String,
    pub kind: ChannelKind,
}

/// Makes a group with a chat and an announcements channel; whoever makes it hosts it.
pub async fn create(app: &App, actor: &Actor, brand: BrandId, new: &NewGroup, key: &ClientKey) -> Result<GroupView> {
    let name = text::name("name", &new.name, NAME_MAX)?;
    let description = text::line("description", &new.description, DESCRIPTION_MAX)?;

    let tx = app.store.begin().await?;
    let permit = permit::<CreateGroup>(&tx, actor, brand).await?;
    let group = GroupId(app.ids.uuid(tx.now()));
    if let Claim::Repeat(group) = client_keys::claim(&tx, actor.account, key, &("group", brand, new), group.0).await? {
        return as_made(&permit, GroupId(group)).await;
    }
    store::insert_group(&permit, group, &name, &description).await?;
    members::join_groups(&admit_host(&permit, group).await?, permit.by()).await?;
    let language = brands::view(&tx, brand).await?.default_language;
    for (kind, name) in first_channels(language) {
        let id = ChannelId(app.ids.uuid(tx.now()));
        let stream = group.into();
        store::insert_channel(&tx, &NewChannel { id, brand, group, stream, name, topic: "", kind, webinar: None })
            .await?;
    }
    let view = as_made(&permit, group).await?;
    audit::record(&permit, Entry::made("group", group.0, &view.frame)).await?;
    tx.commit().await?;
    Ok(view)
}

async fn as_made(permit: &Permit<'_, CreateGroup>, group: GroupId) -> Result<GroupView> {
    let frame = store::group_frames(permit.tx(), &[group]).await?.pop().ok_or(Code::NotFound)?;
    let maker = members::group_member(permit.tx(), group, permit.by()).await?;
    Ok(GroupView { frame, my_role: maker.and_then(|maker| maker.group_role) })
}

const fn first_channels(language: Language) -> [(ChannelKind, &'static str); 2] {
    match language {
        Language::De => [(ChannelKind::Announcements, "ankündigungen"), (ChannelKind::Chat, "allgemein")],
        Language::En => [(ChannelKind::Announcements, "announcements"), (ChannelKind::Chat, "general")],
    }
}

/// Makes a channel.
pub async fn create_channel(
    app: &App,
    actor: &Actor,
    group: GroupId,
    new: &ChannelRequest,
    key: &ClientKey,
) -> Result<ChannelView> {
    let name = text::name("name", &new.name, NAME_MAX)?;
    let topic = text::line("topic", &new.topic, TOPIC_MAX)?;
    if new.kind == ChannelKind::Webinar {
        return Err(Refusal::field("kind", "not_allowed").into());
    }
    let tx = app.store.begin().await?;
    let permit = permit::<CreateChannel>(&tx, actor, group).await?;
    let id = ChannelId(app.ids.uuid(tx.now()));
    if let Claim::Repeat(id) = client_keys::claim(&tx, actor.account, key, &("channel", group, new), id.0).await? {
        return shown_to(&permit, ChannelId(id)).await;
    }
    let brand = permit.brand();
    let stream = group.into();
    store::insert_channel(
        &tx,
        &NewChannel { id, brand, group, stream, name: &name, topic: &topic, kind: new.kind, webinar: None },
    )
    .await?;
    let view = shown_to(&permit, id).await?;
    audit::record(&permit, Entry::made("channel", id.0, &view.frame)).await?;
    tx.commit().await?;
    Ok(view)
}

async fn shown_to(permit: &Permit<'_, CreateChannel>, id: ChannelId) -> Result<ChannelView> {
    match store::channel_view(permit.tx(), permit.by(), id).await? {
        Some(view) => Ok(view),
        None => frame_only(permit.tx(), id).await,
    }
}

/// For an admin who is not in the group: the channel's frame, and nothing of what is in it.
pub(super) async fn frame_only(rows: &impl crate::platform::store::Rows, id: ChannelId) -> Result<ChannelView> {
    let frame = store::channel_frames(rows, &[id]).await?.pop().ok_or(Code::NotFound)?;
    let nothing = changes::Position(0);
    Ok(ChannelView { frame, last_position: nothing, marker: nothing, unread: 0, can_post: false })
}
