//! Where each follower stands in each stream.

use sea_orm::FromQueryResult;

use super::change::Position;
use crate::platform::ids::StreamId;
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, Tx};
use crate::values;

/// A stream that has moved on since the follower last looked.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Behind {
    pub stream_id: StreamId,
    /// The last change the follower has dealt with.
    pub seen: Position,
    pub position: Position,
}

/// Up to `limit` streams in which the follower is behind.
pub async fn behind(rows: &impl Rows, follower: &str, limit: u64) -> Result<Vec<Behind>> {
    rows.all(
        "SELECT s.id AS stream_id, COALESCE(c.position, 0) AS seen, s.position AS position
         FROM streams s LEFT JOIN cursors c ON c.stream_id = s.id AND c.follower = $1
         WHERE s.position > COALESCE(c.position, 0) ORDER BY s.id LIMIT $2",
        values![follower, i64::try_from(limit).unwrap_or(i64::MAX)],
    )
    .await
}

/// Notes that the follower has dealt with everything up to `position`.
pub async fn advance(tx: &Tx, follower: &str, stream: StreamId, position: Position) -> Result<()> {
    tx.run(
        "INSERT INTO cursors (follower, stream_id, position) VALUES ($1, $2, $3)
         ON CONFLICT (follower, stream_id) DO UPDATE SET position = excluded.position",
        values![follower, stream, position],
    )
    .await?;
    Ok(())
}

/// Sends the follower back to the beginning of everything.
pub async fn forget(tx: &Tx, follower: &str) -> Result<()> {
    tx.run("DELETE FROM cursors WHERE follower = $1", values![follower]).await?;
    Ok(())
}

/// Keeps what a follower could not deal with, where an operator sees it.
pub async fn bury(tx: &Tx, follower: &str, stream: StreamId, position: Position, error: &str) -> Result<()> {
    tx.run(
        "INSERT INTO dead_letters (follower, stream_id, position, error, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (follower, stream_id, position) DO UPDATE SET error = excluded.error, at = excluded.at",
        values![follower, stream, position, error, tx.now()],
    )
    .await?;
    Ok(())
}
