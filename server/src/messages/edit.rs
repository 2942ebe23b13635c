//! Changing the text of one's own message.

use super::draft::BODY_MAX;
use super::store;
use super::view::{self, MessageView};
use crate::access::{Actor, EditMessage, permit};
use crate::app::App;
use crate::platform::ids::MessageId;
use crate::platform::limits::{Key, Limit};
use crate::platform::markdown;
use crate::platform::refusal::Result;
use crate::platform::text;

pub async fn edit(app: &App, actor: &Actor, message: MessageId, body: &str) -> Result<MessageView> {
    let body = text::body("body", body, BODY_MAX)?;
    let html = markdown::html(&body);
    let tx = app.store.begin().await?;
    let permit = permit::<EditMessage>(&tx, actor, message).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    store::set_body(&permit, &body, &html).await?;
    let view = view::one(&tx, message).await?;
    tx.commit().await?;
    Ok(view)
}
