//! Programs that the site lets in, and what they are told. Owners and administrators see to them.

mod one;
mod regenerate;
mod remove;
mod rename;

use std::convert::Infallible;

use askama::Template;
use axum::extract::{FromRequestParts, Query, State};
use axum::response::{Html, IntoResponse as _};
use http::StatusCode;
use http::request::Parts;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::frame::{Frame, Place};
use super::site::DeskSite;
use super::{DeskError, Result, again, page};
use crate::domain::{IntegrationId, Timestamp};
use crate::services::ServiceError;
use crate::services::integrations::{Integrations, NewIntegration, Overview};
use crate::services::webhooks::WebhookError;
use crate::web::AppState;
use crate::web::assets::asset;
use crate::web::edge::{Declaration, Routes};
use crate::web::session::{DeskForm, SignedIn};

/// The pages, and what each declares.
pub(super) fn routes() -> Routes<AppState> {
    const PRIVATE: Declaration = Declaration::PRIVATE;
    Routes::default()
        .get("/desk/integrations/", PRIVATE, show)
        .post("/desk/integrations/", add)
        .get("/desk/integrations/{id}/", PRIVATE, one::show)
        .post("/desk/integrations/{id}/", one::add)
        .unread("/desk/integrations/{id}/webhooks/{webhook}/", PRIVATE)
        .post("/desk/integrations/{id}/webhooks/{webhook}/", one::change)
        .get("/desk/integrations/{id}/rename/", PRIVATE, rename::ask)
        .post("/desk/integrations/{id}/rename/", rename::rename)
        .get("/desk/integrations/{id}/keys/{kind}/", PRIVATE, regenerate::ask)
        .post("/desk/integrations/{id}/keys/{kind}/", regenerate::regenerate)
        .get("/desk/integrations/{id}/remove/", PRIVATE, remove::ask)
        .post("/desk/integrations/{id}/remove/", remove::remove)
}

/// Somebody who sees to what the site is. Who does not is told so.
struct Operator(SignedIn);

impl FromRequestParts<AppState> for Operator {
    type Rejection = DeskError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, DeskError> {
        let signed_in = <SignedIn as FromRequestParts<AppState>>::from_request_parts(parts, state);
        let signed_in = signed_in.await?;
        if signed_in.user.role.runs_the_site() {
            Ok(Self(signed_in))
        } else {
            Err(DeskError::Forbidden)
        }
    }
}

impl From<WebhookError> for DeskError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Missing | WebhookError::NotTheirs => Self::Missing,
            WebhookError::Taken | WebhookError::Invalid { .. } => Self::Unreadable,
            WebhookError::Failed(error) => ServiceError::Database(error).into(),
        }
    }
}

/// What was just done, as the address of the next page says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Query::try_from_uri(&parts.uri).map(|Query(asked)| asked).unwrap_or_default())
    }
}

impl Asked {
    fn words(&self) -> Option<&'static str> {
        Some(match self.done.as_deref()? {
            "added" => "The webhook is added. It is called when the event happens next.",
            "removed" => "The webhook is removed. Nothing is sent there any more.",
            "again" => "It is sent again. Open this page anew to see what becomes of it.",
            "renamed" => "The integration is renamed.",
            "gone" => "The integration is removed. Its keys open nothing any more.",
            _ => return None,
        })
    }
}

/// The page: `templates/desk/integrations.html`.
#[derive(Template)]
#[template(path = "desk/integrations.html")]
struct IntegrationsPage<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    rows: Vec<Row>,
    done: Option<&'static str>,
    /// The name that will not do, and why.
    problem: Option<(String, String)>,
}

/// An integration in the list.
struct Row {
    href: String,
    name: String,
    read: Option<Moment>,
    admin: Option<Moment>,
    webhooks: String,
}

/// The page with the keys, which are shown once: `templates/desk/integration_new.html`.
#[derive(Template)]
#[template(path = "desk/integration_new.html")]
struct NewPage<'a> {
    frame: Frame<'a>,
    name: &'a str,
    url: &'a str,
    content_key: &'a str,
    admin_key: &'a str,
    href: String,
}

/// An instant, for programs and for people.
struct Moment {
    machine: String,
    words: String,
}

/// What an integration is to be called.
#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

/// `GET /desk/integrations/`
async fn show(
    State(integrations): State<Integrations>,
    site: DeskSite,
    Operator(user): Operator,
    asked: Asked,
) -> Result {
    page(&view(&integrations, &site, &user, asked.words(), None).await?)
}

/// `POST /desk/integrations/`: lets a program in. Its keys are in the answer, and nowhere else: so it is the
/// page itself, and not the way to one.
async fn add(
    State(state): State<AppState>,
    site: DeskSite,
    Operator(user): Operator,
    DeskForm(Named { name }): DeskForm<Named>,
) -> Result {
    let saved = match state.integrations.add(&name).await {
        Ok(saved) => saved,
        Err(ServiceError::Invalid { reason, .. }) => {
            let problem = Some((name, format!("The name {reason}.")));
            return again(&view(&state.integrations, &site, &user, None, problem).await?);
        }
        Err(error) => return Err(error.into()),
    };
    let NewIntegration { integration, content_key, admin_key } = &saved.value;
    let view = NewPage {
        frame: Frame::new(&site.0.title, "Two keys, shown once", Place::Integrations, &user),
        name: &integration.name,
        url: &state.base_url,
        content_key: content_key.reveal(),
        admin_key: admin_key.reveal(),
        href: address(&integration.id),
    };
    let page = (StatusCode::CREATED, Html(view.render()?));
    Ok((axum::Extension(saved.token), page).into_response())
}

async fn view<'a>(
    integrations: &Integrations,
    site: &'a DeskSite,
    user: &'a SignedIn,
    done: Option<&'static str>,
    problem: Option<(String, String)>,
) -> Result<IntegrationsPage<'a>> {
    let zone = site.0.zone();
    let rows = integrations.overview().await?.into_iter().map(|it| Row::of(it, &zone)).collect();
    let frame = Frame::new(&site.0.title, "Integrations", Place::Integrations, user);
    Ok(IntegrationsPage { frame, csrf: &user.csrf, rows, done, problem })
}

impl Row {
    fn of(overview: Overview, zone: &TimeZone) -> Self {
        let Overview { integration, read_at, admin_at, webhooks } = overview;
        Self {
            href: address(&integration.id),
            name: integration.name,
            read: read_at.map(|at| Moment::of(at, zone)),
            admin: admin_at.map(|at| Moment::of(at, zone)),
            webhooks: match webhooks {
                0 => "no webhooks".to_owned(),
                1 => "1 webhook".to_owned(),
                many => format!("{many} webhooks"),
            },
        }
    }
}

impl Moment {
    /// `24 November 2026, 15:05`, in the time zone of the site.
    fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let words = at.in_zone(zone).strftime("%-d %B %Y, %H:%M").to_string();
        Self { machine: at.to_rfc3339(), words }
    }
}

/// The id in an address.
fn integration_id(text: &str) -> Result<IntegrationId> {
    text.parse().map_err(|_| DeskError::Missing)
}

/// Where an integration is seen to.
fn address(id: &IntegrationId) -> String {
    format!("/desk/integrations/{id}/")
}
