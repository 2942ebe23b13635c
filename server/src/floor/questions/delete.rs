//! Deleting a question: by its author, or by those who run the webinar, which goes on record.

use serde_json::json;

use crate::access::{Actor, DeleteQuestion, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::floor::store;
use crate::platform::ids::QuestionId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;

pub async fn delete(app: &App, actor: &Actor, question: QuestionId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<DeleteQuestion>(&tx, actor, question).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    let before = store::blank_question(&permit).await?;
    if permit.place().author != Some(permit.by()) {
        audit::record(&permit, Entry::ended("question", question.0, &json!({ "body": before.body }))).await?;
    }
    tx.commit().await
}
