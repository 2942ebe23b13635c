//! Founding: the first account, its brand, and its place as owner. Works once, with the link printed at the start.

use super::brand::Colour;
use super::store;
use crate::access::{Actor, admit_founder};
use crate::accounts::{self, Device, Email, Me, NewAccount, TimeZoneName};
use crate::app::App;
use crate::members::{self, NewMember, Profile};
use crate::platform::ids::{AccountId, BrandId, MemberId, Secret, hash_secret};
use crate::platform::language::Language;
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::Result;
use crate::platform::text;
use crate::settings;

/// What the founder fills in.
#[derive(Debug)]
pub struct Founding {
    pub email: String,
    pub password: String,
    pub name: String,
    pub language: Language,
    pub time_zone: TimeZoneName,
    pub brand_name: String,
    pub colour: String,
}

const BRAND_NAME_MAX: usize = 80;

/// Founds the brand for whoever holds the set-up token, and signs them in.
pub async fn found(app: &App, token: &str, founding: Founding, device: &Device) -> Result<(Me, Secret)> {
    app.limits.check(Limit::Guess, Key::of_address(device.address))?;
    let reader = app.store.read().await?;
    settings::check_setup_token(&reader, &hash_secret(token)).await?;
    drop(reader);
    let email = Email::field("email", &founding.email)?;
    let brand_name = text::name("brand_name", &founding.brand_name, BRAND_NAME_MAX)?;
    let colour = Colour::field("colour", &founding.colour)?;
    let profile = Profile::parse(&founding.name, &brand_name, "")?;
    let words = [email.as_str(), &brand_name, &profile.name];
    let password_hash = app.passwords.hash_new(&founding.password, &words).await?;

    let tx = app.store.begin().await?;
    settings::use_setup_token(&tx, &hash_secret(token)).await?;
    let account = AccountId(app.ids.uuid(tx.now()));
    let new = NewAccount { email, password_hash, language: founding.language, time_zone: founding.time_zone };
    accounts::create_account(&tx, account, &new).await?;
    let brand = BrandId(app.ids.uuid(tx.now()));
    store::insert_brand(&tx, brand, &brand_name, &colour, founding.language).await?;
    let member = MemberId(app.ids.uuid(tx.now()));
    let admission = admit_founder(&tx, brand).await?;
    members::insert_member(&admission, NewMember { id: member, account, profile }).await?;
    let (login, secret) = accounts::begin_login(&tx, app, account, device).await?;
    tx.commit().await?;

    let me = accounts::me(app, &Actor { account, login }).await?;
    Ok((me, secret))
}

/// Whether nobody has set the server up yet.
pub async fn is_open(app: &App) -> Result<bool> {
    let reader = app.store.read().await?;
    settings::setup_is_open(&reader).await
}
