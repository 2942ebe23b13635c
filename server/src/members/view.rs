//! A member as the members list shows it.

use sea_orm::FromQueryResult;
use serde::Serialize;
use utoipa::ToSchema;

use super::person::avatar_colour;
use crate::access::{BrandRole, GroupRole, MemberState};
use crate::platform::clock::Millis;
use crate::platform::ids::MemberId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberView {
    pub id: MemberId,
    pub name: String,
    pub company: String,
    pub job_title: String,
    pub colour: u8,
    pub brand_role: BrandRole,
    /// The role in the group that was asked about.
    pub group_role: Option<GroupRole>,
    pub state: MemberState,
    pub muted_until: Option<Millis>,
    /// For admins only.
    pub email: Option<String>,
    pub joined_at: Millis,
}

/// A member with what a list needs; `email` is selected for admins only.
#[derive(Debug, Clone, FromQueryResult)]
pub struct MemberRow {
    pub id: MemberId,
    pub name: String,
    pub company: String,
    pub job_title: String,
    pub brand_role: BrandRole,
    pub group_role: Option<GroupRole>,
    pub state: MemberState,
    pub muted_until: Option<Millis>,
    pub email: Option<String>,
    pub joined_at: Millis,
}

impl From<MemberRow> for MemberView {
    fn from(row: MemberRow) -> Self {
        MemberView {
            id: row.id,
            name: row.name,
            company: row.company,
            job_title: row.job_title,
            colour: avatar_colour(row.id),
            brand_role: row.brand_role,
            group_role: row.group_role,
            state: row.state,
            muted_until: row.muted_until,
            email: row.email,
            joined_at: row.joined_at,
        }
    }
}
