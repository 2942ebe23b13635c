//! A database of its own for each house.

use sea_orm::{ConnectionTrait, Database};

/// Where the walks run on PostgreSQL.
const POSTGRES: &str = "GUILDHALL_TEST_POSTGRES";

/// The URL of a fresh database, or `None` for the embedded one.
pub async fn fresh() -> Option<String> {
    let server = std::env::var(POSTGRES).ok()?;
    let name = format!("t_{}", random());
    let admin = Database::connect(&server).await.expect("the PostgreSQL server answers");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database can be made");
    admin.close().await.expect("the connection closes");
    let (base, _) = server.rsplit_once('/').expect("the URL names a database");
    Some(format!("{base}/{name}"))
}

/// Drops a database made by [`fresh`], cutting whoever is still connected.
pub async fn drop_database(url: &str) {
    let Ok(server) = std::env::var(POSTGRES) else { return };
    let name = url.rsplit('/').next().unwrap_or_default();
    if let Ok(admin) = Database::connect(&server).await {
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.ok();
        admin.close().await.ok();
    }
}

fn random() -> String {
    use guildhall::platform::ids::{Chance, SystemChance};
    let mut bytes = [0; 8];
    SystemChance.fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}
