//! A person as others see them beside what they wrote.

use sea_orm::FromQueryResult;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::MemberState;
use crate::platform::ids::MemberId;

/// The author of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    pub id: MemberId,
    pub name: String,
    pub company: String,
    pub job_title: String,
    /// Which of the eight avatar hues; derived from the id, so it never changes.
    pub colour: u8,
    /// No longer in the brand; what they wrote stays.
    pub removed: bool,
}

/// Number of avatar hues in the client's palette.
const AVATAR_COLOURS: u8 = 8;

/// One of eight hues, by the random part of the id.
pub fn avatar_colour(id: MemberId) -> u8 {
    id.0.as_bytes()[15] % AVATAR_COLOURS
}

#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct PersonRow {
    pub id: MemberId,
    pub name: String,
    pub company: String,
    pub job_title: String,
    pub state: MemberState,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Person {
            id: row.id,
            name: row.name,
            company: row.company,
            job_title: row.job_title,
            colour: avatar_colour(row.id),
            removed: row.state == MemberState::Removed,
        }
    }
}
