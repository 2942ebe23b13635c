//! Fetching a file: who may, and what they get.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::content::{self, About, Wanted};
use super::store;
use crate::access::{Actor, Seen, see};
use crate::app::App;
use crate::platform::blobs::BlobKey;
use crate::platform::http::range::Asked;
use crate::platform::ids::FileId;
use crate::platform::refusal::{Code, Failure, Result};

/// Which picture of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// The small one.
    Thumb,
}

/// Answers with the file, a part of it or its small picture; `not_found` for whoever may not read it now.
pub(super) async fn fetch(
    app: &App,
    actor: &Actor,
    file: FileId,
    variant: Option<Variant>,
    headers: &HeaderMap,
) -> Result<Response> {
    let (about, key) = look_up(app, actor, file, variant).await?;
    // The sweep may have been quicker than this request.
    let whole = app.blobs.get(&key, None).await?.ok_or(Code::NotFound)?;
    match content::wanted(headers, &about, whole.size) {
        Wanted::Nothing => Ok(content::unchanged(&about)),
        Wanted::Bytes(Asked::Nothing) => Ok(content::out_of_range(&about, whole.size)),
        Wanted::Bytes(Asked::Whole) => Ok(content::answer(&about, whole)),
        Wanted::Bytes(Asked::Part(range)) => {
            let part = app.blobs.get(&key, Some(range)).await?.ok_or(Code::NotFound)?;
            Ok(content::answer(&about, part))
        }
    }
}

async fn look_up(app: &App, actor: &Actor, file: FileId, variant: Option<Variant>) -> Result<(About, BlobKey)> {
    let reader = app.store.read().await?;
    let seen = see(&reader, actor, file).await?;
    must_be_shared(&seen)?;
    let row = store::of_file(&seen).await?;
    let drawn = row.is_picture().then_some(row.mime);
    let (stored, tag) = match variant {
        None => (row.blob_key, format!("\"{file}\"")),
        Some(Variant::Thumb) => (row.thumb_key.ok_or(Code::NotFound)?, format!("\"{file}.thumb\"")),
    };
    let key = BlobKey::from_stored(&stored).ok_or_else(|| Failure::broken("a storage key is none"))?;
    Ok((About { name: row.name, drawn, tag }, key))
}

/// What is in no message yet is there for its uploader only.
pub(super) fn must_be_shared(seen: &Seen<'_, FileId>) -> Result<()> {
    let is_attached = seen.place().channel.is_some();
    let is_own = seen.place().author == Some(seen.member());
    if is_attached || is_own { Ok(()) } else { Err(Code::NotFound.into()) }
}
