//! `/channels/{channel}/messages`, `/messages/{message}`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::draft::PostRequest;
use super::list::{MessageWindow, WindowQuery, window};
use super::mark::Marked;
use super::view::{self, MessageView};
use super::{delete, edit, mark, post, react, store};
use crate::access::{Actor, see};
use crate::app::App;
use crate::changes::Position;
use crate::platform::http::{Id, Json, Query};
use crate::platform::ids::{ChannelId, MessageId};
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::{Code, Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_messages, post_message))
        .routes(routes!(get_message, patch_message, delete_message))
        .routes(routes!(list_replies))
        .routes(routes!(put_reaction, delete_reaction))
        .routes(routes!(put_marker))
}

/// A window of a channel: the newest messages, or those before, after or around a position
#[utoipa::path(get, path = "/channels/{channel}/messages", tag = "messages", params(("channel" = ChannelId, Path), WindowQuery),
    responses((status = 200, body = MessageWindow), (status = 404, body = Problem)))]
async fn list_messages(
    State(app): State<App>,
    actor: Actor,
    Id(channel): Id<ChannelId>,
    Query(query): Query<WindowQuery>,
) -> Result<axum::Json<MessageWindow>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, channel).await?;
    Ok(axum::Json(window(&seen, &query).await?))
}

/// A message that is durable, with its position.
#[derive(Serialize, ToSchema)]
struct PostedMessage {
    message: MessageView,
    position: Position,
}

/// Post a message; a repeat under the same client key returns the first result
#[utoipa::path(post, path = "/channels/{channel}/messages", tag = "messages", params(("channel" = ChannelId, Path)),
    request_body = PostRequest,
    responses((status = 201, body = PostedMessage), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn post_message(
    State(app): State<App>,
    actor: Actor,
    Id(channel): Id<ChannelId>,
    Json(body): Json<PostRequest>,
) -> Result<(StatusCode, axum::Json<PostedMessage>)> {
    let posted = post::post(&app, &actor, channel, body).await?;
    let reader = app.store.read().await?;
    let message = view::one(&reader, posted.id).await?;
    Ok((StatusCode::CREATED, axum::Json(PostedMessage { message, position: posted.position })))
}

/// A message
#[utoipa::path(get, path = "/messages/{message}", tag = "messages", params(("message" = MessageId, Path)),
    responses((status = 200, body = MessageView), (status = 404, body = Problem)))]
async fn get_message(
    State(app): State<App>,
    actor: Actor,
    Id(message): Id<MessageId>,
) -> Result<axum::Json<MessageView>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, message).await?;
    Ok(axum::Json(view::one(&reader, seen.target()).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBody {
    body: String,
}

/// Change the text of one's own message
#[utoipa::path(patch, path = "/messages/{message}", tag = "messages", params(("message" = MessageId, Path)), request_body = NewBody,
    responses((status = 200, body = MessageView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn patch_message(
    State(app): State<App>,
    actor: Actor,
    Id(message): Id<MessageId>,
    Json(body): Json<NewBody>,
) -> Result<axum::Json<MessageView>> {
    Ok(axum::Json(edit::edit(&app, &actor, message, &body.body).await?))
}

/// Delete a message; its place stays so that replies can be read
#[utoipa::path(delete, path = "/messages/{message}", tag = "messages", params(("message" = MessageId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_message(State(app): State<App>, actor: Actor, Id(message): Id<MessageId>) -> Result<StatusCode> {
    delete::delete(&app, &actor, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The replies to a message
#[utoipa::path(get, path = "/messages/{message}/replies", tag = "messages", params(("message" = MessageId, Path), PageQuery),
    responses((status = 200, body = Page<MessageView>), (status = 404, body = Problem)))]
async fn list_replies(
    State(app): State<App>,
    actor: Actor,
    Id(message): Id<MessageId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<MessageView>>> {
    let limit = page.limit()?;
    let reader = app.store.read().await?;
    // The root may be deleted and its replies still be there: the channel decides who reads them.
    let channel = store::by_ids(&reader, &[message]).await?.pop().ok_or(Code::NotFound)?.channel_id;
    let seen = see(&reader, &actor, channel).await?;
    let rows = store::replies(&seen, message, page.after()?, limit + 1).await?;
    let rows = Page::cut(rows, limit, |row| row.position);
    Ok(axum::Json(Page { items: view::assemble(&reader, rows.items).await?, next: rows.next }))
}

/// React with an emoji
#[utoipa::path(put, path = "/messages/{message}/reactions/{emoji}", tag = "messages",
    params(("message" = MessageId, Path), ("emoji" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn put_reaction(
    State(app): State<App>,
    actor: Actor,
    crate::platform::http::IdPair(message, emoji): crate::platform::http::IdPair<MessageId, String>,
) -> Result<StatusCode> {
    react::react(&app, &actor, message, &emoji).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a reaction back
#[utoipa::path(delete, path = "/messages/{message}/reactions/{emoji}", tag = "messages",
    params(("message" = MessageId, Path), ("emoji" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn delete_reaction(
    State(app): State<App>,
    actor: Actor,
    crate::platform::http::IdPair(message, emoji): crate::platform::http::IdPair<MessageId, String>,
) -> Result<StatusCode> {
    react::unreact(&app, &actor, message, &emoji).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMarker {
    position: Position,
}

/// Tell how far one has read
#[utoipa::path(put, path = "/channels/{channel}/marker", tag = "messages", params(("channel" = ChannelId, Path)),
    request_body = NewMarker, responses((status = 200, body = Marked), (status = 404, body = Problem)))]
async fn put_marker(
    State(app): State<App>,
    actor: Actor,
    Id(channel): Id<ChannelId>,
    Json(body): Json<NewMarker>,
) -> Result<axum::Json<Marked>> {
    Ok(axum::Json(mark::mark(&app, &actor, channel, body.position).await?))
}
