//! Lists of members.

use serde::Deserialize;
use utoipa::IntoParams;

use super::profile::fold;
use super::store::{self, Addresses, Part};
use super::view::{MemberRow, MemberView};
use crate::access::{Actor, BrandRole, EditGroup, Seen, scope, see, see_for};
use crate::app::App;
use crate::platform::ids::{BrandId, GroupId};
use crate::platform::paging::{self, Page};
use crate::platform::refusal::{Code, Result};
use crate::platform::store::Reader;

const Q_CHARS_MAX: usize = 100;

/// `?q=&limit=&cursor=` of a list of members.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MembersQuery {
    /// Part of a name, company or job title.
    pub q: Option<String>,
    /// 1 to 200, default 50.
    pub limit: Option<u64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

impl MembersQuery {
    /// The part that is asked for, with one row more than a page has.
    fn part(&self, reader_role: BrandRole) -> Result<(u64, Part)> {
        let limit = paging::limit(self.limit)?;
        let pattern = self.q.as_deref().map(pattern).transpose()?.flatten();
        let addresses = if reader_role >= BrandRole::Admin { Addresses::Shown } else { Addresses::Hidden };
        Ok((limit, Part { after: paging::decode(self.cursor.as_deref())?, limit: limit + 1, pattern, addresses }))
    }
}

/// What to look for with `LIKE … ESCAPE '!'`; nothing when only blanks were typed.
fn pattern(q: &str) -> Result<Option<String>> {
    if q.chars().count() > Q_CHARS_MAX || q.chars().any(char::is_control) {
        return Err(Code::BadQuery.into());
    }
    let mut escaped = String::from("%");
    for c in fold(q).chars() {
        if matches!(c, '%' | '_' | '!') {
            escaped.push('!');
        }
        escaped.push(c);
    }
    escaped.push('%');
    Ok(if escaped == "%%" { None } else { Some(escaped) })
}

/// The members of a group, for those who are in it and for admins.
pub async fn list_of_group(app: &App, actor: &Actor, group: GroupId, query: &MembersQuery) -> Result<Page<MemberView>> {
    let reader = app.store.read().await?;
    let seen = see_frame(&reader, actor, group).await?;
    let (limit, part) = query.part(seen.standing().brand_role)?;
    Ok(page(store::part_of_group(&seen, &part).await?, limit))
}

/// A group from the inside, or its frame from outside for who runs the brand.
async fn see_frame<'r>(reader: &'r Reader, actor: &Actor, group: GroupId) -> Result<Seen<'r, GroupId>> {
    match see(reader, actor, group).await {
        Err(failure) if failure.code() == Code::NotFound => see_for::<EditGroup>(reader, actor, group).await,
        seen => seen,
    }
}

/// The members of a brand: all of them for admins, those one meets in some group for everybody else.
pub async fn list_of_brand(app: &App, actor: &Actor, brand: BrandId, query: &MembersQuery) -> Result<Page<MemberView>> {
    let reader = app.store.read().await?;
    let scope = scope(&reader, actor, brand).await?;
    let (limit, part) = query.part(scope.brand_role())?;
    let rows = if scope.brand_role() >= BrandRole::Admin {
        store::part_of_brand(&scope, &part).await?
    } else {
        store::part_met_by(&scope, &part).await?
    };
    Ok(page(rows, limit))
}

fn page(rows: Vec<MemberRow>, limit: u64) -> Page<MemberView> {
    Page::cut(rows, limit, |row| row.id).map(MemberView::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_no_pattern_of_its_own() {
        assert_eq!(pattern("100%_!").unwrap().as_deref(), Some("%100!%!_!!%"));
        assert_eq!(pattern(" Müller ").unwrap().as_deref(), Some("%muller%"));
        assert_eq!(pattern("   ").unwrap(), None);
        assert!(pattern("a\0").is_err() && pattern(&"x".repeat(101)).is_err());
    }
}
