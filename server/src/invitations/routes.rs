//! `/brands/{brand}/invitations`, `/invitations`.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::invitation::{InvitationRequest, InvitationView};
use super::preview::InvitationPreview;
use super::redeem::{Redeemed, Redemption};
use super::{code, create, list, preview, redeem, renew, revoke};
use crate::access::Actor;
use crate::accounts::{self, Device};
use crate::app::App;
use crate::changes::client_keys::ClientKey;
use crate::platform::http::{ClientAddress, Id, Json, Query};
use crate::platform::ids::{BrandId, InvitationId};
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::{Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_invitations, post_invitation))
        .routes(routes!(delete_invitation))
        .routes(routes!(resend_invitation))
        .routes(routes!(preview_invitation))
        .routes(routes!(post_invitation_code))
        .routes(routes!(redeem_invitation))
}

/// Invitations of a brand, newest first: all of them for admins, one's own for everybody else
#[utoipa::path(get, path = "/brands/{brand}/invitations", tag = "invitations", params(("brand" = BrandId, Path), PageQuery),
    responses((status = 200, body = Page<InvitationView>), (status = 404, body = Problem)))]
async fn list_invitations(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<InvitationView>>> {
    Ok(axum::Json(list::list(&app, &actor, brand, &page).await?))
}

/// Invite an address by mail, or make a link; an address that is invited already keeps its one invitation
#[utoipa::path(post, path = "/brands/{brand}/invitations", tag = "invitations", request_body = InvitationRequest,
    params(("brand" = BrandId, Path), ClientKey),
    responses((status = 201, body = InvitationView), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn post_invitation(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    key: ClientKey,
    Json(body): Json<InvitationRequest>,
) -> Result<(StatusCode, axum::Json<InvitationView>)> {
    Ok((StatusCode::CREATED, axum::Json(create::create(&app, &actor, brand, &body, &key).await?)))
}

/// Revoke an invitation; all copies of it die
#[utoipa::path(delete, path = "/invitations/{invitation}", tag = "invitations", params(("invitation" = InvitationId, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn delete_invitation(
    State(app): State<App>,
    actor: Actor,
    Id(invitation): Id<InvitationId>,
) -> Result<StatusCode> {
    revoke::revoke(&app, &actor, invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mail an invitation again, under a new link
#[utoipa::path(post, path = "/invitations/{invitation}/resend", tag = "invitations", params(("invitation" = InvitationId, Path)),
    responses((status = 202), (status = 404, body = Problem), (status = 429, body = Problem)))]
async fn resend_invitation(
    State(app): State<App>,
    actor: Actor,
    Id(invitation): Id<InvitationId>,
) -> Result<StatusCode> {
    renew::resend(&app, &actor, invitation).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HeldToken {
    token: String,
}

/// What an invitation invites to; looking does not use it up
#[utoipa::path(post, path = "/invitations/preview", tag = "invitations", request_body = HeldToken,
    responses((status = 200, body = InvitationPreview), (status = 404, body = Problem), (status = 429, body = Problem)))]
async fn preview_invitation(
    State(app): State<App>,
    actor: Option<Extension<Actor>>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<HeldToken>,
) -> Result<axum::Json<InvitationPreview>> {
    let actor = actor.map(|Extension(actor)| actor);
    Ok(axum::Json(preview::preview(&app, actor, &body.token, address).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeRequest {
    token: String,
    email: Option<String>,
}

/// Mail a code of six digits to the address that wants to come in
#[utoipa::path(post, path = "/invitations/code", tag = "invitations", request_body = CodeRequest,
    responses((status = 202), (status = 403, body = Problem), (status = 404, body = Problem), (status = 429, body = Problem)))]
async fn post_invitation_code(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<CodeRequest>,
) -> Result<StatusCode> {
    code::mail_code(&app, &body.token, body.email.as_deref(), address).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Come in: makes the account, the membership and the log-in; who is signed in sends the token alone
#[utoipa::path(post, path = "/invitations/redeem", tag = "invitations", request_body = Redemption,
    responses((status = 201, body = Redeemed), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn redeem_invitation(
    State(app): State<App>,
    actor: Option<Extension<Actor>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(body): Json<Redemption>,
) -> Result<Response> {
    let device = Device::new(&headers, address);
    let actor = actor.map(|Extension(actor)| actor);
    let (redeemed, secret) = redeem::redeem(&app, actor, body, &device).await?;
    Ok(match secret {
        Some(secret) => accounts::signed_in(&app, StatusCode::CREATED, redeemed, &secret),
        None => (StatusCode::CREATED, axum::Json(redeemed)).into_response(),
    })
}
