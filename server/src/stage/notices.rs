//! What the media server tells: connections that ended by themselves, and files of recordings.

use super::carry::Flow;
use super::{parts, store};
use crate::app::App;
use crate::platform::ids::WebinarId;
use crate::platform::media::{ConnectionId, Notice, Notices};
use crate::platform::refusal::Result;

/// Takes notices until nobody gives any more.
pub(super) async fn run(app: &App, notices: &mut dyn Notices) {
    while let Some(notice) = notices.next().await {
        note(take(app, notice).await);
    }
}

/// Takes what has been told already.
pub(super) async fn finish(app: &App, notices: &mut dyn Notices) {
    while let Some(notice) = notices.waiting() {
        note(take(app, notice).await);
    }
}

fn note(taken: Result<()>) {
    if let Err(failure) = taken {
        failure.log("stage");
    }
}

async fn take(app: &App, notice: Notice) -> Result<()> {
    match notice {
        Notice::Gone { connection, was_publication: false, .. } => {
            app.stages.let_go(connection);
            Ok(())
        }
        Notice::Gone { stage, connection, .. } => gone(app, WebinarId(stage), connection).await,
        Notice::Missed => compare(app).await,
        Notice::PartStarted { stage, part } | Notice::PartFinished { stage, part } => {
            parts::note(app, WebinarId(stage), &part).await
        }
    }
}

/// Forgets a publication that has ended, unless a newer one of the same peer stands in its place.
async fn gone(app: &App, webinar: WebinarId, connection: ConnectionId) -> Result<()> {
    app.stages.let_go(connection);
    let tx = app.store.begin().await?;
    store::end_publication(&tx, webinar, connection).await?;
    tx.commit().await
}

/// Some notices were missed: whatever the media server does not know any more is gone.
async fn compare(app: &App) -> Result<()> {
    for webinar in app.stages.webinars() {
        let there = app.stages.media()?.publications(webinar.0).await;
        for (connection, held) in app.stages.connections_of(webinar) {
            if held.flow != Flow::Out && !there.contains(&connection) {
                gone(app, webinar, connection).await?;
            }
        }
    }
    Ok(())
}
