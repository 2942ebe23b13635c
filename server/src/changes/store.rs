//! The tables `streams` and `changes`.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::change::{Change, ChangeRow, Position, StreamKind, StreamRow};
use crate::platform::clock::Millis;
use crate::platform::ids::{BrandId, GroupId, StreamId};
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::{Rows, Tx};
use crate::values;

/// Opens a stream at position 0.
pub async fn open_stream(
    tx: &Tx,
    stream: StreamId,
    brand: BrandId,
    kind: StreamKind,
    group: Option<GroupId>,
) -> Result<()> {
    tx.run(
        "INSERT INTO streams (id, brand_id, kind, group_id, position) VALUES ($1, $2, $3, $4, 0)",
        values![stream, brand, kind, group],
    )
    .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Next {
    position: Position,
    brand_id: BrandId,
}

/// Announces a change in its stream and returns its position. The row lock on the counter is held until the commit, so
/// positions are committed in order.
pub async fn announce(tx: &Tx, stream: impl Into<StreamId>, change: Change) -> Result<Position> {
    let stream = stream.into();
    let next: Option<Next> = tx
        .first("UPDATE streams SET position = position + 1 WHERE id = $1 RETURNING position, brand_id", values![stream])
        .await?;
    let next = next.ok_or_else(|| Failure::broken("a change was announced in a stream that does not exist"))?;
    tx.run(
        "INSERT INTO changes (stream_id, position, brand_id, kind, subject, at) VALUES ($1, $2, $3, $4, $5, $6)",
        values![stream, next.position, next.brand_id, change.kind(), change.subject(), tx.now()],
    )
    .await?;
    tx.moves(stream);
    Ok(next.position)
}

/// Holds a stream until the commit without a change in it, where its place in the order of locks comes before its change.
pub async fn hold(tx: &Tx, stream: impl Into<StreamId>) -> Result<()> {
    tx.run("UPDATE streams SET position = position WHERE id = $1", values![stream.into()]).await?;
    Ok(())
}

pub async fn stream(rows: &impl Rows, stream: StreamId) -> Result<Option<StreamRow>> {
    rows.first("SELECT id, brand_id, kind, group_id, position FROM streams WHERE id = $1", values![stream]).await
}

#[derive(FromQueryResult)]
struct StreamOf {
    id: StreamId,
}

/// The streams whose audience is a group: those of its webinars, and its own as the last.
pub async fn streams_of_group(rows: &impl Rows, group: GroupId) -> Result<Vec<StreamId>> {
    let found: Vec<StreamOf> = rows
        .all(
            "SELECT id FROM streams WHERE group_id = $1 ORDER BY CASE WHEN kind = 'group' THEN 1 ELSE 0 END, id",
            values![group],
        )
        .await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// How far a stream has come.
pub async fn stream_position(rows: &impl Rows, of: impl Into<StreamId>) -> Result<Position> {
    let row = stream(rows, of.into()).await?;
    row.map(|row| row.position).ok_or_else(|| Failure::broken("a stream is missing"))
}

#[derive(FromQueryResult)]
struct Row {
    position: Position,
    kind: String,
    subject: Uuid,
    at: Millis,
}

/// Up to `limit` changes behind `after`, in order.
pub async fn since(rows: &impl Rows, stream: StreamId, after: Position, limit: u64) -> Result<Vec<ChangeRow>> {
    let found: Vec<Row> = rows
        .all(
            "SELECT position, kind, subject, at FROM changes WHERE stream_id = $1 AND position > $2 ORDER BY position LIMIT $3",
            values![stream, after, i64::try_from(limit).unwrap_or(i64::MAX)],
        )
        .await?;
    Ok(found
        .into_iter()
        .map(|row| ChangeRow { position: row.position, at: row.at, change: Change::from_row(&row.kind, row.subject) })
        .collect())
}
