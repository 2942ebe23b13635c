//! The recording thread: one desk with a file for each publication.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::{broadcast, oneshot};

use super::part::Told;
use super::writing::Writing;
use super::{Begin, Job, Wish};
use crate::engine::{Inbound, Key};
use crate::notices::Notice;
use crate::words::{Part, StageId};

/// How often what is written reaches the system, where a killed process can't lose it.
pub const FLUSHED_EVERY: Duration = Duration::from_millis(250);

pub struct Desk {
    notices: broadcast::Sender<Notice>,
    wish: Wish,
    writings: HashMap<Key, Writing>,
    /// Parts of publications that have ended, until the stage's recording does.
    finished: HashMap<StageId, Vec<Part>>,
    flushed: Instant,
}

impl Desk {
    pub fn new(notices: broadcast::Sender<Notice>, wish: Wish) -> Self {
        Self { notices, wish, writings: HashMap::new(), finished: HashMap::new(), flushed: Instant::now() }
    }

    pub fn run(mut self, inbox: &Receiver<Job>, waiting: &AtomicUsize) {
        loop {
            match inbox.recv_timeout(FLUSHED_EVERY) {
                Ok(Job::Begin(begin)) => self.begin(begin),
                Ok(Job::Packet(packet)) => {
                    waiting.fetch_sub(1, Ordering::Relaxed);
                    self.packet(&packet);
                }
                Ok(Job::End(publication)) => self.end(publication),
                Ok(Job::Finish(stage, done)) => self.finish(stage, done),
                Ok(Job::Stop(done)) => {
                    self.end_all();
                    if done.send(()).is_err() {
                        tracing::debug!("nobody waits for the recording's end");
                    }
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.end_all(),
            }
            self.flush();
        }
    }

    fn begin(&mut self, begin: Begin) {
        self.writings.insert(begin.publication, Writing::new(begin));
    }

    fn packet(&mut self, packet: &Inbound) {
        let Some(writing) = self.writings.get_mut(&packet.publication) else { return };
        let told = writing.push(packet);
        let (stage, wishes) = (writing.stage(), writing.wishes_keyframe());
        self.tell(stage, told);
        if wishes {
            (self.wish)(stage, packet.publication);
        }
    }

    fn end(&mut self, publication: Key) {
        let Some(mut writing) = self.writings.remove(&publication) else { return };
        let stage = writing.stage();
        let told = writing.finish();
        self.tell(stage, told);
    }

    fn finish(&mut self, stage: StageId, done: oneshot::Sender<Vec<Part>>) {
        let of_stage = self.writings.iter().filter(|(_, writing)| writing.stage() == stage);
        let publications: Vec<Key> = of_stage.map(|(key, _)| *key).collect();
        for publication in publications {
            self.end(publication);
        }
        let mut parts = self.finished.remove(&stage).unwrap_or_default();
        parts.sort_by_key(|part| part.offset);
        if done.send(parts).is_err() {
            tracing::debug!(%stage, "nobody waits for the parts");
        }
    }

    fn end_all(&mut self) {
        for publication in self.writings.keys().copied().collect::<Vec<_>>() {
            self.end(publication);
        }
    }

    fn flush(&mut self) {
        let now = Instant::now();
        if now.saturating_duration_since(self.flushed) < FLUSHED_EVERY {
            return;
        }
        self.flushed = now;
        let mut all = Vec::new();
        for writing in self.writings.values_mut() {
            all.push((writing.stage(), writing.tick(now)));
        }
        for (stage, told) in all {
            self.tell(stage, told);
        }
    }

    fn tell(&mut self, stage: StageId, told: Vec<Told>) {
        for one in told {
            let notice = match one {
                Told::Started(part) => Notice::PartStarted { stage, part },
                Told::Finished(part) => {
                    self.finished.entry(stage).or_default().push(part.clone());
                    Notice::PartFinished { stage, part }
                }
                Told::Failed(part, error) => {
                    tracing::error!(%stage, file = %part.file.display(), %error, "a recording ended early");
                    Notice::PartFailed { stage, part }
                }
            };
            let heard = self.notices.send(notice).is_ok();
            tracing::trace!(heard, "notice");
        }
    }
}
