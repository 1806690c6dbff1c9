//! The reference of the API: its `OpenAPI` document, for people.

use std::fmt::Write as _;

use askama::Template;
use serde_json::Value;

use super::Site;
use super::frame::Frame;
use super::meta::Meta;
use crate::web::assets::asset;

/// Names of schemas that say what another says.
const PARTIAL: &str = "Fields";

/// Words beyond which it is told what they are, not which.
const MANY: usize = 8;

/// The reference. It is in English, whatever the language of the site.
#[derive(Debug, Template)]
#[template(path = "reference.html")]
pub struct ReferencePage<'a> {
    frame: Frame<'a>,
    /// Where the API is.
    api: &'a str,
    title: &'a str,
    standfirst: &'a str,
    lead: Vec<Vec<Words<'a>>>,
    parts: Vec<Part<'a>>,
    errors: Vec<Answer<'a>>,
    headers: Vec<Row<'a>>,
    shapes: Vec<Shape<'a>>,
}

/// A text in which some words are code.
#[derive(Debug)]
struct Words<'a> {
    text: &'a str,
    is_code: bool,
}

/// What one kind of key opens.
#[derive(Debug)]
struct Part<'a> {
    id: &'static str,
    title: &'static str,
    access: Vec<Words<'a>>,
    resources: Vec<Resource<'a>>,
}

/// What can be asked of one resource.
#[derive(Debug)]
struct Resource<'a> {
    id: String,
    name: String,
    operations: Vec<Operation<'a>>,
    parameters: Vec<Row<'a>>,
    samples: Vec<Sample<'a>>,
    example: Option<String>,
    shape: Option<&'a str>,
}

#[derive(Debug)]
struct Operation<'a> {
    method: String,
    path: &'a str,
    summary: &'a str,
    /// The shape of what is sent.
    takes: Option<&'a str>,
    errors: String,
}

/// A name, which values it takes, and what it means.
#[derive(Debug)]
struct Row<'a> {
    name: &'a str,
    kind: String,
    /// The shape that the kind speaks of.
    shape: Option<&'a str>,
    about: Vec<Words<'a>>,
}

#[derive(Debug)]
struct Sample<'a> {
    summary: &'a str,
    label: &'a str,
    source: &'a str,
}

#[derive(Debug)]
struct Answer<'a> {
    status: &'static str,
    name: &'a str,
    about: &'a str,
}

/// What an answer is made of.
#[derive(Debug)]
struct Shape<'a> {
    name: &'a str,
    about: Vec<Words<'a>>,
    fields: Vec<Field<'a>>,
}

#[derive(Debug)]
struct Field<'a> {
    row: Row<'a>,
    is_always_there: bool,
}

impl<'a> ReferencePage<'a> {
    /// The reference of an API that lies at an address, by its document.
    #[must_use]
    pub fn new(site: Site<'a>, api: &'a str, document: &'a Value) -> Self {
        let path = api.strip_prefix(site.base_url).unwrap_or(api);
        let info = &document["info"];
        let title = text(&info["title"]);
        let mut meta = Meta::new(site, title, &format!("{path}/")).unlisted();
        meta.description = info["summary"].as_str().map(str::to_owned);
        let components = &document["components"];
        let part = |id, title, scheme: &str| Part {
            id,
            title,
            access: words(text(&components["securitySchemes"][scheme]["description"])),
            resources: resources(document, id),
        };
        Self {
            frame: Frame::new(site, path, meta),
            api,
            title,
            standfirst: text(&info["summary"]),
            lead: text(&info["description"]).split("\n\n").map(words).collect(),
            parts: vec![
                part("content", "Content API", "contentKey"),
                part("admin", "Admin API", "adminToken"),
            ],
            errors: errors(document),
            headers: entries(&components["headers"])
                .map(|(name, header)| row(document, name, header))
                .collect(),
            shapes: entries(&components["schemas"])
                .filter_map(|named| shape(document, named))
                .collect(),
        }
    }
}

/// The resources below a part of the API, in the order of their addresses.
fn resources<'a>(document: &'a Value, part: &str) -> Vec<Resource<'a>> {
    let tags = document["tags"].as_array().into_iter().flatten();
    let names = tags.map(|tag| text(&tag["name"]));
    let ours = names.filter(|name| name.split('/').next() == Some(part));
    ours.map(|name| resource(document, name)).collect()
}

fn resource<'a>(document: &'a Value, group: &'a str) -> Resource<'a> {
    let of_group = entries(&document["paths"]).flat_map(|(path, item)| {
        entries(item).map(move |(method, operation)| (path, method, operation))
    });
    let of_group: Vec<_> =
        of_group.filter(|(_, _, described)| described["tags"][0] == group).collect();
    let first = of_group.first().map_or(&Value::Null, |(_, _, operation)| operation);
    let mut parameters: Vec<Row<'a>> = Vec::new();
    for (_, _, operation) in &of_group {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = resolved(document, parameter);
            let name = text(&parameter["name"]);
            if parameter["in"] == "query" && parameters.iter().all(|known| known.name != name) {
                parameters.push(row(document, name, parameter));
            }
        }
    }
    let (_, name) = group.split_once('/').unwrap_or_default();
    // Who has seen how one is read and how one is added, needs no more.
    let shown = of_group.iter().enumerate();
    let shown = shown.filter(|(at, (_, method, _))| *at == 0 || *method == "post").take(2);
    let samples = shown.flat_map(|(_, (_, _, described))| {
        let samples = described["x-codeSamples"].as_array().into_iter().flatten();
        samples.map(|sample| Sample {
            summary: text(&described["summary"]),
            label: text(&sample["label"]),
            source: text(&sample["source"]),
        })
    });
    let of_status = |status: &str| &first["responses"][status]["content"]["application/json"];
    let answer = of_status(if first["responses"].get("200").is_some() { "200" } else { "201" });
    Resource {
        id: group.replace('/', "-"),
        name: capitalised(name),
        operations: of_group.iter().map(|&of| operation(of)).collect(),
        parameters,
        samples: samples.collect(),
        example: answer
            .get("example")
            .and_then(|example| serde_json::to_string_pretty(example).ok()),
        shape: named_in(&answer["schema"]),
    }
}

fn operation<'a>((path, method, operation): (&'a str, &'a str, &'a Value)) -> Operation<'a> {
    let statuses = entries(&operation["responses"]).map(|(status, _)| status);
    let errors: Vec<_> = statuses.filter(|status| *status >= "400").collect();
    Operation {
        method: method.to_ascii_uppercase(),
        path,
        summary: text(&operation["summary"]),
        takes: entries(&operation["requestBody"]["content"])
            .find_map(|(_, content)| named_in(&content["schema"])),
        errors: errors.join(", "),
    }
}

fn errors(document: &Value) -> Vec<Answer<'_>> {
    let statuses = ["400", "401", "403", "404", "406", "409", "413", "415", "422", "429", "503"];
    let mut found: Vec<Answer<'_>> = Vec::new();
    for (_, item) in entries(&document["paths"]) {
        for (_, operation) in entries(item) {
            for status in statuses {
                let Some(response) = operation["responses"].get(status) else { continue };
                let name = text(&response["$ref"]).rsplit('/').next().unwrap_or_default();
                if found.iter().all(|known| known.name != name) {
                    let about = text(&resolved(document, response)["description"]);
                    found.push(Answer { status, name, about });
                }
            }
        }
    }
    found.sort_by_key(|answer| answer.status);
    found
}

fn shape<'a>(document: &'a Value, (name, schema): (&'a str, &'a Value)) -> Option<Shape<'a>> {
    let is_partial = name.strip_suffix(PARTIAL).is_some_and(|whole| !whole.is_empty());
    let properties = &schema["properties"];
    if is_partial || entries(properties).next().is_none() {
        return None;
    }
    let required = schema["required"].as_array();
    let is_required = |name: &str| {
        required.is_some_and(|required| required.iter().any(|required| required == name))
    };
    let field = |(name, property)| Field {
        row: row(document, name, property),
        is_always_there: is_required(name),
    };
    Some(Shape {
        name,
        about: words(text(&schema["description"])),
        fields: entries(properties).map(field).collect(),
    })
}

/// A parameter, a header or a field: its schema is in it, or is it.
fn row<'a>(document: &'a Value, name: &'a str, value: &'a Value) -> Row<'a> {
    let schema = value.get("schema").unwrap_or(value);
    let shape = named_in(schema).filter(|name| {
        document.pointer(&format!("/components/schemas/{name}/properties")).is_some()
    });
    Row { name, kind: kind(document, schema), shape, about: words(text(&value["description"])) }
}

/// Which values a schema takes, in words.
fn kind(document: &Value, schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        let named = resolved(document, schema);
        let is_plain = !std::ptr::eq(named, schema) && named.get("properties").is_none();
        return if is_plain { kind(document, named) } else { name.to_owned() };
    }
    if let Some(value) = schema.get("const") {
        return value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    }
    let list = |name: &str| schema[name].as_array().into_iter().flatten();
    let values: Vec<_> = list("enum").filter_map(Value::as_str).collect();
    if values.len() > MANY {
        return "names of fields".to_owned();
    }
    if !values.is_empty() {
        return values.join(", ");
    }
    let choices = list("anyOf").chain(list("oneOf")).map(|choice| kind(document, choice));
    let choices: Vec<_> = choices.collect();
    if !choices.is_empty() {
        return choices.join(" or ");
    }
    let types: Vec<_> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec!["anything"],
    };
    let mut text = types.join(" or ");
    if text == "array" {
        return format!("list of {}", kind(document, &schema["items"]));
    }
    if let Some(format) = schema["format"].as_str() {
        let _ = write!(text, " ({format})");
    }
    if let (Some(least), Some(most)) = (schema["minimum"].as_u64(), schema["maximum"].as_u64()) {
        let _ = write!(text, " from {least} to {most}");
    }
    text
}

/// The shape of the rows of an answer, or of all of it.
fn named_in(schema: &Value) -> Option<&str> {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next();
    }
    let first = &schema["anyOf"][0];
    if first.is_object() {
        return named_in(first);
    }
    if schema["items"].is_object() {
        return named_in(&schema["items"]);
    }
    entries(&schema["properties"]).find_map(|(_, property)| named_in(property))
}

/// What a reference refers to; what is none is itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let map = value.as_object().into_iter().flatten();
    map.map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A text, taken apart at its backquotes.
fn words(text: &str) -> Vec<Words<'_>> {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, text)| Words { text, is_code: at % 2 == 1 });
    parts.filter(|words| !words.text.is_empty()).collect()
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_is_told_in_words() {
        for (schema, words) in [
            (json!({ "type": "string" }), "string"),
            (json!({ "type": ["string", "null"] }), "string or null"),
            (json!({ "type": "string", "format": "uuid" }), "string (uuid)"),
            (json!({ "type": "array", "items": { "$ref": "#/x/Tag" } }), "list of Tag"),
            (json!({ "anyOf": [{ "$ref": "#/x/Tag" }, { "type": "null" }] }), "Tag or null"),
            (json!({ "type": "string", "enum": ["asc", "desc"] }), "asc, desc"),
            (json!({ "const": "all" }), "all"),
            (json!({ "type": "integer", "minimum": 1, "maximum": 100 }), "integer from 1 to 100"),
            (json!(true), "anything"),
        ] {
            assert_eq!(kind(&Value::Null, &schema), words, "{schema}");
        }
    }

    #[test]
    fn code_stands_between_backquotes() {
        let found = words("A `limit` of `1`");
        let found: Vec<_> = found.iter().map(|words| (words.text, words.is_code)).collect();
        assert_eq!(found, [("A ", false), ("limit", true), (" of ", false), ("1", true)]);
    }
}
