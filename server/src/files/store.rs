//! The tables `files` and `decks`.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::view::{FileRow, FileView};
use crate::access::{DeleteMessage, Permit, PostMessage, RunFloor, Seen, Upload};
use crate::platform::blobs::{BlobKey, Stored};
use crate::platform::clock::Millis;
use crate::platform::ids::{BrandId, FileId, MemberId, MessageId, WebinarId};
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::{Rows, Tx, padded, placeholders};
use crate::values;

const FILE: &str = "SELECT id, message_id, name, mime, size, width, height, blob_key, thumb_key FROM files";

/// The files of messages, by message.
pub async fn of_messages(rows: &impl Rows, messages: &[MessageId]) -> Result<HashMap<MessageId, Vec<FileView>>> {
    let ids = padded(messages);
    let sql = format!("{FILE} WHERE deleted_at IS NULL AND message_id IN ({}) ORDER BY id", placeholders(1, ids.len()));
    let found: Vec<FileRow> = rows.all(&sql, ids).await?;
    let mut grouped: HashMap<MessageId, Vec<FileView>> = HashMap::new();
    for row in found {
        if let Some(message) = row.message_id {
            grouped.entry(message).or_default().push(row.into());
        }
    }
    Ok(grouped)
}

/// Hands uploads over to a message; refuses any that is not the author's, of another group, or already used.
pub async fn attach(permit: &Permit<'_, PostMessage>, message: MessageId, files: &[FileId]) -> Result<()> {
    let sql = format!(
        "UPDATE files SET message_id = $1 WHERE message_id IS NULL AND deleted_at IS NULL AND uploader_id = $2 AND group_id = $3
         AND id IN ({}) AND NOT EXISTS (SELECT 1 FROM decks d WHERE d.file_id = files.id)",
        placeholders(4, files.len())
    );
    let mut values = values![message, permit.by(), permit.group()?];
    values.extend(files.iter().map(|id| Value::from(*id)));
    let attached = permit.tx().run(&sql, values).await?;
    if usize::try_from(attached) == Ok(files.len()) { Ok(()) } else { Err(Code::NotFound.into()) }
}

/// Marks the files of a deleted message as gone; their bytes go with the next sweep.
pub async fn detach(permit: &Permit<'_, DeleteMessage>) -> Result<()> {
    let tx = permit.tx();
    tx.run("UPDATE files SET deleted_at = $2 WHERE message_id = $1", values![permit.target(), tx.now()]).await?;
    Ok(())
}

const PDF: &str = "application/pdf";

#[derive(FromQueryResult)]
struct Found {
    mime: String,
    deck_of: Option<WebinarId>,
}

/// Makes an upload the slides of a webinar, for whoever sees the webinar. Refuses one that is not the actor's, of another
/// group, or used otherwise; a file that this webinar has shown before it may show again, whoever brought it.
pub async fn make_deck(permit: &Permit<'_, RunFloor>, file: FileId) -> Result<()> {
    let (tx, webinar) = (permit.tx(), permit.target());
    let upload: Option<Found> = tx
        .first(
            "SELECT f.mime, d.webinar_id AS deck_of FROM files f LEFT JOIN decks d ON d.file_id = f.id
             WHERE f.id = $1 AND f.group_id = $2 AND f.deleted_at IS NULL AND f.message_id IS NULL
               AND (f.uploader_id = $3 OR d.webinar_id = $4)",
            values![file, permit.group()?, permit.by(), webinar],
        )
        .await?;
    match upload.ok_or(Code::NotFound)? {
        Found { deck_of: Some(other), .. } => {
            if other == webinar {
                Ok(())
            } else {
                Err(Code::NotFound.into())
            }
        }
        Found { mime, .. } if mime != PDF => Err(Refusal::field("file_id", "not_a_pdf").into()),
        Found { .. } => {
            tx.run(
                "INSERT INTO decks (file_id, brand_id, webinar_id, at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (file_id) DO NOTHING",
                values![file, permit.brand(), webinar, tx.now()],
            )
            .await?;
            Ok(())
        }
    }
}

/// The row of a file that may be read.
pub(super) async fn of_file(seen: &Seen<'_, FileId>) -> Result<FileRow> {
    let row: Option<FileRow> = seen.reader().first(&format!("{FILE} WHERE id = $1"), values![seen.target()]).await?;
    row.ok_or_else(|| Code::NotFound.into())
}

/// A file that is still there, as it is shown.
pub async fn view(rows: &impl Rows, id: FileId) -> Result<FileView> {
    let row: Option<FileRow> = rows.first(&format!("{FILE} WHERE id = $1 AND deleted_at IS NULL"), values![id]).await?;
    row.map(Into::into).ok_or_else(|| Code::NotFound.into())
}

/// How much one may keep here.
pub(super) struct Quotas {
    pub member_bytes: u64,
    pub brand_bytes: u64,
}

#[derive(FromQueryResult)]
struct Kept {
    own: i64,
    everybodys: i64,
}

/// How many bytes may still come. Added up from the rows, so it can't drift.
pub(super) async fn left(rows: &impl Rows, brand: BrandId, member: MemberId, quotas: &Quotas) -> Result<u64> {
    let kept: Option<Kept> = rows
        .first(
            "SELECT CAST(COALESCE(SUM(CASE WHEN uploader_id = $2 THEN size ELSE 0 END), 0) AS bigint) AS own,
                    CAST(COALESCE(SUM(size), 0) AS bigint) AS everybodys
             FROM files WHERE brand_id = $1 AND deleted_at IS NULL",
            values![brand, member],
        )
        .await?;
    let kept = kept.unwrap_or(Kept { own: 0, everybodys: 0 });
    let left = |quota: u64, kept: i64| quota.saturating_sub(u64::try_from(kept).unwrap_or(0));
    Ok(left(quotas.member_bytes, kept.own).min(left(quotas.brand_bytes, kept.everybodys)))
}

/// A row to be.
#[derive(Debug)]
pub(super) struct NewFile {
    pub name: String,
    pub mime: String,
    pub size: i64,
    pub sha256: Vec<u8>,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub blob_key: BlobKey,
    pub thumb_key: Option<BlobKey>,
}

impl NewFile {
    pub fn opaque(name: String, mime: String, stored: &Stored) -> Self {
        NewFile {
            name,
            mime,
            size: i64::try_from(stored.size).unwrap_or(i64::MAX),
            sha256: stored.sha256.to_vec(),
            width: None,
            height: None,
            blob_key: stored.key.clone(),
            thumb_key: None,
        }
    }

    pub fn view(self, id: FileId) -> FileView {
        FileRow {
            id,
            message_id: None,
            name: self.name,
            mime: self.mime,
            size: self.size,
            width: self.width,
            height: self.height,
            blob_key: self.blob_key.as_str().to_owned(),
            thumb_key: self.thumb_key.map(|key| key.as_str().to_owned()),
        }
        .into()
    }
}

/// Inserts an upload, if there is still room: uploads that came together were all told yes before.
pub(super) async fn insert(permit: &Permit<'_, Upload>, id: FileId, new: &NewFile, quotas: &Quotas) -> Result<()> {
    let tx = permit.tx();
    // The brand's row is the lock: of two uploads at once the second counts the first.
    tx.run("UPDATE brands SET version = version WHERE id = $1", values![permit.brand()]).await?;
    let left = left(tx, permit.brand(), permit.by(), quotas).await?;
    if u64::try_from(new.size).unwrap_or(u64::MAX) > left {
        return Err(Code::QuotaExceeded.into());
    }
    tx.run(
        "INSERT INTO files (id, brand_id, group_id, uploader_id, name, mime, size, sha256, width, height, blob_key, thumb_key,
                            created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        values![
            id,
            permit.brand(),
            permit.target(),
            permit.by(),
            new.name.as_str(),
            new.mime.as_str(),
            new.size,
            new.sha256.clone(),
            new.width,
            new.height,
            new.blob_key.as_str(),
            new.thumb_key.as_ref().map(BlobKey::as_str),
            tx.now()
        ],
    )
    .await?;
    Ok(())
}

/// Marks as gone what was uploaded before an instant, is in no message and was never shown as slides.
pub(super) async fn give_up_unattached(tx: &Tx, before: Millis) -> Result<()> {
    tx.run(
        "UPDATE files SET deleted_at = $1 WHERE message_id IS NULL AND deleted_at IS NULL AND created_at < $2
           AND NOT EXISTS (SELECT 1 FROM decks d WHERE d.file_id = files.id)",
        values![tx.now(), before],
    )
    .await?;
    Ok(())
}

/// A file whose bytes are to go.
#[derive(FromQueryResult)]
pub(super) struct Swept {
    pub id: FileId,
    pub blob_key: String,
    pub thumb_key: Option<String>,
}

pub(super) async fn deleted(rows: &impl Rows, after: Option<FileId>, limit: i64) -> Result<Vec<Swept>> {
    rows.all(
        "SELECT id, blob_key, thumb_key FROM files WHERE deleted_at IS NOT NULL AND ($1 IS NULL OR id > $1) ORDER BY id LIMIT $2",
        values![after, limit],
    )
    .await
}

/// Forgets files whose bytes are gone.
pub(super) async fn forget(tx: &Tx, ids: &[FileId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = format!("DELETE FROM files WHERE deleted_at IS NOT NULL AND id IN ({})", placeholders(1, ids.len()));
    tx.run(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await?;
    Ok(())
}
