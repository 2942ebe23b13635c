//! Changing the text of one's own reply.

use super::draft::Body;
use super::reply::ReplyView;
use super::{store, view};
use crate::access::{Actor, EditReply, permit};
use crate::app::App;
use crate::platform::ids::ReplyId;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;

pub async fn edit_reply(app: &App, actor: &Actor, reply: ReplyId, body: &str) -> Result<ReplyView> {
    let body = Body::parse(body)?;
    let tx = app.store.begin().await?;
    let permit = permit::<EditReply>(&tx, actor, reply).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    store::set_body(&permit, &body).await?;
    let view = view::reply(&tx, reply).await?;
    tx.commit().await?;
    Ok(view)
}
