//! The embedded engine: a full-text index in a folder of its own, no service needed.
//!
//! What must stay true here, beside what the port promises:
//! - Typo candidates are chosen, and hits are weighed, by counts over the readable groups (`readable`), never by counts over
//!   the whole index: else a stranger's texts would decide what is found and in which order.
//! - One thread writes (`writer`). It commits what has gathered, reloads the reader, then answers; so no commit is paid twice.
//! - A folder that can't be read is emptied (`folder`): everything in it can be had again from the database.
//! - A search that runs past its deadline stops soon after (`StopSign`), instead of using the processor for nobody.
//!
//! Deliberately absent: stored texts, and a background merge of deleted bytes. A deleted text can't be found from the next
//! commit on; its terms leave the disk when its segment is merged.

#[cfg(test)]
mod agreement;
mod candidates;
mod collect;
mod compose;
mod folder;
mod readable;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tantivy::{Index, IndexReader, ReloadPolicy};
use tokio::sync::Semaphore;

use self::folder::Folder;
use self::schema::Fields;
use self::writer::Writer;
use super::{EngineFault, EngineHits, EngineQuery, IndexOp, SearchEngine};

/// A search keeps one core busy; more at once only makes all of them late.
const MAX_PARALLEL_SEARCHES: usize = 4;

#[derive(Debug, Clone)]
pub struct EmbeddedOptions {
    /// The least time between two commits. A lone change is committed at once; in a flood, changes gather this long.
    pub commit_pace: Duration,
    /// What the writer gathers in memory before it spills to disk.
    pub writer_bytes: usize,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self { commit_pace: Duration::from_millis(250), writer_bytes: 40_000_000 }
    }
}

#[derive(Debug)]
pub struct EmbeddedEngine {
    searches: Arc<Semaphore>,
    view: View,
    // Fields are dropped in order: the thread ends before the folder is unlocked.
    writer: Writer,
    _folder: Folder,
}

/// What a search needs; cheap to clone into its thread.
#[derive(Clone)]
struct View {
    reader: IndexReader,
    fields: Fields,
}

impl std::fmt::Debug for View {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("View")
            .field("segments", &self.reader.searcher().segment_readers().len())
            .finish_non_exhaustive()
    }
}

/// Raised when nobody waits for the answer any more.
#[derive(Debug, Clone, Default)]
struct StopSign(Arc<AtomicBool>);

impl StopSign {
    fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct RaisedOnDrop(StopSign);

impl Drop for RaisedOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl EmbeddedEngine {
    /// Opens the index in a folder of its own, or begins a new one where there is none that can be read. Reads the whole index
    /// once to check it, so call it from a thread that may block.
    pub fn open(path: &Path, options: &EmbeddedOptions) -> Result<Self, EngineFault> {
        let folder = Folder::lock(path)?;
        let index = folder.open_index(&schema::build())?;
        let fields = Fields::of(&index.schema()).map_err(EngineFault::unavailable)?;
        let reader = reader_of(&index).map_err(EngineFault::unavailable)?;
        let writer = Writer::start(index, reader.clone(), fields, options)?;
        let searches = Arc::new(Semaphore::new(MAX_PARALLEL_SEARCHES));
        Ok(Self { searches, view: View { reader, fields }, writer, _folder: folder })
    }
}

/// Reloaded by the writer after each commit, never behind its back: what is visible is what was answered.
fn reader_of(index: &Index) -> tantivy::Result<IndexReader> {
    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()
}

#[async_trait]
impl SearchEngine for EmbeddedEngine {
    async fn apply(&self, batch: Vec<IndexOp>) -> Result<(), EngineFault> {
        if batch.is_empty() { Ok(()) } else { self.writer.apply(batch).await }
    }

    async fn search(&self, query: &EngineQuery) -> Result<EngineHits, EngineFault> {
        if query.groups.is_empty() || query.kinds.is_empty() {
            return Ok(EngineHits::default());
        }
        let stop = StopSign::default();
        let _raised_when_nobody_waits = RaisedOnDrop(stop.clone());
        let work = async {
            let permit = Arc::clone(&self.searches).acquire_owned().await.map_err(EngineFault::unavailable)?;
            let (view, query) = (self.view.clone(), query.clone());
            let searched = tokio::task::spawn_blocking(move || {
                // A search that is late holds its permit until it has really stopped.
                let _permit = permit;
                collect::search(&view, &query, &stop)
            });
            searched.await.map_err(EngineFault::unavailable)?
        };
        tokio::time::timeout(query.deadline, work).await.unwrap_or(Err(EngineFault::Late))
    }

    async fn identity(&self) -> Result<Option<String>, EngineFault> {
        Ok(self.writer.identity())
    }

    async fn reset(&self, identity: &str) -> Result<(), EngineFault> {
        self.writer.reset(identity.to_owned()).await
    }

    async fn healthy(&self) -> bool {
        self.writer.is_healthy()
    }
}
