//! `fields`: only some of a shape.

use serde::Serialize;
use serde_json::{Value, json};

/// A shape, or some of its fields.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(in crate::web::api) enum Only<T> {
    /// All of it, which is written as it is.
    Whole(T),
    /// An object with the fields that are wanted.
    Some(Value),
}

/// A shape with only those of its fields that are named here or in `always`; the whole where nobody names
/// any. Names that it does not have say nothing.
pub(in crate::web::api) fn only<T: Serialize>(
    shape: T,
    fields: Option<&[String]>,
    always: &[&str],
) -> Only<T> {
    let Some(fields) = fields else { return Only::Whole(shape) };
    let mut value = json!(shape);
    if let Value::Object(map) = &mut value {
        map.retain(|name, _| {
            fields.iter().any(|field| field == name) || always.contains(&name.as_str())
        });
    }
    Only::Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_stays() {
        let value = json!({ "id": 1, "title": "a", "tags": [] });
        let named =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (fields, always, expected) in [
            (None, &[][..], value.clone()),
            (Some(named(&["id", "x"])), &[], json!({ "id": 1 })),
            (Some(named(&["id"])), &["tags"], json!({ "id": 1, "tags": [] })),
            (Some(named(&["x"])), &[], json!({})),
        ] {
            assert_eq!(json!(only(&value, fields.as_deref(), always)), expected);
        }
    }
}
