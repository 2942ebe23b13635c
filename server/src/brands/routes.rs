//! `/setup`, `/brands/{brand}`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::brand::BrandView;
use super::edit::BrandChange;
use super::start::Start;
use super::{edit, found, logo, start, store};
use crate::access::{Actor, see};
use crate::accounts::{Device, Me, TimeZoneName, signed_in};
use crate::app::App;
use crate::platform::http::{ClientAddress, Id, IfMatch, Json, RawBody};
use crate::platform::ids::BrandId;
use crate::platform::language::Language;
use crate::platform::refusal::{Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_setup, post_setup))
        .routes(routes!(get_brand, patch_brand))
        .routes(routes!(get_start))
        .routes(routes!(get_logo, put_logo))
}

#[derive(Serialize, ToSchema)]
struct SetupState {
    /// Nobody has set the server up yet.
    open: bool,
}

/// Whether the server waits to be set up
#[utoipa::path(get, path = "/setup", tag = "brands", 
    responses((status = 200, body = SetupState), (status = 503, body = Problem)))]
async fn get_setup(State(app): State<App>) -> Result<axum::Json<SetupState>> {
    Ok(axum::Json(SetupState { open: found::is_open(&app).await? }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetupRequest {
    /// From the link that the server prints at its first start.
    token: String,
    email: String,
    password: String,
    name: String,
    language: Language,
    time_zone: TimeZoneName,
    brand_name: String,
    colour: String,
}

/// Set the server up: first account, brand, owner
#[utoipa::path(post, path = "/setup", tag = "brands", request_body = SetupRequest,
    responses((status = 201, body = Me), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn post_setup(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(body): Json<SetupRequest>,
) -> Result<Response> {
    let founding = found::Founding {
        email: body.email,
        password: body.password,
        name: body.name,
        language: body.language,
        time_zone: body.time_zone,
        brand_name: body.brand_name,
        colour: body.colour,
    };
    let (me, secret) = found::found(&app, &body.token, founding, &Device::new(&headers, address)).await?;
    Ok(signed_in(&app, StatusCode::CREATED, me, &secret))
}

/// A brand
#[utoipa::path(get, path = "/brands/{brand}", tag = "brands", params(("brand" = BrandId, Path)),
    responses((status = 200, body = BrandView), (status = 404, body = Problem)))]
async fn get_brand(State(app): State<App>, actor: Actor, Id(brand): Id<BrandId>) -> Result<axum::Json<BrandView>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, brand).await?;
    Ok(axum::Json(store::view(&reader, seen.target()).await?))
}

/// Change name, colour or language
#[utoipa::path(patch, path = "/brands/{brand}", tag = "brands", request_body = BrandChange,
    params(("brand" = BrandId, Path), ("if-match" = Option<String>, Header, description = "The version that the change was made from")),
    responses((status = 200, body = BrandView), (status = 403, body = Problem), (status = 412, body = Problem)))]
async fn patch_brand(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    IfMatch(version): IfMatch,
    Json(body): Json<BrandChange>,
) -> Result<axum::Json<BrandView>> {
    Ok(axum::Json(edit::edit(&app, &actor, brand, body, version).await?))
}

/// Everything for the first screen
#[utoipa::path(get, path = "/brands/{brand}/start", tag = "brands", params(("brand" = BrandId, Path)),
    responses((status = 200, body = Start), (status = 404, body = Problem)))]
async fn get_start(State(app): State<App>, actor: Actor, Id(brand): Id<BrandId>) -> Result<axum::Json<Start>> {
    Ok(axum::Json(start::start(&app, &actor, brand).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogoQuery {
    /// Makes the address new when the logo is.
    #[serde(rename = "v")]
    _version: Option<i64>,
}

/// The brand's logo
#[utoipa::path(get, path = "/brands/{brand}/logo", tag = "brands", params(("brand" = BrandId, Path), ("v" = Option<i64>, Query)),
    responses((status = 200, content_type = "image/png"), (status = 404, body = Problem)))]
async fn get_logo(
    State(app): State<App>,
    Id(brand): Id<BrandId>,
    crate::platform::http::Query(_query): crate::platform::http::Query<LogoQuery>,
) -> Result<Response> {
    logo::logo(&app, brand).await
}

/// Set the brand's logo: PNG, JPEG or WebP of at most 1 MiB
#[utoipa::path(put, path = "/brands/{brand}/logo", tag = "brands", params(("brand" = BrandId, Path)),
    request_body(content = Vec<u8>, content_type = "image/png"),
    responses((status = 200, body = BrandView), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn put_logo(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    RawBody(bytes): RawBody<{ logo::LOGO_MAX }>,
) -> Result<axum::Json<BrandView>> {
    Ok(axum::Json(logo::set_logo(&app, &actor, brand, bytes).await?))
}
