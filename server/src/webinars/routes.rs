//! `/groups/{group}/webinars`, `/webinars/{webinar}`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list::{self, WebinarPage, WebinarQuery};
use super::request::{PlanRequest, WebinarChange};
use super::view::WebinarView;
use super::{cancel, edit, plan, register, store};
use crate::access::{Actor, EditWebinar, see, see_for};
use crate::app::App;
use crate::changes::client_keys::ClientKey;
use crate::members::{self, Person};
use crate::platform::clock::Millis;
use crate::platform::http::{Id, IfMatch, Json, Query};
use crate::platform::ids::{GroupId, MemberId, WebinarId};
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::{Failure, Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_webinars, post_webinar))
        .routes(routes!(get_webinar, patch_webinar))
        .routes(routes!(cancel_webinar))
        .routes(routes!(put_registration, delete_registration))
        .routes(routes!(list_registrations))
}

/// The webinars of a group: those to come, or those that are over; drafts for its hosts only
#[utoipa::path(get, path = "/groups/{group}/webinars", tag = "webinars", params(("group" = GroupId, Path), WebinarQuery),
    responses((status = 200, body = Page<WebinarView>), (status = 404, body = Problem)))]
async fn list_webinars(
    State(app): State<App>,
    actor: Actor,
    Id(group): Id<GroupId>,
    Query(query): Query<WebinarQuery>,
) -> Result<axum::Json<Page<WebinarView>>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, group).await?;
    Ok(axum::Json(list::page(&seen, &query).await?))
}

/// Plan a webinar, as a draft or for the group to see
#[utoipa::path(post, path = "/groups/{group}/webinars", tag = "webinars", request_body = PlanRequest,
    params(("group" = GroupId, Path), ClientKey),
    responses((status = 201, body = WebinarView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn post_webinar(
    State(app): State<App>,
    actor: Actor,
    Id(group): Id<GroupId>,
    key: ClientKey,
    Json(body): Json<PlanRequest>,
) -> Result<(StatusCode, axum::Json<WebinarView>)> {
    Ok((StatusCode::CREATED, axum::Json(plan::plan(&app, &actor, group, &body, &key).await?)))
}

/// A webinar with its chat, as of a position in its own stream
#[utoipa::path(get, path = "/webinars/{webinar}", tag = "webinars", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = WebinarPage), (status = 404, body = Problem)))]
async fn get_webinar(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
) -> Result<axum::Json<WebinarPage>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, webinar).await?;
    Ok(axum::Json(list::whole(&seen).await?))
}

/// Change or publish a webinar; whoever is registered is told by mail
#[utoipa::path(patch, path = "/webinars/{webinar}", tag = "webinars", request_body = WebinarChange,
    params(("webinar" = WebinarId, Path), ("if-match" = Option<String>, Header, description = "The version that the change was made from")),
    responses((status = 200, body = WebinarView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn patch_webinar(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    IfMatch(version): IfMatch,
    Json(body): Json<WebinarChange>,
) -> Result<axum::Json<WebinarView>> {
    Ok(axum::Json(edit::edit(&app, &actor, webinar, body, version).await?))
}

/// Cancel a webinar; whoever is registered is told by mail
#[utoipa::path(post, path = "/webinars/{webinar}/cancel", tag = "webinars", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = WebinarView), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn cancel_webinar(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
) -> Result<axum::Json<WebinarView>> {
    Ok(axum::Json(cancel::cancel(&app, &actor, webinar).await?))
}

/// Take a seat; the entry for the calendar comes by mail
#[utoipa::path(put, path = "/webinars/{webinar}/registration", tag = "webinars", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = WebinarView), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn put_registration(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
) -> Result<axum::Json<WebinarView>> {
    Ok(axum::Json(register::register(&app, &actor, webinar).await?))
}

/// Give the seat back
#[utoipa::path(delete, path = "/webinars/{webinar}/registration", tag = "webinars", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = WebinarView), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn delete_registration(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
) -> Result<axum::Json<WebinarView>> {
    Ok(axum::Json(register::unregister(&app, &actor, webinar).await?))
}

/// Who holds a seat.
#[derive(Debug, Serialize, ToSchema)]
struct Registration {
    person: Person,
    at: Millis,
}

/// Who is registered, in the order of their seats; for the hosts of the group
#[utoipa::path(get, path = "/webinars/{webinar}/registrations", tag = "webinars", params(("webinar" = WebinarId, Path), PageQuery),
    responses((status = 200, body = Page<Registration>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_registrations(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<Registration>>> {
    let (limit, after) = (page.limit()?, page.after::<i64>()?);
    let reader = app.store.read().await?;
    let seen = see_for::<EditWebinar>(&reader, &actor, webinar).await?;
    let seats = store::seats(&reader, seen.target(), after.unwrap_or(0), limit + 1).await?;
    let seats = Page::cut(seats, limit, |row| row.seat);
    let holders: Vec<MemberId> = seats.items.iter().map(|row| row.member_id).collect();
    let persons = members::persons(&reader, &holders).await?;
    let items = seats.items.into_iter().map(|row| {
        let person = persons.get(&row.member_id).cloned();
        let person = person.ok_or_else(|| Failure::broken("a seat without a holder"))?;
        Ok(Registration { person, at: row.at })
    });
    Ok(axum::Json(Page { items: items.collect::<Result<_>>()?, next: seats.next }))
}
