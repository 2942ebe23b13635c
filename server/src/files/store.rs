//! The table `files`.

use std::collections::HashMap;

use sea_orm::Value;

use super::view::{FileRow, FileView};
use crate::access::{DeleteMessage, Permit, PostMessage};
use crate::platform::ids::{FileId, MessageId};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::{Rows, placeholders};
use crate::values;

const FILE: &str = "SELECT id, message_id, name, mime, size, width, height, blob_key, thumb_key FROM files";

/// The files of messages, by message.
pub async fn of_messages(rows: &impl Rows, messages: &[MessageId]) -> Result<HashMap<MessageId, Vec<FileView>>> {
    let sql =
        format!("{FILE} WHERE deleted_at IS NULL AND message_id IN ({}) ORDER BY id", placeholders(1, messages.len()));
    let found: Vec<FileRow> = rows.all(&sql, messages.iter().map(|id| Value::from(*id)).collect()).await?;
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
         AND id IN ({})",
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
