//! Changing and publishing a webinar.

use super::mail::{News, tell_registered};
use super::plan::{publish, shown_to};
use super::request::{Plan, WebinarChange};
use super::store::{self, WebinarRow};
use super::view::WebinarView;
use super::waitlist::pass_on_soon;
use super::webinar::{Phase, State};
use crate::access::{Actor, EditWebinar, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::groups;
use crate::platform::clock::Millis;
use crate::platform::ids::WebinarId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Refusal, Result};

/// Changes a webinar that has not ended, and tells those who are registered what they see differently.
pub async fn edit(
    app: &App,
    actor: &Actor,
    webinar: WebinarId,
    change: WebinarChange,
    version: Option<i64>,
) -> Result<WebinarView> {
    let tx = app.store.begin().await?;
    let permit = permit::<EditWebinar>(&tx, actor, webinar).await?;
    let before = store::hold(&tx, webinar).await?;
    check_version(&before, version)?;
    check_open(&before, tx.now())?;
    let publishes = published_by(&change, &before)?;
    let old = Plan::of(&before);
    let plan = change.onto(&before)?;
    if plan.schedule != old.schedule || publishes {
        plan.schedule.check_ahead(tx.now())?;
    }
    if plan.capacity.is_some_and(|seats| seats < before.registered_count) {
        return Err(Refusal::field("capacity", "below_registered").into());
    }
    let is_public = before.published_at.is_some();
    let shown = is_public && !plan.reads_as(&old);
    let audited = shown_to(&permit, webinar).await?.frame;
    store::save(&permit, &before, &plan, shown).await?;
    if let (Some(channel), true) = (before.channel_id, plan.title != old.title) {
        groups::rename_webinar_channel(&tx, before.group_id, channel, &plan.title).await?;
    }
    let after = store::one(&tx, webinar).await?;
    if publishes {
        publish(&tx, app, &after).await?;
    }
    if shown {
        app.limits.check(Limit::WebinarNews, Key::of(&[&webinar]))?;
        tell_registered(&tx, app, &after, News::Changed).await?;
    }
    let view = shown_to(&permit, webinar).await?;
    if is_public || publishes {
        audit::record(&permit, Entry::changed("webinar", webinar.0, &audited, &view.frame)).await?;
    }
    tx.commit().await?;
    if plan.capacity != old.capacity {
        pass_on_soon(app, webinar).await;
    }
    Ok(view)
}

fn check_version(row: &WebinarRow, version: Option<i64>) -> Result<(), Refusal> {
    match version {
        Some(version) if version != row.version => {
            Err(Refusal { current_version: Some(row.version), ..Refusal::new(Code::VersionConflict) })
        }
        _ => Ok(()),
    }
}

/// What is over or cancelled stays as it was.
fn check_open(row: &WebinarRow, now: Millis) -> Result<(), Code> {
    let over = row.state == State::Published && Phase::at(now, row.starts_at, row.duration_minutes) == Phase::Over;
    if over || row.state == State::Cancelled { Err(Code::WebinarOver) } else { Ok(()) }
}

fn published_by(change: &WebinarChange, before: &WebinarRow) -> Result<bool, Refusal> {
    match (change.publish, before.state) {
        (Some(false), State::Published) => Err(Refusal::field("publish", "already_published")),
        (publish, state) => Ok(publish == Some(true) && state == State::Draft),
    }
}
