//! `/brands/{brand}/members`, `/groups/{group}/members`.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::add::GroupPlace;
use super::edit_own::ProfileChange;
use super::list::MembersQuery;
use super::manage::BrandPlaceChange;
use super::moderate::GroupPlaceChange;
use super::view::MemberView;
use super::{add, edit_own, leave, list, manage, moderate};
use crate::access::{Actor, GroupMember};
use crate::app::App;
use crate::platform::http::{Id, IdPair, Json, Query};
use crate::platform::ids::{BrandId, GroupId, MemberId};
use crate::platform::paging::Page;
use crate::platform::refusal::{Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_group_members))
        .routes(routes!(put_group_member, patch_group_member, delete_group_member))
        .routes(routes!(leave_group))
        .routes(routes!(list_brand_members))
        .routes(routes!(patch_brand_member, delete_brand_member))
        .routes(routes!(patch_own_profile, leave_brand))
}

/// Members of a group, by name
#[utoipa::path(get, path = "/groups/{group}/members", tag = "members", params(("group" = GroupId, Path), MembersQuery),
    responses((status = 200, body = Page<MemberView>), (status = 404, body = Problem)))]
async fn list_group_members(
    State(app): State<App>,
    actor: Actor,
    Id(group): Id<GroupId>,
    Query(query): Query<MembersQuery>,
) -> Result<axum::Json<Page<MemberView>>> {
    Ok(axum::Json(list::list_of_group(&app, &actor, group, &query).await?))
}

/// Bring a member of the brand into a group
#[utoipa::path(put, path = "/groups/{group}/members/{member}", tag = "members", request_body = GroupPlace,
    params(("group" = GroupId, Path), ("member" = MemberId, Path)),
    responses((status = 200, body = MemberView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn put_group_member(
    State(app): State<App>,
    actor: Actor,
    IdPair(group, member): IdPair<GroupId, MemberId>,
    Json(body): Json<GroupPlace>,
) -> Result<axum::Json<MemberView>> {
    Ok(axum::Json(add::add_to_group(&app, &actor, group, member, &body).await?))
}

/// Give another role in a group, mute, or end a mute
#[utoipa::path(patch, path = "/groups/{group}/members/{member}", tag = "members", request_body = GroupPlaceChange,
    params(("group" = GroupId, Path), ("member" = MemberId, Path)),
    responses((status = 200, body = MemberView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn patch_group_member(
    State(app): State<App>,
    actor: Actor,
    IdPair(group, member): IdPair<GroupId, MemberId>,
    Json(body): Json<GroupPlaceChange>,
) -> Result<axum::Json<MemberView>> {
    Ok(axum::Json(moderate::change_place(&app, &actor, GroupMember { group, member }, &body).await?))
}

/// Remove somebody from a group
#[utoipa::path(delete, path = "/groups/{group}/members/{member}", tag = "members",
    params(("group" = GroupId, Path), ("member" = MemberId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_group_member(
    State(app): State<App>,
    actor: Actor,
    IdPair(group, member): IdPair<GroupId, MemberId>,
) -> Result<StatusCode> {
    moderate::remove_from_group(&app, &actor, GroupMember { group, member }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave a group
#[utoipa::path(delete, path = "/groups/{group}/members/me", tag = "members", params(("group" = GroupId, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn leave_group(State(app): State<App>, actor: Actor, Id(group): Id<GroupId>) -> Result<StatusCode> {
    leave::leave_group(&app, &actor, group).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Members of a brand, by name: all of them for admins, those one shares a group with for everybody else
#[utoipa::path(get, path = "/brands/{brand}/members", tag = "members", params(("brand" = BrandId, Path), MembersQuery),
    responses((status = 200, body = Page<MemberView>), (status = 404, body = Problem)))]
async fn list_brand_members(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    Query(query): Query<MembersQuery>,
) -> Result<axum::Json<Page<MemberView>>> {
    Ok(axum::Json(list::list_of_brand(&app, &actor, brand, &query).await?))
}

/// Give another role in the brand, suspend, or let in again
#[utoipa::path(patch, path = "/brands/{brand}/members/{member}", tag = "members", request_body = BrandPlaceChange,
    params(("brand" = BrandId, Path), ("member" = MemberId, Path)),
    responses((status = 200, body = MemberView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn patch_brand_member(
    State(app): State<App>,
    actor: Actor,
    IdPair(brand, member): IdPair<BrandId, MemberId>,
    Json(body): Json<BrandPlaceChange>,
) -> Result<axum::Json<MemberView>> {
    Ok(axum::Json(manage::change_place(&app, &actor, brand, member, &body).await?))
}

/// Remove somebody from the brand, with their invitations, sockets and, where this was their only brand, log-ins
#[utoipa::path(delete, path = "/brands/{brand}/members/{member}", tag = "members",
    params(("brand" = BrandId, Path), ("member" = MemberId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn delete_brand_member(
    State(app): State<App>,
    actor: Actor,
    IdPair(brand, member): IdPair<BrandId, MemberId>,
) -> Result<StatusCode> {
    leave::remove_from_brand(&app, &actor, brand, member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change one's own name, company or job title
#[utoipa::path(patch, path = "/brands/{brand}/members/me", tag = "members", request_body = ProfileChange,
    params(("brand" = BrandId, Path)),
    responses((status = 200, body = MemberView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn patch_own_profile(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    Json(body): Json<ProfileChange>,
) -> Result<axum::Json<MemberView>> {
    Ok(axum::Json(edit_own::edit_own(&app, &actor, brand, body).await?))
}

/// Leave the brand; its last owner has to stay
#[utoipa::path(delete, path = "/brands/{brand}/members/me", tag = "members", params(("brand" = BrandId, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn leave_brand(State(app): State<App>, actor: Actor, Id(brand): Id<BrandId>) -> Result<StatusCode> {
    leave::leave_brand(&app, &actor, brand).await?;
    Ok(StatusCode::NO_CONTENT)
}
