//! Choosing the answer to a question, or taking the choice back: by the asker or a moderator.

use serde_json::json;

use super::thread::ThreadView;
use super::{store, view};
use crate::access::{AcceptReply, Actor, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::{ReplyId, ThreadId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;

/// Makes a reply the accepted answer, or none. One question has one answer: a new choice replaces the old.
pub async fn accept(app: &App, actor: &Actor, thread: ThreadId, reply: Option<ReplyId>) -> Result<ThreadView> {
    let tx = app.store.begin().await?;
    let permit = permit::<AcceptReply>(&tx, actor, thread).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    let before = store::set_accepted(&permit, reply).await?;
    if before != reply && permit.place().author != Some(permit.by()) {
        let entry = Entry::changed(
            "thread",
            thread.0,
            &json!({ "accepted_reply_id": before }),
            &json!({ "accepted_reply_id": reply }),
        );
        audit::record(&permit, entry).await?;
    }
    tx.commit().await?;
    view::thread(app, actor, thread).await
}
