//! From packets to files, on a thread of its own: reorder, put frames together, interleave, write.
//!
//! Invariants
//! - The media threads never wait for the disk: what it can't follow is dropped and counted, and a keyframe mends it.
//! - A file is playable at every moment. What is not yet in the file is younger than two seconds ([`part::HELD_BACK`],
//!   [`order::PATIENCE`] and [`desk::FLUSHED_EVERY`] together), so a killed process loses no more.
//! - A completed file is seekable: duration, sizes and cues are filled in.
//! - Files are made with `create_new`: a recording never overwrites another.

mod desk;
mod ebml;
mod frames;
mod matroska;
mod order;
mod part;
mod writing;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use tokio::sync::{broadcast, oneshot};

use crate::engine::{Inbound, Key};
use crate::notices::Notice;
use crate::snapshot::Counters;
use crate::words::{Kind, Part, PeerId, StageId};

/// Packets that may wait for the disk: several seconds of a stage with a handful of speakers.
const PACKETS_WAITING: usize = 16 * 1024;

/// A publication that is to be recorded from now on.
pub struct Begin {
    pub stage: StageId,
    pub publication: Key,
    pub peer: PeerId,
    pub kind: Kind,
    pub folder: PathBuf,
    pub started: Instant,
    pub expected: Expected,
}

/// What a publication promised. The first file waits for it, but not for long.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    pub audio: bool,
    pub video: bool,
}

enum Job {
    Begin(Begin),
    Packet(Arc<Inbound>),
    End(Key),
    Finish(StageId, oneshot::Sender<Vec<Part>>),
    Stop(oneshot::Sender<()>),
}

/// How the recording asks for a keyframe of a publication.
pub type Wish = Box<dyn Fn(StageId, Key) + Send>;

/// The media threads' side.
pub struct Recorder {
    jobs: mpsc::Sender<Job>,
    waiting: Arc<AtomicUsize>,
    counters: Arc<Counters>,
}

impl Recorder {
    pub fn start(notices: broadcast::Sender<Notice>, counters: Arc<Counters>, wish: Wish) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let desk = desk::Desk::new(notices, wish);
        let taken = Arc::clone(&waiting);
        std::thread::Builder::new().name("recording".into()).spawn(move || desk.run(&inbox, &taken))?;
        Ok(Self { jobs, waiting, counters })
    }

    pub fn begin(&self, begin: Begin) {
        self.put(Job::Begin(begin));
    }

    /// Never waits.
    pub fn push(&self, packet: &Arc<Inbound>) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= PACKETS_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return self.counters.recording_dropped.one();
        }
        self.put(Job::Packet(Arc::clone(packet)));
    }

    /// The publication is gone: its file is completed.
    pub fn end(&self, publication: Key) {
        self.put(Job::End(publication));
    }

    /// Completes all files of a stage and answers with all its parts.
    pub fn finish(&self, stage: StageId, done: oneshot::Sender<Vec<Part>>) {
        self.put(Job::Finish(stage, done));
    }

    /// Completes everything and ends the thread.
    pub async fn stop(&self) {
        let (done, ended) = oneshot::channel();
        self.put(Job::Stop(done));
        if ended.await.is_err() {
            tracing::debug!("the recording thread was already gone");
        }
    }

    fn put(&self, job: Job) {
        if self.jobs.send(job).is_err() {
            tracing::debug!("the recording thread is gone");
        }
    }
}
