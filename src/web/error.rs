//! Failures: silent about insides to the reader, loud in the log, once.

use std::any::Any;

use askama::Template as _;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::middleware::security_headers;
use super::views::ErrorPage;
use crate::db::DbError;

/// Why a page cannot be shown. What is not there is no failure: see `site::missing`.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A template failed.
    #[error(transparent)]
    Template(#[from] askama::Error),
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        tracing::error!(error = %self, "a page could not be shown");
        let (status, retry) = match self {
            Self::Database(_) => (StatusCode::SERVICE_UNAVAILABLE, true),
            Self::Template(_) => (StatusCode::INTERNAL_SERVER_ERROR, false),
        };
        let mut response = apology(status);
        if retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// The answer to a writer whose change is saved, but cannot be shown yet; what is older must not be.
pub(super) fn not_yet() -> Response {
    let mut response = apology(StatusCode::SERVICE_UNAVAILABLE);
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    security_headers::add_to(headers);
    response
}

/// The answer to a request whose handler panicked.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has said what and where.
    tracing::error!("a handler panicked");
    apology(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A page that needs no database, in the words of the default language.
fn apology(status: StatusCode) -> Response {
    let page = ErrorPage::new("en", None).render();
    let body = page.unwrap_or_else(|_| "Something went wrong.".to_owned());
    (status, Html(body)).into_response()
}
