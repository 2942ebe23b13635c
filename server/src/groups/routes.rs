//! `/brands/{brand}/groups`, `/groups/{group}`, `/channels/{channel}`.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::channel::ChannelView;
use super::create::{ChannelRequest, NewGroup};
use super::edit::{ChannelChange, GroupChange};
use super::group::GroupView;
use super::snapshot::{GroupSnapshot, snapshot};
use super::{create, edit, store};
use crate::access::{Actor, CreateGroup, scope, see, see_for};
use crate::app::App;
use crate::changes::client_keys::ClientKey;
use crate::platform::http::{Id, IfMatch, Json, Query};
use crate::platform::ids::{BrandId, ChannelId, GroupId};
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::{Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_groups, post_group))
        .routes(routes!(get_group, patch_group))
        .routes(routes!(post_channel))
        .routes(routes!(patch_channel))
}

/// The groups of a brand: all of them for admins, one's own for everybody else
#[utoipa::path(get, path = "/brands/{brand}/groups", tag = "groups", params(("brand" = BrandId, Path), PageQuery),
    responses((status = 200, body = Page<GroupView>), (status = 404, body = Problem)))]
async fn list_groups(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<GroupView>>> {
    let (limit, after) = (page.limit()?, page.after::<GroupId>()?);
    let reader = app.store.read().await?;
    let scope = scope(&reader, &actor, brand).await?;
    let ids = if see_for::<CreateGroup>(&reader, &actor, brand).await.is_ok() {
        store::groups_of_brand(&reader, brand, after, limit + 1).await?
    } else {
        let own = scope.groups().iter().map(|(id, _)| *id).filter(|id| after.is_none_or(|after| *id > after));
        own.take(usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1)).collect()
    };
    let ids = Page::cut(ids, limit, |id| *id);
    let frames = store::group_frames(&reader, &ids.items).await?;
    let items = frames.into_iter().map(|frame| GroupView { my_role: scope.role_in(frame.id), frame }).collect();
    Ok(axum::Json(Page { items, next: ids.next }))
}

/// Make a group with a chat and an announcements channel
#[utoipa::path(post, path = "/brands/{brand}/groups", tag = "groups", params(("brand" = BrandId, Path), ClientKey), request_body = NewGroup,
    responses((status = 201, body = GroupView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn post_group(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    key: ClientKey,
    Json(body): Json<NewGroup>,
) -> Result<(StatusCode, axum::Json<GroupView>)> {
    Ok((StatusCode::CREATED, axum::Json(create::create(&app, &actor, brand, &body, &key).await?)))
}

/// A group as of a position in its stream
#[utoipa::path(get, path = "/groups/{group}", tag = "groups", params(("group" = GroupId, Path)),
    responses((status = 200, body = GroupSnapshot), (status = 404, body = Problem)))]
async fn get_group(State(app): State<App>, actor: Actor, Id(group): Id<GroupId>) -> Result<axum::Json<GroupSnapshot>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, group).await?;
    Ok(axum::Json(snapshot(&seen).await?))
}

/// Rename, describe, archive or reopen a group
#[utoipa::path(patch, path = "/groups/{group}", tag = "groups", request_body = GroupChange,
    params(("group" = GroupId, Path), ("if-match" = Option<String>, Header, description = "The version that the change was made from")),
    responses((status = 200, body = GroupView), (status = 403, body = Problem), (status = 412, body = Problem)))]
async fn patch_group(
    State(app): State<App>,
    actor: Actor,
    Id(group): Id<GroupId>,
    IfMatch(version): IfMatch,
    Json(body): Json<GroupChange>,
) -> Result<axum::Json<GroupView>> {
    Ok(axum::Json(edit::edit(&app, &actor, group, body, version).await?))
}

/// Make a channel
#[utoipa::path(post, path = "/groups/{group}/channels", tag = "groups", params(("group" = GroupId, Path), ClientKey), request_body = ChannelRequest,
    responses((status = 201, body = ChannelView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn post_channel(
    State(app): State<App>,
    actor: Actor,
    Id(group): Id<GroupId>,
    key: ClientKey,
    Json(body): Json<ChannelRequest>,
) -> Result<(StatusCode, axum::Json<ChannelView>)> {
    Ok((StatusCode::CREATED, axum::Json(create::create_channel(&app, &actor, group, &body, &key).await?)))
}

/// Rename a channel or set its topic
#[utoipa::path(patch, path = "/channels/{channel}", tag = "groups", request_body = ChannelChange,
    params(("channel" = ChannelId, Path), ("if-match" = Option<String>, Header, description = "The version that the change was made from")),
    responses((status = 200, body = ChannelView), (status = 403, body = Problem), (status = 412, body = Problem)))]
async fn patch_channel(
    State(app): State<App>,
    actor: Actor,
    Id(channel): Id<ChannelId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChannelChange>,
) -> Result<axum::Json<ChannelView>> {
    Ok(axum::Json(edit::edit_channel(&app, &actor, channel, body, version).await?))
}
