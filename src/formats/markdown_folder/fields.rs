//! The fields of one front matter, taken one by one until only unknown ones are left.

use serde_json::{Map, Value};

/// Fields by name; `featureImage`, `feature_image` and `Feature-Image` are one name.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    map: Map<String, Value>,
}

/// Maps that generators keep fields of a theme in (Zola, Hugo).
const NESTS: [&str; 2] = ["extra", "params"];

impl Fields {
    /// All fields of a front matter.
    pub fn new(map: Map<String, Value>) -> Self {
        Self { map }
    }

    /// Takes the first of the named fields that `read` understands; others stay.
    pub fn take<T>(&mut self, names: &[&str], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        for name in names {
            if let Some(value) = take_from(&mut self.map, name, &read) {
                return Some(value);
            }
        }
        for nest in NESTS {
            let Some(Value::Object(map)) = self.map.get_mut(nest) else { continue };
            for name in names {
                if let Some(value) = take_from(map, name, &read) {
                    return Some(value);
                }
            }
        }
        None
    }

    /// The first of the named fields that holds a text.
    pub fn text(&mut self, names: &[&str]) -> Option<String> {
        self.take(names, text_of)
    }

    /// The first of the named fields that holds a yes or a no.
    pub fn flag(&mut self, names: &[&str]) -> Option<bool> {
        self.take(names, flag_of)
    }

    /// A field as it stands, which stays where it is.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name).or_else(|| {
            NESTS.iter().find_map(|nest| self.map.get(*nest).and_then(|map| map.get(name)))
        })
    }

    /// Puts a field back that was taken and could not be used.
    pub fn put_back(&mut self, name: &str, text: String) {
        self.map.insert(name.to_owned(), Value::String(text));
    }

    /// What nobody took, as JSON; `None` where nothing is left.
    pub fn rest(mut self) -> Option<String> {
        for nest in NESTS {
            if let Some(Value::Object(map)) = self.map.get_mut(nest) {
                map.retain(|_, value| !is_nothing(value));
            }
        }
        self.map.retain(|_, value| !is_nothing(value));
        (!self.map.is_empty()).then(|| Value::Object(self.map).to_string())
    }
}

fn take_from<T>(
    map: &mut Map<String, Value>,
    name: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Option<T> {
    let key = if map.contains_key(name) {
        name.to_owned()
    } else {
        map.keys().find(|key| plain(key) == plain(name))?.clone()
    };
    let value = read(map.get(&key)?)?;
    map.shift_remove(&key);
    Some(value)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// A scalar as a text without space around it; nothing where it is empty.
pub fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A yes or a no, in the words of YAML 1.1 too.
pub fn flag_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// One text or a list of them.
pub fn list_of(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => Some(items.iter().filter_map(text_of).collect()),
        _ => text_of(value).map(|text| vec![text]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_matched_loosely_and_the_rest_stays() {
        let Value::Object(map) = json!({
            "Title": "A", "feature-image": "x.png", "weight": 3, "extra": {"lang": "de", "team": "T"},
            "empty": ""
        }) else {
            unreachable!()
        };
        let mut fields = Fields::new(map);
        assert_eq!(fields.text(&["title"]).as_deref(), Some("A"));
        assert_eq!(fields.text(&["featureImage"]).as_deref(), Some("x.png"));
        assert_eq!(fields.text(&["lang"]).as_deref(), Some("de"));
        assert_eq!(fields.flag(&["weight"]), None);
        assert_eq!(fields.rest().as_deref(), Some(r#"{"weight":3,"extra":{"team":"T"}}"#));
    }
}
