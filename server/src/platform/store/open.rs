//! Opening SQLite or PostgreSQL with the settings that durability and speed rest on.

use std::path::PathBuf;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

/// Which database to open.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// The file in the data folder; made at the first start.
    Embedded(PathBuf),
    /// A URL from the configuration: what it names must exist.
    Given(String),
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DatabaseUrl::Embedded(path) => write!(f, "Embedded({})", path.display()),
            DatabaseUrl::Given(_) => f.write_str("Given(…)"), // has a password in it
        }
    }
}

pub(super) struct Connections {
    pub write: DatabaseConnection,
    pub read: DatabaseConnection,
}

const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

pub(super) async fn connect(url: &DatabaseUrl) -> Result<Connections, DbErr> {
    match url {
        DatabaseUrl::Embedded(path) => sqlite(&format!("sqlite://{}", path.display()), true).await,
        DatabaseUrl::Given(url) if url.starts_with("sqlite:") => sqlite(url, false).await,
        DatabaseUrl::Given(url) => postgres(url).await,
    }
}

async fn sqlite(url: &str, create: bool) -> Result<Connections, DbErr> {
    let write = Database::connect(sqlite_options(url, create, 1, false)).await?;
    let read = Database::connect(sqlite_options(url, false, SQLITE_READERS, true)).await?;
    Ok(Connections { write, read })
}

fn sqlite_options(url: &str, create: bool, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .create_if_missing(create)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .statement_cache_capacity(256)
                .pragma("cache_size", "-16384")
                .pragma("temp_store", "memory")
                .pragma("mmap_size", "268435456")
                .pragma("journal_size_limit", "67108864");
            if read_only { sqlite.pragma("query_only", "on") } else { sqlite.optimize_on_close(true, 400) }
        });
    options
}

async fn postgres(url: &str) -> Result<Connections, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .test_before_acquire_if_idle_for(Duration::from_secs(30));
    let pool = Database::connect(options).await?;
    Ok(Connections { write: pool.clone(), read: pool })
}
