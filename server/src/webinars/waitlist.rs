//! Offering free seats to those who wait.

use super::mail::tell_offered;
use super::schedule::ends_at;
use super::store::{self, WebinarRow};
use super::webinar::{Phase, State};
use crate::app::App;
use crate::platform::clock::Millis;
use crate::platform::ids::WebinarId;
use crate::platform::refusal::Result;

/// How long an offer stands, where the webinar is not sooner.
const OFFER_HOURS: i64 = 24;

/// Offers what has become free in a webinar to those who stand first, and tells them by mail. It is a write of its own,
/// behind the one that freed a seat.
async fn pass_on(app: &App, webinar: WebinarId) -> Result<()> {
    let tx = app.store.begin().await?;
    let row = store::hold(&tx, webinar).await?;
    let over = Phase::at(tx.now(), row.starts_at, row.duration_minutes) == Phase::Over;
    if row.state != State::Published || over || row.waiting_count == 0 {
        return Ok(());
    }
    let until = offer_until(tx.now(), &row);
    let offered = store::pass_on(&tx, &row, until).await?;
    tell_offered(&tx, app, &row, until, &offered).await?;
    tx.commit().await
}

/// The same behind an act that is done already: whatever goes wrong here is not the actor's, and the next round makes up
/// for it.
pub(super) async fn pass_on_soon(app: &App, webinar: WebinarId) {
    if let Err(failure) = pass_on(app, webinar).await {
        failure.log("waitlist");
    }
}

/// Passes on every seat whose offer has run out, or that somebody left behind. Returns how many webinars had one.
pub async fn pass_on_all(app: &App) -> Result<usize> {
    let reader = app.store.read().await?;
    let due = store::due(&reader, reader.now()).await?;
    drop(reader);
    for webinar in &due {
        pass_on(app, *webinar).await?;
    }
    Ok(due.len())
}

/// Until when an offer stands: a day, but not beyond the beginning; once it has begun, not beyond the end.
fn offer_until(now: Millis, webinar: &WebinarRow) -> Millis {
    let bound =
        if now < webinar.starts_at { webinar.starts_at } else { ends_at(webinar.starts_at, webinar.duration_minutes) };
    now.plus_ms(OFFER_HOURS * 3_600_000).min(bound)
}
