//! The order of what is browsed, and where in it somebody goes on.
//!
//! An order is a list of keys, of which the last is the id: no two rows have the same place. Whoever
//! knows the place of a row goes on behind it, whatever came and went meanwhile; so nothing has to be
//! walked over, as an `OFFSET` has to.

use sqlx::{ColumnIndex, Decode, FromRow, Row, Type};

use super::fields::{Asker, Column, Field, Kind, Resource};
use super::filter::FilterError;
use super::values::Values;

/// A rule: the name of a field, and which end comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The name, in lower case.
    pub field: String,
    /// Whether the greatest comes first.
    pub is_descending: bool,
}

/// Where a row stands in an order: the values of its keys, as text; nothing is the beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place(pub Vec<Option<String>>);

/// What rows are sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    sql: String,
    is_descending: bool,
    is_text: bool,
}

/// A row, with its place where that was asked for.
pub(super) struct Placed<T> {
    pub(super) row: T,
    pub(super) place: Place,
}

impl Key {
    pub(super) fn text(sql: impl Into<String>, is_descending: bool) -> Self {
        Self { sql: sql.into(), is_descending, is_text: true }
    }

    pub(super) fn number(sql: impl Into<String>, is_descending: bool) -> Self {
        Self { sql: sql.into(), is_descending, is_text: false }
    }
}

/// The keys of some rules. Rules on what is no field, or is hidden, say nothing. `count` is what counts
/// the posts of a row, where that can be asked for.
pub(super) fn keys(
    resource: Resource,
    asker: Asker,
    order: &[By],
    count: Option<&'static str>,
) -> Vec<Key> {
    order.iter().flat_map(|by| rule(resource, asker, by, count)).collect()
}

fn rule(
    resource: Resource,
    asker: Asker,
    By { field, is_descending }: &By,
    count: Option<&'static str>,
) -> Vec<Key> {
    if let Some(count) = count.filter(|_| field == "count.posts") {
        return vec![Key::number(count, *is_descending)];
    }
    let Some(Field::Column(column)) = resource.field(asker, field) else { return Vec::new() };
    let Column { sql, kind, is_nullable } = column;
    let mut keys = Vec::new();
    // What is not there comes first where the least does: the two databases differ if nobody says so.
    if is_nullable {
        let is_there = format!("case when {sql} is null then 0 else 1 end");
        keys.push(Key::number(is_there, *is_descending));
    }
    keys.push(match kind {
        Kind::Text => Key::text(format!("lower({sql})"), *is_descending),
        Kind::Bool => Key::number(format!("case when {sql} then 1 else 0 end"), *is_descending),
        Kind::Number | Kind::Instant => Key::number(sql, *is_descending),
    });
    keys
}

/// What stands behind `order by`.
pub(super) fn order_by(keys: &[Key]) -> String {
    let rule =
        |key: &Key| format!("{} {}", key.sql, if key.is_descending { "desc" } else { "asc" });
    keys.iter().map(rule).collect::<Vec<_>>().join(", ")
}

/// The place of each row, as columns behind others; nothing where it is not asked for.
pub(super) fn columns(keys: &[Key], place: Option<&Place>) -> String {
    let column =
        |(number, key): (usize, &Key)| format!(", cast({} as text) as place_{number}", key.sql);
    place.map_or_else(String::new, |_| keys.iter().enumerate().map(column).collect())
}

/// The condition that a row stands behind a place, with `and` before it; nothing for the beginning.
///
/// # Errors
/// It is no place in this order.
pub(super) fn behind(
    keys: &[Key],
    place: Option<&Place>,
    values: &mut Values,
) -> Result<String, FilterError> {
    let Some(Place(place)) = place.filter(|Place(place)| !place.is_empty()) else {
        return Ok(String::new());
    };
    if place.len() != keys.len() {
        return Err(FilterError::NoPlace);
    }
    let mut bound = Vec::new();
    for (key, value) in keys.iter().zip(place) {
        // What is not there is told by the key before it, and is all alike.
        let Some(value) = value else { continue };
        let placeholder = if key.is_text {
            let text = Some(value).filter(|text| !text.contains('\0'));
            values.text(text.ok_or(FilterError::NoPlace)?)
        } else {
            values.number(value.parse::<i64>().map_err(|_| FilterError::NoPlace)?)
        };
        bound.push((key, placeholder));
    }
    let Some(((last, value), before)) = bound.split_last() else {
        return Err(FilterError::NoPlace);
    };
    let compared = |key: &Key| if key.is_descending { "<" } else { ">" };
    // Databases go to such a place in an index.
    if bound.iter().all(|(key, _)| key.is_descending == last.is_descending) {
        let keys: Vec<&str> = bound.iter().map(|(key, _)| key.sql.as_str()).collect();
        let values: Vec<String> = bound.iter().map(|(_, value)| value.to_string()).collect();
        let (keys, values) = (keys.join(", "), values.join(", "));
        return Ok(format!(" and ({keys}) {} ({values})", compared(last)));
    }
    let innermost = format!("{} {} {value}", last.sql, compared(last));
    let condition = before.iter().rev().fold(innermost, |rest, (key, value)| {
        let (sql, than) = (&key.sql, compared(key));
        format!("({sql} {than} {value} or ({sql} = {value} and {rest}))")
    });
    Ok(format!(" and {condition}"))
}

impl<'r, R, T> FromRow<'r, R> for Placed<T>
where
    R: Row,
    T: FromRow<'r, R>,
    usize: ColumnIndex<R>,
    for<'c> &'c str: ColumnIndex<R>,
    Option<String>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        let mut place = Vec::new();
        loop {
            match row.try_get(format!("place_{}", place.len()).as_str()) {
                Ok(value) => place.push(value),
                Err(sqlx::Error::ColumnNotFound(_)) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(Self { row: T::from_row(row)?, place: Place(place) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(keys: &[Key], place: &[Option<&str>]) -> Result<String, FilterError> {
        let place = Place(place.iter().map(|value| value.map(str::to_owned)).collect());
        behind(keys, Some(&place), &mut Values::default())
    }

    #[test]
    fn a_place_is_a_range_where_all_keys_go_one_way() {
        let keys = [Key::number("a", true), Key::text("b", true)];
        assert_eq!(condition(&keys, &[Some("5"), Some("x")]).unwrap(), " and (a, b) < ($1, $2)");
        let keys = [Key::number("a", false), Key::text("b", true), Key::text("c", false)];
        let mixed = " and (a > $1 or (a = $1 and (b < $2 or (b = $2 and c > $3))))";
        assert_eq!(condition(&keys, &[Some("5"), Some("x"), Some("y")]).unwrap(), mixed);
        // All that is not there is alike.
        let found = condition(&keys, &[Some("5"), None, Some("y")]).unwrap();
        assert_eq!(found, " and (a, c) > ($1, $2)");
    }

    #[test]
    fn what_is_no_place_is_refused() {
        let keys = [Key::number("a", true), Key::text("b", true)];
        assert_eq!(condition(&keys, &[]).unwrap(), "", "the beginning");
        for place in [
            &[Some("5")][..],
            &[Some("five"), Some("x")],
            &[Some("99999999999999999999"), Some("x")],
            &[Some("5"), Some("\0")],
            &[None, None],
        ] {
            assert!(condition(&keys, place).is_err(), "{place:?}");
        }
    }
}
