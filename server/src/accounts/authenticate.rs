//! From the cookie to the [`Actor`]: runs before every request to the API.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::store::{self, LoginRow};
use crate::access::Actor;
use crate::app::App;
use crate::platform::clock::Millis;
use crate::platform::ids::{Secret, hash_secret};
use crate::platform::refusal::{Code, Failure, Result};

/// After this the secret is exchanged for a new one.
const ROTATE_AFTER_MS: i64 = 24 * 3_600_000;
/// The old secret still works this long, for requests that were under way.
const ROTATION_GRACE_MS: i64 = 60_000;
/// `last_seen_at` is not written more often than this.
const SEEN_EVERY_MS: i64 = 10 * 60_000;

/// Finds out who asks, and hands on a rotated cookie with the answer.
pub async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let secret = app.cookie.read(request.headers()).map(str::to_owned);
    let mut rotated = None;
    if let Some(secret) = secret {
        match authenticate(&app, &secret).await {
            Ok(Some((actor, cookie))) => {
                request.extensions_mut().insert(actor);
                rotated = cookie;
            }
            Ok(None) => {}
            Err(failure) => return failure.into_response(),
        }
    }
    let mut response = next.run(request).await;
    if let Some(cookie) = rotated {
        // A handler that sets the cookie itself (log-in, log-out) has the last word.
        response.headers_mut().entry(header::SET_COOKIE).or_insert(cookie);
    }
    response
}

async fn authenticate(app: &App, secret: &str) -> Result<Option<(Actor, Option<HeaderValue>)>> {
    let reader = app.store.read().await?;
    let hash = hash_secret(secret);
    let Some(login) = store::login_by_hash(&reader, &hash).await? else { return Ok(None) };
    let now = reader.now();
    drop(reader);
    if login.ended_at.is_some() || login.expires_at <= now {
        return Ok(None);
    }
    let actor = Actor { account: login.account_id, login: login.id };
    if login.token_hash != hash {
        if now > login.rotated_at.plus_ms(ROTATION_GRACE_MS) {
            end_stolen(app, &login).await?;
            return Err(Code::SessionReused.into());
        }
        return Ok(Some((actor, None)));
    }
    let cookie = keep_fresh(app, &login, now).await?;
    Ok(Some((actor, cookie)))
}

/// Rotates the secret when it is due, and notes from time to time that the device is in use.
async fn keep_fresh(app: &App, login: &LoginRow, now: Millis) -> Result<Option<HeaderValue>> {
    if now > login.rotated_at.plus_ms(ROTATE_AFTER_MS) {
        let secret: Secret = app.ids.secret();
        let tx = app.store.begin().await?;
        let rotated = store::rotate(&tx, login, &secret.hash()).await?;
        tx.commit().await?;
        return Ok(if rotated { app.cookie.set(&secret) } else { None });
    }
    if now > login.last_seen_at.plus_ms(SEEN_EVERY_MS) {
        let tx = app.store.begin().await?;
        store::touch(&tx, login.id).await?;
        tx.commit().await?;
    }
    Ok(None)
}

/// An old secret came back: somebody else has a copy. Whoever it is, nobody goes on with this log-in.
async fn end_stolen(app: &App, login: &LoginRow) -> Result<()> {
    let tx = app.store.begin().await?;
    if !store::end_login(&tx, login.account_id, login.id).await? {
        return Ok(());
    }
    super::log_out::tell_owner(&tx, app, login).await?;
    super::log_out::put_on_record(&tx, login).await?;
    tx.commit().await?;
    app.end_sockets_of_login(login.id);
    tracing::warn!(account.id = %login.account_id, login.id = %login.id, "a rotated log-in secret was used again");
    Ok(())
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Actor>().copied().ok_or_else(|| Code::Unauthenticated.into())
    }
}
