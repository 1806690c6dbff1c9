//! Content tags: from tags, categories and sections of the old site.

use serde_json::Value;

use super::config::Engine;
use super::fields::{Fields, list_of, text_of};

/// The most tags of one post.
const MAX_TAGS: usize = 100;
/// The longest name, in characters (Ghost's limit).
const MAX_NAME: usize = 191;

/// Categories and tags of a page, apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topics {
    /// Categories, in order.
    pub categories: Vec<String>,
    /// Tags, in order.
    pub tags: Vec<String>,
}

impl Topics {
    /// Takes them out of the front matter.
    pub fn take(fields: &mut Fields, engine: Engine) -> Self {
        let plural = |value: &Value| names(value, engine == Engine::Jekyll);
        let single = |value: &Value| names(value, false);
        let mut topics = Self::default();
        let nested = |fields: &mut Fields, name: &str| {
            fields.take(&["taxonomies"], |value| plural(value.get(name)?))
        };
        // Both lists are read before the map that holds them goes.
        let taxonomies = fields.get("taxonomies").cloned();
        if let Some(taxonomies) = &taxonomies {
            topics
                .categories
                .extend(taxonomies.get("categories").and_then(plural).unwrap_or_default());
            topics.tags.extend(taxonomies.get("tags").and_then(plural).unwrap_or_default());
            let others = taxonomies
                .as_object()
                .is_some_and(|map| map.keys().any(|key| key != "tags" && key != "categories"));
            if !others {
                let _ = nested(fields, "categories").or_else(|| nested(fields, "tags"));
            }
        }
        topics.categories.extend(fields.take(&["categories"], plural).unwrap_or_default());
        topics.categories.extend(fields.take(&["category"], single).unwrap_or_default());
        topics.tags.extend(fields.take(&["tags"], plural).unwrap_or_default());
        topics.tags.extend(fields.take(&["tag"], single).unwrap_or_default());
        if engine == Engine::Eleventy {
            // These name the collections that lists are made of, not what a post is about.
            topics.tags.retain(|tag| !matches!(tag.as_str(), "all" | "post" | "posts"));
        }
        topics
    }

    /// All names, each once whatever its case: categories, tags, then the section.
    pub fn all(&self, section: Option<&str>) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let given = self.categories.iter().chain(&self.tags).map(String::as_str);
        for name in given.chain(section) {
            let seen = all.iter().any(|other| other.to_lowercase() == name.to_lowercase());
            if !seen && all.len() < MAX_TAGS {
                all.push(name.to_owned());
            }
        }
        all
    }
}

/// The names in a value: a list, or a text with commas, or with spaces where that is the custom.
fn names(value: &Value, spaces: bool) -> Option<Vec<String>> {
    let names = match value {
        Value::String(text) if text.contains(',') => text.split(',').map(str::to_owned).collect(),
        Value::String(text) if spaces => text.split_whitespace().map(str::to_owned).collect(),
        Value::Array(items) => items
            .iter()
            .filter_map(|item| match item {
                Value::Object(map) => ["label", "name", "title"]
                    .iter()
                    .find_map(|key| map.get(*key).and_then(text_of)),
                item => text_of(item),
            })
            .collect(),
        value => list_of(value)?,
    };
    // A leading `#` would make the tag an internal one.
    let clean = |name: &String| -> String {
        name.trim().trim_start_matches('#').trim().chars().take(MAX_NAME).collect()
    };
    Some(names.iter().map(clean).filter(|name| !name.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_forms_give_names_in_order() {
        for (engine, map, expected) in [
            (Engine::Hugo, json!({"tags": ["b", "A"], "categories": ["C"]}), vec!["C", "b", "A"]),
            (
                Engine::Jekyll,
                json!({"tags": "a b", "category": "release notes"}),
                vec!["release notes", "a", "b"],
            ),
            (Engine::Unknown, json!({"tags": "a b, c"}), vec!["a b", "c"]),
            (
                Engine::Zola,
                json!({"taxonomies": {"tags": ["x"], "categories": ["y"]}}),
                vec!["y", "x"],
            ),
            (Engine::Hugo, json!({"tags": ["Go", "go", "#GO", 1.5, null]}), vec!["Go", "1.5"]),
            (Engine::Eleventy, json!({"tags": ["posts", "a"]}), vec!["a"]),
            (Engine::Docusaurus, json!({"tags": [{"label": "L", "permalink": "/l"}]}), vec!["L"]),
            (Engine::Hugo, json!({}), vec![]),
        ] {
            let Value::Object(map) = map else { unreachable!() };
            let mut fields = Fields::new(map);
            assert_eq!(Topics::take(&mut fields, engine).all(None), expected);
            assert_eq!(fields.rest(), None);
        }
        assert_eq!(Topics::default().all(Some("News")), ["News"]);
    }
}
