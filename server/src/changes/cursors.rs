//! Where each follower stands in each stream.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::change::Position;
use crate::platform::ids::StreamId;
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, Tx, padded, placeholders};
use crate::values;

/// Things that one statement names.
const SUBJECTS_MAX: usize = 500;

/// A stream that has moved on since the follower last looked.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Behind {
    pub stream_id: StreamId,
    /// The last change the follower has dealt with.
    pub seen: Position,
    pub position: Position,
}

/// Streams that one statement asks for.
const STREAMS_AT_ONCE: usize = 128;

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

/// Those of the streams in which the follower is behind.
pub async fn behind_among(rows: &impl Rows, follower: &str, streams: &[StreamId]) -> Result<Vec<Behind>> {
    let mut found = Vec::new();
    for some in streams.chunks(STREAMS_AT_ONCE) {
        let ids = padded(some);
        let sql = format!(
            "SELECT s.id AS stream_id, COALESCE(c.position, 0) AS seen, s.position AS position
             FROM streams s LEFT JOIN cursors c ON c.stream_id = s.id AND c.follower = $1
             WHERE s.id IN ({}) AND s.position > COALESCE(c.position, 0) ORDER BY s.id",
            placeholders(2, ids.len())
        );
        found.extend(rows.all::<Behind>(&sql, values![follower].into_iter().chain(ids).collect()).await?);
    }
    Ok(found)
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

/// Sends the follower back to the beginning of everything, what was set aside included.
pub async fn forget(tx: &Tx, follower: &str) -> Result<()> {
    tx.run("DELETE FROM cursors WHERE follower = $1", values![follower]).await?;
    tx.run("DELETE FROM dead_letters WHERE follower = $1", values![follower]).await?;
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

/// Forgets what was set aside about these things: the follower has dealt with a later change of them.
pub async fn dig_up(tx: &Tx, follower: &str, subjects: &[Uuid]) -> Result<()> {
    if subjects.is_empty() || buried(tx).await? == 0 {
        return Ok(());
    }
    for some in subjects.chunks(SUBJECTS_MAX) {
        let sql = format!(
            "DELETE FROM dead_letters WHERE follower = $1 AND EXISTS (
                 SELECT 1 FROM changes c WHERE c.stream_id = dead_letters.stream_id AND c.position = dead_letters.position
                                           AND c.subject IN ({}))",
            placeholders(2, some.len())
        );
        let values = std::iter::once(follower.into()).chain(some.iter().map(|subject| (*subject).into())).collect();
        tx.run(&sql, values).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

/// How many changes are set aside, by whatever follower.
pub async fn buried(rows: &impl Rows) -> Result<i64> {
    let counted: Option<Count> = rows.first("SELECT COUNT(*) AS count FROM dead_letters", values![]).await?;
    Ok(counted.map_or(0, |row| row.count))
}
