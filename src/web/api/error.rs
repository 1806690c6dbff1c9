//! Errors in the shape of Ghost's API: one in a list, with a status, a type and a code that clients
//! tell apart.

use axum::Extension;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::answer;
use crate::domain::{CacheTag, ids};
use crate::services::reading::Seen;

/// What kind of error it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Kind {
    BadRequest,
    Unauthorized,
    NoPermission,
    NotFound,
    NotAcceptable,
    Collision,
    TooLarge,
    UnsupportedMedia,
    Validation,
    TooManyRequests,
    Maintenance,
}

/// What a request was about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// To list what has this name in the plural.
    List(&'static str),
    /// To read one.
    Read(&'static str),
    /// To save a new one.
    Save(&'static str),
    /// To change one.
    Edit(&'static str),
    /// To delete one.
    Delete(&'static str),
    /// To take a file into one's store.
    Upload(&'static str),
}

/// An error, as a client gets it.
#[derive(Debug)]
pub(in crate::web) struct ApiError {
    kind: Kind,
    message: String,
    context: Option<String>,
    property: Option<&'static str>,
    details: Option<Box<Value>>,
    code: Option<&'static str>,
    seen: Option<Box<Seen>>,
}

/// What went wrong.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Errors")]
pub(super) struct Body<'a> {
    errors: [One<'a>; 1],
}

/// An error.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
struct One<'a> {
    /// A sentence for people.
    message: &'a str,
    /// Another one, which says more.
    context: Option<&'a str>,
    /// What kind of error it is: a name that clients know.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What more there is to tell programs.
    details: Option<&'a Value>,
    /// The parameter or the field that is wrong.
    property: Option<&'static str>,
    help: Option<&'a str>,
    /// Which of its kind it is, for programs.
    code: Option<&'static str>,
    /// The same error has the same name.
    #[schemars(extend("format" = "uuid"))]
    id: String,
    #[serde(rename = "ghostErrorCode")]
    ghost_error_code: Option<&'static str>,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 11] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::NoPermission,
        Self::NotFound,
        Self::NotAcceptable,
        Self::Collision,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::Validation,
        Self::TooManyRequests,
        Self::Maintenance,
    ];

    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NoPermission => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Collision => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Validation => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Maintenance => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The name that clients know.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "BadRequestError",
            Self::Unauthorized => "UnauthorizedError",
            Self::NoPermission => "NoPermissionError",
            Self::NotFound => "NotFoundError",
            Self::NotAcceptable => "RequestNotAcceptableError",
            Self::Collision => "UpdateCollisionError",
            Self::TooLarge => "RequestEntityTooLargeError",
            Self::UnsupportedMedia => "UnsupportedMediaTypeError",
            Self::Validation => "ValidationError",
            Self::TooManyRequests => "TooManyRequestsError",
            Self::Maintenance => "MaintenanceError",
        }
    }

    /// How a sentence about it begins.
    pub(super) const fn beginning(self) -> &'static str {
        match self {
            Self::BadRequest => "The request was not understood",
            Self::Unauthorized => "Nobody is authorised by this",
            Self::NoPermission => "This is not permitted",
            Self::NotFound => "Resource not found",
            Self::NotAcceptable => "The request is not acceptable",
            Self::Collision => "Somebody else saved it first",
            Self::TooLarge => "There is too much of it",
            Self::UnsupportedMedia => "Files of this type are not taken",
            Self::Validation => "Validation error",
            Self::TooManyRequests => "There were too many requests",
            Self::Maintenance => "The site cannot answer at the moment",
        }
    }
}

impl Doing {
    /// An error in the middle of it; `context` says what is wrong.
    pub(super) fn fails(self, kind: Kind, context: impl Into<String>) -> ApiError {
        let (verb, what) = match self {
            Self::List(what) => ("list", what),
            Self::Read(what) => ("read", what),
            Self::Save(what) => ("save", what),
            Self::Edit(what) => ("edit", what),
            Self::Delete(what) => ("delete", what),
            Self::Upload(what) => ("upload", what),
        };
        let message = format!("{}, cannot {verb} {what}.", kind.beginning());
        ApiError { context: Some(context.into()), ..ApiError::new(kind, message) }
    }

    /// A parameter, or a field of a body, that breaks a rule.
    pub(super) fn refuses(self, name: &'static str, rule: &str) -> ApiError {
        self.fails(Kind::Validation, format!("Validation ({rule}) failed for {name}")).of(name)
    }

    /// The database gave no answer: loud in the log, silent to the client.
    pub(super) fn failed(self, error: &impl std::fmt::Display) -> ApiError {
        tracing::error!(%error, "the API could not answer");
        self.fails(Kind::Maintenance, "Try again in a moment.")
    }
}

impl ApiError {
    /// An error with a sentence for people.
    pub(in crate::web) fn new(kind: Kind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message, context: None, property: None, details: None, code: None, seen: None }
    }

    /// The same with a code for programs.
    pub(in crate::web) fn code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    /// The same, and which field it is about.
    pub(super) fn of(self, property: &'static str) -> Self {
        Self { property: Some(property), ..self }
    }

    /// The same with more for programs.
    pub(super) fn details(self, details: Value) -> Self {
        Self { details: Some(Box::new(details)), ..self }
    }

    /// The same with what was looked at before it was found out: as long as that stands, it does.
    pub(super) fn seen(self, mut seen: Seen) -> Self {
        seen.tag(CacheTag::INTEGRATIONS);
        Self { seen: Some(Box::new(seen)), ..self }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { kind, message, context, property, details, code, seen } = self;
        // The same error has the same name on every instance, so that a cache may keep it.
        let id = ids::derived_uuid(&format!("{kind:?} {message} {context:?} {code:?}"));
        let one = One {
            message: &message,
            context: context.as_deref(),
            kind: kind.name(),
            details: details.as_deref(),
            property,
            help: None,
            code,
            id,
            ghost_error_code: None,
        };
        let mut response = answer::json(&Body { errors: [one] });
        *response.status_mut() = kind.status();
        if kind == Kind::Maintenance {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        match seen {
            Some(seen) => (Extension(*seen), response).into_response(),
            None => response,
        }
    }
}
