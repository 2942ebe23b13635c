//! Ending log-ins, one's own.

use super::store::{self, LoginRow};
use crate::access::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::LoginId;
use crate::platform::mail::Content;
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Tx;
use crate::{mails, members};

/// Ends one log-in of the actor, on this device or another, and cuts its sockets.
pub async fn log_out(app: &App, actor: &Actor, login: LoginId) -> Result<()> {
    let tx = app.store.begin().await?;
    if !store::end_login(&tx, actor.account, login).await? {
        return Err(Code::NotFound.into());
    }
    tx.commit().await?;
    app.end_sockets_of_login(login);
    Ok(())
}

/// Ends every log-in of the actor, this one too, all at once or none, and cuts their sockets.
pub async fn log_out_everywhere(app: &App, actor: &Actor) -> Result<()> {
    let tx = app.store.begin().await?;
    let ended = store::end_logins_of_account(&tx, actor.account, None).await?;
    tx.commit().await?;
    for login in ended {
        app.end_sockets_of_login(login);
    }
    Ok(())
}

/// Puts the same on record in every brand of the account: whoever answers for the brand has to know.
pub(super) async fn put_on_record(tx: &Tx, login: &LoginRow) -> Result<()> {
    let mut places = members::memberships_of(tx, login.account_id).await?;
    // The log of a brand is locked while it is written, so all take several in one order.
    places.sort_by_key(|own| own.brand_id);
    for own in places {
        let entry = Entry::ended("member", own.member.id.0, &serde_json::json!({ "login": login.id }));
        audit::record_by_house(tx, own.brand_id, "end_stolen_login", entry).await?;
    }
    Ok(())
}

/// Tells the owner by mail that a log-in was ended because its secret was used twice.
pub(super) async fn tell_owner(tx: &Tx, app: &App, login: &LoginRow) -> Result<()> {
    let Some(account) = store::account_for_mail(tx, login.account_id).await? else { return Ok(()) };
    let at = account.language.moment(tx.now(), &account.time_zone);
    let content = Content::LoginRevoked { at };
    mails::enqueue(tx, app, &mails::Draft { brand: None, to: &account.email, language: account.language, content })
        .await
}
