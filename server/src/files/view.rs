//! A file as it is shown.

use sea_orm::FromQueryResult;
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::ids::{FileId, MessageId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileView {
    pub id: FileId,
    pub name: String,
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// Pixels, of pictures.
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub url: String,
    /// A smaller picture.
    pub thumb: Option<String>,
}

#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct FileRow {
    pub id: FileId,
    pub message_id: Option<MessageId>,
    pub name: String,
    pub mime: String,
    pub size: i64,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub blob_key: String,
    pub thumb_key: Option<String>,
}

impl FileRow {
    /// Only pictures that we have drawn have a width.
    pub fn is_picture(&self) -> bool {
        self.width.is_some()
    }
}

impl From<FileRow> for FileView {
    fn from(row: FileRow) -> Self {
        let url = format!("/api/v1/files/{}/content", row.id);
        FileView {
            id: row.id,
            name: row.name,
            mime: row.mime,
            size: row.size,
            width: row.width,
            height: row.height,
            thumb: row.thumb_key.map(|_| format!("{url}?variant=thumb")),
            url,
        }
    }
}
