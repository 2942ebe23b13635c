//! From rows to what is shown: one query per table, whatever the number of polls. What is not shown yet is not even read.

use std::collections::HashMap;

use super::poll::{MyVote, PollFrame, PollKind, PollOption, PollState, PollView, PollWord, Results, Scale, ScaleValue};
use crate::access::{Place, Seen, Standing, runs};
use crate::floor::store::{self, KeptRow, OptionRow, PollRow, TallyRow};
use crate::platform::ids::{MemberId, PollId, WebinarId};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Rows;

/// The most words that are shown.
const WORDS_SHOWN_MAX: usize = 100;

/// Whether the right answers of a quiz are shown ahead of its results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Solution {
    Shown,
    WithTheResults,
}

/// Polls as everybody may learn of them now: no drafts.
pub async fn poll_frames(rows: &impl Rows, ids: &[PollId]) -> Result<HashMap<PollId, PollFrame>> {
    let mut found = store::polls_by_ids(rows, ids).await?;
    found.retain(|row| row.state != PollState::Draft);
    let frames = assemble(rows, found, Solution::WithTheResults).await?;
    Ok(frames.into_iter().map(|frame| (frame.id, frame)).collect())
}

/// One poll as somebody sees it who may.
pub async fn one(rows: &impl Rows, standing: &Standing, place: &Place, poll: PollId) -> Result<PollView> {
    let found = store::polls_by_ids(rows, &[poll]).await?;
    let view = personal(rows, standing.member, runs(standing, place), found).await?.pop();
    view.ok_or_else(|| Code::NotFound.into())
}

/// The polls of a snapshot, drafts for those who run the webinar.
pub async fn for_snapshot(seen: &Seen<'_, WebinarId>) -> Result<Vec<PollView>> {
    let runs = runs(seen.standing(), seen.place());
    let found = store::polls_of_webinar(seen, runs).await?;
    personal(seen.reader(), seen.member(), runs, found).await
}

async fn personal(rows: &impl Rows, member: MemberId, runs: bool, found: Vec<PollRow>) -> Result<Vec<PollView>> {
    let ids: Vec<PollId> = found.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let entered = store::entered(rows, member, &ids).await?;
    let mut kept: HashMap<PollId, Vec<KeptRow>> = HashMap::new();
    for row in store::kept(rows, member, &ids).await? {
        kept.entry(row.poll_id).or_default().push(row);
    }
    let solution = if runs { Solution::Shown } else { Solution::WithTheResults };
    let frames = assemble(rows, found, solution).await?;
    Ok(frames
        .into_iter()
        .map(|frame| PollView {
            my_vote: kept.remove(&frame.id).map(|chosen| my_vote(frame.kind, chosen)),
            voted: entered.contains(&frame.id),
            frame,
        })
        .collect())
}

fn my_vote(kind: PollKind, chosen: Vec<KeptRow>) -> MyVote {
    let parsed = |row: &KeptRow| row.choice.parse().ok();
    MyVote {
        options: if kind.has_options() { chosen.iter().filter_map(parsed).collect() } else { Vec::new() },
        value: chosen.first().filter(|_| kind == PollKind::Scale).and_then(|row| row.choice.parse().ok()),
        text: chosen.into_iter().next().filter(|_| kind == PollKind::Word).map(|row| row.label),
    }
}

async fn assemble(rows: &impl Rows, found: Vec<PollRow>, solution: Solution) -> Result<Vec<PollFrame>> {
    let ids: Vec<PollId> = found.iter().map(|row| row.id).collect();
    let shown: Vec<PollId> = found.iter().filter(|row| row.results == Results::Shown).map(|row| row.id).collect();
    let mut options: HashMap<PollId, Vec<OptionRow>> = HashMap::new();
    for row in store::options(rows, &ids).await? {
        options.entry(row.poll_id).or_default().push(row);
    }
    let mut tallies: HashMap<PollId, Vec<TallyRow>> = HashMap::new();
    for row in store::tallies(rows, &shown).await? {
        tallies.entry(row.poll_id).or_default().push(row);
    }
    let frame = |row: PollRow| {
        let tally = (row.results == Results::Shown).then(|| tallies.remove(&row.id).unwrap_or_default());
        frame(&row, options.remove(&row.id).unwrap_or_default(), tally.as_deref(), solution)
    };
    Ok(found.into_iter().map(frame).collect())
}

/// A poll with its results, where `tally` has them.
fn frame(row: &PollRow, options: Vec<OptionRow>, tally: Option<&[TallyRow]>, solution: Solution) -> PollFrame {
    let votes_for = |key: &str| {
        let counted = |tally: &[TallyRow]| tally.iter().find(|one| one.choice == key).map_or(0, |one| one.votes);
        tally.map(counted)
    };
    let solved = tally.is_some() || solution == Solution::Shown;
    let option = |option: OptionRow| PollOption {
        votes: votes_for(&option.id.to_string()),
        correct: option.correct.filter(|_| solved),
        id: option.id,
        text: option.text,
    };
    PollFrame {
        id: row.id,
        webinar_id: row.webinar_id,
        kind: row.kind,
        options: options.into_iter().map(option).collect(),
        scale: row.scale().map(|(min, max)| Scale { min, max, values: tally.map(values) }),
        words: tally.filter(|_| row.kind == PollKind::Word).map(words),
        title: row.title.clone(),
        anonymous: row.anonymous,
        state: row.state,
        results: row.results,
        voters: row.voters,
        revision: row.revision,
    }
}

/// By number.
fn values(tally: &[TallyRow]) -> Vec<ScaleValue> {
    let value = |row: &TallyRow| Some(ScaleValue { value: row.choice.parse().ok()?, votes: row.votes });
    let mut values: Vec<ScaleValue> = tally.iter().filter_map(value).collect();
    values.sort_unstable_by_key(|value| value.value);
    values
}

/// Most frequent first, as they come.
fn words(tally: &[TallyRow]) -> Vec<PollWord> {
    let word = |row: &TallyRow| PollWord { text: row.label.clone(), votes: row.votes };
    tally.iter().take(WORDS_SHOWN_MAX).map(word).collect()
}
