//! Voting for a question.

use super::question::QuestionView;
use super::view;
use crate::access::{Actor, VoteForQuestion, permit};
use crate::app::App;
use crate::floor::store;
use crate::platform::ids::QuestionId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;

/// Votes for a question; a second time it stays as it is.
pub async fn vote(app: &App, actor: &Actor, question: QuestionId) -> Result<QuestionView> {
    let tx = app.store.begin().await?;
    let permit = permit::<VoteForQuestion>(&tx, actor, question).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    store::vote(&permit).await?;
    let view = view::one(&tx, permit.by(), question).await?;
    tx.commit().await?;
    Ok(view)
}

/// Takes the vote back.
pub async fn unvote(app: &App, actor: &Actor, question: QuestionId) -> Result<QuestionView> {
    let tx = app.store.begin().await?;
    let permit = permit::<VoteForQuestion>(&tx, actor, question).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    store::unvote(&permit).await?;
    let view = view::one(&tx, permit.by(), question).await?;
    tx.commit().await?;
    Ok(view)
}
