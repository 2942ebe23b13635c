//! `/brands/{brand}/realtime-tickets` and the socket itself at `/realtime`.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::backstage::Door;
use super::ticket;
use super::wire::ServerFrame;
use crate::access::Actor;
use crate::app::App;
use crate::live::{CloseCode, Handshake, Newcomer, Selector};
use crate::platform::clock::Millis;
use crate::platform::handoff::SocketTicket;
use crate::platform::http::{ClientAddress, Id, Query};
use crate::platform::ids::BrandId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Failure, Problem, Result};

/// How often a client should send something when it has nothing to say.
const HEARTBEAT_MS: u64 = 25_000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(post_ticket))
}

#[derive(Serialize, ToSchema)]
struct TicketView {
    ticket: String,
    expires_at: Millis,
}

/// Get a ticket that opens one socket within thirty seconds
#[utoipa::path(post, path = "/brands/{brand}/realtime-tickets", tag = "realtime", params(("brand" = BrandId, Path)),
    responses((status = 201, body = TicketView), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn post_ticket(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
) -> Result<(StatusCode, axum::Json<TicketView>)> {
    let signed = ticket::issue(&app, &actor, brand).await?;
    Ok((StatusCode::CREATED, axum::Json(TicketView { ticket: signed.token, expires_at: signed.expires_at })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketQuery {
    ticket: Option<String>,
}

/// Opens a socket for the holder of a ticket.
pub async fn upgrade(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Query(query): Query<TicketQuery>,
    mut request: Request,
) -> Response<Body> {
    match shake_hands(&app, address, query, &mut request).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    }
}

async fn shake_hands(
    app: &App,
    address: std::net::IpAddr,
    query: TicketQuery,
    request: &mut Request,
) -> Result<Response<Body>> {
    check_origin(app, request.headers())?;
    app.limits.check(Limit::Handshake, Key::of_address(address))?;
    let handshake = match Handshake::read(request) {
        Ok(handshake) => handshake,
        Err(bad) => return Ok((bad.status(), bad.to_string()).into_response()),
    };
    let endings = app.endings.load(Ordering::Acquire);
    let (ticket, actor) = ticket::redeem(app, &query.ticket.ok_or(Code::Unauthenticated)?).await?;
    let response = handshake.response();
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(failure) = seat(&app, handshake, address, &ticket, &actor).await {
            failure.log("upgrade");
            return;
        }
        // Something ended between the look at the ticket and the seat, and its sockets were closed before this one was there.
        if app.endings.load(Ordering::Acquire) != endings && !matches!(ticket::stands(&app, &ticket).await, Ok(Some(_)))
        {
            app.hub.close(Selector::Login(ticket.login.0), CloseCode::LoginEnded);
        }
    });
    Ok(response)
}

/// A browser says where a page comes from; one that sends a cookie and no origin is none of ours.
fn check_origin(app: &App, headers: &HeaderMap) -> Result<()> {
    match headers.get(header::ORIGIN) {
        Some(origin) if app.trusts_origin(origin) => Ok(()),
        None if app.cookie.read(headers).is_none() => Ok(()),
        _ => Err(Code::BadOrigin.into()),
    }
}

async fn seat(
    app: &App,
    handshake: Handshake,
    address: std::net::IpAddr,
    ticket: &SocketTicket,
    actor: &Actor,
) -> Result<()> {
    let socket = handshake.socket().await.map_err(|error| Failure::fault("the upgrade was lost", error))?;
    let server_time = app.clock.now();
    let greeting = ServerFrame::Ready { member: ticket.member, server_time, heartbeat_ms: HEARTBEAT_MS }.payload();
    app.hub.seat(Newcomer {
        socket,
        address,
        account: actor.account.0,
        login: ticket.login.0,
        brand: ticket.brand.0,
        member: ticket.member.0,
        greeting,
        backstage: std::sync::Arc::new(Door::new(app)),
    });
    Ok(())
}
