//! From a configuration to a running server, and back to rest.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, Outside};
use crate::changes::cursors;
use crate::platform::config::{Config, explain_bind, explain_stage_bind};
use crate::platform::http::Guard;
use crate::platform::http::serve::{Limits, Traffic, serve};
use crate::platform::media::{Media, OwnNode};
use crate::platform::observe::{Check, Metrics, Requests};
use crate::platform::refusal::{Failure, Result};
use crate::{followers, mails, router, settings};

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    pub app: App,
    /// Where it really listens: a configured port of 0 is any free one.
    pub address: SocketAddr,
    stop: CancellationToken,
    followers: TaskTracker,
    front: JoinHandle<()>,
}

/// Starts a server: database, migrations, followers, front door.
pub async fn start(mut config: Config, outside: Outside) -> Result<Running> {
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|error| Failure::fault("listening", explain_bind(config.listen, &error)))?;
    let address = listener.local_addr().map_err(|error| Failure::fault("listening", error))?;
    config.listen = address;

    let media = media(&config)?;
    let (app, woken) = App::open(config, outside).await?;
    if let Some(media) = media {
        app.stages.open(media);
    }

    let stop = CancellationToken::new();
    let followers = followers::start(&app, woken, &stop);
    let traffic = Arc::new(Traffic::default());
    let metrics = metrics(&app, &traffic);
    let router = router::router(
        &app,
        guard(&app),
        router::Watch { requests: Requests::new(&metrics), metrics, checks: checks(&app) },
    );
    let stopped = stop.clone();
    let front = tokio::spawn(async move {
        serve(listener, router, Limits::default(), traffic, stopped.cancelled_owned()).await;
    });
    Ok(Running { app, address, stop, followers, front })
}

impl Running {
    /// The link under which the server is set up; `None` once it is. Each call makes the links before it void.
    pub async fn setup_link(&self) -> Result<Option<String>> {
        let secret = self.app.ids.secret();
        let tx = self.app.store.begin().await?;
        let open = settings::new_setup_token(&tx, &secret.hash()).await?;
        tx.commit().await?;
        Ok(open.then(|| self.app.link(&format!("/setup#{}", secret.reveal()))))
    }

    /// Drains: sockets are told to come back, requests end, followers stop at their cursors, the database closes.
    pub async fn stop(self) {
        self.stop.cancel();
        self.app.hub.drain().await;
        if let Err(error) = self.front.await {
            tracing::error!(error = %error, "the front door ended badly");
        }
        self.followers.wait().await;
        self.app.store.close().await;
    }
}

/// Sound and picture, if they are switched on.
fn media(config: &Config) -> Result<Option<Arc<dyn Media>>> {
    if !config.stage.enabled {
        return Ok(None);
    }
    let started = OwnNode::start(&config.stage).map_err(|(port, address, error)| {
        Failure::fault("sound and picture", explain_stage_bind(port, address, &error))
    })?;
    Ok(Some(Arc::new(started)))
}

fn guard(app: &App) -> Guard {
    let config = &app.config;
    let host_of = |origin: &String| {
        let host = origin.split_once("://").map_or(origin.as_str(), |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default();
        match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name.to_owned(),
            _ => host.to_owned(),
        }
    };
    Guard {
        hosts: app.origins.iter().map(host_of).collect(),
        origins: app.origins.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        for_bearers: &["/api/v1/stage/whip/", "/api/v1/stage/whep/", "/api/v1/stage/connections/"],
        secure: app.cookie.secure,
        chance: app.chance.clone(),
    }
}

fn checks(app: &App) -> Vec<Check> {
    let asked = app.clone();
    vec![Check::new("database", move || {
        let app = asked.clone();
        async move { app.store.healthy().await }
    })]
}

fn metrics(app: &App, traffic: &Arc<Traffic>) -> Metrics {
    use std::sync::atomic::Ordering::Relaxed;
    let metrics = Metrics::new();
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let hub = app.hub.clone();
    metrics.watch("sockets", "Open sockets", move || number(hub.metrics().sockets.get()));
    let hub = app.hub.clone();
    metrics.watch("deliveries", "Frames handed to sockets", move || number(hub.metrics().deliveries.get()));
    let hub = app.hub.clone();
    metrics.watch("backlog_bytes", "Bytes waiting for slow sockets", move || number(hub.metrics().backlog_bytes.get()));
    let hub = app.hub.clone();
    metrics.watch("slow_readers", "Sockets cut off as too slow", move || number(hub.metrics().slow_readers.get()));
    let staged = app.clone();
    metrics.watch("stage_connections", "Open connections of sound and picture", move || {
        i64::try_from(staged.stages.connections()).unwrap_or(i64::MAX)
    });
    let seen = Arc::clone(traffic);
    metrics
        .watch("connections", "Open connections", move || i64::try_from(seen.connections.load(Relaxed)).unwrap_or(0));
    let seen = Arc::clone(traffic);
    metrics.watch("requests_in_flight", "Running requests", move || {
        i64::try_from(seen.in_flight.load(Relaxed)).unwrap_or(0)
    });
    let seen = Arc::clone(traffic);
    metrics.watch("overloaded", "Requests turned away as too many", move || number(seen.overloaded.load(Relaxed)));
    let relaying = app.clone();
    metrics.watch("streams_relayed", "Streams that somebody here follows, or did not long ago", move || {
        i64::try_from(relaying.relay.watched()).unwrap_or(i64::MAX)
    });
    count_what_was_given_up(app, &metrics);
    metrics
}

/// What no follower will try again by itself: somebody has to look.
fn count_what_was_given_up(app: &App, metrics: &Metrics) {
    let asked = app.clone();
    metrics.count("dead_letters", "Changes that a follower could not deal with and has set aside", move || {
        let app = asked.clone();
        async move { cursors::buried(&app.store.read().await.ok()?).await.ok() }
    });
    let asked = app.clone();
    metrics.count("mails_failed", "Mails that were given up and wait for the owner", move || {
        let app = asked.clone();
        async move { mails::failed(&app).await.ok() }
    });
}
