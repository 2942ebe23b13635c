//! The tables `polls` and `poll_options`.

use sea_orm::{FromQueryResult, Value};

use super::floors::hold_floor;
use crate::access::{CreatePoll, Permit, RunPoll, Seen};
use crate::changes::{Change, announce};
use crate::floor::polls::{PollDraft, PollKind, PollState, Results};
use crate::platform::ids::{BrandId, PollId, PollOptionId, WebinarId};
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// The most polls of a webinar: a snapshot holds them all.
const POLLS_MAX: i64 = 50;

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

/// Inserts a poll with its options. A draft has no audience, so nothing is announced.
pub(in crate::floor) async fn insert_poll(
    permit: &Permit<'_, CreatePoll>,
    id: PollId,
    draft: &PollDraft,
    option_ids: &[PollOptionId],
) -> Result<()> {
    let (tx, webinar) = (permit.tx(), permit.target());
    // The floor's row is the lock, so that the count is exact.
    hold_floor(permit).await?;
    let found: Option<Count> =
        tx.first("SELECT COUNT(*) AS n FROM polls WHERE webinar_id = $1", values![webinar]).await?;
    if found.is_some_and(|found| found.n >= POLLS_MAX) {
        return Err(Refusal::field("title", "too_many").into());
    }
    tx.run(
        "INSERT INTO polls (id, brand_id, group_id, webinar_id, kind, title, anonymous, state, results, scale_min, scale_max,
                            revision, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12)",
        values![
            id,
            permit.brand(),
            permit.group()?,
            webinar,
            draft.kind,
            draft.title.as_str(),
            draft.anonymous,
            PollState::Draft,
            draft.results,
            draft.scale.map(|(min, _)| min),
            draft.scale.map(|(_, max)| max),
            tx.now()
        ],
    )
    .await?;
    for (place, (option, (text, correct))) in option_ids.iter().zip(&draft.options).enumerate() {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        tx.run(
            "INSERT INTO poll_options (id, brand_id, poll_id, place, text, correct) VALUES ($1, $2, $3, $4, $5, $6)",
            values![*option, permit.brand(), id, place, text.as_str(), *correct],
        )
        .await?;
    }
    Ok(())
}

/// A poll as the table has it.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::floor) struct PollRow {
    pub id: PollId,
    pub brand_id: BrandId,
    pub webinar_id: WebinarId,
    pub kind: PollKind,
    pub title: String,
    pub anonymous: bool,
    pub state: PollState,
    pub results: Results,
    pub scale_min: Option<i64>,
    pub scale_max: Option<i64>,
    pub revision: i64,
    pub voters: i64,
}

impl PollRow {
    pub fn scale(&self) -> Option<(i64, i64)> {
        self.scale_min.zip(self.scale_max)
    }
}

const POLL: &str =
    "SELECT p.id, p.brand_id, p.webinar_id, p.kind, p.title, p.anonymous, p.state, p.results, p.scale_min,
    p.scale_max, p.revision, (SELECT COUNT(*) FROM poll_voters v WHERE v.poll_id = p.id) AS voters FROM polls p";

pub(in crate::floor) async fn polls_by_ids(rows: &impl Rows, ids: &[PollId]) -> Result<Vec<PollRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{POLL} WHERE p.id IN ({})", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}

/// The polls of a webinar in the order of their making; drafts for those who run it.
pub(in crate::floor) async fn polls_of_webinar(seen: &Seen<'_, WebinarId>, runs: bool) -> Result<Vec<PollRow>> {
    let sql = format!("{POLL} WHERE p.webinar_id = $1 AND ($2 OR p.state <> 'draft') ORDER BY p.id LIMIT $3");
    seen.reader().all(&sql, values![seen.target(), runs, POLLS_MAX]).await
}

/// Takes hold of a poll's row until the commit: a vote and the closing of its poll come one after the other.
pub(in crate::floor) async fn hold_poll(tx: &Tx, poll: PollId) -> Result<PollRow> {
    tx.run("UPDATE polls SET revision = revision WHERE id = $1", values![poll]).await?;
    polls_by_ids(tx, &[poll]).await?.pop().ok_or_else(|| Code::NotFound.into())
}

/// Sets whether votes are taken and results are shown. A poll that is no draft any more is told.
pub(in crate::floor) async fn set_poll(
    permit: &Permit<'_, RunPoll>,
    before: &PollRow,
    state: PollState,
    results: Results,
) -> Result<()> {
    let (tx, poll) = (permit.tx(), permit.target());
    tx.run(
        "UPDATE polls SET state = $2, results = $3, revision = revision + 1 WHERE id = $1",
        values![poll, state, results],
    )
    .await?;
    if state != PollState::Draft {
        announce(tx, before.webinar_id, Change::PollChanged(poll)).await?;
    }
    Ok(())
}

pub(in crate::floor) async fn delete_draft(permit: &Permit<'_, RunPoll>) -> Result<()> {
    let (tx, poll) = (permit.tx(), permit.target());
    tx.run("DELETE FROM poll_options WHERE poll_id = $1", values![poll]).await?;
    tx.run("DELETE FROM polls WHERE id = $1", values![poll]).await?;
    Ok(())
}

/// An option as the table has it.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::floor) struct OptionRow {
    pub id: PollOptionId,
    pub poll_id: PollId,
    pub text: String,
    pub correct: Option<bool>,
}

/// The options of polls, each poll's in their order.
pub(in crate::floor) async fn options(rows: &impl Rows, polls: &[PollId]) -> Result<Vec<OptionRow>> {
    if polls.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT id, poll_id, text, correct FROM poll_options WHERE poll_id IN ({}) ORDER BY poll_id, place",
        placeholders(1, polls.len())
    );
    rows.all(&sql, polls.iter().map(|id| Value::from(*id)).collect()).await
}

pub(in crate::floor) async fn option_ids(rows: &impl Rows, poll: PollId) -> Result<Vec<PollOptionId>> {
    Ok(options(rows, &[poll]).await?.into_iter().map(|row| row.id).collect())
}
