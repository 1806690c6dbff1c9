//! Parameters: what a request may say beside its address, and within which bounds.

use serde_json::{Map, Value, json};

use crate::nql;
use crate::web::api::params::{ALL, DEFAULT_LIMIT, ListLimits};

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    Query,
    Header,
}

/// What a list of words may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    /// These.
    These(&'static [&'static str]),
    /// The names of the fields of what is answered.
    Fields,
}

/// Where a parameter says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Wherever it is.
    Api,
    /// Wherever the same shape is answered.
    Shape,
    /// Nowhere else.
    Operation,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(in crate::web::api) struct Parameter {
    pub(super) name: &'static str,
    place: Place,
    pub(super) description: String,
    schema: Value,
    /// Whether it is a list with commas between, and of what.
    words: Option<Words>,
    pub(super) scope: Scope,
}

impl Parameter {
    /// One in the query, which stands in one place of the document.
    fn query(name: &'static str, description: impl Into<String>, schema: Value) -> Self {
        let description = description.into();
        Self { name, place: Place::Query, description, schema, words: None, scope: Scope::Api }
    }

    /// A list of words in the query.
    fn words(name: &'static str, description: impl Into<String>, words: Words) -> Self {
        let scope = if words == Words::Fields { Scope::Shape } else { Scope::Operation };
        let words = Some(words);
        Self { words, scope, ..Self::query(name, description, Value::Null) }
    }

    pub(super) fn is_in_path(&self) -> bool {
        self.place == Place::Path
    }

    /// It as `OpenAPI` has it, where what is answered has these fields.
    pub(super) fn to_json(&self, fields: &[String]) -> Value {
        let place = match self.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        };
        let mut map = Map::new();
        map.insert("name".to_owned(), self.name.into());
        map.insert("in".to_owned(), place.into());
        map.insert("description".to_owned(), self.description.clone().into());
        if self.place == Place::Path {
            map.insert("required".to_owned(), true.into());
        }
        let words = match self.words {
            None => None,
            Some(Words::Fields) => Some(json!(fields)),
            Some(Words::These(words)) => Some(json!(words)),
        };
        if let Some(words) = words {
            map.insert("style".to_owned(), "form".into());
            map.insert("explode".to_owned(), false.into());
            let items = json!({ "type": "string", "enum": words });
            map.insert("schema".to_owned(), json!({ "type": "array", "items": items }));
        } else {
            map.insert("schema".to_owned(), self.schema.clone());
        }
        map.into()
    }
}

/// One that stands in the path.
pub(super) fn in_path(name: &str) -> Parameter {
    let (name, description, schema) = match name {
        "id" => {
            let schema = json!({ "type": "string", "pattern": "^[0-9a-f]{24}$" });
            ("id", "The id: 24 hexadecimal characters.", schema)
        }
        "email" => {
            ("email", "The address for mail.", json!({ "type": "string", "format": "email" }))
        }
        _ => (
            "slug",
            "The word that its address ends in.",
            json!({ "type": "string", "minLength": 1 }),
        ),
    };
    let description = description.to_owned();
    Parameter { name, place: Place::Path, description, schema, words: None, scope: Scope::Api }
}

/// Those that say which rows of a list are wanted, of at most so many as the site gives.
pub(super) fn of_page(limits: ListLimits) -> Vec<Parameter> {
    let ListLimits { max, allows_all } = limits;
    let all = if allows_all {
        format!("gets {max}; `all` is all of them, {ALL} at most.")
    } else {
        format!("`all` too, gets {max}.")
    };
    vec![
        Parameter::query(
            "filter",
            format!(
                "Which rows: conditions in NQL, like `tag:news+featured:true`. At most {} conditions, {} \
                 levels of parentheses, and {} values in a list.",
                nql::MAX_TERMS,
                nql::MAX_DEPTH,
                nql::MAX_LIST
            ),
            json!({ "type": "string", "maxLength": nql::MAX_LENGTH }),
        ),
        Parameter::query(
            "limit",
            format!("How many rows a page has. Whatever asks for more than {max}, {all}"),
            json!({
                "anyOf": [
                    { "type": "integer", "minimum": 1, "maximum": max },
                    { "type": "string", "const": "all" },
                ],
                "default": DEFAULT_LIMIT.min(max),
            }),
        ),
        Parameter::query(
            "page",
            "Which page, from 1 on. Behind the last one there are no rows.",
            json!({ "type": "integer", "minimum": 1, "default": 1 }),
        ),
        Parameter::query(
            "after",
            "The `cursor` of the answer before: what stands behind it, whatever came and went meanwhile. \
             Without a value it begins the list. There is no `page` beside it.",
            json!({ "type": "string" }),
        ),
        Parameter::query(
            "order",
            "Rules with commas between: a field, and `asc` or `desc`. A rule that cannot be understood \
             orders nothing.",
            json!({
                "type": "string",
                "pattern": "^[A-Za-z0-9_,. ]*$",
                "examples": ["published_at desc", "title asc, id desc"],
            }),
        ),
    ]
}

/// Which fields are wanted.
pub(super) fn fields() -> Parameter {
    let text =
        "Only these fields, with commas between. What `include` names is there all the same.";
    Parameter::words("fields", text, Words::Fields)
}

/// In which forms a text is wanted.
pub(in crate::web::api) fn formats(words: &'static [&'static str]) -> Parameter {
    let text = "In which forms the text is wanted, with commas between.";
    Parameter::words("formats", text, Words::These(words))
}

/// In which form a text is sent.
pub(in crate::web::api) fn source() -> Parameter {
    Parameter::query(
        "source",
        "In which form the text of a body is. Without it, the text is `lexical` or `mobiledoc`, and `html` \
         is left out.",
        json!({ "type": "string", "enum": ["html", "markdown"] }),
    )
}

/// What is wanted beside.
pub(super) fn include(words: &'static [&'static str]) -> Parameter {
    let text = "What is to stand beside each row, with commas between. Other words say nothing.";
    Parameter::words("include", text, Words::These(words))
}

/// What a client has already.
pub(super) fn if_none_match() -> Parameter {
    Parameter {
        place: Place::Header,
        ..Parameter::query(
            "If-None-Match",
            "The `ETag` of an answer that is at hand: if it still stands, there is a 304 and no body.",
            json!({ "type": "string", "examples": ["W/\"5c0f\""] }),
        )
    }
}
