//! From rows to what is shown: one query per table, whatever the number of rows.

use std::collections::HashMap;

use super::question::{Answer, QuestionFrame, QuestionNews, QuestionView};
use crate::floor::store::{self, QuestionRow};
use crate::members::{self, Person};
use crate::platform::ids::{MemberId, QuestionId};
use crate::platform::refusal::{Code, Failure, Result};
use crate::platform::store::Rows;

/// What everybody may learn of these questions now.
pub async fn question_news(rows: &impl Rows, ids: &[QuestionId]) -> Result<HashMap<QuestionId, QuestionNews>> {
    let found = store::questions_by_ids(rows, ids).await?;
    let persons = persons_of(rows, &found).await?;
    let news = |row: QuestionRow| {
        let news = match (row.deleted_at, row.state.is_held()) {
            (Some(_), _) => QuestionNews::Deleted,
            (None, true) => QuestionNews::Held,
            (None, false) => return Ok((row.id, QuestionNews::Shown(Box::new(frame(row, &persons)?)))),
        };
        Ok((row.id, news))
    };
    found.into_iter().map(news).collect()
}

/// One question as somebody sees it who may.
pub async fn one(rows: &impl Rows, member: MemberId, question: QuestionId) -> Result<QuestionView> {
    let found = store::questions_by_ids(rows, &[question]).await?;
    personal(rows, member, found).await?.pop().ok_or_else(|| Code::NotFound.into())
}

/// Questions as one member sees them.
pub(super) async fn personal(rows: &impl Rows, member: MemberId, found: Vec<QuestionRow>) -> Result<Vec<QuestionView>> {
    let ids: Vec<QuestionId> = found.iter().map(|row| row.id).collect();
    let voted = store::voted_among(rows, member, &ids).await?;
    let persons = persons_of(rows, &found).await?;
    let view = |row: QuestionRow| {
        let (my_vote, mine) = (voted.contains(&row.id), row.author_id == member);
        Ok(QuestionView { frame: frame(row, &persons)?, my_vote, mine })
    };
    found.into_iter().map(view).collect()
}

async fn persons_of(rows: &impl Rows, found: &[QuestionRow]) -> Result<HashMap<MemberId, Person>> {
    let mut ids: Vec<MemberId> =
        found.iter().flat_map(|row| row.answered_by.into_iter().chain([row.author_id])).collect();
    ids.sort_unstable();
    ids.dedup();
    members::persons(rows, &ids).await
}

fn frame(row: QuestionRow, persons: &HashMap<MemberId, Person>) -> Result<QuestionFrame> {
    let person = |id: MemberId| {
        let person = persons.get(&id).cloned();
        person.ok_or_else(|| Failure::broken("a question without its people"))
    };
    let answer = match (row.answer, row.answered_by) {
        (Some(body), Some(by)) => Some(Answer { body, by: person(by)? }),
        _ => None,
    };
    Ok(QuestionFrame {
        id: row.id,
        webinar_id: row.webinar_id,
        body: row.body,
        author: if row.anonymous { None } else { Some(person(row.author_id)?) },
        anonymous: row.anonymous,
        state: row.state,
        answer,
        votes: row.votes,
        pinned: row.pinned,
        asked_at: row.asked_at,
        live_at: row.live_at,
        answered_at: row.answered_at,
        revision: row.revision,
    })
}
