//! A group's state and position, from one read.

use serde::Serialize;
use utoipa::ToSchema;

use super::channel::ChannelView;
use super::group::GroupView;
use super::store;
use crate::access::{Scope, Seen};
use crate::changes::{Position, stream_position};
use crate::platform::ids::GroupId;
use crate::platform::refusal::{Code, Result};

/// A group as of a position in its stream: this and the changes behind it make the present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupSnapshot {
    pub group: GroupView,
    pub position: Position,
    pub channels: Vec<ChannelView>,
}

/// One group.
pub async fn snapshot(seen: &Seen<'_, GroupId>) -> Result<GroupSnapshot> {
    let group = seen.target();
    let frame = store::group_frames(seen.reader(), &[group]).await?.pop().ok_or(Code::NotFound)?;
    Ok(GroupSnapshot {
        group: GroupView { frame, my_role: seen.standing().group_role },
        position: stream_position(seen.reader(), group).await?,
        channels: store::channels_of(seen.reader(), seen.member(), Some(group)).await?,
    })
}

/// All groups of a scope.
pub async fn snapshots(scope: &Scope<'_>) -> Result<Vec<GroupSnapshot>> {
    let ids: Vec<GroupId> = scope.groups().iter().map(|(id, _)| *id).collect();
    let mut channels = store::channels_of(scope.reader(), scope.member(), None).await?;
    let mut snapshots = Vec::new();
    for frame in store::group_frames(scope.reader(), &ids).await? {
        let group = frame.id;
        let (own, rest) = channels.into_iter().partition(|channel: &ChannelView| channel.frame.group_id == group);
        channels = rest;
        snapshots.push(GroupSnapshot {
            position: stream_position(scope.reader(), group).await?,
            group: GroupView { my_role: scope.role_in(group), frame },
            channels: own,
        });
    }
    Ok(snapshots)
}
