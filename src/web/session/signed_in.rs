//! Who sits at the desk.

use axum::extract::{FromRef, FromRequestParts};
use http::Method;
use http::request::Parts;
use tower_sessions::Session;

use super::Next;
use crate::domain::{Author, SignInId};
use crate::web::desk::DeskError;
use crate::web::state::DeskState;

/// Under which key a session names its sign-in.
pub(in crate::web) const SIGN_IN: &str = "sign_in";

/// Somebody who has signed in. Who has not is led to where they can, or, where they send a form, told
/// that it was not taken.
#[derive(Debug, Clone)]
pub(in crate::web) struct SignedIn {
    /// Who it is, with what they may do.
    pub user: Author,
    /// What every form of theirs carries in the field `csrf`.
    pub csrf: String,
    /// This sign-in of theirs.
    pub sign_in: SignInId,
}

impl<S> FromRequestParts<S> for SignedIn
where
    DeskState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = DeskError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, DeskError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        match find(parts, &DeskState::from_ref(state)).await? {
            Some(signed_in) => {
                parts.extensions.insert(signed_in.clone());
                Ok(signed_in)
            }
            None if parts.method == Method::GET || parts.method == Method::HEAD => {
                let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
                Err(DeskError::SignInFirst(Next::of(path)))
            }
            None => Err(DeskError::SignedOut),
        }
    }
}

/// Whoever a request comes from, signed in or not.
impl<S> axum::extract::OptionalFromRequestParts<S> for SignedIn
where
    DeskState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = DeskError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, DeskError> {
        find(parts, &DeskState::from_ref(state)).await
    }
}

async fn find(parts: &Parts, desk: &DeskState) -> Result<Option<SignedIn>, DeskError> {
    let Some(session) = parts.extensions.get::<Session>() else {
        tracing::error!("a route of the desk opens no session");
        return Err(DeskError::Unavailable);
    };
    if session.id().is_none() {
        return Ok(None);
    }
    let Some(named) = session.get::<String>(SIGN_IN).await? else { return Ok(None) };
    let user = match named.parse::<SignInId>() {
        Ok(sign_in) => desk.accounts.signed_in(&sign_in).await?.map(|user| (user, sign_in)),
        Err(_) => None,
    };
    let Some((user, sign_in)) = user else {
        // Its row is gone, and so it goes as well; the cookie follows.
        session.flush().await?;
        return Ok(None);
    };
    let csrf = desk.form_key.token(&sign_in);
    Ok(Some(SignedIn { user, csrf, sign_in }))
}
