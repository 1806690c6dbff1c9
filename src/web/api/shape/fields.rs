//! `fields`: only some of a shape.

use serde::Serialize;
use serde_json::Value;

/// A value as JSON, with only those of its fields that are named here or in `always`. Names that it does
/// not have say nothing.
pub(in crate::web::api) fn only(
    value: &impl Serialize,
    fields: Option<&[String]>,
    always: &[&str],
) -> Value {
    let mut value =
        serde_json::to_value(value).expect("strings, numbers and lists always serialise");
    if let (Some(fields), Value::Object(map)) = (fields, &mut value) {
        map.retain(|name, _| {
            fields.iter().any(|field| field == name) || always.contains(&name.as_str())
        });
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_named_stays() {
        let value = json!({ "id": 1, "title": "a", "tags": [] });
        let named =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(only(&value, None, &[]), value);
        assert_eq!(only(&value, Some(&named(&["id", "x"])), &[]), json!({ "id": 1 }));
        assert_eq!(only(&value, Some(&named(&["id"])), &["tags"]), json!({ "id": 1, "tags": [] }));
        assert_eq!(only(&value, Some(&named(&["x"])), &[]), json!({}));
    }
}
