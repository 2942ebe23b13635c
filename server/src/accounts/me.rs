//! Who one is, and one's own preferences.

use serde::Deserialize;
use utoipa::ToSchema;

use super::account::{AccountView, Me, MembershipView, TimeZoneName};
use super::store;
use crate::access::Actor;
use crate::app::App;
use crate::platform::language::Language;
use crate::platform::refusal::Result;
use crate::{brands, members};

/// What one may change about one's account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    pub language: Option<Language>,
    pub time_zone: Option<TimeZoneName>,
}

/// The account with its memberships.
pub async fn me(app: &App, actor: &Actor) -> Result<Me> {
    let reader = app.store.read().await?;
    let account = store::account(&reader, actor.account).await?;
    let mut memberships = Vec::new();
    for own in members::memberships_of(&reader, actor.account).await? {
        let brand = brands::view(&reader, own.brand_id).await?;
        memberships.push(MembershipView { brand, member: own.member });
    }
    Ok(Me {
        account: AccountView {
            id: account.id,
            email: account.email,
            language: account.language,
            time_zone: account.time_zone,
        },
        memberships,
    })
}

pub async fn set_preferences(app: &App, actor: &Actor, change: &Preferences) -> Result<Me> {
    let tx = app.store.begin().await?;
    store::set_preferences(&tx, actor.account, change.language, change.time_zone.as_ref()).await?;
    tx.commit().await?;
    me(app, actor).await
}
