//! Changing the password while logged in.

use super::store::{self, AccountRow};
use crate::access::Actor;
use crate::app::App;
use crate::mails;
use crate::platform::limits::{Key, Limit};
use crate::platform::mail::Content;
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Tx;

/// Sets a new password; every other log-in ends and a mail tells of it.
pub async fn change_password(app: &App, actor: &Actor, current: &str, new: &str) -> Result<()> {
    app.limits.check(Limit::Guess, Key::of(&[&actor.account]))?;
    let reader = app.store.read().await?;
    let account = store::account(&reader, actor.account).await?;
    drop(reader);
    if !app.passwords.verify(current, Some(&account.password_hash)).await? {
        return Err(Code::InvalidCredentials.into());
    }
    let password_hash = app.passwords.hash_new(new, &[&account.email]).await?;

    let tx = app.store.begin().await?;
    store::set_password(&tx, account.id, &password_hash).await?;
    store::void_resets(&tx, account.id).await?;
    let ended = store::end_logins_of_account(&tx, account.id, Some(actor.login)).await?;
    tell_of_new_password(&tx, app, &account).await?;
    tx.commit().await?;
    for login in ended {
        app.end_sockets_of_login(login);
    }
    Ok(())
}

/// Tells the owner by mail, so that a change they did not make is noticed.
pub(super) async fn tell_of_new_password(tx: &Tx, app: &App, account: &AccountRow) -> Result<()> {
    let at = account.language.moment(tx.now(), &account.time_zone);
    let content = Content::PasswordChanged { at };
    mails::enqueue(tx, app, &mails::Draft { brand: None, to: &account.email, language: account.language, content })
        .await
}
