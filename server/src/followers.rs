//! Who works behind the commits: the relay, the post, the sweeps. Each is woken and also looks by itself.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, Woken};
use crate::platform::refusal::Result;
use crate::{files, mails, realtime};

/// How often the post looks without having been woken: mails that wait for a retry.
const POST_EVERY: Duration = Duration::from_secs(15);
/// How often what has expired is swept out.
const SWEEP_EVERY: Duration = Duration::from_mins(5);

/// Starts all followers; they end soon after `stop`, each at a place from which it can go on.
pub fn start(app: &App, woken: Woken, stop: &CancellationToken) -> TaskTracker {
    let tasks = TaskTracker::new();
    let (relayed, stopped) = (app.clone(), stop.clone());
    tasks.spawn(async move { relayed.relay.run(&relayed, woken, stopped).await });
    tasks.spawn(post(app.clone(), stop.clone()));
    tasks.spawn(sweep(app.clone(), stop.clone()));
    tasks.close();
    tasks
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
        if let Err(failure) = realtime::sweep(&app, app.clock.now()).await {
            failure.log("followers");
        }
        if let Err(failure) = files::sweep(&app, app.clock.now()).await {
            failure.log("followers");
        }
    }
}
