//! The database: one code path for SQLite and PostgreSQL.
//!
//! Writes go through [`Tx`]. On SQLite there is one writer, the lane: verbs that wait for it together share one durable
//! commit, each in a savepoint of its own ([`lane`]). On PostgreSQL a `Tx` is an ordinary transaction. Either way
//! [`Tx::commit`] returns when the data is flushed, and dropping a `Tx` rolls it back.
//!
//! Reads go through [`Reader`], one consistent snapshot.
//!
//! Absent on purpose: retries (no statement here runs above READ COMMITTED, so nothing fails to serialise), and any
//! way to reach the connection without a `Tx` or a `Reader`.

mod lane;
mod open;
mod rows;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::{Notify, mpsc};

use crate::platform::clock::{Clock, Millis};
use crate::platform::ids::StreamId;
use crate::platform::refusal::{Code, Result};
use lane::{Lane, Pass};
pub use rows::{Rows, padded, placeholders, portions, value_rows};

/// Batches of writes that run at the same time in a pool: a few, so that they grow, and the pool keeps room for others.
const POOL_WRITERS: usize = 4;

/// Values of a raw statement, in the order of `$1, $2, …`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(sea_orm::Value::from($value)),*] };
}

/// The database, cheap to clone.
#[derive(Clone)]
pub struct Store {
    writer: Writer,
    read: DatabaseConnection,
    clock: Arc<dyn Clock>,
    wake: mpsc::UnboundedSender<BTreeSet<StreamId>>,
}

#[derive(Clone)]
enum Writer {
    Lane(Lane),
    Pool(DatabaseConnection),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("backend", &self.backend()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database. `wake` hears which streams a commit has moved.
    pub async fn open(
        url: &str,
        clock: Arc<dyn Clock>,
        wake: mpsc::UnboundedSender<BTreeSet<StreamId>>,
    ) -> Result<Store> {
        let open::Connections { write, read } = open::connect(url).await?;
        let writer = match write.get_database_backend() {
            DbBackend::Sqlite => Writer::Lane(Lane::new(write)),
            _ => Writer::Pool(write),
        };
        Ok(Store { writer, read, clock, wake })
    }

    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// How many writes it takes at the same time.
    pub fn writers(&self) -> usize {
        match &self.writer {
            Writer::Lane(_) => 1,
            Writer::Pool(_) => POOL_WRITERS,
        }
    }

    /// The connection that migrations run on, before anything else does.
    pub fn for_migrations(&self) -> &DatabaseConnection {
        match &self.writer {
            Writer::Lane(lane) => lane.connection(),
            Writer::Pool(pool) => pool,
        }
    }

    /// Begins a write. Waits for its turn; refuses when too many wait.
    pub async fn begin(&self) -> Result<Tx> {
        let (inner, pass) = match &self.writer {
            Writer::Lane(lane) => {
                let (inner, pass) = lane.enter().await?;
                (inner, Some(pass))
            }
            Writer::Pool(pool) => (pool.begin().await?, None),
        };
        Ok(Tx {
            inner: Some(inner),
            pass,
            moved: Mutex::default(),
            woken: Mutex::default(),
            now: self.clock.now(),
            wake: self.wake.clone(),
        })
    }

    /// Begins a consistent read.
    pub async fn read(&self) -> Result<Reader> {
        let options = match self.backend() {
            DbBackend::Sqlite => TransactionOptions::default(),
            _ => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        Ok(Reader { inner: self.read.begin_with_options(options).await?, now: self.clock.now() })
    }

    /// Whether the database answers.
    pub async fn healthy(&self) -> bool {
        self.read.ping().await.is_ok()
    }

    /// Ends all connections; what is committed is in the files.
    pub async fn close(&self) {
        for connection in [&self.read, self.for_migrations()] {
            if let Err(error) = connection.clone().close().await {
                tracing::warn!(error = %error, "the database did not close cleanly");
            }
        }
    }
}

/// One write. Nothing of it exists before [`Tx::commit`] has returned.
pub struct Tx {
    /// Empty when the write goes straight into the lane's own transaction, and after the end.
    inner: Option<DatabaseTransaction>,
    pass: Option<Pass>,
    moved: Mutex<BTreeSet<StreamId>>,
    woken: Mutex<Vec<Arc<Notify>>>,
    now: Millis,
    wake: mpsc::UnboundedSender<BTreeSet<StreamId>>,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

impl Tx {
    /// When this write happens; the same for all its rows.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// Whether nobody else writes while this is open, so that what was read stays true.
    pub fn writes_alone(&self) -> bool {
        self.pass.is_some()
    }

    /// Notes that a stream has a new position, so that its followers are woken after the commit.
    pub fn moves(&self, stream: StreamId) {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).insert(stream);
    }

    /// Has somebody woken after the commit, and not before: who looks too early finds nothing and sleeps again.
    pub fn wakes(&self, sleeper: &Arc<Notify>) {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).push(sleeper.clone());
    }

    /// Makes the write durable. Returns when the data is flushed.
    pub async fn commit(mut self) -> Result<()> {
        let Some(inner) = self.inner.take() else { return Err(Code::Internal.into()) };
        match self.pass.take() {
            Some(pass) => pass.commit(inner).await?,
            None => inner.commit().await?,
        }
        let moved = std::mem::take(&mut *self.moved.lock().unwrap_or_else(PoisonError::into_inner));
        // No receiver is left while the server stops; followers catch up at the next start.
        if !moved.is_empty() && self.wake.send(moved).is_err() {
            tracing::debug!("nobody is left to be woken");
        }
        for sleeper in self.woken.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            sleeper.notify_one();
        }
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let (Some(inner), Some(pass)) = (self.inner.take(), self.pass.take()) {
            pass.abandon(inner);
        }
    }
}

/// One consistent read.
pub struct Reader {
    inner: DatabaseTransaction,
    now: Millis,
}

impl Reader {
    /// When this read happens.
    pub fn now(&self) -> Millis {
        self.now
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}
