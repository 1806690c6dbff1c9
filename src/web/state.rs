//! What handlers need: each asks for its part, not for the whole.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use ipnet::IpNet;

use super::Addresses;
use super::api::params::ListLimits;
use super::assets::Assets;
use super::health::HealthState;
use super::media::MediaState;
use super::session::{CookieName, FormKey, Origin};
use crate::clock::Clock;
use crate::http_cache::Need;
use crate::rate_limit::RateLimits;
use crate::services::accounts::Accounts;
use crate::services::editing::Editing;
use crate::services::integrations::{Integrations, Keyring};
use crate::services::media::MediaLibrary;
use crate::services::reading::Reading;
use crate::services::tagging::Tagging;
use crate::services::webhooks::Webhooks;
use crate::session::Store;

/// The parts that handlers are given.
#[derive(Clone)]
pub struct AppState {
    /// What pages are made of.
    pub reading: Reading,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// The address of the site, without the slash at the end.
    pub base_url: Arc<str>,
    /// The embedded assets.
    pub assets: Assets,
    /// The media store.
    pub media: MediaState,
    /// What load balancers ask for.
    pub health: HealthState,
    /// What the desk needs.
    pub desk: DeskState,
    /// What writers do at the desk.
    pub editing: Editing,
    /// What becomes of content tags.
    pub tagging: Tagging,
    /// Takes files in.
    pub library: MediaLibrary,
    /// The keys of the API.
    pub keyring: Keyring,
    /// Where the API lies.
    pub addresses: Addresses,
    /// Programs that the site lets in.
    pub integrations: Integrations,
    /// What they are told.
    pub webhooks: Webhooks,
    /// How often somebody may ask it.
    pub rate_limits: RateLimits,
    /// For how much at once.
    pub list_limits: ListLimits,
}

/// What the desk needs: who may come in, and how they are known again.
#[derive(Debug, Clone)]
pub struct DeskState {
    /// Lets people in.
    pub accounts: Accounts,
    /// Where sessions are kept.
    pub sessions: Store,
    /// How long a session is kept at most.
    pub session_lifetime: Duration,
    /// The name of the cookie that holds the id of a session.
    pub cookie: CookieName,
    /// Signs forms.
    pub form_key: FormKey,
    /// Where forms come from.
    pub origin: Origin,
    /// Whose word on where a request comes from is believed.
    pub trusted_proxies: Arc<[IpNet]>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

/// What the readers' pages need.
#[derive(Debug, Clone)]
pub(super) struct SiteState {
    /// What pages are made of.
    pub(super) reading: Reading,
    /// The address of the site, without the slash at the end.
    pub(super) base_url: Arc<str>,
}

/// A handler reads what the request needs to see: see [`Need`].
impl FromRequestParts<AppState> for SiteState {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let reading = match parts.extensions.get::<Need>() {
            Some(Need(as_of)) => state.reading.at_least(*as_of),
            None => state.reading.clone(),
        };
        Ok(Self { reading, base_url: state.base_url.clone() })
    }
}

impl FromRef<AppState> for ListLimits {
    fn from_ref(state: &AppState) -> Self {
        state.list_limits
    }
}

impl FromRef<AppState> for Reading {
    fn from_ref(state: &AppState) -> Self {
        state.reading.clone()
    }
}

impl FromRef<AppState> for Arc<dyn Clock> {
    fn from_ref(state: &AppState) -> Self {
        state.clock.clone()
    }
}

impl FromRef<AppState> for Assets {
    fn from_ref(state: &AppState) -> Self {
        state.assets.clone()
    }
}

impl FromRef<AppState> for HealthState {
    fn from_ref(state: &AppState) -> Self {
        state.health.clone()
    }
}

impl FromRef<AppState> for MediaState {
    fn from_ref(state: &AppState) -> Self {
        state.media.clone()
    }
}

impl FromRef<AppState> for DeskState {
    fn from_ref(state: &AppState) -> Self {
        state.desk.clone()
    }
}

impl FromRef<AppState> for Addresses {
    fn from_ref(state: &AppState) -> Self {
        state.addresses.clone()
    }
}

impl FromRef<AppState> for Editing {
    fn from_ref(state: &AppState) -> Self {
        state.editing.clone()
    }
}

impl FromRef<AppState> for Integrations {
    fn from_ref(state: &AppState) -> Self {
        state.integrations.clone()
    }
}
