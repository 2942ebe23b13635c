//! Search: finding messages and knowledge threads again.
//!
//! `engine` knows how to find text and nothing of accounts, brands or tables. [`follow`] keeps it up to date with the
//! changes; [`find`] asks it about the groups of the searcher's scope, and re-reads every hit from the database before it
//! is shown.
//!
//! Invariants:
//! - Nothing that is shown, no count and no excerpt, depends on what the searcher may not read.
//! - A change is searchable when the follower has gone past it; the index can be lost and is then built anew from the
//!   changes. While it is being built, or can't answer, the searcher is told so and never gets an empty result.

mod documents;
pub mod engine;
mod find;
pub mod follow;
mod hit;
mod routes;
mod store;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::platform::config::{Config, SearchEngine as Choice};
use crate::platform::refusal::{Failure, Result};
use engine::{EmbeddedEngine, EmbeddedOptions, MeiliEngine, MeiliOptions, SearchEngine};

pub use routes::routes;

/// The engine that was chosen, and whether it has seen everything.
#[derive(Debug)]
pub struct Index {
    engine: Arc<dyn SearchEngine>,
    complete: AtomicBool,
}

impl Index {
    /// Opens the engine that the configuration names.
    pub async fn open(config: &Config) -> Result<Index> {
        let engine: Arc<dyn SearchEngine> = match config.search.engine {
            Choice::Embedded => Arc::new(embedded(&config.data.join("search")).await?),
            Choice::Meilisearch => {
                let url = config.search.meili_url.as_deref().unwrap_or_default();
                let key = config.search.meili_master_key.as_ref().map_or("", |key| key.reveal());
                let engine = MeiliEngine::new(MeiliOptions::new(url, key, "guildhall"));
                Arc::new(engine.map_err(|error| Failure::fault("the search server's address", error))?)
            }
        };
        Ok(Index { engine, complete: AtomicBool::new(false) })
    }

    fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }

    fn set_complete(&self, complete: bool) {
        self.complete.store(complete, Ordering::Release);
    }
}

async fn embedded(folder: &Path) -> Result<EmbeddedEngine> {
    let folder = folder.to_owned();
    let opened = tokio::task::spawn_blocking(move || EmbeddedEngine::open(&folder, &EmbeddedOptions::default())).await;
    let opened = opened.map_err(|error| Failure::fault("opening the search index", error))?;
    opened.map_err(|error| Failure::fault("opening the search index", error))
}
