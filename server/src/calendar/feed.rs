//! The personal feed: a secret address that calendar programs read without signing in.

use std::net::IpAddr;

use super::store;
use crate::access::{Actor, ReplaceCalendarFeed, permit, scope_of_bearer};
use crate::app::App;
use crate::brands;
use crate::platform::ics::{self, Purpose};
use crate::platform::ids::{BrandId, hash_secret};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Failure, Result};
use crate::webinars;

/// What is over stays in the feed for so long, because programs drop what a feed no longer has.
const KEPT_DAYS: i64 = 90;

/// Makes a new address, which is shown once; the old one is dead from now on.
pub async fn replace(app: &App, actor: &Actor, brand: BrandId) -> Result<String> {
    let secret = app.ids.secret();
    let tx = app.store.begin().await?;
    let permit = permit::<ReplaceCalendarFeed>(&tx, actor, brand).await?;
    store::replace(&permit, &secret.hash()).await?;
    tx.commit().await?;
    Ok(app.link(&format!("/calendar/{}.ics", secret.reveal())))
}

/// Ends the feed; no error when there is none.
pub async fn end(app: &App, actor: &Actor, brand: BrandId) -> Result<()> {
    let tx = app.store.begin().await?;
    let permit = permit::<ReplaceCalendarFeed>(&tx, actor, brand).await?;
    store::delete(&permit).await?;
    tx.commit().await
}

/// What the holder of the address may see at this moment. Dead, unknown and no longer entitled are the same to outside,
/// and whoever guesses is soon sent away.
pub async fn read(app: &App, secret: &str, address: IpAddr) -> Result<String> {
    match current(app, secret).await {
        Err(Failure::Refusal(_)) => {
            app.limits.check(Limit::FeedGuess, Key::of_address(address))?;
            Err(Code::TokenInvalid.into())
        }
        read => read,
    }
}

async fn current(app: &App, secret: &str) -> Result<String> {
    let reader = app.store.read().await?;
    let bearer = store::bearer(&reader, &hash_secret(secret)).await?.ok_or(Code::TokenInvalid)?;
    let scope = scope_of_bearer(&reader, bearer.account_id, bearer.brand_id).await?;
    let brand = brands::view(&reader, scope.brand()).await?;
    let entries = webinars::entries_of(app, &scope, reader.now().plus_days(-KEPT_DAYS)).await?;
    ics::write(Purpose::Feed { name: &brand.name }, &entries, reader.now())
}
