//! Who works behind the commits: the relay, the post, the stages, the sweeps. Each is woken and also looks by itself.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, Woken};
use crate::platform::ids::StreamId;
use crate::platform::refusal::Result;
use crate::{files, mails, realtime, search, stage, webinars};

/// How often the post looks without having been woken: mails that wait for a retry.
const POST_EVERY: Duration = Duration::from_secs(15);
/// How often the index looks without having been woken.
const INDEX_EVERY: Duration = Duration::from_secs(3);
/// How often it is looked whether a seat is free for somebody who waits.
const OFFERS_EVERY: Duration = Duration::from_secs(30);
/// How often those who watch a webinar see what was cheered.
const CHEERS_EVERY: Duration = Duration::from_millis(500);
/// How often what has expired is swept out.
const SWEEP_EVERY: Duration = Duration::from_mins(5);

/// Starts all followers; they end soon after `stop`, each at a place from which it can go on.
pub fn start(app: &App, woken: Woken, stop: &CancellationToken) -> TaskTracker {
    let tasks = TaskTracker::new();
    let (relay, relayed) = mpsc::unbounded_channel();
    let (index, indexed) = mpsc::unbounded_channel();
    tasks.spawn(wake(app.clone(), woken, relay, index));
    let (own, stopped) = (app.clone(), stop.clone());
    tasks.spawn(async move { own.relay.run(&own, relayed, stopped).await });
    tasks.spawn(keep_index(app.clone(), indexed, stop.clone()));
    tasks.spawn(post(app.clone(), stop.clone()));
    tasks.spawn(sweep(app.clone(), stop.clone()));
    tasks.spawn(show_cheers(app.clone(), stop.clone()));
    tasks.spawn(offer_seats(app.clone(), stop.clone()));
    let (staged, stopped) = (app.clone(), stop.clone());
    tasks.spawn(async move { stage::run(&staged, stopped).await });
    tasks.close();
    tasks
}

/// Streams that have moved, on their way to a follower.
type Moved = BTreeSet<StreamId>;

/// Hands each wake on to whoever follows the changes. Ends when the last writer is gone or nobody relays any more.
async fn wake(app: App, mut woken: Woken, relay: mpsc::UnboundedSender<Moved>, index: mpsc::UnboundedSender<Moved>) {
    loop {
        tokio::select! {
            () = relay.closed() => return,
            moved = woken.recv() => match moved {
                Some(moved) => {
                    app.stages.moved(&moved);
                    // Gone only while the server stops; its cursor stands where it stood.
                    drop(index.send(moved.clone()));
                    if relay.send(moved).is_err() {
                        return;
                    }
                }
                None => return,
            },
        }
    }
}

/// Woken with the streams that moved, it looks at these; by itself, at all.
async fn keep_index(app: App, mut moved: mpsc::UnboundedReceiver<Moved>, stop: CancellationToken) {
    let mut look = tokio::time::interval(INDEX_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(mut streams) = moved.recv() => {
                while let Ok(more) = moved.try_recv() {
                    streams.extend(more);
                }
                until_done(&stop, || search::follow::round_of(&app, &streams)).await;
            }
            _ = look.tick() => until_done(&stop, || search::follow::round(&app)).await,
        }
    }
}

async fn post(app: App, stop: CancellationToken) {
    let mut look = tokio::time::interval(POST_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.post.notified() => {}
            _ = look.tick() => {}
        }
        until_done(&stop, || mails::follow::post_due(&app)).await;
    }
}

/// Rounds of work until one finds nothing to do; a failure ends it until the next look.
async fn until_done<F: Future<Output = Result<usize>>>(stop: &CancellationToken, round: impl Fn() -> F) {
    while !stop.is_cancelled() {
        match round().await {
            Ok(0) => return,
            Ok(_) => {}
            Err(failure) => return failure.log("followers"),
        }
    }
}

async fn sweep(app: App, stop: CancellationToken) {
    let mut look = tokio::time::interval(SWEEP_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        app.limits.sweep();
        app.relay.forget_unfollowed(&app).await;
        app.used.sweep(app.clock.now());
        if let Err(failure) = files::sweep(&app, app.clock.now()).await {
            failure.log("followers");
        }
    }
}

async fn show_cheers(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(CHEERS_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => realtime::show_cheers(&app),
        }
    }
}

async fn offer_seats(app: App, stop: CancellationToken) {
    let mut look = tokio::time::interval(OFFERS_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        until_done(&stop, || webinars::pass_on_all(&app)).await;
    }
}
