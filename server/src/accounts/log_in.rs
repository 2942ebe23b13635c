//! Logging in by address and password.

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::account::{Email, Me};
use super::store;
use crate::access::Actor;
use crate::app::App;
use crate::platform::ids::{AccountId, LoginId, Secret};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Tx;

/// The device that logs in, as far as it tells.
#[derive(Debug, Clone)]
pub struct Device {
    pub user_agent: String,
    pub address: IpAddr,
}

impl Device {
    pub fn new(headers: &HeaderMap, address: IpAddr) -> Self {
        let user_agent = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
        Device { user_agent: user_agent.chars().filter(|c| !c.is_control()).take(200).collect(), address }
    }
}

/// Logs in. Unknown address and wrong password are the same to the outside: same bytes, same work. The log-in that the
/// browser had before ends, so that a cookie set by somebody else stays worth nothing.
pub async fn log_in(
    app: &App,
    email: &str,
    password: &str,
    device: &Device,
    before: Option<Actor>,
) -> Result<(Me, Secret)> {
    let email = Email::parse(email).ok_or(Code::InvalidCredentials)?;
    app.limits.check(Limit::LoginPerAddress, Key::of_address(device.address))?;
    app.limits.check(Limit::LoginPerAccount, Key::of_account_at(&email.as_str(), device.address))?;
    let reader = app.store.read().await?;
    let account = store::account_by_email(&reader, &email).await?;
    drop(reader);
    let known = account.as_ref().map(|account| account.password_hash.as_str());
    let right = app.passwords.verify(password, known).await?;
    let Some(account) = account.filter(|_| right) else { return Err(Code::InvalidCredentials.into()) };

    let tx = app.store.begin().await?;
    let (login, secret) = begin_login(&tx, app, account.id, device).await?;
    if let Some(before) = before {
        store::end_login(&tx, before.account, before.login).await?;
    }
    tx.commit().await?;
    if let Some(before) = before {
        app.end_sockets_of_login(before.login);
    }
    let me = super::me(app, &Actor { account: account.id, login }).await?;
    Ok((me, secret))
}

/// Signs a device in to an account that has just proved itself.
pub async fn begin_login(tx: &Tx, app: &App, account: AccountId, device: &Device) -> Result<(LoginId, Secret)> {
    let secret = app.ids.secret();
    let login = LoginId(app.ids.uuid(tx.now()));
    store::insert_login(tx, login, account, &secret.hash(), device).await?;
    Ok((login, secret))
}
