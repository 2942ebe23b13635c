//! A group as it is shown.

use sea_orm::FromQueryResult;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::GroupRole;
use crate::platform::clock::Millis;
use crate::platform::ids::{BrandId, GroupId};

/// What is the same for everybody who sees the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupFrame {
    pub id: GroupId,
    pub brand_id: BrandId,
    pub name: String,
    pub description: String,
    pub created_at: Millis,
    pub archived: bool,
    pub member_count: i64,
    pub version: i64,
}

/// A group with one's own place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupView {
    #[serde(flatten)]
    pub frame: GroupFrame,
    pub my_role: Option<GroupRole>,
}

#[derive(Debug, FromQueryResult)]
pub(super) struct GroupRow {
    pub id: GroupId,
    pub brand_id: BrandId,
    pub name: String,
    pub description: String,
    pub created_at: Millis,
    pub archived_at: Option<Millis>,
    pub member_count: i64,
    pub version: i64,
}

impl From<GroupRow> for GroupFrame {
    fn from(row: GroupRow) -> Self {
        GroupFrame {
            id: row.id,
            brand_id: row.brand_id,
            name: row.name,
            description: row.description,
            created_at: row.created_at,
            archived: row.archived_at.is_some(),
            member_count: row.member_count,
            version: row.version,
        }
    }
}
