//! The schema, one file a step, one text for SQLite and PostgreSQL. Applied files are frozen: a change is a new file.
//!
//! Rules of the schema:
//! - Every table of a brand's data carries `brand_id`, and references include it, so that a row can't point into another
//!   brand.
//! - Instants are milliseconds since the epoch; ids are UUIDs of version 7; secrets are stored as SHA-256.
//! - What must have one winner has a unique constraint.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

mod m0001_people;
mod m0002_changes;
mod m0003_talk;
mod m0004_knowledge;
mod m0005_webinars;
mod m0006_post;
mod m0007_stage;
mod m0008_floor;
mod m0009_waitlist;

/// All steps in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Step),
            Box::new(m0002_changes::Step),
            Box::new(m0003_talk::Step),
            Box::new(m0004_knowledge::Step),
            Box::new(m0005_webinars::Step),
            Box::new(m0006_post::Step),
            Box::new(m0007_stage::Step),
            Box::new(m0008_floor::Step),
            Box::new(m0009_waitlist::Step),
        ]
    }
}

/// Runs statements separated by `;`. The two databases differ in what bytes are called, and in that SQLite keeps rows in
/// the order of their coming unless a table is marked `/* by key */`.
async fn run(manager: &SchemaManager<'_>, ddl: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let sqlite = connection.get_database_backend() == DbBackend::Sqlite;
    for statement in ddl.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        let statement = if sqlite {
            statement.replace("bytea", "blob").replace("/* by key */", "WITHOUT ROWID")
        } else {
            statement.to_owned()
        };
        connection.execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Declares a step made of statements.
#[macro_export]
macro_rules! step {
    ($name:literal, $ddl:literal) => {
        use sea_orm_migration::prelude::*;

        #[derive(Debug)]
        pub struct Step;

        impl MigrationName for Step {
            fn name(&self) -> &str {
                $name
            }
        }

        #[async_trait::async_trait]
        impl MigrationTrait for Step {
            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $crate::run(manager, $ddl).await
            }
        }
    };
}
