//! The table `brands`.

use sea_orm::FromQueryResult;

use super::brand::{BrandView, Colour};
use crate::access::{EditBrand, Permit};
use crate::platform::ids::BrandId;
use crate::platform::language::Language;
use crate::platform::refusal::{Code, Refusal, Result};
use crate::platform::store::{Rows, Tx};
use crate::values;

#[derive(FromQueryResult)]
struct BrandRow {
    id: BrandId,
    slug: String,
    name: String,
    colour: String,
    logo_key: Option<String>,
    default_language: Language,
    version: i64,
}

impl From<BrandRow> for BrandView {
    fn from(row: BrandRow) -> Self {
        // The version makes the address new when the logo is, so that it may be cached for long.
        let logo = row.logo_key.map(|_| format!("/api/v1/brands/{}/logo?v={}", row.id, row.version));
        BrandView {
            id: row.id,
            slug: row.slug,
            name: row.name,
            colour: row.colour,
            logo,
            default_language: row.default_language,
            version: row.version,
        }
    }
}

const BRAND: &str = "SELECT id, slug, name, colour, logo_key, default_language, version FROM brands";

/// A brand, for somebody who may see it.
pub async fn view(rows: &impl Rows, brand: BrandId) -> Result<BrandView> {
    let row: Option<BrandRow> = rows.first(&format!("{BRAND} WHERE id = $1"), values![brand]).await?;
    row.map(Into::into).ok_or_else(|| Code::NotFound.into())
}

/// Makes a brand, under the first free slug.
pub async fn insert_brand(tx: &Tx, id: BrandId, name: &str, colour: &Colour, language: Language) -> Result<()> {
    let wanted = super::brand::slug_of(name);
    for n in 1..1_000 {
        let slug = if n == 1 { wanted.clone() } else { format!("{wanted}-{n}") };
        let made = tx
            .run(
                "INSERT INTO brands (id, slug, name, colour, default_language, version, created_at)
                 VALUES ($1, $2, $3, $4, $5, 1, $6) ON CONFLICT (slug) DO NOTHING",
                values![id, slug, name, colour.as_str(), language, tx.now()],
            )
            .await?;
        if made == 1 {
            return Ok(());
        }
    }
    Err(Refusal::field("brand_name", "taken").into())
}

/// What changes about a brand; what is absent stays.
#[derive(Debug, Default)]
pub(super) struct BrandEdit {
    pub name: Option<String>,
    pub colour: Option<Colour>,
    pub default_language: Option<Language>,
}

/// Changes a brand if it still has the version that the change was made from.
pub(super) async fn edit(permit: &Permit<'_, EditBrand>, edit: &BrandEdit, version: Option<i64>) -> Result<()> {
    let done = permit
        .tx()
        .run(
            "UPDATE brands SET name = COALESCE($3, name), colour = COALESCE($4, colour),
                               default_language = COALESCE($5, default_language), version = version + 1
             WHERE id = $1 AND ($2 IS NULL OR version = $2)",
            values![
                permit.target(),
                version,
                edit.name.as_deref(),
                edit.colour.as_ref().map(Colour::as_str),
                edit.default_language
            ],
        )
        .await?;
    if done == 1 {
        return Ok(());
    }
    let now = view(permit.tx(), permit.target()).await?;
    Err(Refusal { current_version: Some(now.version), ..Refusal::new(Code::VersionConflict) }.into())
}

pub(super) async fn set_logo(permit: &Permit<'_, EditBrand>, key: &str, mime: &str) -> Result<Option<String>> {
    let before = logo(permit.tx(), permit.target()).await?;
    permit
        .tx()
        .run(
            "UPDATE brands SET logo_key = $2, logo_mime = $3, version = version + 1 WHERE id = $1",
            values![permit.target(), key, mime],
        )
        .await?;
    Ok(before.map(|logo| logo.logo_key))
}

#[derive(FromQueryResult)]
pub(super) struct Logo {
    pub logo_key: String,
    pub logo_mime: String,
}

pub(super) async fn logo(rows: &impl Rows, brand: BrandId) -> Result<Option<Logo>> {
    rows.first(
        "SELECT logo_key, logo_mime FROM brands WHERE id = $1 AND logo_key IS NOT NULL AND logo_mime IS NOT NULL",
        values![brand],
    )
    .await
}
