//! Which page of a list it is.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::Wanted;
use crate::web::api::params::{Limit, PageOf};

/// A number, or `all`.
impl Serialize for Limit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Rows(rows) => serializer.serialize_u32(*rows),
            Self::All => serializer.serialize_str("all"),
        }
    }
}

/// Which page of a list it is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(in crate::web::api) struct Pagination {
    /// From 1 on.
    page: u64,
    /// How many rows a page has.
    limit: Limit,
    /// How many pages there are; always one at least.
    pages: u64,
    /// How many rows there are on all pages.
    total: u64,
    next: Option<u64>,
    prev: Option<u64>,
    /// Behind what the next page begins, for those who ask for a cursor.
    #[serde(skip_serializing_if = "Wanted::is_absent")]
    cursor: Wanted<String>,
}

impl Pagination {
    /// That of a page, where there are so many rows on all pages.
    pub(in crate::web::api) fn of(PageOf { limit, page }: PageOf, total: u64) -> Self {
        let pages = total.div_ceil(u64::from(limit.rows().max(1))).max(1);
        Self {
            page,
            limit,
            pages,
            total,
            next: (page < pages).then(|| page + 1),
            // Whoever is behind the end finds the last page.
            prev: (page > 1).then(|| pages.min(page - 1)),
            cursor: Wanted::Not,
        }
    }

    /// That of some rows on the way through all of them, which goes on behind a cursor.
    pub(in crate::web::api) fn walked(page: PageOf, total: u64, cursor: Option<String>) -> Self {
        Self { next: None, prev: None, cursor: Wanted::Is(cursor), ..Self::of(page, total) }
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 1 }, { "const": "all" }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_a_page_and_its_neighbours_are_there() {
        let of = |page, total| {
            let found = Pagination::of(PageOf { limit: Limit::Rows(15), page }, total);
            (found.pages, found.next, found.prev)
        };
        assert_eq!(of(1, 0), (1, None, None));
        assert_eq!(of(1, 15), (1, None, None));
        assert_eq!(of(1, 16), (2, Some(2), None));
        assert_eq!(of(2, 31), (3, Some(3), Some(1)));
        assert_eq!(of(3, 31), (3, None, Some(2)));
        assert_eq!(of(9, 31), (3, None, Some(3)));
        assert_eq!(of(u64::MAX, 0), (1, None, Some(1)));
    }
}
