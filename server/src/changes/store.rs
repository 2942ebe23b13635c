//! The tables `streams` and `changes`.

use std::collections::{BTreeMap, HashMap};

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::change::{Change, ChangeRow, Position, StreamKind, StreamRow};
use crate::platform::clock::Millis;
use crate::platform::ids::{BrandId, GroupId, StreamId};
use crate::platform::refusal::{Failure, Result};
use crate::platform::store::{Rows, Tx, padded, placeholders, portions, value_rows};
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

/// The most rows of one statement.
const ROWS_MAX: usize = 32;

#[derive(FromQueryResult)]
struct Next {
    position: Position,
    brand_id: BrandId,
}

/// Announces a change in its stream and returns its position. The row lock on the counter is held until the commit, so
/// positions are committed in order.
pub async fn announce(tx: &Tx, stream: impl Into<StreamId>, change: Change) -> Result<Position> {
    let positions = announce_all(tx, &[(stream.into(), change)]).await?;
    positions.first().copied().ok_or_else(|| Failure::broken("a change has no position"))
}

/// Announces several changes and returns their positions, in the same order; each stream's counter is moved once.
pub async fn announce_all(tx: &Tx, news: &[(StreamId, Change)]) -> Result<Vec<Position>> {
    let mut counts: BTreeMap<StreamId, i64> = BTreeMap::new();
    for (stream, _) in news {
        *counts.entry(*stream).or_default() += 1;
    }
    // In the order of the ids, so that two who announce in the same streams never wait for each other.
    let mut next: BTreeMap<StreamId, Next> = BTreeMap::new();
    for (stream, count) in counts {
        next.insert(stream, take_positions(tx, stream, count).await?);
    }
    let rows = news.iter().map(|(stream, change)| {
        let next = next.get_mut(stream).ok_or_else(|| Failure::broken("a stream was not counted"))?;
        next.position = Position(next.position.0 + 1);
        Ok(Announced { stream: *stream, position: next.position, brand: next.brand_id, change: *change })
    });
    let rows: Vec<Announced> = rows.collect::<Result<_>>()?;
    insert_changes(tx, &rows).await?;
    Ok(rows.iter().map(|row| row.position).collect())
}

/// The position before the first of `count` new ones.
async fn take_positions(tx: &Tx, stream: StreamId, count: i64) -> Result<Next> {
    let next: Option<Next> = tx
        .first(
            "UPDATE streams SET position = position + $2 WHERE id = $1 RETURNING position - $2 AS position, brand_id",
            values![stream, count],
        )
        .await?;
    tx.moves(stream);
    next.ok_or_else(|| Failure::broken("a change was announced in a stream that does not exist"))
}

struct Announced {
    stream: StreamId,
    position: Position,
    brand: BrandId,
    change: Change,
}

async fn insert_changes(tx: &Tx, rows: &[Announced]) -> Result<()> {
    for portion in portions(rows, ROWS_MAX) {
        let sql = format!(
            "INSERT INTO changes (stream_id, position, brand_id, kind, subject, at) VALUES {}",
            value_rows(portion.len(), 6)
        );
        let values = portion.iter().flat_map(|row| {
            values![row.stream, row.position, row.brand, row.change.kind(), row.change.subject(), tx.now()]
        });
        tx.run(&sql, values.collect()).await?;
    }
    Ok(())
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
struct Stand {
    id: StreamId,
    position: Position,
}

/// How far several streams have come.
pub async fn stream_positions(rows: &impl Rows, streams: &[StreamId]) -> Result<HashMap<StreamId, Position>> {
    let ids = padded(streams);
    let sql = format!("SELECT id, position FROM streams WHERE id IN ({})", placeholders(1, ids.len()));
    let found: Vec<Stand> = if ids.is_empty() { Vec::new() } else { rows.all(&sql, ids).await? };
    Ok(found.into_iter().map(|row| (row.id, row.position)).collect())
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
