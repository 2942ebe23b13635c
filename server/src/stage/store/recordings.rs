//! The tables `recordings` and `recording_parts`.

use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::super::stage::PublicationKind;
use super::stages::announce_stage;
use crate::access::{Permit, RecordStage};
use crate::platform::clock::Millis;
use crate::platform::ids::{RecordingId, RecordingPartId, WebinarId};
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

#[derive(Debug, Clone, FromQueryResult)]
pub struct RecordingRow {
    pub id: RecordingId,
    pub webinar_id: WebinarId,
    pub started_at: Millis,
    pub ended_at: Option<Millis>,
}

const RECORDING: &str = "SELECT id, webinar_id, started_at, ended_at FROM recordings";

/// Begins a recording; none when one is running.
pub async fn begin_recording(permit: &Permit<'_, RecordStage>, id: RecordingId) -> Result<bool> {
    let (tx, webinar) = (permit.tx(), permit.target());
    let begun = tx
        .run(
            "INSERT INTO recordings (id, webinar_id, brand_id, starter_id, started_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            values![id, webinar, permit.brand(), permit.by(), tx.now()],
        )
        .await?;
    if begun == 1 {
        announce_stage(tx, webinar).await?;
    }
    Ok(begun == 1)
}

/// Ends the recording that is running, if one is.
pub async fn end_recording(tx: &Tx, webinar: WebinarId) -> Result<Option<RecordingId>> {
    let running = running_recording(tx, webinar).await?;
    if let Some(recording) = &running {
        tx.run("UPDATE recordings SET ended_at = $2 WHERE id = $1", values![recording.id, tx.now()]).await?;
        announce_stage(tx, webinar).await?;
    }
    Ok(running.map(|recording| recording.id))
}

pub async fn running_recording(rows: &impl Rows, webinar: WebinarId) -> Result<Option<RecordingRow>> {
    rows.first(&format!("{RECORDING} WHERE webinar_id = $1 AND ended_at IS NULL"), values![webinar]).await
}

/// Which of these stages are being recorded.
pub async fn recorded_among(rows: &impl Rows, ids: &[WebinarId]) -> Result<Vec<WebinarId>> {
    let sql = format!("{RECORDING} WHERE ended_at IS NULL AND webinar_id IN ({})", placeholders(1, ids.len()));
    let found: Vec<RecordingRow> = rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await?;
    Ok(found.into_iter().map(|row| row.webinar_id).collect())
}

/// The recordings of a webinar, the first one first.
pub async fn recordings(rows: &impl Rows, webinar: WebinarId) -> Result<Vec<RecordingRow>> {
    rows.all(&format!("{RECORDING} WHERE webinar_id = $1 ORDER BY started_at, id"), values![webinar]).await
}

/// One of a webinar.
pub async fn recording(rows: &impl Rows, webinar: WebinarId, id: RecordingId) -> Result<Option<RecordingRow>> {
    rows.first(&format!("{RECORDING} WHERE webinar_id = $1 AND id = $2"), values![webinar, id]).await
}

/// Takes a recording with its parts out of the tables.
pub async fn delete_recording(permit: &Permit<'_, RecordStage>, id: RecordingId) -> Result<()> {
    let tx = permit.tx();
    tx.run("DELETE FROM recording_parts WHERE recording_id = $1", values![id]).await?;
    tx.run("DELETE FROM recordings WHERE id = $1 AND webinar_id = $2", values![id, permit.target()]).await?;
    Ok(())
}

#[derive(Debug, Clone, FromQueryResult)]
pub struct PartRow {
    pub id: RecordingPartId,
    pub recording_id: RecordingId,
    pub peer: Uuid,
    pub kind: PublicationKind,
    pub file: String,
    pub offset_ms: i64,
    pub duration_ms: Option<i64>,
}

const PART: &str = "SELECT id, recording_id, peer, kind, file, offset_ms, duration_ms FROM recording_parts";

/// A part as its file begins or is complete.
#[derive(Debug, Clone)]
pub struct NewPart {
    pub id: RecordingPartId,
    pub recording: RecordingId,
    pub peer: Uuid,
    pub kind: PublicationKind,
    pub file: String,
    pub offset_ms: i64,
    pub duration_ms: Option<i64>,
}

/// Notes a part, or what is known of it now. Nothing is noted of a recording that has been deleted.
pub async fn put_part(tx: &Tx, part: &NewPart) -> Result<()> {
    tx.run(
        "INSERT INTO recording_parts (id, recording_id, brand_id, peer, kind, file, offset_ms, duration_ms)
         SELECT $1, r.id, r.brand_id, $3, $4, $5, $6, $7 FROM recordings r WHERE r.id = $2
         ON CONFLICT (recording_id, file) DO UPDATE SET offset_ms = excluded.offset_ms, duration_ms = excluded.duration_ms",
        values![
            part.id,
            part.recording,
            part.peer,
            part.kind,
            part.file.as_str(),
            part.offset_ms,
            part.duration_ms
        ],
    )
    .await?;
    Ok(())
}

pub async fn parts(rows: &impl Rows, ids: &[RecordingId]) -> Result<Vec<PartRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{PART} WHERE recording_id IN ({}) ORDER BY offset_ms, id", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}

pub async fn part(rows: &impl Rows, webinar: WebinarId, id: RecordingPartId) -> Result<Option<PartRow>> {
    let sql = format!("{PART} WHERE id = $1 AND recording_id IN (SELECT id FROM recordings WHERE webinar_id = $2)");
    rows.first(&sql, values![id, webinar]).await
}

/// Takes a part out whose file is not there.
pub async fn forget_part(tx: &Tx, id: RecordingPartId) -> Result<()> {
    tx.run("DELETE FROM recording_parts WHERE id = $1", values![id]).await?;
    Ok(())
}

/// The parts of which nobody knows how long they are.
pub async fn unfinished_parts(rows: &impl Rows) -> Result<Vec<PartRow>> {
    rows.all(&format!("{PART} WHERE duration_ms IS NULL ORDER BY id"), values![]).await
}

#[derive(FromQueryResult)]
struct Kept {
    id: RecordingId,
}

/// All recordings there are, to find folders that belong to none.
pub async fn all_recordings(rows: &impl Rows) -> Result<Vec<RecordingId>> {
    let kept: Vec<Kept> = rows.all("SELECT id FROM recordings", values![]).await?;
    Ok(kept.into_iter().map(|kept| kept.id).collect())
}
