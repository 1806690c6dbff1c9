//! Who asks the Admin API: an integration, by a token that it signed just now.

use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;

use super::token::{Refusal, Unverified};
use crate::domain::IntegrationId;
use crate::rate_limit::By;
use crate::services::integrations::Signer;
use crate::web::AppState;
use crate::web::api::error::{ApiError, Kind};
use crate::web::api::limits::KeyTally;

/// What stands before a token.
const SCHEME: &str = "ghost";

/// An integration that proved who it is.
#[derive(Debug)]
pub(super) struct Integration {
    /// Which.
    pub(super) id: IntegrationId,
}

impl FromRequestParts<AppState> for Integration {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let field = parts.headers.get(header::AUTHORIZATION);
        let field = field.ok_or_else(|| {
            ApiError::new(Kind::NoPermission, "Authorization failed: there is no token")
        })?;
        let token = field.to_str().ok().and_then(token).ok_or_else(|| {
            ApiError::new(Kind::Unauthorized, "Authorization is not of the form `Ghost TOKEN`")
                .code("INVALID_AUTH_HEADER")
        })?;
        let unverified = Unverified::read(token).map_err(refused)?;
        let key = match state.keyring.signer(&unverified.key).await {
            Ok(Signer::Admin(key)) => key,
            Ok(Signer::OfAnotherKind) => {
                let error =
                    ApiError::new(Kind::Unauthorized, "This key is not one of the Admin API");
                return Err(error.code("INVALID_API_KEY_TYPE"));
            }
            Ok(Signer::Nobody) => {
                let error = ApiError::new(Kind::Unauthorized, "Nobody knows this key");
                return Err(error.code("UNKNOWN_ADMIN_API_KEY"));
            }
            Err(error) => {
                tracing::error!(%error, "a key of the API cannot be looked up");
                let words = "The key cannot be looked up at the moment";
                return Err(ApiError::new(Kind::Maintenance, words));
            }
        };
        unverified.verify(&key.secret, state.clock.now()).map_err(refused)?;
        state.keyring.used(&key.id);
        let tally = parts.extensions.get::<KeyTally>().cloned().unwrap_or_default();
        tally.count(&state.rate_limits, By::AdminKey, &unverified.key)?;
        Ok(Self { id: key.integration_id })
    }
}

/// What stands behind the scheme.
fn token(field: &str) -> Option<&str> {
    let (scheme, token) = field.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case(SCHEME) && !token.contains(' ')).then_some(token)
}

fn refused(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::NoToken => ApiError::new(Kind::BadRequest, "Invalid token").code("INVALID_JWT"),
        Refusal::NoKey => {
            ApiError::new(Kind::BadRequest, "The token names no key").code("MISSING_ADMIN_API_KID")
        }
        Refusal::Invalid(reason) => {
            ApiError::new(Kind::Unauthorized, format!("Invalid token: {reason}"))
                .code("INVALID_JWT")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::token;

    #[test]
    fn a_token_stands_behind_its_scheme() {
        assert_eq!(token("Ghost abc"), Some("abc"));
        assert_eq!(token("ghost  abc "), Some("abc"));
        for field in ["", "Ghost", "Bearer abc", "Ghost a b", "Ghostabc"] {
            assert_eq!(token(field), None, "{field}");
        }
    }
}
