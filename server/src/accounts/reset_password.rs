//! A new password by a mailed link.

use std::net::IpAddr;

use super::account::Email;
use super::store;
use crate::app::App;
use crate::mails;
use crate::platform::ids::hash_secret;
use crate::platform::limits::{Key, Limit};
use crate::platform::mail::Content;
use crate::platform::refusal::{Code, Result};

/// Mails a link if the address has an account. Answers the same either way, and too many asks are dropped in silence,
/// so that nobody learns who has an account here.
pub async fn request_reset(app: &App, email: &str, address: IpAddr) -> Result<()> {
    app.limits.check(Limit::MailPerAddress, Key::of_address(address))?;
    let Some(email) = Email::parse(email) else { return Ok(()) };
    if app.limits.check(Limit::MailPerAccount, Key::of(&[&email.as_str()])).is_err() {
        return Ok(());
    }
    let tx = app.store.begin().await?;
    let Some(account) = store::account_by_email(&tx, &email).await? else { return Ok(()) };
    let secret = app.ids.secret();
    store::insert_reset(&tx, app.ids.uuid(tx.now()), account.id, &secret.hash()).await?;
    let link = app.link(&format!("/reset#{}", secret.reveal()));
    let content = Content::Reset { link, hours: store::RESET_HOURS };
    mails::enqueue(&tx, app, &mails::Draft { brand: None, to: &account.email, language: account.language, content })
        .await?;
    tx.commit().await
}

/// Sets a new password by the link; all log-ins end, all other links are void, a mail tells of it.
pub async fn redeem_reset(app: &App, token: &str, password: &str, address: IpAddr) -> Result<()> {
    app.limits.check(Limit::Guess, Key::of_address(address))?;
    let password_hash = app.passwords.hash_new(password, &[]).await?;

    let tx = app.store.begin().await?;
    let Some(account) = store::use_reset(&tx, &hash_secret(token)).await? else {
        return Err(Code::TokenInvalid.into());
    };
    let account = store::account(&tx, account).await.map_err(|_| Code::TokenInvalid)?;
    store::set_password(&tx, account.id, &password_hash).await?;
    store::void_resets(&tx, account.id).await?;
    let ended = store::end_logins_of_account(&tx, account.id, None).await?;
    super::change_password::tell_of_new_password(&tx, app, &account).await?;
    tx.commit().await?;
    for login in ended {
        app.end_sockets_of_login(login);
    }
    Ok(())
}
