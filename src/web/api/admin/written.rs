//! What a request that writes gets: what is there now, and what a proxy in front has to forget.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::super::answer;
use super::super::error::{ApiError, Doing, Kind};
use crate::content_clock::Token;
use crate::services::editing::EditingError;

/// What proxies of Ghost's hosts look for: which addresses show something else now.
const X_CACHE_INVALIDATE: HeaderName = HeaderName::from_static("x-cache-invalidate");

/// An answer under construction.
pub(super) struct Written {
    response: Response,
}

impl Written {
    /// One thing as it is now, under the name of its resource.
    pub(super) fn one(status: StatusCode, name: &str, row: &Value) -> Self {
        let body = answer::json(&json!({ name: [row] }));
        Self { response: (status, body).into_response() }
    }

    /// Nothing, since there is nothing any more.
    pub(super) fn nothing() -> Self {
        let mut response = StatusCode::NO_CONTENT.into_response();
        answer::add_to(response.headers_mut());
        Self { response }
    }

    /// Whoever wrote it is owed what the token says.
    pub(super) fn owing(mut self, token: Token) -> Self {
        self.response.extensions_mut().insert(token);
        self
    }

    /// Where it can be read.
    pub(super) fn at(self, address: &str) -> Self {
        self.with(header::LOCATION, address)
    }

    /// Every page may show something else now.
    pub(super) fn everywhere(self) -> Self {
        self.with(X_CACHE_INVALIDATE, "/*")
    }

    /// A path shows something else now.
    pub(super) fn here(self, path: &str) -> Self {
        self.with(X_CACHE_INVALIDATE, path)
    }

    fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.response.headers_mut().insert(name, value);
        }
        self
    }

    pub(super) fn done(self) -> Response {
        self.response
    }
}

/// Why something is not written, in the words of the API. What failed is logged here.
pub(super) fn refused(doing: Doing, what: &'static str, error: EditingError) -> ApiError {
    match error {
        EditingError::Missing => doing.fails(Kind::NotFound, format!("There is no such {what}.")),
        EditingError::Forbidden => doing.fails(Kind::NoPermission, "It is not for programs."),
        EditingError::Changed => collision(doing),
        EditingError::Invalid { field, reason } => doing
            .fails(Kind::Validation, format!("Validation failed for {field}: {reason}"))
            .of(field),
        EditingError::Late => {
            tracing::error!("the API waited for the database in vain");
            doing.fails(Kind::Maintenance, "Whether it was saved is not known: read it again.")
        }
        EditingError::Failed(error) => doing.failed(&error),
    }
}

/// Somebody else was first.
pub(super) fn collision(doing: Doing) -> ApiError {
    let context = "Somebody else saved it since it was read: read it again, and change that.";
    doing.fails(Kind::Collision, context).code("UPDATE_COLLISION")
}
