//! Curating a question: letting it through, taking it up, pinning, answering, dismissing.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::question::{QuestionState, QuestionView};
use super::view;
use crate::access::{Actor, CurateQuestion, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::floor::store::{self, Curation};
use crate::platform::ids::QuestionId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Refusal, Result};
use crate::platform::text;

/// The most characters of an answer.
const ANSWER_CHARS_MAX: usize = 5_000;

/// What is to be different; the rest stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionChange {
    /// Another question that is live is open again.
    pub state: Option<WantedQuestionState>,
    /// Another question that is pinned no longer is.
    pub pinned: Option<bool>,
    /// In writing, plain text of up to 5,000 characters; without a state it makes the question answered.
    pub answer: Option<String>,
}

/// Nothing goes back to waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedQuestionState {
    Open,
    Live,
    Answered,
    Dismissed,
}

impl From<WantedQuestionState> for QuestionState {
    fn from(wanted: WantedQuestionState) -> Self {
        match wanted {
            WantedQuestionState::Open => QuestionState::Open,
            WantedQuestionState::Live => QuestionState::Live,
            WantedQuestionState::Answered => QuestionState::Answered,
            WantedQuestionState::Dismissed => QuestionState::Dismissed,
        }
    }
}

impl Curation {
    fn parse(change: &QuestionChange) -> Result<Curation> {
        let answer = change.answer.as_deref().map(|text| text::body("answer", text, ANSWER_CHARS_MAX)).transpose()?;
        if answer.is_some() && change.state.is_some_and(|state| state != WantedQuestionState::Answered) {
            return Err(Refusal::field("state", "has_answer").into());
        }
        let answered = answer.is_some().then_some(QuestionState::Answered);
        Ok(Curation { state: change.state.map(Into::into).or(answered), pinned: change.pinned, answer })
    }
}

/// Curates a question; to dismiss what somebody else asked goes on record.
pub async fn curate(app: &App, actor: &Actor, question: QuestionId, change: &QuestionChange) -> Result<QuestionView> {
    let wanted = Curation::parse(change)?;
    let tx = app.store.begin().await?;
    let permit = permit::<CurateQuestion>(&tx, actor, question).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    if wanted.state.is_none() && wanted.pinned.is_none() {
        return view::one(&tx, permit.by(), question).await;
    }
    let before = store::curate(&permit, &wanted).await?;
    let dismissed = wanted.state == Some(QuestionState::Dismissed) && before.state != QuestionState::Dismissed;
    if dismissed && permit.place().author != Some(permit.by()) {
        // What was asked is on record, who asked is not: they may have asked without a name.
        let was = json!({ "state": before.state, "body": before.body });
        audit::record(&permit, Entry::changed("question", question.0, &was, &json!({ "state": "dismissed" }))).await?;
    }
    let view = view::one(&tx, permit.by(), question).await?;
    tx.commit().await?;
    Ok(view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_makes_a_question_answered_and_nothing_else() {
        let change = |state| QuestionChange { answer: Some("Ja.".into()), state, pinned: None };
        assert_eq!(Curation::parse(&change(None)).unwrap().state, Some(QuestionState::Answered));
        assert!(Curation::parse(&change(Some(WantedQuestionState::Answered))).is_ok());
        assert!(Curation::parse(&change(Some(WantedQuestionState::Dismissed))).is_err());
        assert!(Curation::parse(&QuestionChange { answer: Some("  ".into()), ..QuestionChange::default() }).is_err());
    }
}
