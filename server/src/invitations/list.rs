//! Looking through invitations.

use super::invitation::InvitationView;
use super::store::{self, InvitationRow};
use crate::access::{Actor, BrandRole, scope};
use crate::app::App;
use crate::members;
use crate::platform::ids::BrandId;
use crate::platform::paging::{Page, PageQuery};
use crate::platform::refusal::Result;

/// All invitations of a brand for its admins, one's own for everybody else.
pub async fn list(app: &App, actor: &Actor, brand: BrandId, page: &PageQuery) -> Result<Page<InvitationView>> {
    let (limit, before) = (page.limit()?, page.after()?);
    let reader = app.store.read().await?;
    let scope = scope(&reader, actor, brand).await?;
    let of = if scope.brand_role() >= BrandRole::Admin { None } else { Some(scope.member()) };
    let rows = store::page(&reader, scope.brand(), of, before, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| row.id);
    let ids: Vec<_> = page.items.iter().map(|row| row.id).collect();
    let inviters: Vec<_> = page.items.iter().map(|row| row.inviter_id).collect();
    let persons = members::persons(&reader, &inviters).await?;
    let mut groups = store::groups_of(&reader, &ids, of).await?;
    let now = reader.now();
    Ok(page.map(|row: InvitationRow| {
        let groups = groups.remove(&row.id).unwrap_or_default();
        let inviter = persons.get(&row.inviter_id).cloned();
        row.view(now, groups, inviter)
    }))
}
