//! Signed links: for a program that has no cookie, within a minute.
//!
//! A link names the log-in that asked for it, so it opens what that log-in may fetch when it is used, and nothing once the
//! log-in has ended.

use super::fetch::must_be_shared;
use crate::access::{Actor, LinkFile, see_for};
use crate::accounts;
use crate::app::App;
use crate::platform::handoff::FileLink;
use crate::platform::ids::FileId;
use crate::platform::refusal::{Code, Result};

/// The address under which the file can be fetched without a cookie.
pub(super) async fn issue(app: &App, actor: &Actor, file: FileId) -> Result<String> {
    let reader = app.store.read().await?;
    let seen = see_for::<LinkFile>(&reader, actor, file).await?;
    must_be_shared(&seen)?;
    let signed = app.handoffs.sign(FileLink { file, login: actor.login }, &app.ids.secret(), reader.now())?;
    Ok(app.link(&format!("/api/v1/files/{file}/content?link={}", signed.token)))
}

/// Whoever holds a link, as the one who asked for it. What they may fetch is still to be proven.
pub(super) async fn bearer(app: &App, file: FileId, token: &str) -> Result<Actor> {
    let link = app.handoffs.verify::<FileLink>(token, app.clock.now())?.what;
    if link.file != file {
        return Err(Code::Unauthenticated.into());
    }
    let reader = app.store.read().await?;
    let account = accounts::account_of_login(&reader, link.login).await?.ok_or(Code::Unauthenticated)?;
    Ok(Actor { account, login: link.login })
}
