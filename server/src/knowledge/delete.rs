//! Deleting a thread with its replies: by its author, or by a moderator, which goes on record.

use serde_json::json;

use super::store;
use crate::access::{Actor, DeleteThread, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::ThreadId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;

pub async fn delete(app: &App, actor: &Actor, thread: ThreadId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<DeleteThread>(&tx, actor, thread).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    let before = store::blank_thread(&permit).await?;
    if permit.place().author != Some(permit.by()) {
        let entry = Entry::ended("thread", thread.0, &json!({ "title": before.title, "body": before.body }));
        audit::record(&permit, entry).await?;
    }
    tx.commit().await
}
