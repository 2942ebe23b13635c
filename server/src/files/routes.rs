//! `/groups/{group}/files`, `/files/{file}`.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::fetch::{self, Variant};
use super::link;
use super::upload::{Incoming, upload};
use super::view::FileView;
use crate::access::Actor;
use crate::app::App;
use crate::changes::client_keys::ClientKey;
use crate::platform::http::{Id, Query};
use crate::platform::ids::{FileId, GroupId};
use crate::platform::refusal::{Code, Failure, Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(post_file)).routes(routes!(get_content)).routes(routes!(post_link))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UploadQuery {
    /// What the file is called. Shown cleaned of whatever is no part of a name.
    name: String,
}

/// Upload a file to be attached to a message
#[utoipa::path(post, path = "/groups/{group}/files", tag = "files", params(("group" = GroupId, Path), UploadQuery, ClientKey),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bytes of the file"),
    responses((status = 201, body = FileView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
async fn post_file(
    State(app): State<App>,
    actor: Actor,
    Id(group): Id<GroupId>,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<(StatusCode, axum::Json<FileView>)> {
    let (mut parts, body) = request.into_parts();
    let key = ClientKey::from_request_parts(&mut parts, &()).await?;
    if parts.headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let incoming = Incoming { name: query.name, key, announced_bytes: announced(&parts.headers), body };
    Ok((StatusCode::CREATED, axum::Json(upload(&app, &actor, group, incoming).await?)))
}

/// What the sender says. The body itself can't tell: it is wrapped in its time limit.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ContentQuery {
    #[param(inline)]
    variant: Option<Variant>,
    /// From a signed link; takes the place of the cookie.
    link: Option<String>,
}

/// The bytes of a file, or of its small picture
#[utoipa::path(get, path = "/files/{file}/content", tag = "files", params(("file" = FileId, Path), ContentQuery,
        ("range" = Option<String>, Header, description = "One range, as `bytes=0-99`")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream"), (status = 304), (status = 416),
        (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn get_content(
    State(app): State<App>,
    actor: Result<Actor, Failure>,
    Id(file): Id<FileId>,
    Query(query): Query<ContentQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    let actor = match &query.link {
        Some(token) => link::bearer(&app, file, token).await?,
        None => actor?,
    };
    fetch::fetch(&app, &actor, file, query.variant, &headers).await
}

/// An address that needs no cookie.
#[derive(Serialize, ToSchema)]
struct LinkView {
    /// Valid for 60 seconds, for as long as the right lasts.
    url: String,
}

/// Get an address under which the file can be fetched without a cookie within a minute
#[utoipa::path(post, path = "/files/{file}/link", tag = "files", params(("file" = FileId, Path)),
    responses((status = 201, body = LinkView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn post_link(
    State(app): State<App>,
    actor: Actor,
    Id(file): Id<FileId>,
) -> Result<(StatusCode, axum::Json<LinkView>)> {
    let url = link::issue(&app, &actor, file).await?;
    Ok((StatusCode::CREATED, axum::Json(LinkView { url })))
}
