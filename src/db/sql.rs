//! Small pieces of SQL text.

use std::fmt::Write as _;

/// `$1, $2, $3`: as many placeholders as there are values.
pub(super) fn placeholders(how_many: usize) -> String {
    let mut list = String::with_capacity(how_many * 5);
    for n in 1..=how_many {
        let separator = if n == 1 { "" } else { ", " };
        let _ = write!(list, "{separator}${n}");
    }
    list
}

/// A text as a part of a pattern of `like … escape '\'`: nothing in it is a wildcard.
pub(super) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// Fetches the rows of a statement that ends in `in`, behind which comes a list of values.
///
/// The values are bound; only their number goes into the text. Without values there are no rows,
/// and nothing is asked.
macro_rules! fetch_among {
    ($connection:expr, $sql:expr, $values:expr) => {{
        let values = $values;
        if values.is_empty() {
            Ok(Vec::new())
        } else {
            let sql = format!("{}({})", $sql, $crate::db::sql::placeholders(values.len()));
            on!($connection, c => {
                let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
                for value in values {
                    query = query.bind(value);
                }
                query.fetch_all(c).await
            })
        }
    }};
}
pub(super) use fetch_among;
