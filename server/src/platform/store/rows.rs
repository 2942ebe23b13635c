//! Raw statements, the same text for both databases: `$1` placeholders, which SQLite understands as well.

use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Statement, Value};

use super::{Reader, Tx};
use crate::platform::refusal::{Failure, Result};

/// Something statements can run on: a [`Tx`] or a [`Reader`]. Only `store.rs` files use it.
pub trait Rows: Send + Sync {
    /// The transaction behind it, for sea-orm's own query builders.
    fn conn(&self) -> &DatabaseTransaction;

    /// All rows of a query.
    fn all<T: FromQueryResult + Send>(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<T>>> + Send {
        async move {
            let conn = self.conn();
            let rows =
                conn.query_all_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?;
            rows.iter().map(|row| T::from_query_result(row, "").map_err(Failure::from)).collect()
        }
    }

    /// The first row of a query.
    fn first<T: FromQueryResult + Send>(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        async move {
            let conn = self.conn();
            let row =
                conn.query_one_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?;
            row.map(|row| T::from_query_result(&row, "").map_err(Failure::from)).transpose()
        }
    }

    /// Runs a statement and tells how many rows it touched.
    fn run(&self, sql: &str, values: Vec<Value>) -> impl Future<Output = Result<u64>> + Send {
        async move {
            let conn = self.conn();
            let done =
                conn.execute_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?;
            Ok(done.rows_affected())
        }
    }
}

impl Rows for Tx {
    fn conn(&self) -> &DatabaseTransaction {
        match &self.inner {
            Some(inner) => inner,
            // `inner` is taken only by `commit` and `drop`, which consume the Tx.
            None => unreachable!("a Tx is used after its end"),
        }
    }
}

impl Rows for Reader {
    fn conn(&self) -> &DatabaseTransaction {
        &self.inner
    }
}

/// `$n, $n+1, …` for an `IN (…)` of `count` values starting at `first`.
pub fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
