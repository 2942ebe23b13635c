//! The table `floors`: a row where something differs from the usual.

use sea_orm::FromQueryResult;

use crate::access::{Act, MoveSlides, Permit, RunFloor};
use crate::changes::{Change, announce};
use crate::floor::modes::{AskingRules, ChatRules, ModesView};
use crate::platform::ids::{FileId, WebinarId};
use crate::platform::refusal::Result;
use crate::platform::store::Rows;
use crate::values;

#[derive(FromQueryResult)]
struct ModesRow {
    slow_seconds: i64,
    hosts_only: bool,
    moderated: bool,
    anonymous_questions: bool,
}

pub(in crate::floor) async fn modes(rows: &impl Rows, webinar: WebinarId) -> Result<Option<ModesView>> {
    let row: Option<ModesRow> = rows
        .first(
            "SELECT slow_seconds, hosts_only, moderated, anonymous_questions FROM floors WHERE webinar_id = $1",
            values![webinar],
        )
        .await?;
    Ok(row.map(|row| ModesView {
        chat: ChatRules { slow_seconds: row.slow_seconds, hosts_only: row.hosts_only },
        asking: AskingRules { moderated: row.moderated, anonymous: row.anonymous_questions },
    }))
}

/// Takes hold of the floor's row until the commit, so that two changes of different things keep both.
pub(in crate::floor) async fn hold_floor<A: Act<Target = WebinarId>>(permit: &Permit<'_, A>) -> Result<()> {
    permit
        .tx()
        .run(
            "INSERT INTO floors (webinar_id, brand_id, moderated, anonymous_questions, slow_seconds, hosts_only, slides_page)
             VALUES ($1, $2, $3, $3, 0, $3, 1)
             ON CONFLICT (webinar_id) DO UPDATE SET slow_seconds = floors.slow_seconds",
            values![permit.target(), permit.brand(), false],
        )
        .await?;
    Ok(())
}

pub(in crate::floor) async fn set_modes(permit: &Permit<'_, RunFloor>, modes: &ModesView) -> Result<()> {
    let (tx, webinar) = (permit.tx(), permit.target());
    tx.run(
        "UPDATE floors SET slow_seconds = $2, hosts_only = $3, moderated = $4, anonymous_questions = $5
         WHERE webinar_id = $1",
        values![
            webinar,
            modes.chat.slow_seconds,
            modes.chat.hosts_only,
            modes.asking.moderated,
            modes.asking.anonymous
        ],
    )
    .await?;
    announce(tx, webinar, Change::FloorChanged(webinar)).await?;
    Ok(())
}

/// Which slides are shown, and how far they are.
#[derive(FromQueryResult)]
pub(in crate::floor) struct SlidesRow {
    pub slides_file_id: FileId,
    pub slides_page: i64,
}

pub(in crate::floor) async fn slides(rows: &impl Rows, webinar: WebinarId) -> Result<Option<SlidesRow>> {
    rows.first(
        "SELECT slides_file_id, slides_page FROM floors WHERE webinar_id = $1 AND slides_file_id IS NOT NULL",
        values![webinar],
    )
    .await
}

/// Shows other slides from their first page, or none.
pub(in crate::floor) async fn set_slides(permit: &Permit<'_, RunFloor>, file: Option<FileId>) -> Result<()> {
    let (tx, webinar) = (permit.tx(), permit.target());
    tx.run("UPDATE floors SET slides_file_id = $2, slides_page = 1 WHERE webinar_id = $1", values![webinar, file])
        .await?;
    announce(tx, webinar, Change::FloorChanged(webinar)).await?;
    Ok(())
}

/// Turns to a page; false where no slides are shown.
pub(in crate::floor) async fn move_page(permit: &Permit<'_, MoveSlides>, page: i64) -> Result<bool> {
    let (tx, webinar) = (permit.tx(), permit.target());
    let sql = "UPDATE floors SET slides_page = $2 WHERE webinar_id = $1 AND slides_file_id IS NOT NULL";
    let moved = tx.run(sql, values![webinar, page]).await?;
    if moved > 0 {
        announce(tx, webinar, Change::FloorChanged(webinar)).await?;
    }
    Ok(moved > 0)
}
