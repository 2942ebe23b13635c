//! The tables `groups` and `channels`.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::channel::{ChannelFrame, ChannelRow, ChannelView};
use super::group::{GroupFrame, GroupRow};
use crate::access::{ChannelKind, CreateGroup, EditChannel, EditGroup, Permit};
use crate::changes::{Change, StreamKind, announce, open_stream};
use crate::platform::ids::{BrandId, ChannelId, GroupId, MemberId, StreamId, WebinarId};
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// Makes a group with its stream.
pub async fn insert_group(permit: &Permit<'_, CreateGroup>, id: GroupId, name: &str, description: &str) -> Result<()> {
    let tx = permit.tx();
    tx.run(
        "INSERT INTO groups (id, brand_id, name, description, version, created_at) VALUES ($1, $2, $3, $4, 1, $5)",
        values![id, permit.target(), name, description, tx.now()],
    )
    .await?;
    open_stream(tx, id.into(), permit.target(), StreamKind::Group, Some(id)).await
}

/// What a new channel is made of.
#[derive(Debug)]
pub struct NewChannel<'a> {
    pub id: ChannelId,
    pub brand: BrandId,
    pub group: GroupId,
    pub stream: StreamId,
    pub name: &'a str,
    pub topic: &'a str,
    pub kind: ChannelKind,
    pub webinar: Option<WebinarId>,
}

/// Makes a channel and tells the group. Whoever calls holds a permit for the group, the channel or the webinar.
pub async fn insert_channel(tx: &Tx, new: &NewChannel<'_>) -> Result<()> {
    tx.run(
        "INSERT INTO channels (id, brand_id, group_id, stream_id, name, topic, kind, webinar_id, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)",
        values![new.id, new.brand, new.group, new.stream, new.name, new.topic, new.kind, new.webinar, tx.now()],
    )
    .await?;
    announce(tx, new.group, Change::ChannelCreated(new.id)).await?;
    Ok(())
}

/// What changes about a group; what is absent stays.
#[derive(Debug, Default)]
pub(super) struct GroupEdit {
    pub name: Option<String>,
    pub description: Option<String>,
    pub archived: Option<bool>,
}

pub(super) async fn edit_group(permit: &Permit<'_, EditGroup>, edit: &GroupEdit, version: Option<i64>) -> Result<()> {
    let tx = permit.tx();
    let archived_at = edit.archived.map(|archived| if archived { tx.now().0 } else { 0 });
    let done = tx
        .run(
            "UPDATE groups SET name = COALESCE($3, name), description = COALESCE($4, description),
                               archived_at = CASE WHEN $5 IS NULL THEN archived_at WHEN $5 = 0 THEN NULL ELSE $5 END,
                               version = version + 1
             WHERE id = $1 AND ($2 IS NULL OR version = $2)",
            values![permit.target(), version, edit.name.as_deref(), edit.description.as_deref(), archived_at],
        )
        .await?;
    if done == 0 {
        let now = group_frames(tx, &[permit.target()]).await?;
        return Err(conflict(now.first().map(|group| group.version)));
    }
    announce(tx, permit.target(), Change::GroupChanged(permit.target())).await?;
    Ok(())
}

fn conflict(version: Option<i64>) -> crate::platform::refusal::Failure {
    Refusal { current_version: version, ..Refusal::new(Code::VersionConflict) }.into()
}

pub(super) async fn edit_channel(
    permit: &Permit<'_, EditChannel>,
    name: Option<&str>,
    topic: Option<&str>,
    version: Option<i64>,
) -> Result<()> {
    let tx = permit.tx();
    let done = tx
        .run(
            "UPDATE channels SET name = COALESCE($3, name), topic = COALESCE($4, topic), version = version + 1
             WHERE id = $1 AND ($2 IS NULL OR version = $2)",
            values![permit.target(), version, name, topic],
        )
        .await?;
    if done == 0 {
        let now = channel_frames(tx, &[permit.target()]).await?;
        return Err(conflict(now.first().map(|channel| channel.version)));
    }
    announce(tx, permit.group()?, Change::ChannelChanged(permit.target())).await?;
    Ok(())
}

/// A webinar's chat is called as the webinar is. Whoever calls holds a permit for the webinar.
pub async fn rename_webinar_channel(tx: &Tx, group: GroupId, channel: ChannelId, name: &str) -> Result<()> {
    tx.run("UPDATE channels SET name = $2, version = version + 1 WHERE id = $1", values![channel, name]).await?;
    announce(tx, group, Change::ChannelChanged(channel)).await?;
    Ok(())
}

/// Groups as everybody sees them who may see them at all.
pub async fn group_frames(rows: &impl Rows, ids: &[GroupId]) -> Result<Vec<GroupFrame>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT g.id, g.brand_id, g.name, g.description, g.created_at, g.archived_at, g.version,
                (SELECT COUNT(*) FROM group_members m WHERE m.group_id = g.id) AS member_count
         FROM groups g WHERE g.id IN ({}) ORDER BY g.name, g.id",
        placeholders(1, ids.len())
    );
    let found: Vec<GroupRow> = rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// A page of all groups of a brand, for admins.
pub(super) async fn groups_of_brand(
    rows: &impl Rows,
    brand: BrandId,
    after: Option<GroupId>,
    limit: u64,
) -> Result<Vec<GroupId>> {
    let found: Vec<IdRow> = rows
        .all(
            "SELECT id FROM groups WHERE brand_id = $1 AND ($2 IS NULL OR id > $2) ORDER BY id LIMIT $3",
            values![brand, after, i64::try_from(limit).unwrap_or(i64::MAX)],
        )
        .await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

#[derive(FromQueryResult)]
struct IdRow {
    id: GroupId,
}

#[derive(FromQueryResult)]
struct NameRow {
    id: GroupId,
    name: String,
}

/// The names of groups.
pub async fn names(rows: &impl Rows, ids: &[GroupId]) -> Result<HashMap<GroupId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT id, name FROM groups WHERE id IN ({})", placeholders(1, ids.len()));
    let found: Vec<NameRow> = rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await?;
    Ok(found.into_iter().map(|row| (row.id, row.name)).collect())
}

const FRAME: &str = "SELECT c.id, c.group_id, c.name, c.topic, c.kind, c.stream_id AS stream, c.webinar_id, c.version";

/// Channels as everybody sees them who may see them at all.
pub async fn channel_frames(rows: &impl Rows, ids: &[ChannelId]) -> Result<Vec<ChannelFrame>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{FRAME} FROM channels c WHERE c.id IN ({})", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}

/// What a member has read and not read: derived from rows, never counted along. In a stream of its own (a webinar's)
/// everything is news to a member; in the group's, only what came after they joined.
const MINE: &str = ", (SELECT COALESCE(MAX(m.position), 0) FROM messages m WHERE m.channel_id = c.id) AS last_position,
    COALESCE(k.position, CASE WHEN c.stream_id = c.group_id THEN g.joined_position ELSE 0 END) AS marker,
    (SELECT COUNT(*) FROM messages m WHERE m.channel_id = c.id AND m.deleted_at IS NULL AND m.author_id <> g.member_id
        AND m.position > COALESCE(k.position, CASE WHEN c.stream_id = c.group_id THEN g.joined_position ELSE 0 END)) AS unread,
    g.role, gr.archived_at IS NOT NULL AS archived
    FROM channels c JOIN groups gr ON gr.id = c.group_id JOIN group_members g ON g.group_id = c.group_id
    LEFT JOIN markers k ON k.channel_id = c.id AND k.member_id = g.member_id";

/// The channels of a member's groups, announcements first, each with what the member has read.
pub async fn channels_of(rows: &impl Rows, member: MemberId, group: Option<GroupId>) -> Result<Vec<ChannelView>> {
    let found: Vec<ChannelRow> = rows
        .all(
            &format!(
                "{FRAME}{MINE} WHERE g.member_id = $1 AND ($2 IS NULL OR c.group_id = $2) AND c.kind <> 'webinar'
                 ORDER BY c.kind, c.name, c.id"
            ),
            values![member, group],
        )
        .await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// One channel with what the member has read.
pub async fn channel_view(rows: &impl Rows, member: MemberId, channel: ChannelId) -> Result<Option<ChannelView>> {
    let row: Option<ChannelRow> =
        rows.first(&format!("{FRAME}{MINE} WHERE g.member_id = $1 AND c.id = $2"), values![member, channel]).await?;
    Ok(row.map(Into::into))
}
