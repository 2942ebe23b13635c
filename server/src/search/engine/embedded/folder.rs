//! The index's place on disk: locked by one process, emptied when it can't be read.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tantivy::schema::Schema;
use tantivy::{Index, TantivyError};

use crate::search::engine::EngineFault;

/// Held as long as the engine lives. Without it a second process would take files that are being replaced for damage, and
/// empty an index in use.
#[derive(Debug)]
pub(super) struct Folder {
    index: PathBuf,
    _lock: File,
}

#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("it has another schema")]
    OtherSchema,
    #[error("{0} of its files are damaged")]
    Damaged(usize),
    #[error(transparent)]
    Unreadable(#[from] TantivyError),
}

impl Folder {
    pub fn lock(path: &Path) -> Result<Self, EngineFault> {
        std::fs::create_dir_all(path).map_err(EngineFault::unavailable)?;
        let lock = File::create(path.join("lock")).map_err(EngineFault::unavailable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { index: path.join("index"), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(EngineFault::unavailable(io::Error::new(
                io::ErrorKind::WouldBlock,
                "another process has the index open",
            ))),
            Err(TryLockError::Error(error)) => Err(EngineFault::unavailable(error)),
        }
    }

    pub fn open_index(&self, schema: &Schema) -> Result<Index, EngineFault> {
        if self.index.exists() {
            match self.open_sound(schema) {
                Ok(index) => return Ok(index),
                Err(reason) => {
                    tracing::warn!(%reason, "the search index can't be used; it is emptied and will be rebuilt");
                }
            }
            std::fs::remove_dir_all(&self.index).map_err(EngineFault::unavailable)?;
        }
        std::fs::create_dir_all(&self.index).map_err(EngineFault::unavailable)?;
        Index::create_in_dir(&self.index, schema.clone()).map_err(EngineFault::unavailable)
    }

    fn open_sound(&self, schema: &Schema) -> Result<Index, Unusable> {
        let index = Index::open_in_dir(&self.index)?;
        if index.schema() != *schema {
            return Err(Unusable::OtherSchema);
        }
        match index.validate_checksum()?.len() {
            0 => Ok(index),
            damaged => Err(Unusable::Damaged(damaged)),
        }
    }
}
