//! Slides: a PDF and the page that is shown of it.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::on::must_be_on;
use super::store;
use crate::access::{Actor, MoveSlides, RunFloor, permit};
use crate::app::App;
use crate::files::{self, FileView};
use crate::platform::ids::{FileId, WebinarId};
use crate::platform::limits::{Key, Limit};
use crate::platform::refusal::{Code, Failure, Refusal, Result};
use crate::platform::store::Rows;

/// The server does not look into the PDF, so it does not know its last page.
const PAGE_MAX: i64 = 5_000;

/// What everybody sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SlidesView {
    pub file: FileView,
    /// The first is 1.
    pub page: i64,
}

/// Which slides to show.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SlidesRequest {
    /// An upload of one's own that no message has taken, or a file that this webinar has shown before; a PDF. `null` shows
    /// none. Must be there: forgetting it must not take them away.
    #[serde(deserialize_with = "present")]
    pub file_id: Option<FileId>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FileId>, D::Error> {
    Option::deserialize(deserializer)
}

/// The slides of a webinar as they stand.
pub async fn slides_of(rows: &impl Rows, webinar: WebinarId) -> Result<Option<SlidesView>> {
    let Some(row) = store::slides(rows, webinar).await? else { return Ok(None) };
    let file = files::view(rows, row.slides_file_id).await?;
    Ok(Some(SlidesView { file, page: row.slides_page }))
}

/// Shows other slides, or none.
pub(super) async fn set_slides(
    app: &App,
    actor: &Actor,
    webinar: WebinarId,
    file: Option<FileId>,
) -> Result<Option<SlidesView>> {
    let tx = app.store.begin().await?;
    let permit = permit::<RunFloor>(&tx, actor, webinar).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    must_be_on(&tx, webinar).await?;
    if let Some(file) = file {
        files::make_deck(&permit, file).await?;
    }
    store::hold_floor(&permit).await?;
    store::set_slides(&permit, file).await?;
    let slides = slides_of(&tx, webinar).await?;
    tx.commit().await?;
    Ok(slides)
}

/// Turns to another page.
pub(super) async fn move_slides(app: &App, actor: &Actor, webinar: WebinarId, page: i64) -> Result<SlidesView> {
    if !(1..=PAGE_MAX).contains(&page) {
        return Err(Refusal::field("page", "out_of_range").into());
    }
    let tx = app.store.begin().await?;
    let permit = permit::<MoveSlides>(&tx, actor, webinar).await?;
    app.limits.check(Limit::Touch, Key::of(&[&permit.by()]))?;
    if !store::move_page(&permit, page).await? {
        return Err(Code::NotFound.into());
    }
    let slides = slides_of(&tx, webinar).await?;
    tx.commit().await?;
    slides.ok_or_else(|| Failure::broken("slides were moved that are not there"))
}
