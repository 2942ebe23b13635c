//! A new password by a mailed link.
//!
//! The link carries a signed confirmation, so one that is forged, expired or for something else costs no read; the row
//! behind it makes it work once. The password is hashed only for somebody whose link is still good.

use std::net::IpAddr;

use super::account::Email;
use super::store::{self, AccountRow};
use crate::app::App;
use crate::mails;
use crate::platform::handoff::{MailedConfirmation, Purpose, Verified};
use crate::platform::ids::hash_secret;
use crate::platform::limits::{Key, Limit};
use crate::platform::mail::Content;
use crate::platform::refusal::{Code, Result};

/// What the mail says of how long its link works.
#[expect(clippy::cast_possible_truncation, reason = "a small constant")]
const HOURS: u32 = (MailedConfirmation::VALID_SECONDS / 3_600) as u32;

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
    let confirmation = MailedConfirmation { account: account.id, email: account.email.clone() };
    let signed = app.handoffs.sign(confirmation, &secret, tx.now())?;
    store::insert_reset(&tx, app.ids.uuid(tx.now()), account.id, &secret.hash(), signed.expires_at).await?;
    let content = Content::Reset { link: app.link(&format!("/reset#{}", signed.token)), hours: HOURS };
    mails::enqueue(&tx, app, &mails::Draft { brand: None, to: &account.email, language: account.language, content })
        .await?;
    tx.commit().await
}

/// Sets a new password by the link; all log-ins end, all other links are void, a mail tells of it.
pub async fn redeem_reset(app: &App, token: &str, password: &str, address: IpAddr) -> Result<()> {
    app.limits.check(Limit::Guess, Key::of_address(address))?;
    let now = app.clock.now();
    let mailed: Verified<MailedConfirmation> = app.handoffs.verify(token, now).map_err(|_| Code::TokenInvalid)?;
    let token_hash = hash_secret(&mailed.id);
    let reader = app.store.read().await?;
    let account = store::account_of_reset(&reader, &token_hash).await?;
    drop(reader);
    let meant = |account: &AccountRow| account.id == mailed.what.account && account.email == mailed.what.email;
    let account = account.filter(meant).ok_or(Code::TokenInvalid)?;
    let password_hash = app.passwords.hash_new(password, &[&account.email]).await?;

    let tx = app.store.begin().await?;
    if !store::use_reset(&tx, &token_hash).await? {
        return Err(Code::TokenInvalid.into());
    }
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
