//! `/brands/{brand}/search`.

use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::engine::{DocumentKind, MAX_LIMIT, MAX_OFFSET, SearchText};
use super::find::{self, Search};
use super::hit::Hits;
use crate::access::Actor;
use crate::app::App;
use crate::platform::http::{Id, Query};
use crate::platform::ids::{BrandId, GroupId};
use crate::platform::paging;
use crate::platform::refusal::{Code, Problem, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search))
}

/// Which kind of thing to search for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum KindFilter {
    Message,
    /// Threads and their replies.
    Thread,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// Words that must all occur, `"a phrase"`, `-without`; up to 1,024 bytes and 32 terms.
    q: String,
    /// Only in this group.
    group: Option<GroupId>,
    #[param(inline)]
    kind: Option<KindFilter>,
    /// 1 to 100, default 20.
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Find messages, threads and replies in one's groups; forgives typos and knows umlauts
#[utoipa::path(get, path = "/brands/{brand}/search", tag = "search", params(("brand" = BrandId, Path), SearchQuery),
    responses((status = 200, body = Hits), (status = 422, body = Problem), (status = 503, body = Problem)))]
async fn search(
    State(app): State<App>,
    actor: Actor,
    Id(brand): Id<BrandId>,
    Query(query): Query<SearchQuery>,
) -> Result<axum::Json<Hits>> {
    let text = SearchText::parse(&query.q).map_err(find::refuse)?;
    let limit = usize::try_from(query.limit.unwrap_or(20)).unwrap_or(usize::MAX);
    let offset: usize = paging::decode(query.cursor.as_deref())?.unwrap_or(0);
    if !(1..=MAX_LIMIT).contains(&limit) || offset > MAX_OFFSET {
        return Err(Code::BadQuery.into());
    }
    let kinds = match query.kind {
        None => DocumentKind::ALL.to_vec(),
        Some(KindFilter::Message) => vec![DocumentKind::Message],
        Some(KindFilter::Thread) => vec![DocumentKind::Thread, DocumentKind::Reply],
    };
    let search = Search { text, group: query.group, kinds, limit, offset };
    Ok(axum::Json(find::find(&app, &actor, brand, search).await?))
}
