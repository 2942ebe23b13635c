//! Deleting a message: by its author, or by a moderator, which goes on record.

use serde_json::json;

use super::store;
use crate::access::{Actor, DeleteMessage, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::MessageId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;

pub async fn delete(app: &App, actor: &Actor, message: MessageId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<DeleteMessage>(&tx, actor, message).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    let before = store::blank(&permit).await?;
    if permit.place().author != Some(permit.by()) {
        audit::record(&permit, Entry::ended("message", message.0, &json!({ "body": before }))).await?;
    }
    tx.commit().await
}
