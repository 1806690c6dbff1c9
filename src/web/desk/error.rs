//! What the desk says when it cannot do what was asked: a page in plain words, never an empty answer.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderValue, StatusCode, header};

use super::frame::Frame;
use crate::services::ServiceError;
use crate::web::assets::asset;
use crate::web::session::Next;

/// Seconds after which trying again may help.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// Why a request of the desk comes to nothing. What is wrong within a form, the form says itself.
#[derive(Debug)]
pub(in crate::web) enum DeskError {
    /// Nobody has signed in; the page waits behind that.
    SignInFirst(Next),
    /// A form came from somebody who is signed out by now.
    SignedOut,
    /// A form does not come from this site, or was made for somebody else.
    ForeignForm,
    /// A form lay open for too long.
    OldForm,
    /// A form is too large.
    TooLarge,
    /// A form is none.
    Unreadable,
    /// There is no such thing.
    Missing,
    /// Their role does not allow it.
    Forbidden,
    /// Something that the desk needs does not answer. Nothing is lost.
    Unavailable,
    /// Something is broken on our side.
    Broken,
}

/// A page that says one thing: `templates/desk/message.html`.
#[derive(Template)]
#[template(path = "desk/message.html")]
struct MessagePage<'a> {
    frame: Frame<'a>,
    text: &'a str,
    /// Where to go from here, and in which words.
    way_out: Option<(&'a str, &'a str)>,
}

impl DeskError {
    /// The status that says it.
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::SignInFirst(_) => StatusCode::SEE_OTHER,
            Self::SignedOut | Self::ForeignForm | Self::OldForm | Self::Forbidden => {
                StatusCode::FORBIDDEN
            }
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What it says: a title, a text, and a way out.
    const fn words(&self) -> (&'static str, &'static str, Option<(&'static str, &'static str)>) {
        const SIGN_IN: Option<(&str, &str)> = Some(("/desk/sign-in/", "Sign in"));
        const DESK: Option<(&str, &str)> = Some(("/desk/", "To the desk"));
        match self {
            Self::SignInFirst(_) => {
                ("Sign in first", "This page is for those who sign in.", SIGN_IN)
            }
            Self::SignedOut => (
                "You are signed out",
                "What you sent was not taken, since you are signed out by now. Sign in in another \
                 window, then go back to the form and send it again: what you wrote is still there.",
                SIGN_IN,
            ),
            Self::ForeignForm => (
                "This form was not taken",
                "It does not come from this site, or it was made for another sign-in. Open the desk \
                 under the address of the site and try again from there.",
                DESK,
            ),
            Self::OldForm => (
                "This form lay open for too long",
                "Nothing was taken. Open it anew, then it works.",
                SIGN_IN,
            ),
            Self::TooLarge => (
                "That is too much at once",
                "What you sent is larger than the desk takes. Go back: what you wrote is still there.",
                DESK,
            ),
            Self::Unreadable => (
                "This form cannot be read",
                "Something is missing in what was sent, or is not what it should be. Go back and try \
                 again.",
                DESK,
            ),
            Self::Missing => (
                "There is nothing here",
                "What you are looking for was deleted, or never was here.",
                DESK,
            ),
            Self::Forbidden => (
                "This is not yours to do",
                "Your role does not allow it. Ask somebody who sees to the whole site.",
                DESK,
            ),
            Self::Unavailable => (
                "The desk cannot be reached just now",
                "Something that it needs does not answer. You are still signed in, and nothing that \
                 was saved is lost. Try again in a moment; if you were sending a form, go back to it: \
                 what you wrote is still there.",
                None,
            ),
            Self::Broken => (
                "Something went wrong",
                "The fault is on our side, and it is written down. Go back and try again.",
                DESK,
            ),
        }
    }
}

impl IntoResponse for DeskError {
    fn into_response(self) -> Response {
        if let Self::SignInFirst(next) = &self {
            return Redirect::to(&next.after_sign_in()).into_response();
        }
        let (title, text, way_out) = self.words();
        let view = MessagePage { frame: Frame::for_a_stranger("Masthead", title), text, way_out };
        let body = view.render().unwrap_or_else(|_| format!("{title}. {text}"));
        let mut response = (self.status(), Html(body)).into_response();
        if matches!(self, Self::Unavailable) {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}

impl From<ServiceError> for DeskError {
    fn from(error: ServiceError) -> Self {
        tracing::error!(%error, "the desk could not do what was asked");
        match error {
            ServiceError::Database(_) | ServiceError::Store(_) | ServiceError::Busy => {
                Self::Unavailable
            }
            ServiceError::Invalid { .. } | ServiceError::Media(_) => Self::Unreadable,
            ServiceError::Write(_) => Self::Broken,
        }
    }
}

impl From<tower_sessions::session::Error> for DeskError {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "the sessions cannot be reached");
        Self::Unavailable
    }
}

impl From<askama::Error> for DeskError {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page of the desk could not be made");
        Self::Broken
    }
}
