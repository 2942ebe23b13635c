//! Telling something else of oneself.

use serde::Deserialize;
use utoipa::ToSchema;

use super::profile::Profile;
use super::store;
use super::view::MemberView;
use crate::access::{Actor, EditProfile, permit};
use crate::app::App;
use crate::platform::ids::BrandId;
use crate::platform::refusal::{Code, Result};

/// A change of one's own profile; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    pub name: Option<String>,
    pub company: Option<String>,
    pub job_title: Option<String>,
}

/// Changes one's own profile in a brand.
pub async fn edit_own(app: &App, actor: &Actor, brand: BrandId, change: ProfileChange) -> Result<MemberView> {
    let tx = app.store.begin().await?;
    let permit = permit::<EditProfile>(&tx, actor, brand).await?;
    let before = store::member_with_address(&tx, permit.by()).await?.ok_or(Code::NotFound)?;
    let profile = Profile::parse(
        &change.name.unwrap_or_else(|| before.name.clone()),
        &change.company.unwrap_or_else(|| before.company.clone()),
        &change.job_title.unwrap_or_else(|| before.job_title.clone()),
    )?;
    store::save_profile(&permit, &profile).await?;
    tx.commit().await?;
    Ok(MemberView { name: profile.name, company: profile.company, job_title: profile.job_title, ..before })
}
