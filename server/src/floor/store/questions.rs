//! The table `questions`.

use sea_orm::{FromQueryResult, Value};

use crate::access::{AskQuestion, CurateQuestion, DeleteQuestion, Permit, Place, Seen};
use crate::changes::{Change, Position, announce};
use crate::floor::questions::{QuestionDraft, QuestionKey, QuestionState};
use crate::platform::clock::Millis;
use crate::platform::ids::{MemberId, QuestionId, WebinarId};
use crate::platform::refusal::{Code, Failure, Refusal, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// The most questions of one person in one webinar.
const QUESTIONS_OF_MEMBER_MAX: i64 = 30;
/// The most questions that a snapshot holds; the list has them all.
const SNAPSHOT_MAX: i64 = 100;

/// The question under a client key.
#[derive(FromQueryResult)]
pub(in crate::floor) struct FirstQuestion {
    pub id: QuestionId,
    pub request_hash: Vec<u8>,
}

pub(in crate::floor) async fn question_by_client_key(
    rows: &impl Rows,
    author: MemberId,
    key: &str,
) -> Result<Option<FirstQuestion>> {
    rows.first("SELECT id, request_hash FROM questions WHERE author_id = $1 AND client_key = $2", values![author, key])
        .await
}

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

/// Inserts a question at the position that tells of it; false when its client key is taken, and then nothing here may be
/// committed. The stream's counter is held from there on, so the count is exact.
pub(in crate::floor) async fn insert_question(
    permit: &Permit<'_, AskQuestion>,
    id: QuestionId,
    draft: &QuestionDraft,
    state: QuestionState,
) -> Result<bool> {
    let (tx, webinar) = (permit.tx(), permit.target());
    let position = announce(tx, webinar, Change::QuestionChanged(id)).await?;
    let sql = "SELECT COUNT(*) AS n FROM questions WHERE webinar_id = $1 AND author_id = $2 AND deleted_at IS NULL";
    let asked: Option<Count> = tx.first(sql, values![webinar, permit.by()]).await?;
    if asked.is_some_and(|asked| asked.n >= QUESTIONS_OF_MEMBER_MAX) {
        return Err(Refusal::field("body", "too_many").into());
    }
    let inserted = tx
        .run(
            "INSERT INTO questions (id, brand_id, group_id, webinar_id, position, author_id, client_key, request_hash, body,
                                    anonymous, state, pinned, revision, asked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13)
             ON CONFLICT (author_id, client_key) DO NOTHING",
            values![
                id,
                permit.brand(),
                permit.group()?,
                webinar,
                position,
                permit.by(),
                draft.client_key.as_str(),
                draft.request_hash.clone(),
                draft.body.as_str(),
                draft.anonymous,
                state,
                false,
                tx.now()
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// The webinar that a question belongs to.
pub(super) fn webinar_of(place: &Place) -> Result<WebinarId> {
    place.webinar.ok_or_else(|| Failure::broken("a question outside any webinar"))
}

/// What is to be different about a question.
#[derive(Debug)]
pub(in crate::floor) struct Curation {
    pub state: Option<QuestionState>,
    pub pinned: Option<bool>,
    pub answer: Option<String>,
}

/// Takes hold of a question's row until the commit and counts its revision up.
async fn hold(tx: &Tx, question: QuestionId) -> Result<QuestionRow> {
    tx.run("UPDATE questions SET revision = revision + 1 WHERE id = $1", values![question]).await?;
    questions_by_ids(tx, &[question]).await?.pop().ok_or_else(|| Code::NotFound.into())
}

/// Curates a question and returns how it stood before. There is one live and one pinned question, so another that is live
/// is open again, and another that is pinned no longer so.
pub(in crate::floor) async fn curate(permit: &Permit<'_, CurateQuestion>, wanted: &Curation) -> Result<QuestionRow> {
    let (tx, question) = (permit.tx(), permit.target());
    let webinar = webinar_of(permit.place())?;
    // The stream's counter is the lock: of two who pin at once the second sees the first.
    announce(tx, webinar, Change::QuestionChanged(question)).await?;
    let before = hold(tx, question).await?;
    if before.deleted_at.is_some() {
        return Err(Code::NotFound.into());
    }
    let state = wanted.state.unwrap_or(before.state);
    let pinned = wanted.pinned.unwrap_or(before.pinned && !state.is_held());
    if pinned && state.is_held() {
        return Err(Refusal::field("pinned", "not_shown").into());
    }
    if pinned {
        step_back(permit, webinar, "pinned", "pinned = NOT pinned").await?;
    }
    if state == QuestionState::Live {
        step_back(permit, webinar, "state = 'live'", "state = 'open'").await?;
    }
    let live_at = if state == QuestionState::Live && before.state != state { Some(tx.now()) } else { before.live_at };
    let settled_at = if state == QuestionState::Answered { before.answered_at.or(Some(tx.now())) } else { None };
    let answer = wanted.answer.clone().or_else(|| before.answer.clone());
    let answered_by = if wanted.answer.is_some() { Some(permit.by()) } else { before.answered_by };
    tx.run(
        "UPDATE questions SET state = $2, pinned = $3, live_at = $4, answered_at = $5, answer = $6, answered_by = $7
         WHERE id = $1",
        values![question, state, pinned, live_at, settled_at, answer, answered_by],
    )
    .await?;
    Ok(before)
}

#[derive(FromQueryResult)]
struct Other {
    id: QuestionId,
}

/// Has the other question of a webinar make room for this one.
async fn step_back(permit: &Permit<'_, CurateQuestion>, webinar: WebinarId, which: &str, change: &str) -> Result<()> {
    let tx = permit.tx();
    let sql = format!(
        "UPDATE questions SET {change}, revision = revision + 1 WHERE webinar_id = $1 AND id <> $2 AND {which} RETURNING id"
    );
    let others: Vec<Other> = tx.all(&sql, values![webinar, permit.target()]).await?;
    for other in others {
        announce(tx, webinar, Change::QuestionChanged(other.id)).await?;
    }
    Ok(())
}

/// Takes the text out of a question, and its votes. Returns what stood there.
pub(in crate::floor) async fn blank_question(permit: &Permit<'_, DeleteQuestion>) -> Result<QuestionRow> {
    let (tx, question) = (permit.tx(), permit.target());
    announce(tx, webinar_of(permit.place())?, Change::QuestionChanged(question)).await?;
    let before = hold(tx, question).await?;
    if before.deleted_at.is_some() {
        return Err(Code::NotFound.into());
    }
    tx.run(
        "UPDATE questions SET body = '', answer = NULL, state = $2, pinned = $3, deleted_at = $4 WHERE id = $1",
        values![question, QuestionState::Dismissed, false, tx.now()],
    )
    .await?;
    tx.run("DELETE FROM question_votes WHERE question_id = $1", values![question]).await?;
    Ok(before)
}

/// A question as the table has it.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::floor) struct QuestionRow {
    pub id: QuestionId,
    pub webinar_id: WebinarId,
    pub position: Position,
    pub author_id: MemberId,
    pub body: String,
    pub anonymous: bool,
    pub state: QuestionState,
    pub pinned: bool,
    pub answer: Option<String>,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Millis>,
    pub live_at: Option<Millis>,
    pub revision: i64,
    pub asked_at: Millis,
    pub deleted_at: Option<Millis>,
    pub votes: i64,
}

const QUESTION: &str =
    "SELECT q.id, q.webinar_id, q.position, q.author_id, q.body, q.anonymous, q.state, q.pinned, q.answer, q.answered_by,
    q.answered_at, q.live_at, q.revision, q.asked_at, q.deleted_at,
    (SELECT COUNT(*) FROM question_votes v WHERE v.question_id = q.id) AS votes FROM questions q";
/// With `$2` whether somebody runs the webinar, and `$3` who it is.
const VISIBLE: &str = "q.webinar_id = $1 AND q.deleted_at IS NULL AND ($2 OR q.author_id = $3 OR q.state NOT IN ('waiting', 'dismissed'))";

pub(in crate::floor) async fn questions_by_ids(rows: &impl Rows, ids: &[QuestionId]) -> Result<Vec<QuestionRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{QUESTION} WHERE q.id IN ({})", placeholders(1, ids.len()));
    rows.all(&sql, ids.iter().map(|id| Value::from(*id)).collect()).await
}

/// In which order questions are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::floor) enum Sort {
    /// Most votes first, then first asked first.
    Votes,
    /// Last asked first.
    Time,
}

/// Which questions of a webinar.
pub(in crate::floor) struct QuestionFilter {
    pub sort: Sort,
    pub state: Option<QuestionState>,
    pub behind: Option<QuestionKey>,
    /// Whether the reader runs the webinar.
    pub runs: bool,
}

/// Up to `limit` questions that the reader may see.
pub(in crate::floor) async fn questions_of_webinar(
    seen: &Seen<'_, WebinarId>,
    filter: &QuestionFilter,
    limit: u64,
) -> Result<Vec<QuestionRow>> {
    let (behind, order) = match filter.sort {
        Sort::Votes => ("x.votes < $5 OR (x.votes = $5 AND x.position > $6)", "x.votes DESC, x.position"),
        Sort::Time => ("x.position < $6", "x.position DESC"),
    };
    let sql = format!(
        "SELECT * FROM ({QUESTION} WHERE {VISIBLE} AND ($4 IS NULL OR q.state = $4)) x
         WHERE ($5 IS NULL OR {behind}) ORDER BY {order} LIMIT $7"
    );
    let values = values![
        seen.target(),
        filter.runs,
        seen.member(),
        filter.state,
        filter.behind.map(|key| key.votes),
        filter.behind.map(|key| key.position),
        i64::try_from(limit).unwrap_or(i64::MAX)
    ];
    seen.reader().all(&sql, values).await
}

/// The first questions that the reader may see: the pinned one, the live one, then those with most votes.
pub(in crate::floor) async fn questions_for_snapshot(
    seen: &Seen<'_, WebinarId>,
    runs: bool,
) -> Result<Vec<QuestionRow>> {
    let sql = format!(
        "SELECT * FROM ({QUESTION} WHERE {VISIBLE}) x
         ORDER BY CASE WHEN x.pinned THEN 0 WHEN x.state = 'live' THEN 1 ELSE 2 END, x.votes DESC, x.position LIMIT $4"
    );
    seen.reader().all(&sql, values![seen.target(), runs, seen.member(), SNAPSHOT_MAX]).await
}
