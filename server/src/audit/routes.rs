//! `/brands/{brand}/audit`.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store::{self, AuditRow};
use crate::access::{Actor, ReadAudit, see_for};
use crate::app::App;
use crate::members::{self, Person};
use crate::platform::clock::Millis;
use crate::platform::http::{Id, Query};
use crate::platform::ids::BrandId;
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::{Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit))
}

/// An act on record.
#[derive(Debug, Serialize, ToSchema)]
struct AuditView {
    id: i64,
    at: Millis,
    actor: Option<Person>,
    act: String,
    target_kind: String,
    target_id: Uuid,
    #[schema(value_type = Object)]
    before: serde_json::Value,
    #[schema(value_type = Object)]
    after: serde_json::Value,
}

/// The audit log of a brand, newest first; for admins
#[utoipa::path(get, path = "/brands/{brand}/audit", tag = "audit", params(("brand" = BrandId, Path), PageQuery),
    responses((status = 200, body = Page<AuditView>), (status = 403, body = Problem)))]
async fn list_audit(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<AuditView>>> {
    let limit = page.limit()?;
    let reader = app.store.read().await?;
    let seen = see_for::<ReadAudit>(&reader, &actor, brand).await?;
    let rows = store::page(&reader, seen.target(), page.after()?, limit + 1).await?;
    let actors: Vec<_> = rows.iter().filter_map(|row| row.actor_id).collect();
    let persons = members::persons(&reader, &actors).await?;
    let view = |row: AuditRow| -> Result<AuditView> {
        Ok(AuditView {
            id: row.number,
            at: row.at,
            actor: row.actor_id.and_then(|id| persons.get(&id).cloned()),
            act: row.act,
            target_kind: row.target_kind,
            target_id: row.target_id,
            before: AuditRow::json(&row.before)?,
            after: AuditRow::json(&row.after)?,
        })
    };
    let page = Page::cut(rows, limit, |row| row.number);
    let items = page.items.into_iter().map(view).collect::<Result<_>>()?;
    Ok(axum::Json(Page { items, next: page.next }))
}
