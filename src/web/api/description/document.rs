//! The document: operations and schemas, as `OpenAPI` 3.1 writes them.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::operation::{Access, Content, Envelope, Operation};
use super::parameter::{self, Parameter, Scope};
use super::schemas::{self, Schemas};
use crate::web::api::error::{self, Kind};
use crate::web::api::params::ListLimits;
use crate::web::api::shape::Pagination;
use crate::web::api::{self, CONTENT_VERSION, VERSION};

/// The description of the API that lies at this address, without a slash at its end, and gives so much at once.
///
/// # Panics
/// Never: it is the same each time, and the tests make it.
#[must_use]
pub fn document(api: &str, limits: ListLimits) -> Value {
    let mut document = Document { limits, schemas: Schemas::new(), parameters: Map::new() };
    let operations = api::operations();
    let mut paths = Map::new();
    for operation in &operations {
        let described = document.operation(operation, api);
        let path = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_ascii_lowercase()] = described;
    }
    let errors = document.schemas.written(schemas::of::<error::Body<'static>>());
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "The API of this site",
            "summary": "Posts, pages, tags and authors as JSON, in the shapes of Ghost's API",
            "description": DESCRIPTION,
            "version": VERSION,
        },
        "servers": [{ "url": api }],
        "tags": groups(&operations),
        "paths": paths,
        "components": {
            "schemas": document.schemas.into_named(),
            "parameters": document.parameters,
            "headers": headers(),
            "responses": responses(&errors),
            "securitySchemes": {
                "contentKey": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "key",
                    "description": CONTENT_KEY,
                },
                "adminToken": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": ADMIN_TOKEN,
                },
            },
        },
    })
}

const DESCRIPTION: &str = "\
The Content API is for front ends: it reads what is published, with a content key, and every cache keeps what \
it answers. The Admin API is for programs that the owner of the site has let in; it shows what is not \
published as well, and nobody keeps what it answers.\n\n\
Whatever can be read with `GET` can be asked for with `HEAD`. A field that was not asked for is absent; one \
that has no value is null. What a request says beyond what is described here is left out without a word.";

const CONTENT_KEY: &str = "\
A content key opens it, as `key` in the query. The key may stand in a page that everybody can read: it opens \
what is published, and nothing else.";

const ADMIN_TOKEN: &str = "\
A token opens it, in the header `Authorization: Ghost TOKEN`. It is a JSON Web Token, signed by HS256 with the \
secret of an admin key, which is what stands behind its colon, in hexadecimal digits. It names the other part \
of the key as `kid`, and `/admin/` as `aud`. Five minutes after its `iat`, or at its `exp` if that is sooner, \
it opens nothing any more.";

struct Document {
    limits: ListLimits,
    schemas: Schemas,
    parameters: Map<String, Value>,
}

impl Document {
    fn operation(&mut self, operation: &Operation, api: &str) -> Value {
        let is_read = operation.method == http::Method::GET;
        let conditional = is_read.then(parameter::if_none_match);
        let page = if operation.is_list() { parameter::of_page(self.limits) } else { vec![] };
        let parameters: Vec<_> = page
            .iter()
            .chain(&operation.parameters)
            .chain(&conditional)
            .map(|parameter| self.parameter(parameter, operation.answer.as_ref()))
            .collect();
        let security = match operation.access {
            Access::Open => json!([]),
            Access::Key => json!([{ "contentKey": [] }]),
            Access::Token => json!([{ "adminToken": [] }]),
        };
        let mut responses = Map::new();
        responses.insert(operation.status.as_str().to_owned(), self.answer(operation));
        if is_read {
            responses
                .insert("304".to_owned(), json!({ "$ref": "#/components/responses/NotModified" }));
        }
        responses.insert("414".to_owned(), json!({ "$ref": "#/components/responses/TooLong" }));
        for kind in &operation.errors {
            let response = format!("#/components/responses/{}", kind.name());
            responses.insert(kind.status().as_str().to_owned(), json!({ "$ref": response }));
        }
        responses.sort_keys();
        let mut described = json!({
            "operationId": operation.id(),
            "summary": operation.summary,
            "tags": [operation.group()],
            "security": security,
            "parameters": parameters,
            "responses": responses,
            "x-codeSamples": super::sample::code(operation, api),
        });
        if let Some(body) = &operation.body {
            let schema = self.schemas.read(body.schema);
            described["requestBody"] = json!({ "required": true, "content": json_content(body, schema, &mut self.schemas) });
        }
        described
    }

    /// A parameter that says the same for several operations stands in one place.
    fn parameter(&mut self, parameter: &Parameter, answer: Option<&Content>) -> Value {
        let (shape, fields) = answer.map_or_else(Default::default, |answer| {
            (self.schemas.name(answer.schema), self.schemas.fields(answer.schema))
        });
        let described = parameter.to_json(&fields);
        let name = match parameter.scope {
            Scope::Api => parameter.name.to_owned(),
            Scope::Shape => format!("{}Of{shape}", parameter.name),
            Scope::Operation => return described,
        };
        let reference = json!({ "$ref": format!("#/components/parameters/{name}") });
        self.parameters.entry(name).or_insert(described);
        reference
    }

    fn answer(&mut self, operation: &Operation) -> Value {
        let Some(answer) = &operation.answer else {
            let headers = refer(&["Content-Version", "Access-Control-Allow-Origin"]);
            return json!({ "description": "Done.", "headers": headers });
        };
        let schema = if answer.is_partial {
            self.schemas.some_of(answer.schema)
        } else {
            self.schemas.written(answer.schema)
        };
        let is_read = operation.method == http::Method::GET;
        let etag: &[_] = if is_read { &["ETag"] } else { &[] };
        let place: &[_] = if operation.says_where { &["Location"] } else { &[] };
        let always = ["Content-Version", "Cache-Control", "Access-Control-Allow-Origin"];
        let headers = [etag, place, &always].concat();
        json!({
            "description": match answer.envelope {
                Envelope::None => "What was asked for.",
                Envelope::One(_) => "What was asked for, in a list of one.",
                Envelope::All(_) => "All that there are.",
                Envelope::Page(_) => "A page of the list.",
            },
            "headers": refer(&headers),
            "content": json_content(answer, schema, &mut self.schemas),
        })
    }
}

/// What is sent or answered as JSON.
fn json_content(content: &Content, schema: Value, schemas: &mut Schemas) -> Value {
    let example = content.example.clone().unwrap_or_default();
    let (schema, example) = match content.envelope {
        Envelope::None => (schema, example),
        Envelope::One(name) => {
            let rows = json!({ "type": "array", "items": schema, "minItems": 1, "maxItems": 1 });
            let schema =
                json!({ "type": "object", "properties": { name: rows }, "required": [name] });
            (schema, json!({ name: [example] }))
        }
        Envelope::All(name) => {
            let rows = json!({ "type": "array", "items": schema });
            let schema =
                json!({ "type": "object", "properties": { name: rows }, "required": [name] });
            (schema, json!({ name: [example] }))
        }
        Envelope::Page(name) => {
            let pagination = schemas.written(schemas::of::<Pagination>());
            let rows = json!({ "type": "array", "items": schema });
            let meta = json!({
                "type": "object",
                "properties": { "pagination": pagination },
                "required": ["pagination"],
            });
            let schema = json!({
                "type": "object",
                "properties": { name: rows, "meta": meta },
                "required": [name, "meta"],
            });
            let pagination = Pagination::of(super::sample::FIRST_PAGE, 1);
            (schema, json!({ name: [example], "meta": { "pagination": pagination } }))
        }
    };
    if content.is_form {
        return json!({ "multipart/form-data": { "schema": schema } });
    }
    json!({ "application/json": { "schema": schema, "example": example } })
}

fn refer(names: &[&str]) -> Value {
    let headers = names.iter().map(|name| {
        ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))
    });
    Value::Object(headers.collect())
}

fn headers() -> Value {
    json!({
        "ETag": {
            "description": "Names these bytes. Send it back in `If-None-Match`.",
            "required": true,
            "schema": { "type": "string" },
        },
        "Location": {
            "description": "Where what was made can be read.",
            "required": true,
            "schema": { "type": "string", "format": "uri" },
        },
        "Content-Version": {
            "description": "The version of Ghost's API that the answer follows.",
            "required": true,
            "schema": { "type": "string", "const": CONTENT_VERSION },
        },
        "Cache-Control": {
            "description": "How long a client may keep it: `no-cache`, which means that it asks each time \
                            whether it still stands, or `no-store`.",
            "required": true,
            "schema": { "type": "string" },
        },
        "Access-Control-Allow-Origin": {
            "description": "A page of any origin may read it.",
            "required": true,
            "schema": { "type": "string", "const": "*" },
        },
        "Retry-After": {
            "description": "Seconds after which it is worth asking again.",
            "required": true,
            "schema": { "type": "integer", "minimum": 0 },
        },
    })
}

fn responses(errors: &Value) -> Value {
    let mut responses = Map::new();
    let not_modified = json!({
        "description": "What is at hand still stands.",
        "headers": refer(&["ETag"]),
    });
    responses.insert("NotModified".to_owned(), not_modified);
    let too_long = json!({ "description": "The address is longer than 64 KiB. There is no body." });
    responses.insert("TooLong".to_owned(), too_long);
    for kind in Kind::ALL {
        let retry: &[_] =
            if kind.status() == StatusCode::SERVICE_UNAVAILABLE { &["Retry-After"] } else { &[] };
        let always = ["Content-Version", "Cache-Control", "Access-Control-Allow-Origin"];
        let response = json!({
            "description": format!("{}.", kind.beginning()),
            "headers": refer(&[&always, retry].concat()),
            "content": { "application/json": { "schema": errors } },
        });
        responses.insert(kind.name().to_owned(), response);
    }
    responses.into()
}

fn groups(operations: &[Operation]) -> Value {
    let mut groups: Vec<String> = Vec::new();
    for group in operations.iter().map(Operation::group) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups.iter().map(|group| json!({ "name": group })).collect()
}
