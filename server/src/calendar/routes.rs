//! `/webinars/{webinar}/calendar.ics`, `/brands/{brand}/calendar-feed`, and outside the API `/calendar/{secret}.ics`.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{download, feed};
use crate::access::Actor;
use crate::app::App;
use crate::platform::http::{ClientAddress, Id};
use crate::platform::ids::{BrandId, WebinarId};
use crate::platform::refusal::{Code, Problem, Result};

const ICS: HeaderValue = HeaderValue::from_static("text/calendar; charset=utf-8");
const AS_FILE: HeaderValue = HeaderValue::from_static("attachment; filename=\"webinar.ics\"");
const INLINE: HeaderValue = HeaderValue::from_static("inline; filename=\"calendar.ics\"");
/// What a feed says changes with every right of its member.
const FRESH: HeaderValue = HeaderValue::from_static("private, no-store");

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_entry)).routes(routes!(post_feed, delete_feed))
}

/// The address that calendar programs read: no cookie, no API, the secret in the path is all there is.
pub fn feed_route() -> (&'static str, MethodRouter<App>) {
    ("/calendar/{file}", get(get_feed))
}

fn file(ics: String, disposition: HeaderValue) -> Response {
    let headers =
        [(header::CONTENT_TYPE, ICS), (header::CONTENT_DISPOSITION, disposition), (header::CACHE_CONTROL, FRESH)];
    (headers, ics).into_response()
}

/// A webinar as a calendar file
#[utoipa::path(get, path = "/webinars/{webinar}/calendar.ics", tag = "calendar", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = String, content_type = "text/calendar"), (status = 404, body = Problem)))]
async fn get_entry(State(app): State<App>, actor: Actor, Id(webinar): Id<WebinarId>) -> Result<Response> {
    Ok(file(download::download(&app, &actor, webinar).await?, AS_FILE))
}

#[derive(Serialize, ToSchema)]
struct Feed {
    /// Shown this once.
    url: String,
}

/// Make a new address for one's own calendar feed; the old one is dead from then on
#[utoipa::path(post, path = "/brands/{brand}/calendar-feed", tag = "calendar", params(("brand" = BrandId, Path)),
    responses((status = 201, body = Feed), (status = 404, body = Problem)))]
async fn post_feed(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
) -> Result<(StatusCode, axum::Json<Feed>)> {
    Ok((StatusCode::CREATED, axum::Json(Feed { url: feed::replace(&app, &actor, brand).await? })))
}

/// End one's own calendar feed
#[utoipa::path(delete, path = "/brands/{brand}/calendar-feed", tag = "calendar", params(("brand" = BrandId, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn delete_feed(State(app): State<App>, actor: Actor, Id(brand): Id<BrandId>) -> Result<StatusCode> {
    feed::end(&app, &actor, brand).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn get_feed(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Path(name): Path<String>,
) -> Result<Response> {
    let secret = name.strip_suffix(".ics").ok_or(Code::NotFound)?;
    Ok(file(feed::read(&app, secret, address).await?, INLINE))
}
