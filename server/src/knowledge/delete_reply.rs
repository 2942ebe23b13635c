//! Deleting a reply: by its author, or by a moderator, which goes on record.

use serde_json::json;

use super::store;
use crate::access::{Actor, DeleteReply, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::ReplyId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;

pub async fn delete_reply(app: &App, actor: &Actor, reply: ReplyId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<DeleteReply>(&tx, actor, reply).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    let before = store::blank_reply(&permit).await?;
    if permit.place().author != Some(permit.by()) {
        audit::record(&permit, Entry::ended("reply", reply.0, &json!({ "body": before }))).await?;
    }
    tx.commit().await
}
