//! Opening SQLite or PostgreSQL with the settings that durability and speed rest on.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

pub(super) struct Connections {
    pub write: DatabaseConnection,
    pub read: DatabaseConnection,
}

const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

/// Opens what the URL names. Only a URL that says `mode=rwc` may create a SQLite file.
pub(super) async fn connect(url: &str) -> Result<Connections, DbErr> {
    if url.starts_with("sqlite:") { sqlite(url).await } else { postgres(url).await }
}

async fn sqlite(url: &str) -> Result<Connections, DbErr> {
    let write = Database::connect(sqlite_options(url, 1, false)).await?;
    let read = Database::connect(sqlite_options(url, SQLITE_READERS, true)).await?;
    Ok(Connections { write, read })
}

fn sqlite_options(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .statement_cache_capacity(256)
                .pragma("cache_size", "-16384")
                .pragma("temp_store", "memory")
                .pragma("journal_size_limit", "67108864");
            // Only readers map the file: where it grows with every write, each growth would map it anew.
            if read_only {
                sqlite.pragma("query_only", "on").pragma("mmap_size", "268435456")
            } else {
                sqlite.optimize_on_close(true, 400)
            }
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
