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

/// Values for an `IN (…)`: filled up to the next power of two with the last, so that lists of all lengths share a few
/// prepared statements.
pub fn padded<T: Copy + Into<Value>>(ids: &[T]) -> Vec<Value> {
    let Some(last) = ids.last() else { return Vec::new() };
    let fill = ids.len().next_power_of_two() - ids.len();
    ids.iter().chain(std::iter::repeat_n(last, fill)).map(|id| (*id).into()).collect()
}

/// Cuts rows to be inserted into powers of two, at most `most` at once, for the same reason.
pub fn portions<T>(mut rows: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = most.min(1_usize.checked_shl(rows.len().checked_ilog2()?)?);
        let (portion, rest) = rows.split_at_checked(size)?;
        rows = rest;
        Some(portion)
    })
}

/// `($1, $2), ($3, $4), …`: `rows` rows of `columns` values.
pub fn value_rows(rows: usize, columns: usize) -> String {
    (0..rows).map(|row| format!("({})", placeholders(row * columns + 1, columns))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_filled_up_with_what_is_in_it() {
        let sizes: Vec<usize> = [0, 1, 2, 3, 5, 8, 100].map(|n| padded(&vec![7_i64; n]).len()).to_vec();
        assert_eq!(sizes, [0, 1, 2, 4, 8, 8, 128]);
        assert_eq!(padded(&[1_i64, 2, 3]), [1_i64, 2, 3, 3].map(Value::from).to_vec());
    }

    #[test]
    fn portions_hold_every_row_once_and_in_order() {
        let rows: Vec<u32> = (0..103).collect();
        let cut: Vec<&[u32]> = portions(&rows, 32).collect();
        assert_eq!(cut.iter().map(|portion| portion.len()).collect::<Vec<_>>(), [32, 32, 32, 4, 2, 1]);
        assert_eq!(cut.concat(), rows);
        assert_eq!(portions(&rows[..0], 32).count(), 0);
    }

    #[test]
    fn rows_of_values_are_numbered_through() {
        assert_eq!(value_rows(2, 3), "($1, $2, $3), ($4, $5, $6)");
    }
}
