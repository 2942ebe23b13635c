//! The files of recordings: what is in the folder, what the table says of it, and who gets it to see.

use std::collections::{HashMap, HashSet};
use std::io::SeekFrom;
use std::ops::Range;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use super::stage::PublicationKind;
use super::store::{self, NewPart, PartRow};
use crate::access::{Actor, see};
use crate::app::App;
use crate::members::{self, Person};
use crate::platform::clock::Millis;
use crate::platform::http::range::{Asked, asked};
use crate::platform::ids::{MemberId, RecordingId, RecordingPartId, WebinarId};
use crate::platform::media::Part;
use crate::platform::refusal::{Code, Failure, Result};

/// What was recorded in one go.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordingView {
    pub id: RecordingId,
    pub started_at: Millis,
    pub ended_at: Option<Millis>,
    pub parts: Vec<PartView>,
}

/// One publication of a recording, as a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    pub id: RecordingPartId,
    /// Missing for a studio.
    pub peer: Option<Person>,
    pub kind: PublicationKind,
    /// When it begins, counted from the start of the recording.
    pub offset_ms: i64,
    /// Unknown while it is being written, and where the server was stopped the hard way.
    pub duration_ms: Option<i64>,
    pub url: String,
}

pub fn folder_of(app: &App, recording: RecordingId) -> PathBuf {
    folder(app).join(recording.to_string())
}

fn folder(app: &App) -> PathBuf {
    app.config.data.join("recordings")
}

/// The recordings of a webinar, for whoever may read it.
pub(super) async fn list(app: &App, actor: &Actor, webinar: WebinarId) -> Result<Vec<RecordingView>> {
    let reader = app.store.read().await?;
    let seen = see(&reader, actor, webinar).await?;
    let recordings = store::recordings(&reader, seen.target()).await?;
    let ids: Vec<RecordingId> = recordings.iter().map(|row| row.id).collect();
    let parts = store::parts(&reader, &ids).await?;
    let peers: Vec<MemberId> = parts.iter().map(|part| MemberId(part.peer)).collect();
    let persons = members::persons(&reader, &peers).await?;
    let view = |part: &PartRow| part_view(webinar, part, &persons);
    Ok(recordings
        .into_iter()
        .map(|row| RecordingView {
            id: row.id,
            started_at: row.started_at,
            ended_at: row.ended_at,
            parts: parts.iter().filter(|part| part.recording_id == row.id).map(view).collect(),
        })
        .collect())
}

fn part_view(webinar: WebinarId, part: &PartRow, persons: &HashMap<MemberId, Person>) -> PartView {
    PartView {
        id: part.id,
        peer: persons.get(&MemberId(part.peer)).cloned(),
        kind: part.kind,
        offset_ms: part.offset_ms,
        duration_ms: part.duration_ms,
        url: format!("/api/v1/webinars/{webinar}/recording-parts/{}/content", part.id),
    }
}

/// Notes what the media server tells of a file. It stands in the folder of its recording, in one of its own for each start
/// of the server, so that what is written after a restart never meets what was there.
pub(super) async fn note(app: &App, webinar: WebinarId, part: &Part) -> Result<()> {
    let place = part.file.strip_prefix(folder(app)).ok().and_then(Path::to_str).and_then(|place| place.split_once('/'));
    let named = place.and_then(|(recording, file)| Some((recording.parse().ok()?, file.to_owned())));
    let Some((recording, file)) = named else {
        return Err(Failure::broken("a file of a recording stands elsewhere"));
    };
    let millis = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let new = NewPart {
        id: RecordingPartId(app.ids.uuid(app.clock.now())),
        recording,
        peer: part.peer,
        kind: part.medium.into(),
        file,
        offset_ms: millis(part.offset),
        duration_ms: part.duration.map(millis),
    };
    let tx = app.store.begin().await?;
    store::put_part(&tx, &new).await?;
    tx.commit().await?;
    tracing::debug!(webinar.id = %webinar, "a file of a recording was noted");
    Ok(())
}

/// After a start: files that were begun and never came to be are forgotten, folders that belong to no recording removed.
/// A file that was being written when the server died is whole up to its last moments and stays.
pub(super) async fn mend(app: &App) -> Result<()> {
    let reader = app.store.read().await?;
    let unfinished = store::unfinished_parts(&reader).await?;
    drop(reader);
    for part in unfinished {
        let path = folder_of(app, part.recording_id).join(&part.file);
        let there = tokio::fs::metadata(&path).await.is_ok_and(|file| file.len() > 0);
        if !there {
            let tx = app.store.begin().await?;
            store::forget_part(&tx, part.id).await?;
            tx.commit().await?;
        }
    }
    sweep(app).await
}

/// Removes folders whose recording is gone.
async fn sweep(app: &App) -> Result<()> {
    let reader = app.store.read().await?;
    let kept: HashSet<RecordingId> = store::all_recordings(&reader).await?.into_iter().collect();
    drop(reader);
    let Ok(mut entries) = tokio::fs::read_dir(folder(app)).await else { return Ok(()) };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let id = entry.file_name().to_str().and_then(|name| name.parse::<RecordingId>().ok());
        if let Some(id) = id.filter(|id| !kept.contains(id)) {
            remove_folder(app, id).await?;
        }
    }
    Ok(())
}

pub(super) async fn remove_folder(app: &App, recording: RecordingId) -> Result<()> {
    match tokio::fs::remove_dir_all(folder_of(app, recording)).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::fault("removing a recording", error))
        }
        _ => Ok(()),
    }
}

/// The bytes of a part, whole or in part, for whoever may read the webinar.
pub(super) async fn content(
    app: &App,
    actor: &Actor,
    webinar: WebinarId,
    id: RecordingPartId,
    headers: &HeaderMap,
) -> Result<Response> {
    let reader = app.store.read().await?;
    let seen = see(&reader, actor, webinar).await?;
    let part = store::part(&reader, seen.target(), id).await?.ok_or(Code::NotFound)?;
    drop(reader);
    let path = folder_of(app, part.recording_id).join(&part.file);
    let file = tokio::fs::File::open(&path).await.map_err(|_| Code::NotFound)?;
    let size = file.metadata().await.map_err(|error| Failure::fault("a file of a recording", error))?.len();
    let wanted = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    match asked(wanted, size) {
        Asked::Whole => answer(file, &part, 0..size, size).await,
        Asked::Part(range) => answer(file, &part, range, size).await,
        Asked::Nothing => Ok(out_of_range(size)),
    }
}

async fn answer(mut file: tokio::fs::File, part: &PartRow, range: Range<u64>, size: u64) -> Result<Response> {
    let fault = |error| Failure::fault("a file of a recording", error);
    file.seek(SeekFrom::Start(range.start)).await.map_err(fault)?;
    let length = range.end - range.start;
    let mut response = Response::new(Body::from_stream(ReaderStream::new(file.take(length))));
    if range != (0..size) {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        put(&mut response, header::CONTENT_RANGE, &format!("bytes {}-{}/{size}", range.start, range.end - 1));
    }
    put(&mut response, header::CONTENT_LENGTH, &length.to_string());
    let is_webm = Path::new(&part.file).extension().is_some_and(|extension| extension == "webm");
    put(&mut response, header::CONTENT_TYPE, if is_webm { "video/webm" } else { "video/x-matroska" });
    put(&mut response, header::ACCEPT_RANGES, "bytes");
    put(&mut response, header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    Ok(response)
}

fn out_of_range(size: u64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    put(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
    response
}

fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
