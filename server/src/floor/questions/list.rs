//! Pages of questions.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::question::{QuestionKey, QuestionState, QuestionView};
use super::view;
use crate::access::{Seen, runs};
use crate::floor::store::{self, QuestionFilter, Sort};
use crate::platform::ids::WebinarId;
use crate::platform::paging::{self, Page};
use crate::platform::refusal::Result;

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuestionSort {
    /// Most votes first, then first asked first.
    Votes,
    /// Last asked first.
    Time,
}

/// Which questions of a webinar.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuestionsQuery {
    /// By votes where nothing is said.
    #[param(inline)]
    pub sort: Option<QuestionSort>,
    pub state: Option<QuestionState>,
    /// 1 to 200, default 50.
    pub limit: Option<u64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

pub async fn list(seen: &Seen<'_, WebinarId>, query: &QuestionsQuery) -> Result<Page<QuestionView>> {
    let limit = paging::limit(query.limit)?;
    let filter = QuestionFilter {
        sort: if query.sort == Some(QuestionSort::Time) { Sort::Time } else { Sort::Votes },
        state: query.state,
        behind: paging::decode::<QuestionKey>(query.cursor.as_deref())?,
        runs: runs(seen.standing(), seen.place()),
    };
    let rows = store::questions_of_webinar(seen, &filter, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| QuestionKey { votes: row.votes, position: row.position });
    Ok(Page { items: view::personal(seen.reader(), seen.member(), page.items).await?, next: page.next })
}

/// The questions of a snapshot: the pinned one, the live one, then those with most votes.
pub async fn for_snapshot(seen: &Seen<'_, WebinarId>) -> Result<Vec<QuestionView>> {
    let rows = store::questions_for_snapshot(seen, runs(seen.standing(), seen.place())).await?;
    view::personal(seen.reader(), seen.member(), rows).await
}
