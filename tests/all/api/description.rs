//! What the API says of itself: the document is what the code makes, it has every route, and what is answered
//! is what it says.

use std::collections::BTreeSet;
use std::path::Path;

use http::Method;
use jsonschema::Validator;
use masthead::config::ApiConfig;
use masthead::web;
use serde_json::{Map, Value, json};

use super::client::{self, Client};
use super::shelf;
use crate::instance::Answer;
use crate::support::fixtures::author;
use crate::support::{TestDatabase, on_both};

on_both!(
    every_answer_is_what_the_document_says,
    what_is_written_is_answered_as_it_says,
    it_is_served_like_any_other_public_thing,
);

/// The document. `MASTHEAD_WRITE_OPENAPI=1 tests/run the_document_is` writes it anew.
const FILE: &str = "docs/openapi.json";
const BASE: &str = "/ghost/api";

/// The document of a site that nothing was set for.
fn document(api: &str) -> Value {
    let ApiConfig { max_limit: max, allow_limit_all: allows_all, .. } = ApiConfig::default();
    web::api_document(api, web::ListLimits { max, allows_all })
}

#[test]
fn the_document_is_what_the_code_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let made = format!("{:#}\n", document(BASE));
    if std::env::var_os("MASTHEAD_WRITE_OPENAPI").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "{FILE} is not what the program makes");
}

#[test]
fn every_route_is_in_the_document_and_the_other_way_round() {
    let document = document(BASE);
    let table = web::table();
    let list = table.to_markdown();
    let routes = list.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let itself = ["/ghost/api/", "/ghost/api/openapi.json"];
    let routes: BTreeSet<_> =
        routes.filter(|route| route.starts_with(BASE) && !itself.contains(route)).collect();
    let paths = document["paths"].as_object().unwrap();
    let described: Vec<String> = paths.keys().map(|path| format!("{BASE}{path}")).collect();
    assert_eq!(routes, described.iter().map(String::as_str).collect());

    for (path, item) in paths {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert_eq!(
                item.get(method.as_str().to_ascii_lowercase()).is_some(),
                table.route(&method, &format!("{BASE}{path}")).is_some(),
                "{method} {path}"
            );
        }
    }

    // What the handler of a public route does not declare, it is not given.
    for (path, operation) in operations(&document) {
        let declared = table.find(&format!("{BASE}{path}")).query;
        if !path.starts_with("/content/") || declared.is_empty() {
            continue;
        }
        let parameters = operation["parameters"].as_array().unwrap();
        let parameters = parameters.iter().map(|parameter| resolved(&document, parameter));
        for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            assert!(declared.contains(&name), "{path}: {name}");
        }
    }
}

#[test]
fn examples_and_names_hold() {
    let document = document(BASE);
    let mut ids = BTreeSet::new();
    for (path, operation) in operations(&document) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}");
        let content = &operation["responses"]["200"]["content"]["application/json"];
        check(&validator(&document, &content["schema"], false), path, &content["example"]);
    }
}

/// The operations that read.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.filter_map(|(path, item)| Some((path.as_str(), item.get("get")?)))
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"].as_str().map_or(value, |to| document.pointer(&to[1..]).unwrap())
}

/// What holds an answer against a schema of the document. If it is `whole`, each field that the schema does
/// not have is a fault, and so is each that is always there and lacks.
fn validator(document: &Value, schema: &Value, whole: bool) -> Validator {
    let mut schema = schema.clone();
    if !schema.to_string().contains("$ref") {
        return jsonschema::draft202012::new(&schema).unwrap();
    }
    let mut components = document["components"].clone();
    if whole {
        close(&mut schema);
        close(&mut components["schemas"]);
    }
    schema["components"] = components;
    jsonschema::draft202012::new(&schema).unwrap()
}

/// No more than is described, and no less.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            // Of a shape and what `fields` leaves of it, the shape.
            let parts = map.get("anyOf").and_then(Value::as_array).cloned().unwrap_or_default();
            let names: Vec<_> = parts.iter().filter_map(|part| part["$ref"].as_str()).collect();
            if let [one, other] = names[..]
                && other.strip_suffix("Fields") == Some(one)
            {
                *schema = json!({ "$ref": one });
                return;
            }
            if map.get("type") == Some(&json!("object"))
                && !map.contains_key("additionalProperties")
            {
                map.insert("additionalProperties".to_owned(), false.into());
            }
            map.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

fn check(validator: &Validator, what: &str, value: &Value) {
    let faults: Vec<_> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}\n{value:#}");
}

impl Client {
    /// Asks for what an operation describes, as whoever may.
    async fn described(&self, path: &str) -> Answer {
        match path.strip_prefix("/content/") {
            Some(path) => self.get(path).await,
            None => self.administer(path.strip_prefix("/admin/").unwrap()).await,
        }
    }
}

async fn every_answer_is_what_the_document_says(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    let document = document(BASE);
    for (path, operation) in operations(&document) {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let whole = validator(&document, schema, true);
        let partly = validator(&document, schema, false);
        for path in addresses(&client, path).await {
            for query in [
                "",
                "?include=tags,authors,count.posts",
                "?formats=html,plaintext",
                "?limit=2&page=2&order=slug%20asc",
            ] {
                let answer = client.described(&format!("{path}{query}")).await;
                assert_eq!(answer.status, 200, "{path}{query}: {}", answer.text());
                check(&whole, &path, &client::json(&answer));
                for (name, header) in operation["responses"]["200"]["headers"].as_object().unwrap()
                {
                    let header = resolved(&document, header);
                    let schema = validator(&document, &header["schema"], false);
                    check(&schema, name, &json!(answer.field(&name.to_ascii_lowercase())));
                }
            }
            let answer = client.described(&format!("{path}?fields=slug,url,tags")).await;
            check(&partly, &path, &client::json(&answer));
        }
        for (path, query) in [
            (path.replace("{id}", "x").replace("{slug}", "%20").replace("{email}", "nobody"), ""),
            (
                path.replace("{id}", &"0".repeat(24))
                    .replace("{slug}", "no")
                    .replace("{email}", "n"),
                "",
            ),
            (path.to_owned(), "?filter=(&formats=pdf&limit=-1"),
            (path.to_owned(), "?order=;"),
        ] {
            if path.contains('{') {
                continue;
            }
            let answer = client.described(&format!("{path}{query}")).await;
            if answer.status == 200 {
                continue;
            }
            let described = operation["responses"].get(answer.status.as_str());
            let described = described.unwrap_or_else(|| panic!("{path}{query}: {}", answer.status));
            let described = resolved(&document, described);
            let schema = &described["content"]["application/json"]["schema"];
            let body = client::json(&answer);
            check(&validator(&document, schema, true), &path, &body);
            let name = body["errors"][0]["type"].as_str().unwrap();
            assert!(document["components"]["responses"].get(name).is_some(), "{name}");
        }
    }
}

async fn what_is_written_is_answered_as_it_says(database: &TestDatabase) {
    let client = Client::on(database).await;
    client.site.add_author(&author("Ann")).await;
    let document = document(BASE);
    for resource in ["posts", "pages", "tags"] {
        let send = async |method: &str, path: &str, id: &str, fields: Option<Value>| {
            let operation = &document["paths"][format!("/admin/{resource}/{path}")][method];
            let fields = fields.map(|mut fields| {
                let example = operation["requestBody"]["content"]["application/json"]["example"]
                    [resource][0]
                    .clone();
                for (name, value) in example.as_object().unwrap() {
                    if fields.get(name).is_none() {
                        fields[name] = value.clone();
                    }
                }
                json!({ resource: [fields] }).to_string()
            });
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
            let path = format!("{resource}/{}", path.replace("{id}", id));
            let answer = client.send(method, &path, fields.unwrap_or_default()).await;
            let described = &operation["responses"][answer.status.as_str()];
            assert!(described.is_object(), "{path}: {}", answer.text());
            let described = resolved(&document, described);
            for (name, header) in described["headers"].as_object().unwrap() {
                let schema = &resolved(&document, header)["schema"];
                let field = json!(answer.field(&name.to_ascii_lowercase()));
                check(&validator(&document, schema, false), name, &field);
            }
            if answer.body.is_empty() {
                assert!(described.get("content").is_none(), "{path}");
                return (answer.status, Value::Null);
            }
            let body = client::json(&answer);
            let schema = &described["content"]["application/json"]["schema"];
            check(&validator(&document, schema, true), &path, &body);
            (answer.status, body[resource][0].clone())
        };
        let (status, row) = send("post", "", "", Some(json!({}))).await;
        assert_eq!(status, 201);
        let id = row["id"].as_str().unwrap().to_owned();
        let updated_at = json!({ "updated_at": row["updated_at"] });
        assert_eq!(send("put", "{id}/", &id, Some(updated_at)).await.0, 200);
        if resource != "tags" {
            let stale = json!({ "updated_at": "2001-01-01T00:00:00.000Z", "title": "Late" });
            assert_eq!(send("put", "{id}/", &id, Some(stale)).await.0, 409);
            assert_eq!(send("post", "{id}/copy/", &id, None).await.0, 201);
        }
        let wrong = json!({ "slug": 7 });
        assert_eq!(send("post", "", "", Some(wrong)).await.0, 422);
        assert_eq!(send("delete", "{id}/", &id, None).await.0, 204);
        assert_eq!(send("delete", "{id}/", &id, None).await.0, 404);
    }
}

/// Addresses of what is there for a path of the document.
async fn addresses(client: &Client, path: &str) -> Vec<String> {
    let Some((before, name)) = path.trim_end_matches("}/").split_once('{') else {
        return vec![path.to_owned()];
    };
    let list = before.trim_end_matches(&format!("{name}/"));
    let body = client::json(&client.described(&format!("{list}?limit=100")).await);
    let (_, rows) = body.as_object().map(Map::iter).unwrap().next().unwrap();
    let names = rows.as_array().unwrap().iter().filter_map(|row| row[name].as_str());
    let addresses: Vec<_> = names.map(|name| format!("{before}{name}/")).collect();
    assert!(!addresses.is_empty() || name == "email", "{path}");
    addresses
}

async fn it_is_served_like_any_other_public_thing(database: &TestDatabase) {
    let client = Client::on(database).await;
    let get = |fields: Vec<(&'static str, String)>| {
        let site = &client.site;
        async move {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            site.request(Method::GET, "/ghost/api/openapi.json", &fields).await
        }
    };
    let first = get(vec![]).await;
    assert_eq!(first.status, 200);
    assert_eq!(client::json(&first), document("https://example.org/ghost/api"));
    assert_eq!(first.field("cache-control"), "no-cache");
    let again = get(vec![]).await;
    assert!(again.is_hit());
    let etag = again.field("etag").to_owned();
    assert_eq!(get(vec![("if-none-match", etag)]).await.status, 304);

    let page = client.site.request(Method::GET, "/ghost/api/", &[]).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.field("content-type"), "text/html; charset=utf-8");
    assert!(page.text().contains("/content/posts/slug/{slug}/"));
    assert!(client.site.request(Method::GET, "/ghost/api/", &[]).await.is_hit());
    // Nobody writes there.
    let answer = client.site.request(Method::POST, "/ghost/api/", &[]).await;
    assert_eq!(answer.status, 404);
}
