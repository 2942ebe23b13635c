//! `/webinars/{webinar}/stage`, its recordings and its attendance; `/stage/…` for what connects with a bearer.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::options;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::arrive::{self, ArrivalRequest, Arrived};
use super::bearer::Wish;
use super::connect::{self, Offer};
use super::direct::{self, StageChange};
use super::key::{self, KeyRequest, NewStageKey, StageKeyView};
use super::parts::{self, RecordingView};
use super::people::{self, MuteRequest, StageRoleRequest};
use super::record::{self, RecordRequest};
use super::report::{self, Attendance};
use super::stage::PublicationKind;
use super::ticket::{self, StageTicketView, TicketRequest};
use super::view::{StageView, view};
use super::whip;
use crate::access::{Actor, WebinarMember, see};
use crate::app::App;
use crate::platform::http::{ClientAddress, Id, IdPair, Json, Query};
use crate::platform::ids::{MemberId, RecordingId, RecordingPartId, StageKeyId, WebinarId};
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::{Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_stage, patch_stage))
        .routes(routes!(post_arrival))
        .routes(routes!(delete_arrival))
        .routes(routes!(put_stage_role, remove_from_stage))
        .routes(routes!(mute_on_stage))
        .routes(routes!(post_stage_ticket))
        .routes(routes!(list_stage_keys, post_stage_key))
        .routes(routes!(delete_stage_key))
        .routes(routes!(start_recording, stop_recording))
        .routes(routes!(list_recordings))
        .routes(routes!(delete_recording))
        .routes(routes!(get_recording_part))
        .routes(routes!(get_attendance))
        .routes(routes!(get_attendance_table))
        .merge(bearer_routes())
}

/// What is asked with a bearer in place of a cookie.
fn bearer_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(whip_publish))
        .routes(routes!(whep_view))
        .routes(routes!(patch_connection, delete_connection))
        .route("/stage/whip/{webinar}", options(whip::options))
        .route("/stage/whep/{webinar}", options(whip::options))
        .route("/stage/connections/{connection}", options(whip::options))
        .layer(from_fn(whip::for_any_page))
}

/// The stage of a webinar: how far it is, who is on it, and what one may do there
#[utoipa::path(get, path = "/webinars/{webinar}/stage", tag = "stage", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = StageView), (status = 404, body = Problem)))]
async fn get_stage(State(app): State<App>, actor: Actor, Id(webinar): Id<WebinarId>) -> Result<axum::Json<StageView>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, &actor, webinar).await?;
    Ok(axum::Json(view(&reader, reader.now(), seen.target(), seen.standing()).await?))
}

/// Open, lock or end the stage
#[utoipa::path(patch, path = "/webinars/{webinar}/stage", tag = "stage", request_body = StageChange,
    params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = StageView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn patch_stage(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<StageChange>,
) -> Result<axum::Json<StageView>> {
    Ok(axum::Json(direct::direct(&app, &actor, webinar, &body).await?))
}

/// Come in with a device, or say that it is still there
#[utoipa::path(post, path = "/webinars/{webinar}/stage/arrivals", tag = "stage", request_body = ArrivalRequest,
    params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = Arrived), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn post_arrival(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<ArrivalRequest>,
) -> Result<axum::Json<Arrived>> {
    Ok(axum::Json(arrive::arrive(&app, &actor, webinar, &body).await?))
}

/// Leave with a device
#[utoipa::path(delete, path = "/webinars/{webinar}/stage/arrivals/{device}", tag = "stage",
    params(("webinar" = WebinarId, Path), ("device" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn delete_arrival(
    State(app): State<App>,
    actor: Actor,
    IdPair(webinar, device): IdPair<WebinarId, String>,
) -> Result<StatusCode> {
    arrive::leave(&app, &actor, webinar, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Invite somebody to the stage, or back among the attendees
#[utoipa::path(put, path = "/webinars/{webinar}/stage/people/{member}", tag = "stage", request_body = StageRoleRequest,
    params(("webinar" = WebinarId, Path), ("member" = MemberId, Path)),
    responses((status = 200, body = StageView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn put_stage_role(
    State(app): State<App>,
    actor: Actor,
    IdPair(webinar, member): IdPair<WebinarId, MemberId>,
    Json(body): Json<StageRoleRequest>,
) -> Result<axum::Json<StageView>> {
    Ok(axum::Json(people::set_role(&app, &actor, WebinarMember { webinar, member }, body.role).await?))
}

/// Send somebody out of the webinar
#[utoipa::path(delete, path = "/webinars/{webinar}/stage/people/{member}", tag = "stage",
    params(("webinar" = WebinarId, Path), ("member" = MemberId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn remove_from_stage(
    State(app): State<App>,
    actor: Actor,
    IdPair(webinar, member): IdPair<WebinarId, MemberId>,
) -> Result<StatusCode> {
    people::remove(&app, &actor, WebinarMember { webinar, member }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Silence what somebody sends, or let it be heard again
#[utoipa::path(post, path = "/webinars/{webinar}/stage/people/{member}/mute", tag = "stage", request_body = MuteRequest,
    params(("webinar" = WebinarId, Path), ("member" = MemberId, Path)),
    responses((status = 200, body = StageView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn mute_on_stage(
    State(app): State<App>,
    actor: Actor,
    IdPair(webinar, member): IdPair<WebinarId, MemberId>,
    Json(body): Json<MuteRequest>,
) -> Result<axum::Json<StageView>> {
    Ok(axum::Json(people::mute(&app, &actor, WebinarMember { webinar, member }, body).await?))
}

/// Get a ticket that opens one connection of sound and picture within a minute
#[utoipa::path(post, path = "/webinars/{webinar}/stage/tickets", tag = "stage", request_body = TicketRequest,
    params(("webinar" = WebinarId, Path)),
    responses((status = 201, body = StageTicketView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn post_stage_ticket(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<TicketRequest>,
) -> Result<(StatusCode, axum::Json<StageTicketView>)> {
    let ticket = ticket::issue(&app, &actor, webinar, body.r#use).await?;
    Ok((StatusCode::CREATED, axum::Json(ticket)))
}

/// The keys for studios and lobby screens, without what opens
#[utoipa::path(get, path = "/webinars/{webinar}/stage/keys", tag = "stage", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = [StageKeyView]), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_stage_keys(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
) -> Result<axum::Json<Vec<StageKeyView>>> {
    Ok(axum::Json(key::list(&app, &actor, webinar).await?))
}

/// Make a key for a studio or a lobby screen; it is told once
#[utoipa::path(post, path = "/webinars/{webinar}/stage/keys", tag = "stage", request_body = KeyRequest,
    params(("webinar" = WebinarId, Path)),
    responses((status = 201, body = NewStageKey), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn post_stage_key(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<KeyRequest>,
) -> Result<(StatusCode, axum::Json<NewStageKey>)> {
    Ok((StatusCode::CREATED, axum::Json(key::make(&app, &actor, webinar, &body).await?)))
}

/// Make a key void; what it has opened ends
#[utoipa::path(delete, path = "/stage/keys/{key}", tag = "stage", params(("key" = StageKeyId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_stage_key(State(app): State<App>, actor: Actor, Id(key): Id<StageKeyId>) -> Result<StatusCode> {
    key::revoke(&app, &actor, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Start recording, once everybody has been told
#[utoipa::path(post, path = "/webinars/{webinar}/stage/recording", tag = "stage", request_body = RecordRequest,
    params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = StageView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
async fn start_recording(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Json(body): Json<RecordRequest>,
) -> Result<axum::Json<StageView>> {
    Ok(axum::Json(record::start(&app, &actor, webinar, &body).await?))
}

/// End the recording
#[utoipa::path(delete, path = "/webinars/{webinar}/stage/recording", tag = "stage", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = StageView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn stop_recording(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
) -> Result<axum::Json<StageView>> {
    Ok(axum::Json(record::stop(&app, &actor, webinar).await?))
}

/// What was recorded of a webinar
#[utoipa::path(get, path = "/webinars/{webinar}/recordings", tag = "stage", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = [RecordingView]), (status = 404, body = Problem)))]
async fn list_recordings(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
) -> Result<axum::Json<Vec<RecordingView>>> {
    Ok(axum::Json(parts::list(&app, &actor, webinar).await?))
}

/// Delete a recording that has ended, with its files
#[utoipa::path(delete, path = "/webinars/{webinar}/recordings/{recording}", tag = "stage",
    params(("webinar" = WebinarId, Path), ("recording" = RecordingId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn delete_recording(
    State(app): State<App>,
    actor: Actor,
    IdPair(webinar, recording): IdPair<WebinarId, RecordingId>,
) -> Result<StatusCode> {
    record::delete(&app, &actor, webinar, recording).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The bytes of one part of a recording
#[utoipa::path(get, path = "/webinars/{webinar}/recording-parts/{part}/content", tag = "stage",
    params(("webinar" = WebinarId, Path), ("part" = RecordingPartId, Path),
        ("range" = Option<String>, Header, description = "One range, as `bytes=0-99`")),
    responses((status = 200, body = Vec<u8>, content_type = "video/webm"),
        (status = 206, body = Vec<u8>, content_type = "video/webm"), (status = 416), (status = 404, body = Problem)))]
async fn get_recording_part(
    State(app): State<App>,
    actor: Actor,
    IdPair(webinar, part): IdPair<WebinarId, RecordingPartId>,
    headers: HeaderMap,
) -> Result<Response> {
    parts::content(&app, &actor, webinar, part, &headers).await
}

/// Who was there and for how long; for the hosts of the group
#[utoipa::path(get, path = "/webinars/{webinar}/attendance", tag = "stage", params(("webinar" = WebinarId, Path), PageQuery),
    responses((status = 200, body = Page<Attendance>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_attendance(
    State(app): State<App>,
    actor: Actor,
    Id(webinar): Id<WebinarId>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<Page<Attendance>>> {
    Ok(axum::Json(report::page(&app, &actor, webinar, &query).await?))
}

/// The same as a table for spreadsheets, a line for each time that somebody was there
#[utoipa::path(get, path = "/webinars/{webinar}/attendance.csv", tag = "stage", params(("webinar" = WebinarId, Path)),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_attendance_table(State(app): State<App>, actor: Actor, Id(webinar): Id<WebinarId>) -> Result<Response> {
    let table = report::table(&app, &actor, webinar).await?;
    let mut response = table.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = HeaderValue::from_static("attachment; filename=\"attendance.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhipQuery {
    /// `camera` (the default) or `screen`.
    #[param(inline)]
    kind: Option<PublicationKind>,
}

/// Publish with a ticket or a key (WHIP, RFC 9725)
#[utoipa::path(post, path = "/stage/whip/{webinar}", tag = "stage", params(("webinar" = WebinarId, Path), WhipQuery,
        ("authorization" = String, Header, description = "Bearer and the ticket or key")),
    request_body(content = String, content_type = "application/sdp", description = "The offer, at most 64 KiB"),
    responses((status = 201, body = String, content_type = "application/sdp", description = "The answer; Location, ETag and Link say the rest"),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 406, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 503, body = Problem)))]
async fn whip_publish(
    State(app): State<App>,
    webinar: Result<Id<WebinarId>>,
    query: Result<Query<WhipQuery>>,
    ClientAddress(address): ClientAddress,
    request: Request,
) -> Result<Response> {
    let token = whip::bearer(request.headers())?;
    let (Id(webinar), Query(query)) = (webinar?, query?);
    let wish = Wish::Publish(query.kind.unwrap_or(PublicationKind::Camera));
    let sdp = whip::offer(request).await?;
    connect(&app, Offer { token: &token, webinar, wish, sdp, address }).await
}

/// View with a ticket or a key (WHEP)
#[utoipa::path(post, path = "/stage/whep/{webinar}", tag = "stage", params(("webinar" = WebinarId, Path),
        ("authorization" = String, Header, description = "Bearer and the ticket or key")),
    request_body(content = String, content_type = "application/sdp", description = "The offer, at most 64 KiB"),
    responses((status = 201, body = String, content_type = "application/sdp", description = "The answer; Location, ETag and Link say the rest"),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 406, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 503, body = Problem)))]
async fn whep_view(
    State(app): State<App>,
    webinar: Result<Id<WebinarId>>,
    ClientAddress(address): ClientAddress,
    request: Request,
) -> Result<Response> {
    let token = whip::bearer(request.headers())?;
    let Id(webinar) = webinar?;
    let sdp = whip::offer(request).await?;
    connect(&app, Offer { token: &token, webinar, wish: Wish::View, sdp, address }).await
}

async fn connect(app: &App, offer: Offer<'_>) -> Result<Response> {
    let admitted = connect::admit(app, &offer).await?;
    Ok(whip::created(&connect::open(app, admitted, offer).await?))
}

/// Change the path of a connection: candidates, or a restart
#[utoipa::path(patch, path = "/stage/connections/{connection}", tag = "stage", params(("connection" = String, Path),
        ("authorization" = String, Header, description = "The bearer that opened it"),
        ("if-match" = String, Header, description = "The ETag, or * for a restart")),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag"),
    responses((status = 200, body = String, content_type = "application/trickle-ice-sdpfrag"), (status = 204),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 415, body = Problem), (status = 428, body = Problem)))]
async fn patch_connection(
    State(app): State<App>,
    Path(connection): Path<String>,
    request: Request,
) -> Result<Response> {
    let token = whip::bearer(request.headers())?;
    let connection = whip::connection(&connection)?;
    let (made_from, fragment) = whip::fragment(request).await?;
    Ok(whip::patched(connect::patch(&app, &token, connection, &made_from, fragment).await?))
}

/// Close a connection
#[utoipa::path(delete, path = "/stage/connections/{connection}", tag = "stage", params(("connection" = String, Path),
        ("authorization" = String, Header, description = "The bearer that opened it")),
    responses((status = 200), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn delete_connection(
    State(app): State<App>,
    Path(connection): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode> {
    let token = whip::bearer(&headers)?;
    connect::close(&app, &token, whip::connection(&connection)?).await?;
    Ok(StatusCode::OK)
}
