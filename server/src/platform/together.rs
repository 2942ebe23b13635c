//! Work that is cheaper done together: whoever asks while a batch is under way joins the next one.
//!
//! Nobody waits for company. The first to ask is served at once, alone; those who come meanwhile share the next batch, so
//! batches grow with the load and an idle server answers as fast as without them. A batch runs in a task of its own: an
//! asker who goes away takes nothing with them.

use std::collections::VecDeque;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::platform::refusal::{Code, Failure, Refusal, Result};

/// The most askers who may wait in a lane; beyond, the person is asked to come back.
const WAITING_MAX: usize = 1024;

/// Something that can be asked for together with others of its kind.
pub trait Joint: Send + 'static {
    type Answer: Send + 'static;
    /// The most that are done at once.
    const BATCH_MAX: usize;
    /// What has to be done by itself.
    fn is_alone(&self) -> bool;
}

/// Askers in a fixed number of lanes; a lane does one batch at a time, in the order of asking.
pub struct Together<J: Joint>(Arc<[Mutex<Lane<J>>]>);

struct Lane<J: Joint> {
    waiting: VecDeque<(J, oneshot::Sender<J::Answer>)>,
    busy: bool,
}

impl<J: Joint> std::fmt::Debug for Together<J> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Together").field("lanes", &self.0.len()).finish()
    }
}

impl<J: Joint> Together<J> {
    pub fn in_lanes(lanes: usize) -> Self {
        let lane = || Mutex::new(Lane { waiting: VecDeque::new(), busy: false });
        Together(std::iter::repeat_with(lane).take(lanes.max(1)).collect())
    }

    /// Asks in the lane that `key` falls into. `work` answers a batch in its order.
    pub async fn ask<W, F>(&self, key: impl Hash, one: J, work: W) -> Result<J::Answer>
    where
        W: Fn(Vec<J>) -> F + Send + 'static,
        F: Future<Output = Vec<J::Answer>> + Send + 'static,
    {
        let index = self.lane_of(key);
        let (answer, answered) = oneshot::channel();
        let idle = {
            let mut lane = self.lane(index);
            if lane.waiting.len() >= WAITING_MAX {
                return Err(Refusal::new(Code::Overloaded).retry_after_ms(1_000).into());
            }
            lane.waiting.push_back((one, answer));
            !std::mem::replace(&mut lane.busy, true)
        };
        if idle {
            tokio::spawn(Turn { lanes: Together(Arc::clone(&self.0)), index }.run(work));
        }
        answered.await.map_err(|_| Failure::broken("a batch ended without an answer"))
    }

    fn lane_of(&self, key: impl Hash) -> usize {
        let lanes = self.0.len() as u64;
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        usize::try_from(hash % lanes).unwrap_or_default()
    }

    fn lane(&self, index: usize) -> MutexGuard<'_, Lane<J>> {
        self.0[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who works in a lane. Dropped in whatever way, the lane is free again and nobody waits in vain.
struct Turn<J: Joint> {
    lanes: Together<J>,
    index: usize,
}

impl<J: Joint> Turn<J> {
    async fn run<W, F>(self, work: W)
    where
        W: Fn(Vec<J>) -> F,
        F: Future<Output = Vec<J::Answer>>,
    {
        loop {
            let (batch, answers) = self.next();
            if batch.is_empty() {
                return;
            }
            for (answer, result) in answers.into_iter().zip(work(batch).await) {
                // Whoever asked may have gone away.
                drop(answer.send(result));
            }
        }
    }

    fn next(&self) -> (Vec<J>, Vec<oneshot::Sender<J::Answer>>) {
        let mut lane = self.lanes.lane(self.index);
        let company = lane.waiting.iter().take(J::BATCH_MAX).take_while(|(one, _)| !one.is_alone()).count();
        let count = company.max(1).min(lane.waiting.len());
        lane.busy = count > 0;
        lane.waiting.drain(..count).unzip()
    }
}

impl<J: Joint> Drop for Turn<J> {
    fn drop(&mut self) {
        let mut lane = self.lanes.lane(self.index);
        // Empty after an orderly end; after a panic those who wait are told that nobody works for them.
        if lane.busy {
            lane.waiting.clear();
            lane.busy = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Semaphore;

    struct Number(u32, bool);

    impl Joint for Number {
        type Answer = (u32, usize);
        const BATCH_MAX: usize = 3;
        fn is_alone(&self) -> bool {
            self.1
        }
    }

    /// Asks for all numbers while the first is held back, and returns each with the size of the batch it was in.
    async fn ask_all(numbers: Vec<Number>) -> Vec<(u32, usize)> {
        let together = Arc::new(Together::in_lanes(1));
        let gate = Arc::new(Semaphore::new(0));
        let begun = Arc::new(Semaphore::new(0));
        let mut asked = Vec::new();
        for number in numbers {
            let (together, held, begins) = (Arc::clone(&together), Arc::clone(&gate), Arc::clone(&begun));
            asked.push(tokio::spawn(async move {
                let work = move |batch: Vec<Number>| {
                    let (held, begins) = (Arc::clone(&held), Arc::clone(&begins));
                    async move {
                        begins.add_permits(1);
                        held.acquire().await.unwrap().forget();
                        let size = batch.len();
                        batch.into_iter().map(|number| (number.0, size)).collect()
                    }
                };
                together.ask((), number, work).await.unwrap()
            }));
            if asked.len() == 1 {
                begun.acquire().await.unwrap().forget();
            } else {
                tokio::task::yield_now().await;
            }
        }
        gate.add_permits(asked.len());
        let mut answers = Vec::new();
        for answer in asked {
            answers.push(answer.await.unwrap());
        }
        answers
    }

    #[tokio::test]
    async fn the_first_goes_alone_and_those_who_came_meanwhile_go_together() {
        let answers = ask_all((0..6).map(|n| Number(n, false)).collect()).await;
        assert_eq!(answers, [(0, 1), (1, 3), (2, 3), (3, 3), (4, 2), (5, 2)]);
    }

    #[tokio::test]
    async fn what_goes_by_itself_keeps_its_place() {
        let answers =
            ask_all([false, false, true, false].into_iter().zip(0..).map(|(a, n)| Number(n, a)).collect()).await;
        assert_eq!(answers, [(0, 1), (1, 1), (2, 1), (3, 1)]);
    }

    #[tokio::test]
    async fn after_a_panic_the_lane_works_on() {
        let together = Together::in_lanes(1);
        let calls = Arc::new(AtomicUsize::new(0));
        let work = move |batch: Vec<Number>| {
            let first = calls.fetch_add(1, Ordering::Relaxed) == 0;
            async move {
                assert!(!first, "on purpose");
                batch.into_iter().map(|number| (number.0, 1)).collect()
            }
        };
        assert!(together.ask((), Number(1, false), work.clone()).await.is_err());
        assert_eq!(together.ask((), Number(2, false), work).await.unwrap(), (2, 1));
    }
}
