//! Pages: every list has a limit and a cursor.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::platform::refusal::{Code, Result};

/// The most that one page may hold.
pub const PAGE_MAX: u64 = 200;

/// `?limit=&cursor=` of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// 1 to 200, default 50.
    pub limit: Option<u64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    pub fn limit(&self) -> Result<u64> {
        limit(self.limit)
    }

    /// The cursor, decoded to what the list sorts by.
    pub fn after<K: std::str::FromStr>(&self) -> Result<Option<K>> {
        decode(self.cursor.as_deref())
    }
}

pub fn limit(asked: Option<u64>) -> Result<u64> {
    match asked.unwrap_or(50) {
        limit @ 1..=PAGE_MAX => Ok(limit),
        _ => Err(Code::BadQuery.into()),
    }
}

pub fn decode<K: std::str::FromStr>(cursor: Option<&str>) -> Result<Option<K>> {
    cursor.map(|text| text.parse().map_err(|_| Code::BadQuery.into())).transpose()
}

/// One page of a list; `next` is the cursor of the page behind it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// From up to `limit + 1` rows: the one too many only tells that there is more.
    pub fn cut<K: std::fmt::Display>(mut items: Vec<T>, limit: u64, key: impl Fn(&T) -> K) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|last| key(last).to_string()) } else { None };
        Page { items, next }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_too_many_becomes_the_cursor_of_the_last_shown() {
        let page = Page::cut(vec![1, 2, 3], 2, |n| *n);
        assert_eq!((page.items, page.next.as_deref()), (vec![1, 2], Some("2")));
        assert_eq!(Page::cut(vec![1, 2], 2, |n| *n).next, None);
    }

    #[test]
    fn a_limit_out_of_bounds_is_refused() {
        for asked in [0, 201, 1_000_000] {
            assert_eq!(limit(Some(asked)).map_err(|f| f.code()), Err(Code::BadQuery));
        }
    }
}
