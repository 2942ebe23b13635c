//! The house as one value, and the only place where adapters are chosen.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderValue;
use guildhall_migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use tokio::sync::{Notify, mpsc};

use crate::accounts::cookie::CookieStyle;
use crate::floor::Cheers;
use crate::invitations::Doors;
use crate::live::{CloseCode, Hub, LiveConfig, Selector, machine_uptime};
use crate::messages::Posting;
use crate::platform::blobs::Blobs;
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::handoff::Handoffs;
use crate::platform::ids::{Chance, Ids, LoginId, MemberId, StreamId};
use crate::platform::limits::Limits;
use crate::platform::mail::{Keep, Mailer, Smtp};
use crate::platform::passwords::{Cost, Passwords};
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::Store;
use crate::platform::used::Used;
use crate::realtime::Relay;
use crate::search::Index;
use crate::settings;
use crate::stage::Stages;

/// Everything that a verb needs beside its actor and its request. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<House>);

/// The parts of the house.
pub struct House {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Ids,
    pub chance: Arc<dyn Chance>,
    pub config: Config,
    pub cookie: CookieStyle,
    pub passwords: Passwords,
    pub handoffs: Handoffs,
    pub used: Used,
    /// Raised with every end of a log-in or membership, before its sockets are closed.
    pub endings: AtomicU64,
    pub limits: Limits,
    /// Where those meet who post at the same moment.
    pub posting: Posting,
    /// Where those queue who redeem the same invitation.
    pub doors: Doors,
    /// What was sent over the screens and not shown yet.
    pub cheers: Cheers,
    pub mailer: Arc<dyn Mailer>,
    pub blobs: Blobs,
    pub hub: Hub,
    pub relay: Relay,
    pub index: Index,
    pub stages: Stages,
    /// Origins whose pages may write here.
    pub origins: Vec<String>,
    /// Wakes the post.
    pub post: Arc<Notify>,
}

impl Deref for App {
    type Target = House;
    fn deref(&self) -> &House {
        &self.0
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

/// What a start needs from outside: the rest follows from the configuration.
pub struct Outside {
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub password_cost: Cost,
}

/// The streams that a commit has moved.
pub type Woken = mpsc::UnboundedReceiver<BTreeSet<StreamId>>;

impl App {
    /// Opens database (brought up to date), keys, files and sockets. The receiver is for [`crate::followers`].
    pub async fn open(config: Config, outside: Outside) -> Result<(App, Woken)> {
        std::fs::create_dir_all(&config.data).map_err(|error| Failure::fault("making the data folder", error))?;
        let (wake, woken) = mpsc::unbounded_channel();
        let store = Store::open(config.database_url().reveal(), outside.clock.clone(), wake).await?;
        Migrator::up(store.for_migrations(), None).await?;
        let keys = settings::open_keys(&store, &config.data, &*outside.chance).await?;
        let hub = Hub::start(live_config(&config), machine_uptime())
            .map_err(|error| Failure::fault("starting the sockets", error))?;
        let public_url = config.public_url();
        let boot = Ids::new(outside.chance.clone()).uuid(outside.clock.now());
        let house = House {
            cookie: CookieStyle { secure: public_url.starts_with("https:") },
            passwords: Passwords::new(keys.pepper, outside.password_cost, outside.chance.clone())?,
            handoffs: Handoffs::new(&keys.signing, &public_url),
            used: Used::since(outside.clock.now()),
            endings: AtomicU64::new(0),
            limits: Limits::new(outside.clock.clone()),
            posting: Posting::in_lanes(store.writers()),
            mailer: mailer(&config)?,
            blobs: Blobs::in_folder(&config.data.join("files"), outside.chance.clone())?,
            origins: origins(&config),
            doors: Doors::default(),
            cheers: Cheers::default(),
            ids: Ids::new(outside.chance.clone()),
            chance: outside.chance,
            clock: outside.clock,
            relay: Relay::default(),
            index: Index::open(&config).await?,
            stages: Stages::new(&config.stage.node, boot),
            post: Arc::default(),
            store,
            hub,
            config,
        };
        Ok((App(Arc::new(house)), woken))
    }

    /// Gives a house that has lost its pepper for good another one. It can't be opened before.
    pub async fn renew_pepper(config: &Config, outside: Outside) -> Result<()> {
        let (wake, _woken) = mpsc::unbounded_channel();
        let store = Store::open(config.database_url().reveal(), outside.clock, wake).await?;
        Migrator::up(store.for_migrations(), None).await?;
        settings::renew_pepper(&store, &config.data, &*outside.chance).await?;
        store.close().await;
        Ok(())
    }

    /// An address of this server, for people to open.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.config.public_url())
    }

    /// Whether a page of this origin may write here.
    pub fn trusts_origin(&self, origin: &HeaderValue) -> bool {
        origin.to_str().is_ok_and(|origin| self.origins.iter().any(|own| own == origin))
    }

    /// Cuts the sockets of a log-in that has ended, and its sound and picture.
    pub fn end_sockets_of_login(&self, login: LoginId) {
        self.end_sockets(Selector::Login(login.0));
        self.stages.doubt_login(login);
    }

    /// Cuts the sockets of a member who no longer counts in the brand.
    pub fn end_sockets_of_member(&self, member: MemberId) {
        self.end_sockets(Selector::Member(member.0));
    }

    fn end_sockets(&self, whose: Selector) {
        self.endings.fetch_add(1, Ordering::AcqRel);
        self.hub.close(whose, CloseCode::LoginEnded);
    }

    /// Has the post look for mails that are there; within a transaction, `Tx::wakes` does it at the right moment.
    pub fn post_soon(&self) {
        self.post.notify_one();
    }
}

fn live_config(config: &Config) -> LiveConfig {
    LiveConfig {
        sockets_per_account: config.live.sockets_per_member,
        sockets_per_address: config.live.sockets_per_address,
        backlog_bytes: usize::try_from(config.live.queue_bytes.0).unwrap_or(usize::MAX),
        ..LiveConfig::default()
    }
}

fn mailer(config: &Config) -> Result<Arc<dyn Mailer>> {
    let Some(url) = &config.mail.smtp_url else { return Ok(Arc::new(Keep)) };
    let smtp = Smtp::new(url.reveal(), &config.mail.from);
    Ok(Arc::new(smtp.map_err(|error| Failure::fault("the mail server's address", error))?))
}

/// The public address, and the local ones while the server listens on this machine only.
fn origins(config: &Config) -> Vec<String> {
    let mut origins = vec![config.public_url().to_lowercase()];
    if config.listen.ip().is_loopback() {
        let port = config.listen.port();
        origins.extend(["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http://{host}:{port}")));
    }
    origins
}
