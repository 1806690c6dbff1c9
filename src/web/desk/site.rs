//! The site that the desk belongs to.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use crate::domain::Settings;
use crate::services::reading::Reading;

/// The settings of the site; the defaults where the database does not answer, so that the desk can still
/// say so under some name.
#[derive(Debug)]
pub(in crate::web) struct DeskSite(pub Settings);

impl<S> FromRequestParts<S> for DeskSite
where
    Reading: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let read = Reading::from_ref(state).settings().await;
        Ok(Self(read.map(|page| page.settings).unwrap_or_default()))
    }
}
