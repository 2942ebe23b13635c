//! Starting, ending and deleting a recording.
//!
//! The row comes first: everybody sees that it is recorded before the first packet is written. The media server is then
//! told by whoever follows, and told again after a restart, so a recording goes on until somebody ends it.

use std::time::Duration;

use serde::Deserialize;
use utoipa::ToSchema;

use super::store;
use super::view::{StageView, view};
use super::{parts, stage::StageState};
use crate::access::{Actor, RecordStage, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::{RecordingId, WebinarId};
use crate::platform::media::Recording;
use crate::platform::refusal::{Code, Failure, Refusal, Result};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRequest {
    /// Everybody who is there has been told that they are about to be recorded.
    pub notice_given: bool,
}

/// Starts a recording; where one runs already, nothing happens.
pub(super) async fn start(app: &App, actor: &Actor, webinar: WebinarId, request: &RecordRequest) -> Result<StageView> {
    let id = RecordingId(app.ids.uuid(app.clock.now()));
    let tx = app.store.begin().await?;
    let permit = permit::<RecordStage>(&tx, actor, webinar).await?;
    if !request.notice_given {
        return Err(Code::ConsentRequired.into());
    }
    app.stages.media()?;
    let row = store::row(&tx, webinar).await?.filter(|row| row.state.is_open()).ok_or(Code::StageClosed)?;
    store::take_lease(&tx, &row, &app.stages.carrier).await?;
    if store::begin_recording(&permit, id).await? {
        let record = serde_json::json!({ "webinar": webinar, "notice_given": true });
        audit::record(&permit, Entry::made("recording", id.0, &record)).await?;
    }
    let shown = view(&tx, tx.now(), webinar, permit.standing()).await?;
    tx.commit().await?;
    app.stages.doubt(webinar);
    Ok(shown)
}

/// Ends the recording; what has been written stays.
pub(super) async fn stop(app: &App, actor: &Actor, webinar: WebinarId) -> Result<StageView> {
    let tx = app.store.begin().await?;
    let permit = permit::<RecordStage>(&tx, actor, webinar).await?;
    if let Some(id) = store::end_recording(&tx, webinar).await? {
        let record = serde_json::json!({ "webinar": webinar, "running": true });
        audit::record(&permit, Entry::ended("recording", id.0, &record)).await?;
    }
    let shown = view(&tx, tx.now(), webinar, permit.standing()).await?;
    tx.commit().await?;
    app.stages.doubt(webinar);
    Ok(shown)
}

/// Deletes a recording that has ended, with its files.
pub(super) async fn delete(app: &App, actor: &Actor, webinar: WebinarId, id: RecordingId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<RecordStage>(&tx, actor, webinar).await?;
    let row = store::recording(&tx, webinar, id).await?.ok_or(Code::NotFound)?;
    if row.ended_at.is_none() {
        return Err(Refusal::field("recording", "running").into());
    }
    store::delete_recording(&permit, id).await?;
    let record = serde_json::json!({ "webinar": webinar, "started_at": row.started_at });
    audit::record(&permit, Entry::ended("recording", id.0, &record)).await?;
    tx.commit().await?;
    // Should it fail, the sweep finds a folder that belongs to no recording.
    parts::remove_folder(app, id).await
}

/// Has the media server record what the table says is recorded, and nothing else.
pub(super) async fn keep_up(app: &App, webinar: WebinarId) -> Result<()> {
    let reader = app.store.read().await?;
    let row = store::row(&reader, webinar).await?;
    let ours = row.as_ref().is_some_and(|row| row.boot == Some(app.stages.carrier.boot));
    let open = row.map_or(StageState::Closed, |row| row.state).is_open();
    let wanted = store::running_recording(&reader, webinar).await?.filter(|_| ours && open);
    let now = reader.now();
    drop(reader);
    let (media, running) = (app.stages.media()?, app.stages.recording(webinar));
    match wanted {
        Some(wanted) if running == Some(wanted.id) => Ok(()),
        Some(wanted) => {
            if running.is_some() {
                media.stop_recording(webinar.0).await;
            }
            let elapsed = Duration::from_millis(u64::try_from(now.0 - wanted.started_at.0).unwrap_or(0));
            begin(app, webinar, wanted.id, elapsed).await
        }
        None if running.is_some() => {
            media.stop_recording(webinar.0).await;
            app.stages.note_recording(webinar, None);
            Ok(())
        }
        None => Ok(()),
    }
}

/// A disk that refuses ends the recording, and everybody sees that it is off.
async fn begin(app: &App, webinar: WebinarId, id: RecordingId, elapsed: Duration) -> Result<()> {
    let folder = parts::folder_of(app, id).join(app.stages.carrier.boot.to_string());
    let made = tokio::fs::create_dir_all(&folder).await;
    let begun = match made {
        Ok(()) => {
            let recording = Recording { folder, elapsed };
            app.stages
                .media()?
                .record(webinar.0, recording)
                .await
                .map_err(|refused| Failure::fault("recording", refused))
        }
        Err(error) => Err(Failure::fault("the folder of a recording", error)),
    };
    match begun {
        Ok(()) => app.stages.note_recording(webinar, Some(id)),
        Err(failure) => {
            failure.log("stage");
            let tx = app.store.begin().await?;
            store::end_recording(&tx, webinar).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
