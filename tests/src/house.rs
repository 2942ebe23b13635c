//! The house: a server that really listens.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use guildhall::app::{App, Outside};
use guildhall::platform::config::{Config, Hidden, Stage};
use guildhall::platform::ids::SystemChance;
use guildhall::platform::passwords::Cost;
use guildhall::serve::{Running, start};
use guildhall::{search, settings};

use crate::clock::HandClock;
use crate::database;
use crate::person::Person;

/// What a test changes about a house before it is opened.
pub type Furniture = Box<dyn FnOnce(&mut Config) + Send>;

/// A running server with a clock in the test's hand. Dropping it takes its folder and database away.
pub struct House {
    running: Option<Running>,
    pub clock: Arc<HandClock>,
    folder: tempfile::TempDir,
    database: Option<String>,
}

/// Hashing as cheap as the function allows: the tests are about who gets in, not how long it takes.
const CHEAP: Cost = Cost { memory_kib: 64, rounds: 1 };

impl House {
    pub async fn new() -> House {
        House::with(Box::new(|_| {})).await
    }

    /// On SQLite whatever the other walks run on: for what is about its files.
    pub async fn embedded() -> House {
        House::build(None, Box::new(|_| {})).await
    }

    pub async fn with(furniture: Furniture) -> House {
        House::build(database::fresh().await, furniture).await
    }

    async fn build(database: Option<String>, furniture: Furniture) -> House {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(HandClock::default());
        let mut config = config(folder.path(), database.as_deref());
        furniture(&mut config);
        let running = open(config, clock.clone()).await;
        House { running: Some(running), clock, folder, database }
    }

    /// Stops the server and starts it again over the same data.
    pub async fn restart(&mut self) {
        let running = self.running.take().expect("the house is open");
        let config = Config { listen: any_port(), ..running.app.config.clone() };
        running.stop().await;
        self.running = Some(open(config, self.clock.clone()).await);
    }

    /// Stops the server and keeps its data.
    pub async fn stop(&mut self) {
        self.running.take().expect("the house is open").stop().await;
    }

    /// Starts the server again over the data of one that was stopped.
    pub async fn open_again(&mut self) {
        let config = config(self.folder.path(), self.database.as_deref());
        self.running = Some(open(config, self.clock.clone()).await);
    }

    /// Returns when the index has seen every change so far.
    pub async fn followers_are_quiet(&self) {
        while search::follow::round(self.app()).await.expect("the index answers") > 0 {}
    }

    /// A number of the operator's page.
    pub async fn metric(&self, name: &str) -> i64 {
        let page = self.nobody().get("/metrics").await;
        let page = String::from_utf8_lossy(&page.bytes).into_owned();
        let line = page.lines().find_map(|line| line.strip_prefix(&format!("guildhall_{name} ")));
        line.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no {name} in {page}"))
    }

    pub fn app(&self) -> &App {
        &self.running.as_ref().expect("the house is open").app
    }

    pub fn address(&self) -> SocketAddr {
        self.running.as_ref().expect("the house is open").address
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Somebody without a log-in.
    pub fn nobody(&self) -> Person {
        Person::new(&self.url(), "nobody@example.org", None)
    }

    /// A token with which one more brand can be founded.
    pub async fn founding_token(&self) -> String {
        let app = self.app();
        let secret = app.ids.secret();
        let tx = app.store.begin().await.unwrap();
        settings::reopen_setup(&tx, &secret.hash()).await.unwrap();
        tx.commit().await.unwrap();
        secret.reveal().to_owned()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // The server's tasks end with the test's runtime; the database needs somebody to take it away.
        if let Some(url) = self.database.take() {
            std::thread::spawn(move || {
                if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                    runtime.block_on(database::drop_database(&url));
                }
            })
            .join()
            .ok();
        }
    }
}

fn any_port() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn config(folder: &Path, database: Option<&str>) -> Config {
    Config {
        listen: any_port(),
        data: folder.to_owned(),
        database_url: database.map(|url| Hidden::new(url.to_owned())),
        stage: Stage { udp: any_port(), tcp: any_port(), ..Stage::default() },
        ..Config::default()
    }
}

async fn open(config: Config, clock: Arc<HandClock>) -> Running {
    let outside = Outside { clock, chance: Arc::new(SystemChance), password_cost: CHEAP };
    start(config, outside).await.unwrap_or_else(|failure| panic!("the house does not open: {}", failure.explain()))
}
