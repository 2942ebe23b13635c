//! The one thread that writes: it commits what has gathered, makes it visible, and only then answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{Index, IndexReader, IndexWriter, TantivyError};
use tokio::sync::{mpsc, oneshot};

use super::EmbeddedOptions;
use super::schema::{Fields, Written};
use crate::search::engine::{EngineFault, IndexOp, identity_in, stamp_of};

/// Segments below so many documents count as equally small. With the library's 10,000, what was written a moment ago
/// is merged again and again with what comes next.
const SMALLEST_LAYER: u32 = 500;
/// Batches that may wait; callers beyond wait before they are taken in.
const MAX_WAITING_BATCHES: usize = 64;
/// One commit takes no more batches once it has this many operations.
const MAX_OPS_PER_COMMIT: usize = 1000;

#[derive(Debug)]
pub(super) struct Writer {
    requests: Option<mpsc::Sender<Request>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// As committed.
    identity: Mutex<Option<String>>,
    failing: AtomicBool,
}

impl Shared {
    fn identity(&self) -> Option<String> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Request {
    task: Task,
    answer: Answer,
}

enum Task {
    Apply(Vec<IndexOp>),
    Reset(String),
}

type Answer = oneshot::Sender<Result<(), EngineFault>>;

#[derive(Debug, thiserror::Error)]
#[error("the index writer has ended")]
struct Ended;

impl Writer {
    pub fn start(
        index: Index,
        reader: IndexReader,
        fields: Fields,
        options: &EmbeddedOptions,
    ) -> Result<Self, EngineFault> {
        let stamp = index.load_metas().map_err(EngineFault::unavailable)?.payload;
        let identity = stamp.as_deref().and_then(identity_in);
        let shared = Arc::new(Shared { identity: Mutex::new(identity.clone()), failing: AtomicBool::new(false) });
        let (requests, waiting) = mpsc::channel(MAX_WAITING_BATCHES);
        let mut pen = Pen {
            index,
            reader,
            fields,
            options: options.clone(),
            identity,
            shared: Arc::clone(&shared),
            writer: None,
        };
        // Taken at once, so that a folder that can't be written is known at the start.
        pen.writer().map_err(EngineFault::unavailable)?;
        let work = move || pen.work(waiting);
        let thread = std::thread::Builder::new().name("search-writer".to_owned()).spawn(work);
        let thread = thread.map_err(EngineFault::unavailable)?;
        Ok(Self { requests: Some(requests), shared, thread: Some(thread) })
    }

    pub async fn apply(&self, ops: Vec<IndexOp>) -> Result<(), EngineFault> {
        self.request(Task::Apply(ops)).await
    }

    pub async fn reset(&self, identity: String) -> Result<(), EngineFault> {
        self.request(Task::Reset(identity)).await
    }

    pub fn identity(&self) -> Option<String> {
        self.shared.identity()
    }

    pub fn is_healthy(&self) -> bool {
        let runs = self.thread.as_ref().is_some_and(|thread| !thread.is_finished());
        runs && !self.shared.failing.load(Ordering::Relaxed)
    }

    async fn request(&self, task: Task) -> Result<(), EngineFault> {
        let (answer, answered) = oneshot::channel();
        let requests = self.requests.as_ref().ok_or_else(|| EngineFault::unavailable(Ended))?;
        requests.send(Request { task, answer }).await.map_err(|_| EngineFault::unavailable(Ended))?;
        answered.await.map_err(|_| EngineFault::unavailable(Ended))?
    }
}

/// Ends the thread and waits for it, so that the index is free for the next to open it.
impl Drop for Writer {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the index writer had panicked");
            }
        }
    }
}

/// What the thread holds.
struct Pen {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    options: EmbeddedOptions,
    /// What the next commit is stamped with.
    identity: Option<String>,
    shared: Arc<Shared>,
    /// `None` after a failure: a writer that failed can't go on, a new one begins at the last commit.
    writer: Option<IndexWriter<Written>>,
}

impl Pen {
    fn work(mut self, mut waiting: mpsc::Receiver<Request>) {
        while let Some(first) = waiting.blocking_recv() {
            self.write(gather(first, &mut waiting));
            pause(self.options.commit_pace);
        }
    }

    fn write(&mut self, requests: Vec<Request>) {
        let mut staged: Vec<Answer> = Vec::new();
        let mut outcome = Ok(());
        for Request { task, answer } in requests {
            match task {
                Task::Apply(ops) => {
                    outcome = outcome.and_then(|()| self.stage(&ops));
                    staged.push(answer);
                }
                Task::Reset(identity) => {
                    self.finish(std::mem::replace(&mut outcome, Ok(())), std::mem::take(&mut staged));
                    outcome = self.empty(identity);
                    self.finish(std::mem::replace(&mut outcome, Ok(())), vec![answer]);
                }
            }
        }
        self.finish(outcome, staged);
    }

    fn stage(&mut self, ops: &[IndexOp]) -> tantivy::Result<()> {
        let fields = self.fields;
        let writer = self.writer()?;
        for op in ops {
            match op {
                IndexOp::Put(document) => {
                    writer.delete_term(fields.key_term(document.key));
                    writer.add_document(fields.document(document))?;
                }
                IndexOp::Delete(key) => {
                    writer.delete_term(fields.key_term(*key));
                }
                IndexOp::DeleteGroup(group) => {
                    writer.delete_term(fields.group_term(*group));
                }
            }
        }
        Ok(())
    }

    fn empty(&mut self, identity: String) -> tantivy::Result<()> {
        self.writer()?.delete_all_documents()?;
        self.identity = Some(identity);
        Ok(())
    }

    /// Commits what was staged, and tells all who wait for it how it went.
    fn finish(&mut self, staged: tantivy::Result<()>, waiting: Vec<Answer>) {
        if waiting.is_empty() {
            return;
        }
        let outcome = staged.and_then(|()| self.commit()).map_err(Arc::new);
        self.shared.failing.store(outcome.is_err(), Ordering::Relaxed);
        if let Err(error) = &outcome {
            tracing::error!(%error, "the search index could not be written");
            self.writer = None;
            self.identity.clone_from(&self.shared.identity());
        }
        for answer in waiting {
            let result = match &outcome {
                Ok(()) => Ok(()),
                Err(error) => Err(EngineFault::unavailable(Arc::clone(error))),
            };
            // Who left meanwhile asks again; nothing is owed.
            drop(answer.send(result));
        }
    }

    fn commit(&mut self) -> tantivy::Result<()> {
        let identity = self.identity.clone();
        let mut prepared = self.writer()?.prepare_commit()?;
        if let Some(identity) = &identity {
            prepared.set_payload(&stamp_of(identity));
        }
        prepared.commit()?;
        *self.shared.identity.lock().unwrap_or_else(PoisonError::into_inner) = identity;
        self.reader.reload()
    }

    fn writer(&mut self) -> Result<&mut IndexWriter<Written>, TantivyError> {
        if let Some(writer) = self.writer.take() {
            return Ok(self.writer.insert(writer));
        }
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(self.options.writer_bytes)
            .num_worker_threads(1)
            .num_merge_threads(1);
        let writer = self.index.writer_with_options(options.build())?;
        let mut merging = LogMergePolicy::default();
        merging.set_min_layer_size(SMALLEST_LAYER);
        writer.set_merge_policy(Box::new(merging));
        Ok(self.writer.insert(writer))
    }
}

fn gather(first: Request, waiting: &mut mpsc::Receiver<Request>) -> Vec<Request> {
    let weight = |request: &Request| match &request.task {
        Task::Apply(ops) => ops.len(),
        Task::Reset(_) => 1,
    };
    let mut ops = weight(&first);
    let mut requests = vec![first];
    while ops < MAX_OPS_PER_COMMIT
        && let Ok(next) = waiting.try_recv()
    {
        ops += weight(&next);
        requests.push(next);
    }
    requests
}

/// Lets changes gather before the next commit. Cut short when the engine is dropped; waking early is harmless.
fn pause(pace: Duration) {
    if !pace.is_zero() {
        std::thread::park_timeout(pace);
    }
}
