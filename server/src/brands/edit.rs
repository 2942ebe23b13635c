//! Changing a brand's name, colour or language.

use serde::Deserialize;
use utoipa::ToSchema;

use super::brand::{BrandView, Colour};
use super::store::{self, BrandEdit};
use crate::access::{Actor, EditBrand, permit};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::platform::ids::BrandId;
use crate::platform::language::Language;
use crate::platform::refusal::Result;
use crate::platform::text;

/// A change of a brand; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandChange {
    pub name: Option<String>,
    pub colour: Option<String>,
    pub default_language: Option<Language>,
}

pub async fn edit(
    app: &App,
    actor: &Actor,
    brand: BrandId,
    change: BrandChange,
    version: Option<i64>,
) -> Result<BrandView> {
    let edit = BrandEdit {
        name: change.name.map(|name| text::name("name", &name, 80)).transpose()?,
        colour: change.colour.map(|colour| Colour::field("colour", &colour)).transpose()?,
        default_language: change.default_language,
    };
    let tx = app.store.begin().await?;
    let permit = permit::<EditBrand>(&tx, actor, brand).await?;
    let before = store::view(&tx, brand).await?;
    store::edit(&permit, &edit, version).await?;
    let after = store::view(&tx, brand).await?;
    audit::record(&permit, Entry::changed("brand", brand.0, &before, &after)).await?;
    tx.commit().await?;
    Ok(after)
}
