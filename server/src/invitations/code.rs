//! Proving an address by a mailed code.

use std::net::IpAddr;

use super::guess::{hash_code, look};
use super::store;
use crate::access::{Invited, invited};
use crate::accounts::{self, Email};
use crate::app::App;
use crate::platform::ids::hash_secret;
use crate::platform::limits::{Key, Limit};
use crate::platform::mail::Content;
use crate::platform::refusal::{Refusal, Result};
use crate::{brands, mails};

const CODE_MINUTES: u32 = 10;

/// Mails a code to the address under which the holder of a token wants to come in. Too many for one address are dropped in
/// silence; too many from one place are refused.
pub async fn mail_code(app: &App, token: &str, email: Option<&str>, address: IpAddr) -> Result<()> {
    let token_hash = hash_secret(token);
    look(app, &token_hash, address).await?;
    let tx = app.store.begin().await?;
    let invited = invited(&tx, tx.now(), &token_hash).await?;
    let email = address_for(&invited, email)?;
    app.limits.check(Limit::MailPerAddress, Key::of_address(address))?;
    if app.limits.check(Limit::MailPerAccount, Key::of(&[&email.as_str()])).is_err() {
        return Ok(());
    }
    let code = app.ids.code();
    let hash = hash_code(invited.invitation(), email.as_str(), &code);
    let expires_at = tx.now().plus_ms(i64::from(CODE_MINUTES) * 60_000);
    store::put_code(&tx, &invited, email.as_str(), &hash, expires_at).await?;
    let language = match accounts::account_by_email(&tx, &email).await? {
        Some(account) => account.language,
        None => brands::view(&tx, invited.brand()).await?.default_language,
    };
    let content = Content::Code { code, minutes: CODE_MINUTES };
    let draft = mails::Draft { brand: Some(invited.brand()), to: email.as_str(), language, content };
    mails::enqueue(&tx, app, &draft).await?;
    tx.commit().await
}

/// The address to prove: the one that the invitation is for, or the one that is given where it is open.
pub(super) fn address_for(invited: &Invited, given: Option<&str>) -> Result<Email> {
    let text = given.or(invited.email()).ok_or_else(|| Refusal::field("email", "required"))?;
    let email = Email::field("email", text)?;
    invited.fits(email.as_str())?;
    Ok(email)
}
