//! HTTP as a table of contents.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::platform::assets;
use crate::platform::http::Guard;
use crate::platform::observe::{self, Check, Metrics, Requests};
use crate::platform::refusal::{Code, Failure};
use crate::{
    accounts, audit, brands, calendar, files, floor, groups, invitations, knowledge, mails, members, messages,
    realtime, search, stage, webinars,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Guildhall",
        description = "Groups of professionals: chat, knowledge, webinars.",
        license(name = "AGPL-3.0-or-later")
    ),
    components(schemas(realtime::ServerFrame, realtime::ClientCommand, realtime::ChangeBody))
)]
struct Api;

/// The API's routes with their description.
fn api() -> (Router<App>, Document) {
    OpenApiRouter::with_openapi(Api::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .merge(accounts::routes())
                .merge(brands::routes())
                .merge(groups::routes())
                .merge(members::routes())
                .merge(invitations::routes())
                .merge(messages::routes())
                .merge(knowledge::routes())
                .merge(files::routes())
                .merge(mails::routes())
                .merge(audit::routes())
                .merge(webinars::routes())
                .merge(stage::routes())
                .merge(calendar::routes())
                .merge(floor::routes())
                .merge(realtime::routes())
                .merge(search::routes()),
        )
        .split_for_parts()
}

/// The description of the API, as `openapi.json` has it.
pub fn openapi() -> Document {
    api().1
}

/// What is counted and checked along the way.
pub struct Watch {
    pub requests: Requests,
    pub metrics: Metrics,
    pub checks: Vec<Check>,
}

/// Everything the server answers.
pub fn router(app: &App, guard: Guard, watch: Watch) -> Router {
    let (routes, document) = api();
    let document = axum::Json(document);
    let (feed_path, feed) = calendar::feed_route();
    let router = routes
        .route("/api/v1/openapi.json", get(move || async move { document }))
        .route("/api/v1/realtime", get(realtime::upgrade))
        .layer(from_fn_with_state(app.clone(), accounts::authenticate::layer))
        .route("/api/{*rest}", any(async || Failure::from(Code::NotFound)))
        .route(feed_path, feed)
        .method_not_allowed_fallback(async || Failure::from(Code::MethodNotAllowed))
        .layer(from_fn_with_state(watch.requests, observe::count))
        .fallback(assets::serve)
        .with_state(app.clone())
        .merge(observe::probes(watch.metrics, watch.checks));
    guard.stand_before(router)
}
