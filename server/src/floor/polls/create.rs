//! Preparing a poll.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::poll::{PollKind, PollView, Results};
use super::view;
use crate::access::{Actor, CreatePoll, permit};
use crate::app::App;
use crate::changes::client_keys::{self, Claim, ClientKey};
use crate::floor::on::must_be_on;
use crate::floor::store;
use crate::platform::ids::{PollId, PollOptionId, WebinarId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Refusal, Result};
use crate::platform::text;

const TITLE_CHARS_MAX: usize = 200;
const OPTION_CHARS_MAX: usize = 120;
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=20;
/// Numbers that a scale may run between, and the most steps from one end to the other.
const SCALE: std::ops::RangeInclusive<i64> = -100..=100;
const SCALE_STEPS_MAX: i64 = 20;

/// A poll to be prepared. Whether it is anonymous can't be changed later.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PollRequest {
    pub kind: PollKind,
    /// Up to 200 characters.
    pub title: String,
    /// 2 to 20, for `single`, `multiple` and `quiz`.
    #[serde(default)]
    pub options: Vec<OptionRequest>,
    /// For `scale`.
    pub scale: Option<ScaleRequest>,
    pub anonymous: bool,
    /// `hidden` where nothing is said.
    pub results: Option<Results>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionRequest {
    /// Up to 120 characters.
    pub text: String,
    /// Whether it is a right answer, for `quiz`; at least one is.
    pub correct: Option<bool>,
}

/// Up to 20 steps between -100 and 100.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleRequest {
    pub min: i64,
    pub max: i64,
}

/// A poll that could be prepared.
#[derive(Debug)]
pub struct PollDraft {
    pub kind: PollKind,
    pub title: String,
    pub options: Vec<(String, Option<bool>)>,
    pub scale: Option<(i64, i64)>,
    pub anonymous: bool,
    pub results: Results,
}

impl PollDraft {
    fn parse(request: &PollRequest) -> Result<PollDraft> {
        Ok(PollDraft {
            kind: request.kind,
            title: text::name("title", &request.title, TITLE_CHARS_MAX)?,
            options: options(request)?,
            scale: scale(request)?,
            anonymous: request.anonymous,
            results: request.results.unwrap_or(Results::Hidden),
        })
    }
}

fn options(request: &PollRequest) -> Result<Vec<(String, Option<bool>)>> {
    if !request.kind.has_options() {
        return if request.options.is_empty() {
            Ok(Vec::new())
        } else {
            Err(Refusal::field("options", "not_allowed").into())
        };
    }
    if !OPTIONS.contains(&request.options.len()) {
        return Err(Refusal::field("options", "out_of_range").into());
    }
    let is_quiz = request.kind == PollKind::Quiz;
    let right = request.options.iter().filter(|option| option.correct == Some(true)).count();
    if is_quiz && right == 0 {
        return Err(Refusal::field("options", "no_right_answer").into());
    }
    if !is_quiz && request.options.iter().any(|option| option.correct.is_some()) {
        return Err(Refusal::field("options", "not_allowed").into());
    }
    let mut options: Vec<(String, Option<bool>)> = Vec::new();
    for option in &request.options {
        let text = text::name("options", &option.text, OPTION_CHARS_MAX)?;
        if options.iter().any(|(other, _)| *other == text) {
            return Err(Refusal::field("options", "doubled").into());
        }
        options.push((text, is_quiz.then(|| option.correct == Some(true))));
    }
    Ok(options)
}

fn scale(request: &PollRequest) -> Result<Option<(i64, i64)>, Refusal> {
    match (request.kind, request.scale) {
        (PollKind::Scale, Some(ScaleRequest { min, max })) => {
            let fits = SCALE.contains(&min) && SCALE.contains(&max) && (1..=SCALE_STEPS_MAX).contains(&(max - min));
            if fits { Ok(Some((min, max))) } else { Err(Refusal::field("scale", "out_of_range")) }
        }
        (PollKind::Scale, None) => Err(Refusal::field("scale", "required")),
        (_, Some(_)) => Err(Refusal::field("scale", "not_allowed")),
        (_, None) => Ok(None),
    }
}

/// Prepares a poll as a draft; a repeat under the same key finds the first one. Nothing tells of it before it opens.
pub async fn create(
    app: &App,
    actor: &Actor,
    webinar: WebinarId,
    request: &PollRequest,
    key: &ClientKey,
) -> Result<PollView> {
    let draft = PollDraft::parse(request)?;
    let tx = app.store.begin().await?;
    let permit = permit::<CreatePoll>(&tx, actor, webinar).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    must_be_on(&tx, webinar).await?;
    let id = PollId(app.ids.uuid(tx.now()));
    let repeat = client_keys::claim(&tx, actor.account, key, &("poll", webinar, request), id.0).await?;
    if let Claim::Repeat(first) = repeat {
        return view::one(&tx, permit.standing(), permit.place(), PollId(first)).await;
    }
    let option_ids: Vec<PollOptionId> = draft.options.iter().map(|_| PollOptionId(app.ids.uuid(tx.now()))).collect();
    store::insert_poll(&permit, id, &draft, &option_ids).await?;
    let view = view::one(&tx, permit.standing(), permit.place(), id).await?;
    tx.commit().await?;
    Ok(view)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: PollKind, options: &[(&str, Option<bool>)], scale: Option<(i64, i64)>) -> PollRequest {
        PollRequest {
            kind,
            title: " Wie laut? ".into(),
            options: options
                .iter()
                .map(|(text, correct)| OptionRequest { text: (*text).into(), correct: *correct })
                .collect(),
            scale: scale.map(|(min, max)| ScaleRequest { min, max }),
            anonymous: false,
            results: None,
        }
    }

    fn refused(request: &PollRequest) -> bool {
        PollDraft::parse(request).is_err()
    }

    #[test]
    fn what_is_chosen_from_has_two_to_twenty_different_answers() {
        let two = [("ja", None), ("nein", None)];
        assert_eq!(PollDraft::parse(&request(PollKind::Single, &two, None)).unwrap().title, "Wie laut?");
        let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        let many: Vec<(&str, Option<bool>)> = many.iter().map(|text| (text.as_str(), None)).collect();
        for wrong in [&two[..1], &[("ja", None), (" ja ", None)], &[("ja", None), (" ", None)], &many] {
            assert!(refused(&request(PollKind::Multiple, wrong, None)), "{wrong:?}");
        }
        assert!(refused(&request(PollKind::Word, &two, None)));
        assert!(refused(&request(PollKind::Single, &two, Some((1, 5)))));
    }

    #[test]
    fn a_quiz_has_a_right_answer_and_nothing_else_has_one() {
        let quiz = [("ja", Some(true)), ("nein", None)];
        let draft = PollDraft::parse(&request(PollKind::Quiz, &quiz, None)).unwrap();
        assert_eq!(draft.options, [("ja".to_owned(), Some(true)), ("nein".to_owned(), Some(false))]);
        assert!(refused(&request(PollKind::Quiz, &[("ja", Some(false)), ("nein", None)], None)));
        assert!(refused(&request(PollKind::Single, &quiz, None)));
    }

    #[test]
    fn a_scale_has_two_ends_and_not_too_many_steps() {
        assert_eq!(PollDraft::parse(&request(PollKind::Scale, &[], Some((1, 5)))).unwrap().scale, Some((1, 5)));
        for wrong in [None, Some((5, 5)), Some((5, 1)), Some((0, 21)), Some((i64::MIN, i64::MAX)), Some((100, 101))] {
            assert!(refused(&request(PollKind::Scale, &[], wrong)), "{wrong:?}");
        }
    }
}
