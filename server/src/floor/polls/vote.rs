//! Voting in a poll.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use super::poll::{PollKind, PollState, PollView};
use super::view;
use crate::access::{Actor, VoteInPoll, permit};
use crate::app::App;
use crate::floor::store::{self, PollRow};
use crate::platform::ids::{PollId, PollOptionId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::text;

/// The most characters of a word.
const WORD_CHARS_MAX: usize = 40;

/// What somebody chooses: options, a number of the scale, or a word, as the poll's kind wants it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoteRequest {
    /// One for `single` and `quiz`, one or more for `multiple`.
    pub options: Option<Vec<PollOptionId>>,
    /// For `scale`.
    pub value: Option<i64>,
    /// For `word`, up to 40 characters.
    pub text: Option<String>,
}

/// One thing chosen: under which key it is counted, and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub key: String,
    pub label: String,
}

impl Choice {
    fn plain(key: &impl ToString) -> Choice {
        Choice { key: key.to_string(), label: String::new() }
    }
}

/// Casts one's vote. It may be changed while the poll is open, but not where it is anonymous, as nobody knows what it was,
/// and not in a quiz, where it would be too easy.
pub async fn vote(app: &App, actor: &Actor, poll: PollId, request: &VoteRequest) -> Result<PollView> {
    let tx = app.store.begin().await?;
    let permit = permit::<VoteInPoll>(&tx, actor, poll).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    let row = store::hold_poll(&tx, poll).await?;
    if row.state != PollState::Open {
        return Err(Code::PollClosed.into());
    }
    let options = store::option_ids(&tx, poll).await?;
    let choices = chosen(&row, &options, request)?;
    if row.anonymous {
        store::count_vote(&permit, &row, &choices).await?;
    } else {
        store::keep_vote(&permit, &row, &choices).await?;
    }
    let view = view::one(&tx, permit.standing(), permit.place(), poll).await?;
    tx.commit().await?;
    Ok(view)
}

/// What is chosen, each thing once, in a fixed order.
fn chosen(poll: &PollRow, offered: &[PollOptionId], request: &VoteRequest) -> Result<Vec<Choice>> {
    match (poll.kind, request) {
        (PollKind::Single | PollKind::Quiz, VoteRequest { options: Some(options), value: None, text: None }) => {
            if options.len() != 1 {
                return Err(Refusal::field("options", "out_of_range").into());
            }
            among(offered, options)
        }
        (PollKind::Multiple, VoteRequest { options: Some(options), value: None, text: None }) => {
            if options.is_empty() {
                return Err(Refusal::field("options", "required").into());
            }
            among(offered, options)
        }
        (PollKind::Scale, VoteRequest { options: None, value: Some(value), text: None }) => {
            let fits = poll.scale().is_some_and(|(min, max)| (min..=max).contains(value));
            if fits { Ok(vec![Choice::plain(value)]) } else { Err(Refusal::field("value", "out_of_range").into()) }
        }
        (PollKind::Word, VoteRequest { options: None, value: None, text: Some(text) }) => Ok(vec![word(text)?]),
        (kind, _) => Err(Refusal::field(wanted_by(kind), "required").into()),
    }
}

/// The field that a kind of poll is answered with.
const fn wanted_by(kind: PollKind) -> &'static str {
    match kind {
        PollKind::Scale => "value",
        PollKind::Word => "text",
        PollKind::Single | PollKind::Multiple | PollKind::Quiz => "options",
    }
}

fn among(offered: &[PollOptionId], chosen: &[PollOptionId]) -> Result<Vec<Choice>> {
    if chosen.iter().any(|option| !offered.contains(option)) {
        return Err(Refusal::field("options", "unknown_option").into());
    }
    Ok(offered.iter().filter(|option| chosen.contains(option)).map(Choice::plain).collect())
}

/// Words are counted together whatever their case and composition.
fn word(text: &str) -> Result<Choice> {
    let label: String = text::name("text", text, WORD_CHARS_MAX)?.nfc().collect();
    Ok(Choice { key: label.to_lowercase(), label })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::polls::poll::Results;
    use crate::platform::ids::{BrandId, WebinarId};
    use uuid::Uuid;

    const A: PollOptionId = PollOptionId(Uuid::from_u128(1));
    const B: PollOptionId = PollOptionId(Uuid::from_u128(2));

    fn poll(kind: PollKind) -> PollRow {
        PollRow {
            id: PollId(Uuid::nil()),
            brand_id: BrandId(Uuid::nil()),
            webinar_id: WebinarId(Uuid::nil()),
            kind,
            title: String::new(),
            anonymous: false,
            state: PollState::Open,
            results: Results::Hidden,
            scale_min: (kind == PollKind::Scale).then_some(1),
            scale_max: (kind == PollKind::Scale).then_some(5),
            revision: 1,
            voters: 0,
        }
    }

    fn options(chosen: &[PollOptionId]) -> VoteRequest {
        VoteRequest { options: Some(chosen.to_vec()), ..VoteRequest::default() }
    }

    fn keys(kind: PollKind, request: &VoteRequest) -> Option<Vec<String>> {
        let choices = chosen(&poll(kind), &[A, B], request).ok()?;
        Some(choices.into_iter().map(|choice| choice.key).collect())
    }

    #[test]
    fn one_of_the_options_or_several_each_once() {
        let both = Some(vec![A.to_string(), B.to_string()]);
        assert_eq!(keys(PollKind::Single, &options(&[B])), Some(vec![B.to_string()]));
        assert_eq!(keys(PollKind::Single, &options(&[A, B])), None);
        assert_eq!(keys(PollKind::Quiz, &options(&[A, A])), None);
        assert_eq!(keys(PollKind::Multiple, &options(&[B, A, B])), both);
        assert_eq!(keys(PollKind::Multiple, &options(&[])), None);
        assert_eq!(keys(PollKind::Multiple, &options(&[PollOptionId(Uuid::nil())])), None);
    }

    #[test]
    fn a_number_within_the_scale() {
        let value = |value| VoteRequest { value: Some(value), ..VoteRequest::default() };
        assert_eq!(keys(PollKind::Scale, &value(5)), Some(vec!["5".to_owned()]));
        for wrong in [0, 6, i64::MAX] {
            assert_eq!(keys(PollKind::Scale, &value(wrong)), None);
        }
        assert_eq!(keys(PollKind::Scale, &options(&[A])), None);
    }

    #[test]
    fn words_are_counted_together_whatever_their_case_and_composition() {
        let word =
            |text: &str| keys(PollKind::Word, &VoteRequest { text: Some(text.into()), ..VoteRequest::default() });
        assert_eq!(word(" Präzise "), word("PRA\u{308}ZISE"));
        assert_eq!(word(" "), None);
        assert_eq!(word(&"x".repeat(41)), None);
    }

    #[test]
    fn two_answers_at_once_are_none() {
        let mixed = VoteRequest { value: Some(3), ..options(&[A]) };
        assert_eq!(keys(PollKind::Single, &mixed), None);
        assert_eq!(keys(PollKind::Scale, &mixed), None);
    }
}
