//! The tables `poll_voters`, `poll_choices` and `poll_tallies`.
//!
//! Who has voted stands in `poll_voters`, and its key lets nobody vote twice. What a person chose stands in `poll_choices`
//! where the poll is not anonymous. Where it is, nothing stands there: each choice is counted in `poll_tallies`, which
//! knows no person, no time and no order. That is the one place where something is counted along rather than derived, as
//! there is nothing left to derive it from. All tallies of a poll are written anew with each vote, in the order of their
//! keys: what a database notes of its own about a row, which transaction wrote it and which row came first, is then the
//! same for all of them and ties no voter to a choice. (What it keeps for a while of rows that are gone is beyond us.)

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{FromQueryResult, Value};

use super::polls::PollRow;
use crate::access::{Permit, VoteInPoll};
use crate::changes::{Change, announce};
use crate::floor::polls::{Choice, PollKind};
use crate::platform::ids::{MemberId, PollId};
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::{Rows, Tx, placeholders};
use crate::values;

/// The most different words that a poll counts.
const WORDS_MAX: usize = 300;

/// Notes that somebody votes; false when they have voted before.
async fn enter(permit: &Permit<'_, VoteInPoll>) -> Result<bool> {
    let sql = "INSERT INTO poll_voters (poll_id, member_id, brand_id) VALUES ($1, $2, $3)
               ON CONFLICT (poll_id, member_id) DO NOTHING";
    Ok(permit.tx().run(sql, values![permit.target(), permit.by(), permit.brand()]).await? == 1)
}

/// Counts a vote without keeping whose it is. A second one is refused: nobody knows what the first was.
pub(in crate::floor) async fn count_vote(
    permit: &Permit<'_, VoteInPoll>,
    poll: &PollRow,
    choices: &[Choice],
) -> Result<()> {
    let tx = permit.tx();
    if !enter(permit).await? {
        return Err(Code::AlreadyVoted.into());
    }
    let mut counted: BTreeMap<String, (String, i64)> =
        tallies(tx, &[poll.id]).await?.into_iter().map(|row| (row.choice, (row.label, row.votes))).collect();
    for choice in choices {
        counted.entry(choice.key.clone()).or_insert_with(|| (choice.label.clone(), 0)).1 += 1;
    }
    must_be_few(counted.len())?;
    write_tallies(tx, poll, counted).await?;
    announce(tx, poll.webinar_id, Change::PollChanged(poll.id)).await?;
    Ok(())
}

/// Writes all tallies of a poll anew.
async fn write_tallies(tx: &Tx, poll: &PollRow, counted: BTreeMap<String, (String, i64)>) -> Result<()> {
    tx.run("DELETE FROM poll_tallies WHERE poll_id = $1", values![poll.id]).await?;
    let rows: Vec<String> = (0..counted.len()).map(|n| format!("({})", placeholders(n * 5 + 1, 5))).collect();
    let sql = format!("INSERT INTO poll_tallies (poll_id, choice, label, brand_id, votes) VALUES {}", rows.join(", "));
    let values =
        counted.into_iter().flat_map(|(choice, (label, votes))| values![poll.id, choice, label, poll.brand_id, votes]);
    tx.run(&sql, values.collect()).await?;
    Ok(())
}

/// Keeps what somebody chose, in place of what they chose before; in a quiz the first choice stays.
pub(in crate::floor) async fn keep_vote(
    permit: &Permit<'_, VoteInPoll>,
    poll: &PollRow,
    choices: &[Choice],
) -> Result<()> {
    let (tx, member) = (permit.tx(), permit.by());
    if !enter(permit).await? {
        let before = kept(tx, member, &[poll.id]).await?;
        let before: BTreeSet<&str> = before.iter().map(|row| row.choice.as_str()).collect();
        if before == choices.iter().map(|choice| choice.key.as_str()).collect() {
            return Ok(());
        }
        if poll.kind == PollKind::Quiz {
            return Err(Code::AlreadyVoted.into());
        }
        tx.run("DELETE FROM poll_choices WHERE poll_id = $1 AND member_id = $2", values![poll.id, member]).await?;
    }
    for choice in choices {
        tx.run(
            "INSERT INTO poll_choices (poll_id, member_id, choice, label, brand_id) VALUES ($1, $2, $3, $4, $5)",
            values![poll.id, member, choice.key.as_str(), choice.label.as_str(), poll.brand_id],
        )
        .await?;
    }
    must_be_few(tallies(tx, &[poll.id]).await?.len())?;
    announce(tx, poll.webinar_id, Change::PollChanged(poll.id)).await?;
    Ok(())
}

/// Bounds the words of a poll; what can be chosen otherwise is bounded by what is offered.
fn must_be_few(choices: usize) -> Result<(), Refusal> {
    if choices > WORDS_MAX { Err(Refusal::field("text", "too_many")) } else { Ok(()) }
}

/// How often something was chosen.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::floor) struct TallyRow {
    pub poll_id: PollId,
    pub choice: String,
    pub label: String,
    pub votes: i64,
}

/// How the votes of these polls fell, most frequent first.
pub(in crate::floor) async fn tallies(rows: &impl Rows, polls: &[PollId]) -> Result<Vec<TallyRow>> {
    if polls.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT poll_id, choice, MIN(label) AS label, COUNT(*) AS votes FROM poll_choices WHERE poll_id IN ({0})
         GROUP BY poll_id, choice
         UNION ALL SELECT poll_id, choice, label, votes FROM poll_tallies WHERE poll_id IN ({0})
         ORDER BY votes DESC, choice",
        placeholders(1, polls.len())
    );
    rows.all(&sql, polls.iter().map(|id| Value::from(*id)).collect()).await
}

/// What somebody chose.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::floor) struct KeptRow {
    pub poll_id: PollId,
    pub choice: String,
    pub label: String,
}

/// What a member chose in these polls; nothing in those that are anonymous.
pub(in crate::floor) async fn kept(rows: &impl Rows, member: MemberId, polls: &[PollId]) -> Result<Vec<KeptRow>> {
    let sql = format!(
        "SELECT poll_id, choice, label FROM poll_choices WHERE member_id = $1 AND poll_id IN ({}) ORDER BY poll_id, choice",
        placeholders(2, polls.len())
    );
    rows.all(&sql, of_member(member, polls)).await
}

#[derive(FromQueryResult)]
struct Entered {
    poll_id: PollId,
}

/// In which of these polls a member has voted.
pub(in crate::floor) async fn entered(rows: &impl Rows, member: MemberId, polls: &[PollId]) -> Result<Vec<PollId>> {
    let sql = format!(
        "SELECT poll_id FROM poll_voters WHERE member_id = $1 AND poll_id IN ({})",
        placeholders(2, polls.len())
    );
    let found: Vec<Entered> = rows.all(&sql, of_member(member, polls)).await?;
    Ok(found.into_iter().map(|row| row.poll_id).collect())
}

fn of_member(member: MemberId, polls: &[PollId]) -> Vec<Value> {
    std::iter::once(Value::from(member)).chain(polls.iter().map(|id| Value::from(*id))).collect()
}
