//! `/webinars/{webinar}/floor/polls`, `/floor/polls/{poll}`.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::create::{self, PollRequest};
use super::poll::PollView;
use super::run::{self, PollChange};
use super::view;
use super::vote::{self, VoteRequest};
use crate::access::{Actor, see};
use crate::app::App;
use crate::changes::client_keys::ClientKey;
use crate::platform::http::{Id, Json};
use crate::platform::ids::{PollId, WebinarId};
use crate::platform::refusal::{Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(post_poll))
        .routes(routes!(get_poll, patch_poll, delete_poll))
        .routes(routes!(put_poll_vote))
}

/// Prepare a poll as a draft, which only those who run the webinar see
#[utoipa::path(post, path = "/webinars/{webinar}/floor/polls", tag = "floor", request_body = PollRequest,
    params(("webinar" = WebinarId, Path), ClientKey),
    responses((status = 201, body = PollView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn post_poll(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    key: ClientKey,
    Json(body): Json<PollRequest>,
) -> Result<(StatusCode, axum::Json<PollView>)> {
    Ok((StatusCode::CREATED, axum::Json(create::create(&app, &actor, webinar, &body, &key).await?)))
}

/// One poll
#[utoipa::path(get, path = "/floor/polls/{poll}", tag = "floor", params(("poll" = PollId, Path)),
    responses((status = 200, body = PollView), (status = 404, body = Problem)))]
async fn get_poll(State(app): State<App>, actor: Actor, Id(poll): Id<PollId>) -> Result<axum::Json<PollView>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, poll).await?;
    Ok(axum::Json(view::one(&reader, seen.standing(), seen.place(), seen.target()).await?))
}

/// Open or close a poll, show or hide its results; for those who run the webinar
#[utoipa::path(patch, path = "/floor/polls/{poll}", tag = "floor", params(("poll" = PollId, Path)),
    request_body = PollChange,
    responses((status = 200, body = PollView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn patch_poll(
    State(app): State<App>,
    actor: Actor,
    Id(poll): Id<PollId>,
    Json(body): Json<PollChange>,
) -> Result<axum::Json<PollView>> {
    Ok(axum::Json(run::run(&app, &actor, poll, &body).await?))
}

/// Delete a draft
#[utoipa::path(delete, path = "/floor/polls/{poll}", tag = "floor", params(("poll" = PollId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_poll(State(app): State<App>, actor: Actor, Id(poll): Id<PollId>) -> Result<StatusCode> {
    run::delete(&app, &actor, poll).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Cast one's vote, or change it while that is possible
#[utoipa::path(put, path = "/floor/polls/{poll}/vote", tag = "floor", params(("poll" = PollId, Path)),
    request_body = VoteRequest,
    responses((status = 200, body = PollView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn put_poll_vote(
    State(app): State<App>,
    actor: Actor,
    Id(poll): Id<PollId>,
    Json(body): Json<VoteRequest>,
) -> Result<axum::Json<PollView>> {
    Ok(axum::Json(vote::vote(&app, &actor, poll, &body).await?))
}
