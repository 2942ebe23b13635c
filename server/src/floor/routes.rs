//! `/webinars/{webinar}/floor`, `/floor/questions/{question}`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hands::{self, Hand};
use super::modes::{self, AskingChange, ChatRules, ModesView};
use super::questions::{self, QuestionChange, QuestionRequest, QuestionView, QuestionsQuery};
use super::slides::{self, SlidesRequest, SlidesView};
use super::snapshot::{self, FloorPage};
use crate::access::{Actor, see};
use crate::app::App;
use crate::platform::http::{Id, IdPair, Json, Query};
use crate::platform::ids::{MemberId, QuestionId, WebinarId};
use crate::platform::paging::Page;
use crate::platform::refusal::{Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_floor))
        .routes(routes!(put_chat))
        .routes(routes!(patch_asking))
        .routes(routes!(raise_hand, lower_hand))
        .routes(routes!(lower_hand_of))
        .routes(routes!(post_question, list_questions))
        .routes(routes!(get_question, patch_question, delete_question))
        .routes(routes!(vote_for_question, unvote_question))
        .routes(routes!(put_slides, patch_slides))
        .merge(super::polls::routes())
}

/// The floor of a webinar as of a position in its stream: all that a late comer needs
#[utoipa::path(get, path = "/webinars/{webinar}/floor", tag = "floor", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = FloorPage), (status = 404, body = Problem)))]
async fn get_floor(State(app): State<App>, actor: Actor, Id(webinar): Id<WebinarId>) -> Result<axum::Json<FloorPage>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, webinar).await?;
    Ok(axum::Json(snapshot::snapshot(&seen).await?))
}

/// Slow the chat, keep it for those who run the webinar, or open it
#[utoipa::path(put, path = "/webinars/{webinar}/floor/chat", tag = "floor", params(("webinar" = WebinarId, Path)),
    request_body = ChatRules,
    responses((status = 200, body = ModesView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn put_chat(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<ChatRules>,
) -> Result<axum::Json<ModesView>> {
    Ok(axum::Json(modes::set_chat(&app, &actor, webinar, body).await?))
}

/// Have questions wait to be let through, or be asked without a name
#[utoipa::path(patch, path = "/webinars/{webinar}/floor/asking", tag = "floor", params(("webinar" = WebinarId, Path)),
    request_body = AskingChange,
    responses((status = 200, body = ModesView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn patch_asking(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<AskingChange>,
) -> Result<axum::Json<ModesView>> {
    Ok(axum::Json(modes::set_asking(&app, &actor, webinar, body).await?))
}

/// The hands that are up, first raised first.
#[derive(Serialize, ToSchema)]
struct Hands {
    hands: Vec<Hand>,
}

/// Raise one's hand, behind those that are up
#[utoipa::path(put, path = "/webinars/{webinar}/floor/hand", tag = "floor", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = Hands), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn raise_hand(State(app): State<App>, actor: Actor, Id(webinar): Id<WebinarId>) -> Result<axum::Json<Hands>> {
    Ok(axum::Json(Hands { hands: hands::raise(&app, &actor, webinar).await? }))
}

/// Lower one's hand
#[utoipa::path(delete, path = "/webinars/{webinar}/floor/hand", tag = "floor", params(("webinar" = WebinarId, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn lower_hand(State(app): State<App>, actor: Actor, Id(webinar): Id<WebinarId>) -> Result<StatusCode> {
    hands::lower(&app, &actor, webinar).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lower somebody's hand
#[utoipa::path(delete, path = "/webinars/{webinar}/floor/hands/{member}", tag = "floor",
    params(("webinar" = WebinarId, Path), ("member" = MemberId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn lower_hand_of(
    State(app): State<App>,
    actor: Actor,
    IdPair(webinar, member): IdPair<WebinarId, MemberId>,
) -> Result<StatusCode> {
    hands::lower_of(&app, &actor, webinar, member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask a question; a repeat under the same client key returns the first result
#[utoipa::path(post, path = "/webinars/{webinar}/floor/questions", tag = "floor", params(("webinar" = WebinarId, Path)),
    request_body = QuestionRequest,
    responses((status = 201, body = QuestionView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn post_question(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<QuestionRequest>,
) -> Result<(StatusCode, axum::Json<QuestionView>)> {
    Ok((StatusCode::CREATED, axum::Json(questions::ask(&app, &actor, webinar, &body).await?)))
}

/// The questions of a webinar; what waits or was dismissed for its author and those who run the webinar only
#[utoipa::path(get, path = "/webinars/{webinar}/floor/questions", tag = "floor",
    params(("webinar" = WebinarId, Path), QuestionsQuery),
    responses((status = 200, body = Page<QuestionView>), (status = 404, body = Problem)))]
async fn list_questions(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Query(query): Query<QuestionsQuery>,
) -> Result<axum::Json<Page<QuestionView>>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, webinar).await?;
    Ok(axum::Json(questions::list(&seen, &query).await?))
}

/// One question
#[utoipa::path(get, path = "/floor/questions/{question}", tag = "floor", params(("question" = QuestionId, Path)),
    responses((status = 200, body = QuestionView), (status = 404, body = Problem)))]
async fn get_question(
    State(app): State<App>,
    actor: Actor,
    Id(question): Id<QuestionId>,
) -> Result<axum::Json<QuestionView>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, question).await?;
    Ok(axum::Json(questions::one(&reader, seen.member(), seen.target()).await?))
}

/// Let a question through, take it up, pin, answer or dismiss it; for those who run the webinar
#[utoipa::path(patch, path = "/floor/questions/{question}", tag = "floor", params(("question" = QuestionId, Path)),
    request_body = QuestionChange,
    responses((status = 200, body = QuestionView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn patch_question(
    State(app): State<App>,
    actor: Actor,
    Id(question): Id<QuestionId>,
    Json(body): Json<QuestionChange>,
) -> Result<axum::Json<QuestionView>> {
    Ok(axum::Json(questions::curate(&app, &actor, question, &body).await?))
}

/// Delete a question: one's own, or as somebody who runs the webinar
#[utoipa::path(delete, path = "/floor/questions/{question}", tag = "floor", params(("question" = QuestionId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_question(State(app): State<App>, actor: Actor, Id(question): Id<QuestionId>) -> Result<StatusCode> {
    questions::delete(&app, &actor, question).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Vote for a question
#[utoipa::path(put, path = "/floor/questions/{question}/vote", tag = "floor", params(("question" = QuestionId, Path)),
    responses((status = 200, body = QuestionView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn vote_for_question(
    State(app): State<App>,
    actor: Actor,
    Id(question): Id<QuestionId>,
) -> Result<axum::Json<QuestionView>> {
    Ok(axum::Json(questions::vote(&app, &actor, question).await?))
}

/// Take the vote for a question back
#[utoipa::path(delete, path = "/floor/questions/{question}/vote", tag = "floor", params(("question" = QuestionId, Path)),
    responses((status = 200, body = QuestionView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn unvote_question(
    State(app): State<App>,
    actor: Actor,
    Id(question): Id<QuestionId>,
) -> Result<axum::Json<QuestionView>> {
    Ok(axum::Json(questions::unvote(&app, &actor, question).await?))
}

/// Show slides, or none; for those who run the webinar
#[utoipa::path(put, path = "/webinars/{webinar}/floor/slides", tag = "floor", params(("webinar" = WebinarId, Path)),
    request_body = SlidesRequest,
    responses((status = 200, body = Option<SlidesView>), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn put_slides(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<SlidesRequest>,
) -> Result<axum::Json<Option<SlidesView>>> {
    Ok(axum::Json(slides::set_slides(&app, &actor, webinar, body.file_id).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PageTurn {
    /// The first is 1.
    page: i64,
}

/// Turn to another page of the slides; for those who run the webinar and those on its stage
#[utoipa::path(patch, path = "/webinars/{webinar}/floor/slides", tag = "floor", params(("webinar" = WebinarId, Path)),
    request_body = PageTurn,
    responses((status = 200, body = SlidesView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn patch_slides(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<PageTurn>,
) -> Result<axum::Json<SlidesView>> {
    Ok(axum::Json(slides::move_slides(&app, &actor, webinar, body.page).await?))
}
