//! `/groups/{group}/threads`, `/threads/{thread}`, `/replies/{reply}`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::draft::{ReplyRequest, ThreadRequest};
use super::edit::ThreadChange;
use super::list::{self, ThreadSnapshot, ThreadsQuery};
use super::reply::ReplyView;
use super::thread::ThreadView;
use super::view;
use crate::access::{Actor, see};
use crate::app::App;
use crate::changes::stream_position;
use crate::platform::http::{Id, Json, Query};
use crate::platform::ids::{GroupId, ReplyId, ThreadId};
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::{Code, Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_threads, post_thread))
        .routes(routes!(get_thread, patch_thread, delete_thread))
        .routes(routes!(list_replies, post_reply))
        .routes(routes!(put_accepted))
        .routes(routes!(patch_reply, delete_reply))
}

/// The threads of a group, last touched first
#[utoipa::path(get, path = "/groups/{group}/threads", tag = "knowledge", params(("group" = GroupId, Path), ThreadsQuery),
    responses((status = 200, body = Page<ThreadView>), (status = 404, body = Problem)))]
async fn list_threads(
    State(app): State<App>,
    actor: Actor,
    Id(group): Id<GroupId>,
    Query(query): Query<ThreadsQuery>,
) -> Result<axum::Json<Page<ThreadView>>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, group).await?;
    Ok(axum::Json(list::threads(&seen, &query).await?))
}

/// Start a thread; a repeat under the same client key returns the first result
#[utoipa::path(post, path = "/groups/{group}/threads", tag = "knowledge", params(("group" = GroupId, Path)),
    request_body = ThreadRequest,
    responses((status = 201, body = ThreadView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn post_thread(
    State(app): State<App>,
    actor: Actor,
    Id(group): Id<GroupId>,
    Json(body): Json<ThreadRequest>,
) -> Result<(StatusCode, axum::Json<ThreadView>)> {
    Ok((StatusCode::CREATED, axum::Json(super::start(&app, &actor, group, &body).await?)))
}

/// A thread as of a position in its group's stream
#[utoipa::path(get, path = "/threads/{thread}", tag = "knowledge", params(("thread" = ThreadId, Path)),
    responses((status = 200, body = ThreadSnapshot), (status = 404, body = Problem)))]
async fn get_thread(
    State(app): State<App>,
    actor: Actor,
    Id(thread): Id<ThreadId>,
) -> Result<axum::Json<ThreadSnapshot>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, thread).await?;
    let frame = view::thread_frames(&reader, &[seen.target()]).await?.pop().ok_or(Code::NotFound)?;
    let position = stream_position(&reader, seen.group()?).await?;
    let thread = view::personal(frame, seen.standing(), seen.place(), reader.now());
    Ok(axum::Json(ThreadSnapshot { thread, position }))
}

/// Change title, text or tags of one's own thread; close or reopen a thread
#[utoipa::path(patch, path = "/threads/{thread}", tag = "knowledge", params(("thread" = ThreadId, Path)),
    request_body = ThreadChange,
    responses((status = 200, body = ThreadView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn patch_thread(
    State(app): State<App>,
    actor: Actor,
    Id(thread): Id<ThreadId>,
    Json(body): Json<ThreadChange>,
) -> Result<axum::Json<ThreadView>> {
    Ok(axum::Json(super::edit(&app, &actor, thread, &body).await?))
}

/// Delete a thread with its replies
#[utoipa::path(delete, path = "/threads/{thread}", tag = "knowledge", params(("thread" = ThreadId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_thread(State(app): State<App>, actor: Actor, Id(thread): Id<ThreadId>) -> Result<StatusCode> {
    super::delete(&app, &actor, thread).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The replies to a thread, oldest first
#[utoipa::path(get, path = "/threads/{thread}/replies", operation_id = "list_thread_replies", tag = "knowledge",
    params(("thread" = ThreadId, Path), PageQuery),
    responses((status = 200, body = Page<ReplyView>), (status = 404, body = Problem)))]
async fn list_replies(
    State(app): State<App>,
    actor: Actor,
    Id(thread): Id<ThreadId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<ReplyView>>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, thread).await?;
    Ok(axum::Json(list::replies(&seen, &page).await?))
}

/// Reply to a thread; a repeat under the same client key returns the first result
#[utoipa::path(post, path = "/threads/{thread}/replies", tag = "knowledge", params(("thread" = ThreadId, Path)),
    request_body = ReplyRequest,
    responses((status = 201, body = ReplyView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn post_reply(
    State(app): State<App>,
    actor: Actor,
    Id(thread): Id<ThreadId>,
    Json(body): Json<ReplyRequest>,
) -> Result<(StatusCode, axum::Json<ReplyView>)> {
    Ok((StatusCode::CREATED, axum::Json(super::post_reply(&app, &actor, thread, &body).await?)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Accepted {
    /// `null` takes the choice back. Must be there: forgetting it must not.
    #[serde(deserialize_with = "present")]
    reply_id: Option<ReplyId>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ReplyId>, D::Error> {
    Option::deserialize(deserializer)
}

/// Choose the answer to a question, or take the choice back
#[utoipa::path(put, path = "/threads/{thread}/accepted", tag = "knowledge", params(("thread" = ThreadId, Path)),
    request_body = Accepted,
    responses((status = 200, body = ThreadView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn put_accepted(
    State(app): State<App>,
    actor: Actor,
    Id(thread): Id<ThreadId>,
    Json(body): Json<Accepted>,
) -> Result<axum::Json<ThreadView>> {
    Ok(axum::Json(super::accept(&app, &actor, thread, body.reply_id).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReplyBody {
    body: String,
}

/// Change the text of one's own reply
#[utoipa::path(patch, path = "/replies/{reply}", tag = "knowledge", params(("reply" = ReplyId, Path)),
    request_body = NewReplyBody,
    responses((status = 200, body = ReplyView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn patch_reply(
    State(app): State<App>,
    actor: Actor,
    Id(reply): Id<ReplyId>,
    Json(body): Json<NewReplyBody>,
) -> Result<axum::Json<ReplyView>> {
    Ok(axum::Json(super::edit_reply(&app, &actor, reply, &body.body).await?))
}

/// Delete a reply; its place stays
#[utoipa::path(delete, path = "/replies/{reply}", tag = "knowledge", params(("reply" = ReplyId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_reply(State(app): State<App>, actor: Actor, Id(reply): Id<ReplyId>) -> Result<StatusCode> {
    super::delete_reply(&app, &actor, reply).await?;
    Ok(StatusCode::NO_CONTENT)
}
