//! Keeps the index up to date: reads the changes behind its cursors, tells the engine, moves the cursors.
//!
//! The cursors move only after the engine has made its part durable, so a crash repeats work and never skips it. An index
//! that is not the one the cursors belong to (new, damaged, of an older version) is emptied and built from the first change.
//!
//! A document that the engine refuses for good, among others and on its own, is set aside with the dead letters: what is
//! behind it must not wait. A later change of it, or a rebuild, takes it out again.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::documents::Stale;
use super::engine::{EngineFault, IndexOp, SearchEngine};
use super::{Index, store};
use crate::app::App;
use crate::changes::cursors::{self, Behind};
use crate::changes::{self, Position};
use crate::platform::ids::StreamId;
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::{Reader, Tx};

/// The follower's name in the table of cursors.
const FOLLOWER: &str = "search";
/// Streams that one round looks at.
const STREAMS_MAX: u64 = 200;
/// Changes that one round takes from a stream.
const CHANGES_MAX: u64 = 500;
/// Changes after which a round ends, whatever is left.
const ROUND_MAX: usize = 2_000;

/// One round; returns how many changes it went past. Zero: the index has seen everything.
pub async fn round(app: &App) -> Result<usize> {
    ensure_identity(app).await?;
    let reader = app.store.read().await?;
    let behind = cursors::behind(&reader, FOLLOWER, STREAMS_MAX).await?;
    let count = take_in(app, reader, behind).await?;
    if count == 0 {
        app.index.set_complete(true);
    }
    Ok(count)
}

/// One round over streams that are known to have moved.
pub async fn round_of(app: &App, streams: &BTreeSet<StreamId>) -> Result<usize> {
    ensure_identity(app).await?;
    let streams: Vec<StreamId> = streams.iter().copied().collect();
    let reader = app.store.read().await?;
    let behind = cursors::behind_among(&reader, FOLLOWER, &streams).await?;
    take_in(app, reader, behind).await
}

async fn take_in(app: &App, reader: Reader, behind: Vec<Behind>) -> Result<usize> {
    let mut stale = Stale::default();
    let mut seen: Vec<(StreamId, Position)> = Vec::new();
    let mut count = 0;
    for Behind { stream_id, seen: from, .. } in behind {
        let rows = changes::since(&reader, stream_id, from, CHANGES_MAX).await?;
        let Some(last) = rows.last() else { continue };
        seen.push((stream_id, last.position));
        count += rows.len();
        stale.add(stream_id, &rows);
        if count >= ROUND_MAX {
            break;
        }
    }
    let operations = stale.operations(&reader).await?;
    drop(reader);
    if seen.is_empty() {
        return Ok(0);
    }
    let about: Vec<Uuid> = operations.iter().map(IndexOp::about).collect();
    let refused = match app.index.engine.apply(operations).await {
        Ok(()) => Vec::new(),
        Err(EngineFault::Rejected(_)) => apply_apart(app, &stale).await?,
        Err(other) => return Err(fault(other)),
    };
    let tx = app.store.begin().await?;
    for (stream, position) in seen {
        cursors::advance(&tx, FOLLOWER, stream, position).await?;
    }
    cursors::dig_up(&tx, FOLLOWER, &about).await?;
    set_aside(&tx, &stale, &refused).await?;
    tx.commit().await?;
    Ok(count)
}

/// A document that the engine refused on its own, and the engine's words.
struct Refused {
    document: Uuid,
    words: String,
}

/// Applies a refused batch in halves, down to what is refused on its own. In order, so that the last of two operations on
/// a document wins as it would have in the batch.
async fn apply_apart(app: &App, stale: &Stale) -> Result<Vec<Refused>> {
    let reader = app.store.read().await?;
    let mut parts = vec![stale.operations(&reader).await?];
    drop(reader);
    let engine: &dyn SearchEngine = &*app.index.engine;
    let mut refused = Vec::new();
    while let Some(mut part) = parts.pop() {
        match engine.apply(part.clone()).await {
            Ok(()) => {}
            Err(EngineFault::Rejected(_)) if part.len() > 1 => {
                let behind = part.split_off(part.len() / 2);
                parts.extend([behind, part]);
            }
            Err(EngineFault::Rejected(error)) => {
                let of = |operation: &IndexOp| Refused { document: operation.about(), words: error.to_string() };
                refused.extend(part.first().map(of));
            }
            Err(other) => return Err(fault(other)),
        }
    }
    Ok(refused)
}

/// Keeps what was refused where the operator sees it. The engine's words may quote the document: they go into the table,
/// not into the log.
async fn set_aside(tx: &Tx, stale: &Stale, refused: &[Refused]) -> Result<()> {
    for Refused { document, words } in refused {
        let Some((stream, position)) = stale.place_of(*document) else { continue };
        tracing::error!(
            document.id = %document, stream.id = %stream, position = position.0,
            "the search engine refuses a document for good; it is set aside among the dead letters"
        );
        cursors::bury(tx, FOLLOWER, stream, position, words).await?;
    }
    Ok(())
}

/// Empties the index if it is not the one that the cursors belong to.
async fn ensure_identity(app: &App) -> Result<()> {
    let reader = app.store.read().await?;
    let ours = store::identity(&reader).await?;
    drop(reader);
    let theirs = app.index.engine.identity().await.map_err(fault)?;
    if ours.is_some() && ours == theirs {
        return Ok(());
    }
    rebuild(app).await
}

/// Empties the index and goes back to the first change. Until it has come to the end again, searchers are told to wait.
pub async fn rebuild(app: &App) -> Result<()> {
    app.index.set_complete(false);
    let identity = app.ids.uuid(app.clock.now()).to_string();
    tracing::info!("building the search index anew");
    app.index.engine.reset(&identity).await.map_err(fault)?;
    let tx = app.store.begin().await?;
    cursors::forget(&tx, FOLLOWER).await?;
    store::set_identity(&tx, &identity).await?;
    tx.commit().await
}

fn fault(error: EngineFault) -> Failure {
    Failure::fault("the search engine", error)
}

impl Index {
    /// Whether searching is expected to work now.
    pub async fn healthy(&self) -> bool {
        self.engine.healthy().await
    }
}
