//! The order of what is browsed.

use super::fields::{Asker, Column, Field, Kind, Resource};

/// A rule: the name of a field, and which end comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The name, in lower case.
    pub field: String,
    /// Whether the greatest comes first.
    pub is_descending: bool,
}

/// The rules as SQL, behind `order by`, each with a comma at its end. Rules on what is no field, or is
/// hidden, say nothing. `count` is what counts the posts of a row, where that can be asked for.
pub(super) fn rules(
    resource: Resource,
    asker: Asker,
    order: &[By],
    count: Option<&'static str>,
) -> String {
    order.iter().filter_map(|by| rule(resource, asker, by, count)).collect()
}

fn rule(
    resource: Resource,
    asker: Asker,
    By { field, is_descending }: &By,
    count: Option<&'static str>,
) -> Option<String> {
    let direction = if *is_descending { "desc" } else { "asc" };
    if let Some(count) = count.filter(|_| field == "count.posts") {
        return Some(format!("{count} {direction}, "));
    }
    let Some(Field::Column(column)) = resource.field(asker, field) else { return None };
    let Column { sql, kind, is_nullable } = column;
    // What is not there comes first where the least does: the two databases differ if nobody says so.
    let nulls = if is_nullable {
        format!("case when {sql} is null then 0 else 1 end {direction}, ")
    } else {
        String::new()
    };
    let sql = if kind == Kind::Text { format!("lower({sql})") } else { sql.to_owned() };
    Some(format!("{nulls}{sql} {direction}, "))
}
