//! `/logins`, `/me`, `/password-resets`.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::account::Me;
use super::log_in::Device;
use super::me::Preferences;
use super::{change_password, log_in, log_out, me, reset_password, store};
use crate::access::Actor;
use crate::app::App;
use crate::platform::clock::Millis;
use crate::platform::http::{ClientAddress, Id, Json, Query};
use crate::platform::ids::{LoginId, Secret};
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::{Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(post_login, list_logins, delete_logins))
        .routes(routes!(delete_current_login))
        .routes(routes!(delete_login))
        .routes(routes!(get_me, patch_me))
        .routes(routes!(post_password))
        .routes(routes!(post_reset))
        .routes(routes!(redeem_reset))
}

/// An answer that also signs the browser in.
pub fn signed_in<T: Serialize>(app: &App, status: StatusCode, body: T, secret: &Secret) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    if let Some(cookie) = app.cookie.set(secret) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: String,
}

/// Log in with address and password
#[utoipa::path(post, path = "/logins", tag = "accounts", request_body = Credentials,
    responses((status = 201, body = Me), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn post_login(
    State(app): State<App>,
    before: Option<Extension<Actor>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(body): Json<Credentials>,
) -> Result<Response> {
    let device = Device::new(&headers, address);
    let before = before.map(|Extension(actor)| actor);
    let (me, secret) = log_in::log_in(&app, &body.email, &body.password, &device, before).await?;
    Ok(signed_in(&app, StatusCode::CREATED, me, &secret))
}

/// A signed-in device.
#[derive(Serialize, ToSchema)]
struct LoginView {
    id: LoginId,
    created_at: Millis,
    last_seen_at: Millis,
    user_agent: String,
    /// The device that asks.
    current: bool,
}

/// One's signed-in devices, newest first
#[utoipa::path(get, path = "/logins", tag = "accounts", params(PageQuery),
    responses((status = 200, body = Page<LoginView>), (status = 401, body = Problem)))]
async fn list_logins(
    State(app): State<App>,
    actor: Actor,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<LoginView>>> {
    let limit = page.limit()?;
    let reader = app.store.read().await?;
    let rows = store::logins(&reader, actor.account, page.after()?, limit + 1).await?;
    Ok(axum::Json(Page::cut(rows, limit, |row| row.id).map(|row| LoginView {
        id: row.id,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        user_agent: row.user_agent,
        current: row.id == actor.login,
    })))
}

/// Log out on this device
#[utoipa::path(delete, path = "/logins/current", tag = "accounts", responses((status = 204), (status = 401, body = Problem)))]
async fn delete_current_login(State(app): State<App>, actor: Actor) -> Result<Response> {
    log_out::log_out(&app, &actor, actor.login).await?;
    Ok(signed_out(&app))
}

/// Log out on all devices, this one too
#[utoipa::path(delete, path = "/logins", tag = "accounts", responses((status = 204), (status = 401, body = Problem)))]
async fn delete_logins(State(app): State<App>, actor: Actor) -> Result<Response> {
    log_out::log_out_everywhere(&app, &actor).await?;
    Ok(signed_out(&app))
}

fn signed_out(app: &App) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = app.cookie.clear() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Log out on another device
#[utoipa::path(delete, path = "/logins/{login}", tag = "accounts", params(("login" = LoginId, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn delete_login(State(app): State<App>, actor: Actor, Id(login): Id<LoginId>) -> Result<StatusCode> {
    log_out::log_out(&app, &actor, login).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who one is
#[utoipa::path(get, path = "/me", tag = "accounts", responses((status = 200, body = Me), (status = 401, body = Problem)))]
async fn get_me(State(app): State<App>, actor: Actor) -> Result<axum::Json<Me>> {
    Ok(axum::Json(me::me(&app, &actor).await?))
}

/// Change language or time zone
#[utoipa::path(patch, path = "/me", tag = "accounts", request_body = Preferences, responses((status = 200, body = Me), (status = 422, body = Problem)))]
async fn patch_me(State(app): State<App>, actor: Actor, Json(body): Json<Preferences>) -> Result<axum::Json<Me>> {
    Ok(axum::Json(me::set_preferences(&app, &actor, &body).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    current_password: String,
    new_password: String,
}

/// Change the password; all other log-ins end
#[utoipa::path(post, path = "/me/password", tag = "accounts", request_body = NewPassword,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn post_password(State(app): State<App>, actor: Actor, Json(body): Json<NewPassword>) -> Result<StatusCode> {
    change_password::change_password(&app, &actor, &body.current_password, &body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetRequest {
    email: String,
}

/// Ask for a link to a new password; answers the same whether or not there is an account
#[utoipa::path(post, path = "/password-resets", tag = "accounts", request_body = ResetRequest,
    responses((status = 202), (status = 429, body = Problem)))]
async fn post_reset(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<ResetRequest>,
) -> Result<StatusCode> {
    reset_password::request_reset(&app, &body.email, address).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetRedemption {
    token: String,
    password: String,
}

/// Set a new password by the mailed link; all log-ins end
#[utoipa::path(post, path = "/password-resets/redeem", tag = "accounts", request_body = ResetRedemption,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn redeem_reset(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<ResetRedemption>,
) -> Result<StatusCode> {
    reset_password::redeem_reset(&app, &body.token, &body.password, address).await?;
    Ok(StatusCode::NO_CONTENT)
}
