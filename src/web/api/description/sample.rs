//! A small publication for examples: what the API answers is made of it by the same code as of any other.

use std::fmt::Write as _;

use http::Method;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::operation::{Access, Content, Envelope, Operation};
use crate::domain::event::PostEvent;
use crate::domain::{
    Author, EventKind, IntegrationId, Post, PostId, PostKind, PostSummary, Slug, Status, Tag,
    TagId, Timestamp, UserId, Webhook, WebhookId,
};
use crate::services::reading::{Asker, BrowsedPost};
use crate::web::api::dates::Dates;
use crate::web::api::params::{Limit, PageOf};
use crate::web::api::shape::Site;

/// 2026-11-23T19:21:49Z.
const PUBLISHED: Timestamp = Timestamp(1_795_461_709_000_000);

/// The first page of a list of which one is shown.
pub(super) const FIRST_PAGE: PageOf = PageOf { limit: Limit::Rows(1), page: 1 };

/// Where it stands, for somebody who asks.
pub(in crate::web::api) fn site(asker: Asker) -> Site<'static> {
    let dates = match asker {
        Asker::Reader => Dates::InZone(TimeZone::UTC),
        Asker::Integration => Dates::InUtc,
    };
    Site { base_url: "https://example.org", dates, asker }
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("it is written as slugs are")
}

/// A content tag.
pub(in crate::web::api) fn tag() -> Tag {
    Tag::named(TagId::derived("news"), "News", slug("news"), PUBLISHED)
}

/// An author.
pub(in crate::web::api) fn author() -> Author {
    Author::named(UserId::derived("ann"), "Ann Example", slug("ann-example"), PUBLISHED)
}

/// A post or a page.
pub(in crate::web::api) fn webhook() -> Webhook {
    Webhook {
        id: WebhookId::derived("build"),
        integration_id: IntegrationId::derived("Front end"),
        event: EventKind::Post(PostKind::Post, PostEvent::Published),
        target_url: "https://hooks.example.org/build".to_owned(),
        name: None,
        secret: None,
        api_version: None,
        created_at: PUBLISHED,
        updated_at: PUBLISHED,
        last_triggered_at: None,
        last_triggered_status: None,
        last_triggered_error: None,
    }
}

pub(in crate::web::api) fn post(kind: PostKind) -> BrowsedPost {
    let (title, name) = match kind {
        PostKind::Post => ("A quiet machine", "a-quiet-machine"),
        PostKind::Page => ("About", "about"),
    };
    let summary = PostSummary {
        status: Status::Published,
        excerpt: "It hums.".to_owned(),
        reading_time: 1,
        feature_image: Some("/content/images/harbour-3e914a6631ba.jpg".to_owned()),
        feature_image_alt: Some("Boats at the quay".to_owned()),
        published_at: Some(PUBLISHED),
        ..PostSummary::titled(PostId::derived(name), kind, title, slug(name), PUBLISHED)
    };
    let post = Post {
        uuid: "4ff6d8a0-2b9b-4c8e-8b3d-0a7f4c6a2b11".to_owned(),
        markdown: "It hums.".to_owned(),
        html: "<p>It hums.</p>".to_owned(),
        plaintext: "It hums.".to_owned(),
        ..Post::of(summary)
    };
    BrowsedPost { post, tags: vec![tag()], authors: vec![author()] }
}

/// A value for a parameter of a path.
fn value(name: &str) -> &'static str {
    match name {
        "id" => "6b0492d60000000000000001",
        "email" => "ann@example.org",
        _ => "a-quiet-machine",
    }
}

/// How programs ask: `curl`, and Ghost's clients.
pub(super) fn code(operation: &Operation, api: &str) -> Value {
    let mut path = operation.path.clone();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.is_in_path()) {
        path = path.replace(&format!("{{{}}}", parameter.name), value(parameter.name));
    }
    let key = (operation.access == Access::Key).then_some("key=KEY");
    let query = Some(operation.example_query.as_str()).filter(|query| !query.is_empty());
    let pairs: Vec<_> = key.into_iter().chain(query).collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    let method = match operation.method {
        Method::GET => String::new(),
        Method::POST if operation.body.is_some() => String::new(),
        ref method => format!("-X {method} "),
    };
    let mut curl = format!("curl {method}'{api}{path}{mark}{}'", pairs.join("&"));
    if operation.access == Access::Token {
        curl.push_str(" \\\n  -H \"Authorization: Ghost $TOKEN\"");
    }
    if operation.body.as_ref().is_some_and(|body| body.is_form) {
        curl.push_str(" \\\n  -F file=@harbour.jpg");
    }
    if let Some(Content { envelope: Envelope::One(name), example: Some(example), .. }) =
        &operation.body
    {
        let body = json!({ *name: [example] });
        let _ = write!(curl, " \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'");
    }
    let mut samples = vec![json!({ "lang": "Shell", "label": "curl", "source": curl })];
    if let Some(source) = client(operation, api) {
        samples.push(json!({ "lang": "JavaScript", "label": "Ghost's client", "source": source }));
    }
    samples.into()
}

/// The same with `@tryghost/content-api` or `@tryghost/admin-api`, where that can.
fn client(operation: &Operation, api: &str) -> Option<String> {
    let resource = operation.path.split('/').nth(2)?;
    if matches!(resource, "newsletters" | "recommendations") {
        return None;
    }
    let named = operation.parameters.iter().find(|parameter| parameter.is_in_path());
    let named = named.map(|named| (named.name.to_owned(), json!(value(named.name))));
    let query = operation.example_query.split('&').filter_map(|pair| pair.split_once('='));
    let query = query.map(|(name, text)| {
        (name.to_owned(), text.parse::<u32>().map_or_else(|_| json!(text), |number| json!(number)))
    });
    let body = operation.body.as_ref().and_then(|body| body.example.as_ref()?.as_object());
    let body = body.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
    let (query, body): (Vec<_>, Vec<_>) = (query.collect(), body.collect());
    let (verb, given) = match operation.method {
        Method::GET if named.is_some() || resource == "site" => {
            ("read", vec![named.into_iter().chain(query).collect()])
        }
        Method::GET => ("browse", vec![query]),
        Method::PUT => ("edit", vec![named.into_iter().chain(body).collect(), query]),
        Method::DELETE => ("delete", vec![named.into_iter().collect()]),
        _ if operation.body.as_ref().is_some_and(|body| body.is_form) => {
            ("upload", vec![vec![("file".to_owned(), json!("harbour.jpg"))]])
        }
        // What else is sent, no client knows.
        _ if named.is_some() => return None,
        _ => ("add", vec![body, query]),
    };
    let given = given.iter().filter(|options| !options.is_empty()).map(|options| literal(options));
    let given = given.collect::<Vec<_>>().join(", ");
    let (name, key) = match operation.access {
        Access::Key => ("GhostContentAPI", "KEY"),
        Access::Open | Access::Token => ("GhostAdminAPI", "ID:SECRET"),
    };
    let (url, word) = api.strip_suffix("/api")?.rsplit_once('/')?;
    let path = if word == "ghost" { String::new() } else { format!(", ghostPath: '{word}'") };
    Some(format!(
        "const api = new {name}({{ url: '{url}', key: '{key}', version: 'v6.0'{path} }});\n\
         await api.{resource}.{verb}({given});"
    ))
}

/// An object as people write it in JavaScript.
fn literal(members: &[(String, Value)]) -> String {
    let member = |(name, value): &(String, Value)| match value {
        Value::String(text) => format!("{name}: '{text}'"),
        other => format!("{name}: {other}"),
    };
    format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
}
