//! Schemas of what is written and read, made from the very types (JSON Schema, draft 2020-12, which
//! `OpenAPI` 3.1 takes over whole).
//!
//! A field of an answer that is always there is required. One that may be absent is not; and where it is there,
//! it is not null, unless its type is [`Wanted`](crate::web::api::shape).

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use crate::web::api::shape::NULL_IF_WANTED;

/// Where schemas with a name stand.
const NAMED: &str = "#/components/schemas/";

/// What makes the schema of a type.
pub(in crate::web::api) type Make = fn(&mut SchemaGenerator) -> Schema;

/// How to make the schema of a type.
pub(super) fn of<T: JsonSchema>() -> Make {
    SchemaGenerator::subschema_for::<T>
}

/// Schemas under construction.
pub(super) struct Schemas {
    /// Of what is answered: which fields are there, decides how they are written.
    written: SchemaGenerator,
    /// Of what is asked: which fields have to be there, decides how they are read.
    read: SchemaGenerator,
    /// Those of which only some fields may be wanted.
    partial: Vec<String>,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            "/components/schemas".clone_into(settings.definitions_path.to_mut());
        });
        Self {
            written: settings.clone().for_serialize().into_generator(),
            read: settings.into_generator(),
            partial: Vec::new(),
        }
    }

    /// That of something that is answered.
    pub(super) fn written(&mut self, make: Make) -> Value {
        finished(make(&mut self.written), Way::Out)
    }

    /// That of something that is asked.
    pub(super) fn read(&mut self, make: Make) -> Value {
        finished(make(&mut self.read), Way::In)
    }

    /// That of something of which a client may want only some fields.
    pub(super) fn some_of(&mut self, make: Make) -> Value {
        let whole = self.written(make);
        let Some(name) = name(&whole) else { return whole };
        if !self.partial.iter().any(|known| known == name) {
            self.partial.push(name.to_owned());
        }
        json!({ "anyOf": [whole, { "$ref": format!("{NAMED}{}", partial(name)) }] })
    }

    /// The name of something that is answered.
    pub(super) fn name(&mut self, make: Make) -> String {
        name(&self.written(make)).unwrap_or_default().to_owned()
    }

    /// The names of the fields of something that is answered.
    pub(super) fn fields(&mut self, make: Make) -> Vec<String> {
        let schema = self.written(make);
        let named = name(&schema).and_then(|name| self.written.definitions().get(name));
        let properties = named.unwrap_or(&schema)["properties"].as_object();
        properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
    }

    /// All schemas with a name, in the order of their names.
    pub(super) fn into_named(mut self) -> Map<String, Value> {
        let named = [
            (self.written.take_definitions(false), Way::Out),
            (self.read.take_definitions(false), Way::In),
        ];
        let named = named.into_iter().flat_map(|(schemas, way)| {
            schemas.into_iter().map(move |(name, schema)| {
                let schema = Schema::try_from(schema).expect("a generator makes schemas");
                (name, finished(schema, way))
            })
        });
        let mut named: Vec<(String, Value)> = named.collect();
        let partly = named.iter().filter(|(name, _)| self.partial.contains(name));
        let partly = partly.map(|(name, schema)| (partial(name), without_required(name, schema)));
        let partly: Vec<_> = partly.collect();
        named.extend(partly);
        named.sort_by(|(a, _), (b, _)| a.cmp(b));
        named.into_iter().collect()
    }
}

/// The name that a schema refers to.
fn name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(NAMED)
}

fn partial(name: &str) -> String {
    format!("{name}Fields")
}

fn without_required(name: &str, schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(map) = schema.as_object_mut() {
        map.shift_remove("required");
        map.insert(
            "description".to_owned(),
            json!(format!("{name}, where `fields` names some of it.")),
        );
    }
    schema
}

fn finished(mut schema: Schema, way: Way) -> Value {
    Finish(way).transform(&mut schema);
    schema.to_value()
}

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is asked.
    In,
    /// It is answered.
    Out,
}

/// Takes from the schemas what says nothing to a client, and null from what an answer rather leaves out.
struct Finish(Way);

impl Transform for Finish {
    fn transform(&mut self, schema: &mut Schema) {
        schema.remove("$schema");
        schema.remove("title");
        // The width of a number in memory.
        if schema.get("format").and_then(Value::as_str).is_some_and(|format| format.contains("int"))
        {
            schema.remove("format");
        }
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = text.replace('\n', " ");
        }
        let required = schema.get("required").cloned().unwrap_or_default();
        let is_required = |name: &str| {
            required.as_array().is_some_and(|names| names.iter().any(|required| required == name))
        };
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for (name, property) in properties {
                let Some(property) = property.as_object_mut() else { continue };
                let may_be_null = property.shift_remove(NULL_IF_WANTED).is_some();
                if self.0 == Way::Out && !may_be_null && !is_required(name) {
                    take_null(property);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

fn take_null(property: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = &types[..] {
            let one = one.clone();
            property.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = property.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(one)] = &choices[..] {
            let one = one.clone();
            property.shift_remove("anyOf");
            property.extend(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;

    #[derive(Serialize, JsonSchema)]
    struct Sample {
        always: String,
        nullable: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<Vec<u32>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        inner: Option<Inner>,
    }

    #[derive(Serialize, JsonSchema)]
    struct Inner {
        name: Option<u8>,
    }

    #[test]
    fn what_may_be_absent_is_not_null() {
        let mut schemas = Schemas::new();
        let sample = schemas.some_of(of::<Sample>());
        assert_eq!(sample["anyOf"][0], json!({ "$ref": "#/components/schemas/Sample" }));
        assert_eq!(schemas.fields(of::<Sample>()), ["always", "nullable", "absent", "inner"]);
        let named = schemas.into_named();
        let found: Vec<_> = named.keys().collect();
        assert_eq!(found, ["Inner", "Sample", "SampleFields"]);
        let sample = &named["Sample"];
        assert_eq!(sample["required"], json!(["always", "nullable"]));
        assert_eq!(sample["properties"]["nullable"]["type"], json!(["string", "null"]));
        assert_eq!(sample["properties"]["absent"]["type"], "array");
        assert_eq!(sample["properties"]["inner"], json!({ "$ref": "#/components/schemas/Inner" }));
        assert_eq!(named["Inner"]["required"], json!(["name"]));
        assert!(named["SampleFields"].get("required").is_none());
    }

    #[test]
    fn what_may_be_left_out_of_a_request_may_be_null() {
        let mut schemas = Schemas::new();
        schemas.read(of::<Inner>());
        let named = schemas.into_named();
        assert_eq!(named["Inner"]["properties"]["name"]["type"], json!(["integer", "null"]));
        assert!(named["Inner"].get("required").is_none());
    }
}
