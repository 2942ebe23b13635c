//! Asking a question.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::question::{QuestionState, QuestionView};
use super::view;
use crate::access::{Actor, AskQuestion, permit, runs};
use crate::app::App;
use crate::floor::modes::{AskingRules, modes_of};
use crate::floor::on::must_be_on;
use crate::floor::store;
use crate::messages::client_key;
use crate::platform::ids::{MemberId, QuestionId, WebinarId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Failure, Refusal, Result};
use crate::platform::text;

/// The most characters of a question.
const BODY_CHARS_MAX: usize = 1_000;

/// A question to be asked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionRequest {
    /// 8 to 64 of `A-Z a-z 0-9 _ -`, new for each question; a retry carries the same.
    pub client_key: String,
    /// Plain text, up to 1,000 characters.
    pub body: String,
    /// Without one's name, where the webinar allows it.
    #[serde(default)]
    pub anonymous: bool,
}

/// A question that could be asked.
#[derive(Debug)]
pub struct QuestionDraft {
    pub client_key: String,
    pub body: String,
    pub anonymous: bool,
    pub request_hash: Vec<u8>,
}

impl QuestionDraft {
    fn parse(webinar: WebinarId, request: &QuestionRequest) -> Result<QuestionDraft> {
        let client_key = client_key(&request.client_key)?;
        let body = text::body("body", &request.body, BODY_CHARS_MAX)?;
        let mut hash = Sha256::new();
        hash.update(webinar.0.as_bytes());
        hash.update([u8::from(request.anonymous)]);
        hash.update(body.as_bytes());
        Ok(QuestionDraft { client_key, body, anonymous: request.anonymous, request_hash: hash.finalize().to_vec() })
    }
}

/// Asks a question; a repeat under the same client key returns the first result.
pub async fn ask(app: &App, actor: &Actor, webinar: WebinarId, request: &QuestionRequest) -> Result<QuestionView> {
    let draft = QuestionDraft::parse(webinar, request)?;
    let tx = app.store.begin().await?;
    let permit = permit::<AskQuestion>(&tx, actor, webinar).await?;
    let author = permit.by();
    if let Some(first) = store::question_by_client_key(&tx, author, &draft.client_key).await? {
        same_request(&first.request_hash, &draft)?;
        return view::one(&tx, author, first.id).await;
    }
    app.limits.check(Limit::Ask, Key::of(&[&author]))?;
    must_be_on(&tx, webinar).await?;
    let state = first_state(modes_of(&tx, webinar).await?.asking, runs(permit.standing(), permit.place()), &draft)?;
    let id = QuestionId(app.ids.uuid(tx.now()));
    if !store::insert_question(&permit, id, &draft, state).await? {
        // A twin with the same key won between the look and the insert: roll back and answer what it got.
        drop(tx);
        return first_result(app, author, &draft).await;
    }
    let view = view::one(&tx, author, id).await?;
    tx.commit().await?;
    Ok(view)
}

/// Where a question begins. Whoever runs the webinar need not let through their own.
fn first_state(rules: AskingRules, runs: bool, draft: &QuestionDraft) -> Result<QuestionState, Refusal> {
    if draft.anonymous && !rules.anonymous {
        return Err(Refusal::field("anonymous", "not_allowed"));
    }
    Ok(if rules.moderated && !runs { QuestionState::Waiting } else { QuestionState::Open })
}

async fn first_result(app: &App, author: MemberId, draft: &QuestionDraft) -> Result<QuestionView> {
    let reader = app.store.read().await?;
    let first = store::question_by_client_key(&reader, author, &draft.client_key).await?;
    let first = first.ok_or_else(|| Failure::broken("a question was refused as a double of nothing"))?;
    same_request(&first.request_hash, draft)?;
    view::one(&reader, author, first.id).await
}

/// The first result under a key, unless it was for other content.
fn same_request(stored: &[u8], draft: &QuestionDraft) -> Result<()> {
    if stored == draft.request_hash { Ok(()) } else { Err(Code::IdempotencyConflict.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const WEBINAR: WebinarId = WebinarId(Uuid::from_u128(1));

    fn draft(anonymous: bool) -> QuestionDraft {
        let request = QuestionRequest { client_key: "key-0001".into(), body: " Wann? ".into(), anonymous };
        QuestionDraft::parse(WEBINAR, &request).unwrap()
    }

    #[test]
    fn a_name_is_left_out_only_where_that_is_allowed() {
        let (open, closed) = (AskingRules { anonymous: true, moderated: false }, AskingRules::default());
        assert_eq!(first_state(open, false, &draft(true)), Ok(QuestionState::Open));
        assert_eq!(first_state(closed, false, &draft(false)), Ok(QuestionState::Open));
        assert!(first_state(closed, true, &draft(true)).is_err(), "not even for those who run it");
    }

    #[test]
    fn where_questions_are_moderated_they_wait_but_for_those_who_run_the_webinar() {
        let moderated = AskingRules { moderated: true, anonymous: false };
        assert_eq!(first_state(moderated, false, &draft(false)), Ok(QuestionState::Waiting));
        assert_eq!(first_state(moderated, true, &draft(false)), Ok(QuestionState::Open));
    }

    #[test]
    fn with_and_without_a_name_are_two_requests() {
        assert_ne!(draft(true).request_hash, draft(false).request_hash);
    }
}
