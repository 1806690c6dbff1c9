//! Forms of the desk: read once, within bounds, and only where their token is right.

use axum::RequestExt as _;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, FromRequest, Request};
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::SignedIn;
use crate::web::desk::DeskError;
use crate::web::state::DeskState;

/// The largest form of somebody who has signed in, in bytes: a long text, percent-encoded.
pub(in crate::web) const MAX_FORM: usize = 16 << 20;
/// The largest form, in bytes, that is given back to somebody who is not known any more: longer than any
/// chapter of a book, and nothing that a stranger could exhaust us with.
const MAX_GIVEN_BACK: usize = 1 << 20;
/// The largest form of a stranger, in bytes.
const MAX_OPEN_FORM: usize = 16 << 10;

/// What stands in a form of somebody who has signed in, whose token is theirs. Nothing is read for
/// anybody else.
#[derive(Debug)]
pub(in crate::web) struct DeskForm<T>(pub T);

/// The same, but that it is read in any case, and given to the handler with what stands against it: a
/// form that somebody wrote at for an hour is to be given back to them, whatever they were signed out
/// by. Nothing but that may be done with it unless its sender is known.
#[derive(Debug)]
pub(in crate::web) struct KeptForm<T> {
    /// What stands in the form.
    pub form: T,
    /// Who sent it.
    pub sender: Sender,
}

/// Who sent a form.
#[derive(Debug)]
pub(in crate::web) enum Sender {
    /// Somebody who has signed in, whose token is theirs.
    Known(SignedIn),
    /// Somebody who has signed in, with a form that was made before.
    Anew(SignedIn),
    /// Nobody knows, and why.
    Unknown(DeskError),
}

/// What stands in a form that anybody may fill in.
#[derive(Debug)]
pub(in crate::web) struct OpenForm<T>(pub T);

impl<S, T> FromRequest<S> for DeskForm<T>
where
    DeskState: FromRef<S>,
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = DeskError;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, DeskError> {
        let signed_in: SignedIn = request.extract_parts_with_state(state).await?;
        let desk = DeskState::from_ref(state);
        let form = read(request, MAX_FORM).await?;
        if !desk.form_key.is_token(&token(&form), &signed_in.sign_in) {
            return Err(DeskError::ForeignForm);
        }
        Ok(Self(parse(&form)?))
    }
}

impl<S, T> FromRequest<S> for KeptForm<T>
where
    DeskState: FromRef<S>,
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = DeskError;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, DeskError> {
        let found: Result<SignedIn, DeskError> = request.extract_parts_with_state(state).await;
        let desk = DeskState::from_ref(state);
        let limit = if found.is_ok() { MAX_FORM } else { MAX_GIVEN_BACK };
        let form = read(request, limit).await?;
        let sender = match found {
            Ok(it) if desk.form_key.is_token(&token(&form), &it.sign_in) => Sender::Known(it),
            Ok(it) => Sender::Anew(it),
            Err(error) => Sender::Unknown(error),
        };
        Ok(Self { form: parse(&form)?, sender })
    }
}

impl<S, T> FromRequest<S> for OpenForm<T>
where
    DeskState: FromRef<S>,
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = DeskError;

    async fn from_request(request: Request, state: &S) -> Result<Self, DeskError> {
        let desk = DeskState::from_ref(state);
        let form = read(request, MAX_OPEN_FORM).await?;
        if !desk.form_key.is_open_token(&token(&form), desk.clock.now()) {
            return Err(DeskError::OldForm);
        }
        Ok(Self(parse(&form)?))
    }
}

async fn read(request: Request<Body>, limit: usize) -> Result<Vec<u8>, DeskError> {
    if !is_form(request.headers()) {
        return Err(DeskError::Unreadable);
    }
    let bytes = to_bytes(request.into_body(), limit).await.map_err(|_| DeskError::TooLarge)?;
    Ok(bytes.into())
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The token of a form; empty where it has none.
fn token(form: &[u8]) -> String {
    url::form_urlencoded::parse(form)
        .find_map(|(name, value)| (name == "csrf").then(|| value.into_owned()))
        .unwrap_or_default()
}

fn parse<T: DeserializeOwned>(form: &[u8]) -> Result<T, DeskError> {
    serde_urlencoded::from_bytes(form).map_err(|error| {
        tracing::info!(%error, "a form of the desk cannot be read");
        DeskError::Unreadable
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_token_counts() {
        assert_eq!(token(b"a=1&csrf=x%2B&csrf=y"), "x+");
        for none in ["", "csrf", "CSRF=x", "a=csrf=x"] {
            assert_eq!(token(none.as_bytes()), "", "{none}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(form: Vec<u8>) {
            let _ = token(&form);
            let _ = parse::<std::collections::HashMap<String, String>>(&form);
        }
    }
}
