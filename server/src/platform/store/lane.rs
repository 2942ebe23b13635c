//! The lane: SQLite's one writer, with group commit.
//!
//! A verb enters, writes in a savepoint and leaves. Whoever leaves while others wait hands the open transaction on; the
//! one behind whom nobody waits commits for all. An answer is given only when the shared commit is flushed. A verb that
//! finds the lane empty skips the savepoint and commits alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::platform::refusal::{Code, Failure, Fault, Refusal, Result};

/// The most verbs that share one commit.
const GROUP_MAX: usize = 128;
/// The most verbs that may wait; beyond, the person is asked to come back.
const WAITING_MAX: usize = 1024;

#[derive(Clone)]
pub(super) struct Lane(Arc<Inner>);

struct Inner {
    connection: DatabaseConnection,
    group: Arc<Mutex<Group>>,
    waiting: AtomicUsize,
}

/// The open transaction and those who wait for its commit.
#[derive(Default)]
struct Group {
    outer: Option<DatabaseTransaction>,
    members: Vec<oneshot::Sender<Result<(), Arc<DbErr>>>>,
}

/// The right to write: held from entering the lane to leaving it.
pub(super) struct Pass {
    lane: Lane,
    group: OwnedMutexGuard<Group>,
    alone: bool,
}

impl Lane {
    pub fn new(connection: DatabaseConnection) -> Self {
        Lane(Arc::new(Inner { connection, group: Arc::default(), waiting: AtomicUsize::new(0) }))
    }

    pub fn connection(&self) -> &DatabaseConnection {
        &self.0.connection
    }

    pub async fn enter(&self) -> Result<(DatabaseTransaction, Pass)> {
        let waiting = Waiting::join(self)?;
        let group = self.0.group.clone().lock_owned().await;
        waiting.enter();
        let mut pass = Pass { lane: self.clone(), group, alone: false };
        if pass.group.outer.is_none() {
            let outer = self.0.connection.begin_with_options(immediate()).await?;
            if self.0.waiting.load(Ordering::Acquire) == 0 {
                pass.alone = true;
                return Ok((outer, pass));
            }
            pass.group.outer = Some(outer);
        }
        let begun = match &pass.group.outer {
            Some(outer) => outer.begin().await.map_err(Failure::from),
            None => Err(Failure::broken("the lane lost its transaction")),
        };
        match begun {
            Ok(inner) => Ok((inner, pass)),
            Err(failure) => {
                pass.leave().await;
                Err(failure)
            }
        }
    }
}

fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

impl Pass {
    /// Leaves the lane with a result; returns when it is flushed.
    pub async fn commit(mut self, inner: DatabaseTransaction) -> Result<()> {
        if self.alone {
            return inner.commit().await.map_err(stop_on_lost_flush).map_err(Failure::from);
        }
        inner.commit().await?;
        let (done, flushed) = oneshot::channel();
        self.group.members.push(done);
        self.leave().await;
        match flushed.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::fault("the shared commit failed", error)),
            Err(_) => Err(Failure::Fault(Fault::Broken("the shared commit was dropped"))),
        }
    }

    /// Leaves the lane without a result. Rolling back needs the database, so a task does it; the lane stays held.
    pub fn abandon(self, inner: DatabaseTransaction) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = inner.rollback().await {
                    tracing::error!(error = %error, "a rollback failed");
                }
                if !self.alone {
                    self.leave().await;
                }
            });
        }
    }

    /// Commits for the group, unless somebody behind will.
    async fn leave(mut self) {
        let handed_on = self.lane.0.waiting.load(Ordering::Acquire) > 0 && self.group.members.len() < GROUP_MAX;
        if !handed_on {
            self.group.close().await;
        }
    }
}

impl Group {
    async fn close(&mut self) {
        let Some(outer) = self.outer.take() else { return };
        let outcome = outer.commit().await.map_err(stop_on_lost_flush).map_err(Arc::new);
        for member in self.members.drain(..) {
            // A verb whose client has gone away no longer listens.
            if member.send(outcome.clone()).is_err() {
                tracing::trace!("nobody waits for this commit");
            }
        }
    }
}

/// After a failed flush nobody knows what is on the disk: the process must not go on and acknowledge.
fn stop_on_lost_flush(error: DbErr) -> DbErr {
    const SQLITE_IOERR_FSYNC: &str = "(code: 1034)";
    if error.to_string().contains(SQLITE_IOERR_FSYNC) {
        tracing::error!(error = %error, "the disk did not flush; stopping so that nothing unsafe is acknowledged");
        std::process::abort();
    }
    error
}

/// A place in the queue. One that is given up must not leave the group without somebody to commit it.
struct Waiting<'a> {
    lane: &'a Lane,
    entered: bool,
}

impl<'a> Waiting<'a> {
    fn join(lane: &'a Lane) -> Result<Self> {
        if lane.0.waiting.fetch_add(1, Ordering::AcqRel) >= WAITING_MAX {
            lane.0.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(Refusal::new(Code::Overloaded).retry_after_ms(1_000).into());
        }
        Ok(Waiting { lane, entered: false })
    }

    fn enter(mut self) {
        self.entered = true;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.lane.0.waiting.fetch_sub(1, Ordering::AcqRel);
        if self.entered {
            return;
        }
        // Somebody may have handed the open transaction on to this verb, which will not come.
        let lane = self.lane.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let mut group = lane.0.group.clone().lock_owned().await;
                if lane.0.waiting.load(Ordering::Acquire) == 0 {
                    group.close().await;
                }
            });
        }
    }
}
