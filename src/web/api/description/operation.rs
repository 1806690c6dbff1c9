//! What can be asked of the API: an address, what goes with a request, and what comes back.

use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::parameter::{self, Parameter};
use super::schemas::{self, Make};
use crate::web::api::asked::Names;
use crate::web::api::error::Kind;
use crate::web::api::shape::only;

/// What opens an operation to whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web::api) enum Access {
    /// Nothing is needed.
    Open,
    /// A content key.
    Key,
    /// A token, signed with an admin key.
    Token,
}

/// How a thing stands in what is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Envelope {
    /// As it is.
    None,
    /// In a list of one under its name.
    One(&'static str),
    /// In a list of any length under its name.
    All(&'static str),
    /// In a list under its name, beside a `meta` that says which page of it this is.
    Page(&'static str),
}

/// Something that is sent or answered.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) envelope: Envelope,
    pub(super) schema: Make,
    /// Whether `fields` may name some of it.
    pub(super) is_partial: bool,
    /// One of them, as the program writes it.
    pub(super) example: Option<Value>,
    /// Whether it is a form with files, and no JSON.
    pub(super) is_form: bool,
}

/// One thing that can be asked.
#[derive(Debug, Clone)]
pub(in crate::web::api) struct Operation {
    pub(super) method: Method,
    /// Below the base of the API: `/content/posts/{id}/`.
    pub(super) path: String,
    /// One line for people.
    pub(super) summary: String,
    pub(super) access: Access,
    pub(super) parameters: Vec<Parameter>,
    /// What is sent.
    pub(super) body: Option<Content>,
    /// What comes back if all is well.
    pub(super) status: StatusCode,
    pub(super) answer: Option<Content>,
    /// Whether the answer says where what was made can be read.
    pub(super) says_where: bool,
    pub(super) errors: Vec<Kind>,
    /// The parameters of the request that the example answers.
    pub(super) example_query: String,
}

/// A resource that can be listed and read.
#[derive(Debug, Clone, Copy)]
pub(in crate::web::api) struct Resource {
    /// Where its list is: `/content/posts/`.
    pub(in crate::web::api) at: &'static str,
    /// What it is called.
    pub(in crate::web::api) names: Names,
    /// By what one of it can be read: `id`, `slug`, `email`.
    pub(in crate::web::api) by: &'static [&'static str],
    /// What `include` may name.
    pub(in crate::web::api) includes: &'static [&'static str],
    /// What `formats` may name.
    pub(in crate::web::api) formats: &'static [&'static str],
    /// The fields that the example of a list asks for.
    pub(in crate::web::api) example: &'static [&'static str],
}

impl Operation {
    /// One that reads.
    pub(in crate::web::api) fn get(path: impl Into<String>, summary: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into(), summary.into())
    }

    /// One that adds something.
    pub(in crate::web::api) fn post(path: impl Into<String>, summary: impl Into<String>) -> Self {
        Self::new(Method::POST, path.into(), summary.into())
    }

    /// One that changes something.
    pub(in crate::web::api) fn put(path: impl Into<String>, summary: impl Into<String>) -> Self {
        Self::new(Method::PUT, path.into(), summary.into())
    }

    /// One that deletes something, and answers with nothing.
    pub(in crate::web::api) fn delete(path: impl Into<String>, summary: impl Into<String>) -> Self {
        let operation = Self::new(Method::DELETE, path.into(), summary.into());
        Self { status: StatusCode::NO_CONTENT, ..operation }
    }

    fn new(method: Method, path: String, summary: String) -> Self {
        let access = if path.starts_with("/content/") { Access::Key } else { Access::Token };
        let parameters: Vec<_> =
            path.split('/').filter_map(placeholder).map(parameter::in_path).collect();
        let errors = match access {
            Access::Open => vec![],
            Access::Key | Access::Token => {
                vec![Kind::BadRequest, Kind::Unauthorized, Kind::NoPermission]
            }
        };
        let mut operation = Self {
            method,
            path,
            summary,
            access,
            parameters,
            body: None,
            status: StatusCode::OK,
            answer: None,
            says_where: false,
            errors,
            example_query: String::new(),
        }
        .fails(&[Kind::TooManyRequests, Kind::Maintenance]);
        if !operation.parameters.is_empty() {
            operation = operation.fails(&[Kind::NotFound, Kind::Validation]);
        }
        operation
    }

    /// The same for everybody.
    pub(in crate::web::api) fn open(self) -> Self {
        let never = [Kind::BadRequest, Kind::Unauthorized, Kind::NoPermission];
        let errors = self.errors.into_iter().filter(|kind| !never.contains(kind)).collect();
        Self { access: Access::Open, errors, ..self }
    }

    /// It takes one of these, in a list under this name. The example of it goes with this query.
    pub(in crate::web::api) fn takes<T: JsonSchema>(
        self,
        name: &'static str,
        example_query: &str,
        example: Value,
    ) -> Self {
        let body = Content {
            envelope: Envelope::One(name),
            schema: schemas::of::<T>(),
            is_partial: false,
            example: Some(example),
            is_form: false,
        };
        Self { body: Some(body), example_query: example_query.to_owned(), ..self }
            .fails(&[Kind::Validation, Kind::TooLarge])
    }

    /// It makes one of these, and answers with it, in a list under this name.
    pub(in crate::web::api) fn creates<T: JsonSchema + Serialize>(
        self,
        name: &'static str,
        example: &T,
    ) -> Self {
        Self { says_where: true, ..self.keeps(name, example) }
    }

    /// The same, where the answer itself says where that is.
    pub(in crate::web::api) fn keeps<T: JsonSchema + Serialize>(
        self,
        name: &'static str,
        example: &T,
    ) -> Self {
        Self { status: StatusCode::CREATED, ..self.answers_one(name, example) }
    }

    /// It takes a form with files.
    pub(in crate::web::api) fn takes_form<T: JsonSchema>(self) -> Self {
        let body = Content {
            envelope: Envelope::None,
            schema: schemas::of::<T>(),
            is_partial: false,
            example: None,
            is_form: true,
        };
        Self { body: Some(body), ..self }.fails(&[
            Kind::Validation,
            Kind::TooLarge,
            Kind::UnsupportedMedia,
        ])
    }

    /// It answers with this, as it is.
    pub(in crate::web::api) fn answers<T: JsonSchema + Serialize>(self, example: &T) -> Self {
        self.with_answer(Envelope::None, schemas::of::<T>(), json!(example))
    }

    /// It answers with one of these, in a list under this name.
    pub(in crate::web::api) fn answers_one<T: JsonSchema + Serialize>(
        self,
        name: &'static str,
        example: &T,
    ) -> Self {
        self.with_answer(Envelope::One(name), schemas::of::<T>(), json!(example))
    }

    /// It answers with all of these that there are, in a list under this name.
    pub(in crate::web::api) fn answers_all<T: JsonSchema + Serialize>(
        self,
        name: &'static str,
        example: &T,
    ) -> Self {
        self.with_answer(Envelope::All(name), schemas::of::<T>(), json!(example))
    }

    /// It answers with a page of these, in a list under this name.
    fn answers_page<T: JsonSchema + Serialize>(self, resource: &Resource, example: &T) -> Self {
        let fields = resource.example;
        let example_query = format!("limit=1&fields={}", fields.join(","));
        let names: Vec<_> = fields.iter().map(|&name| name.to_owned()).collect();
        let example = json!(only(example, Some(&names), &[]));
        let envelope = Envelope::Page(resource.names.many);
        let operation = self.with_answer(envelope, schemas::of::<T>(), example);
        Self { example_query, ..operation }
    }

    fn with_answer(self, envelope: Envelope, schema: Make, example: Value) -> Self {
        let example = Some(example);
        Self {
            answer: Some(Content { envelope, schema, is_partial: false, example, is_form: false }),
            ..self
        }
    }

    /// The same with these parameters besides.
    pub(in crate::web::api) fn with(
        mut self,
        parameters: impl IntoIterator<Item = Parameter>,
    ) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// The same for clients that may name the fields they want.
    fn partly(mut self) -> Self {
        if let Some(answer) = &mut self.answer {
            answer.is_partial = true;
        }
        self
    }

    /// The same with errors that it may end in besides.
    pub(in crate::web::api) fn fails(mut self, kinds: &[Kind]) -> Self {
        self.errors.extend(kinds);
        self.errors.sort_by_key(|kind| kind.status());
        self.errors.dedup();
        self
    }

    /// A name for programs: `getContentPostsBySlug`.
    pub(super) fn id(&self) -> String {
        let parts: Vec<_> = self.path.split('/').filter(|part| !part.is_empty()).collect();
        let mut id = self.method.as_str().to_ascii_lowercase();
        for (at, part) in parts.iter().enumerate() {
            // `slug/{slug}` says the same twice.
            if parts.get(at + 1).and_then(|next| placeholder(next)) == Some(part) {
                continue;
            }
            let word = placeholder(part).inspect(|_| id.push_str("By")).unwrap_or(part);
            id.extend(word.split('-').flat_map(capitalised));
        }
        id
    }

    /// Whether it answers with a page of a list.
    pub(super) fn is_list(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| matches!(answer.envelope, Envelope::Page(_)))
    }

    /// The group that it belongs to: its path up to the resource.
    pub(super) fn group(&self) -> String {
        let parts: Vec<_> = self.path.split('/').filter(|part| !part.is_empty()).take(2).collect();
        parts.join("/")
    }
}

/// The name within `{name}`.
fn placeholder(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

fn capitalised(word: &str) -> impl Iterator<Item = char> {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars)
}

impl Resource {
    /// What reads it: a page of its list, and one of it. The example is one of it, as the program writes it.
    pub(in crate::web::api) fn reads<T: JsonSchema + Serialize>(
        &self,
        example: &T,
    ) -> Vec<Operation> {
        let Names { many, one } = self.names;
        let list = Operation::get(self.at, format!("List {many}"))
            .with(self.parameters())
            .answers_page(self, example)
            .fails(&[Kind::Validation])
            .partly();
        let reads = self.by.iter().map(|by| {
            let before = if *by == "id" { String::new() } else { format!("{by}/") };
            Operation::get(
                format!("{}{before}{{{by}}}/", self.at),
                format!("Read one {one} by its {by}"),
            )
            .with(self.parameters())
            .answers_one(many, example)
            .partly()
        });
        std::iter::once(list).chain(reads).collect()
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = vec![parameter::fields()];
        if !self.formats.is_empty() {
            parameters.push(parameter::formats(self.formats));
        }
        if !self.includes.is_empty() {
            parameters.push(parameter::include(self.includes));
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_has_a_name_for_programs() {
        for (path, id) in [
            ("/content/posts/", "getContentPosts"),
            ("/content/posts/{id}/", "getContentPostsById"),
            ("/content/posts/slug/{slug}/", "getContentPostsBySlug"),
            ("/admin/posts/{id}/copy/", "getAdminPostsByIdCopy"),
            ("/content/search-index/posts/", "getContentSearchIndexPosts"),
        ] {
            assert_eq!(Operation::get(path, "").id(), id);
        }
    }

    #[test]
    fn an_error_is_told_once() {
        let operation = Operation::get("/admin/posts/{id}/", "").fails(&[Kind::Validation]);
        assert_eq!(
            operation.errors,
            [
                Kind::BadRequest,
                Kind::Unauthorized,
                Kind::NoPermission,
                Kind::NotFound,
                Kind::Validation,
                Kind::TooManyRequests,
                Kind::Maintenance,
            ]
        );
        let open = Operation::get("/admin/site/", "").open();
        assert_eq!(open.errors, [Kind::TooManyRequests, Kind::Maintenance]);
    }
}
