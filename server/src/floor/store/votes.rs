//! The table `question_votes`: one row of a person for a question, by its key.

use std::collections::HashSet;

use sea_orm::{FromQueryResult, Value};

use super::questions::webinar_of;
use crate::access::{Permit, VoteForQuestion};
use crate::changes::{Change, announce};
use crate::platform::ids::{MemberId, QuestionId};
use crate::platform::refusal::Result;
use crate::platform::store::{Rows, placeholders};
use crate::values;

pub(in crate::floor) async fn vote(permit: &Permit<'_, VoteForQuestion>) -> Result<()> {
    let sql = "INSERT INTO question_votes (question_id, member_id, brand_id) VALUES ($1, $2, $3)
               ON CONFLICT (question_id, member_id) DO NOTHING";
    let voted = permit.tx().run(sql, values![permit.target(), permit.by(), permit.brand()]).await?;
    counted(permit, voted).await
}

pub(in crate::floor) async fn unvote(permit: &Permit<'_, VoteForQuestion>) -> Result<()> {
    let sql = "DELETE FROM question_votes WHERE question_id = $1 AND member_id = $2";
    let taken_back = permit.tx().run(sql, values![permit.target(), permit.by()]).await?;
    counted(permit, taken_back).await
}

/// Announces a vote that came or went; one that changed nothing is no news.
async fn counted(permit: &Permit<'_, VoteForQuestion>, rows: u64) -> Result<()> {
    if rows > 0 {
        let (tx, question) = (permit.tx(), permit.target());
        announce(tx, webinar_of(permit.place())?, Change::QuestionChanged(question)).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Voted {
    question_id: QuestionId,
}

/// For which of these questions a member has voted.
pub(in crate::floor) async fn voted_among(
    rows: &impl Rows,
    member: MemberId,
    ids: &[QuestionId],
) -> Result<HashSet<QuestionId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!(
        "SELECT question_id FROM question_votes WHERE member_id = $1 AND question_id IN ({})",
        placeholders(2, ids.len())
    );
    let values = std::iter::once(Value::from(member)).chain(ids.iter().map(|id| Value::from(*id))).collect();
    let found: Vec<Voted> = rows.all(&sql, values).await?;
    Ok(found.into_iter().map(|row| row.question_id).collect())
}
