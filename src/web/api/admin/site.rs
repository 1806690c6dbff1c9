//! The site as a whole: what everybody may know of it, and what its programs may.

use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::auth::Integration;
use crate::domain;
use crate::services::reading::Asker;
use crate::web::api::VERSION;
use crate::web::api::answer;
use crate::web::api::description::{Operation, sample};
use crate::web::api::error::{ApiError, Doing};
use crate::web::api::shape::{Settings, Site};
use crate::web::state::SiteState;

/// What everybody may know.
#[derive(Serialize, JsonSchema)]
struct SiteAnswer<'a> {
    site: PublicSite<'a>,
}

/// What the site is called.
#[derive(Serialize, JsonSchema)]
struct PublicSite<'a> {
    title: &'a str,
    description: &'a str,
    logo: Option<&'a str>,
    icon: Option<&'a str>,
    cover_image: Option<&'a str>,
    accent_color: &'a str,
    locale: &'a str,
    timezone: &'a str,
    url: String,
    version: &'static str,
    allow_external_signup: bool,
}

/// The settings, each with its key.
#[derive(Serialize, JsonSchema)]
struct SettingsList {
    settings: Vec<Setting>,
    meta: Meta,
}

#[derive(Serialize, JsonSchema)]
struct Setting {
    key: String,
    /// Whatever it is set to.
    value: Value,
}

/// Ghost sends one, with nothing in it.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Meta {}

/// What runs here.
#[derive(Serialize, JsonSchema)]
struct ConfigAnswer {
    config: Config,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Config {
    version: &'static str,
    environment: &'static str,
    blog_url: String,
    mail: &'static str,
    enable_developer_experiments: bool,
    client_extensions: Extensions,
}

/// There are none.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Extensions {}

impl<'a> SiteAnswer<'a> {
    fn of(base_url: &str, settings: &'a domain::Settings) -> Self {
        let site = PublicSite {
            title: &settings.title,
            description: &settings.description,
            logo: settings.logo.as_deref(),
            icon: settings.icon.as_deref(),
            cover_image: settings.cover_image.as_deref(),
            accent_color: &settings.accent_color,
            locale: &settings.locale,
            timezone: &settings.timezone,
            url: format!("{base_url}/"),
            version: VERSION,
            allow_external_signup: false,
        };
        Self { site }
    }
}

impl SettingsList {
    fn of(site: &Site<'_>, settings: &domain::Settings) -> Self {
        let settings = json!(Settings::of(site, settings));
        let pairs = settings.as_object().into_iter().flatten();
        let pairs = pairs.map(|(key, value)| Setting { key: key.clone(), value: value.clone() });
        Self { settings: pairs.collect(), meta: Meta {} }
    }
}

impl ConfigAnswer {
    fn of(base_url: &str) -> Self {
        let config = Config {
            version: VERSION,
            environment: "production",
            blog_url: format!("{base_url}/"),
            mail: "",
            enable_developer_experiments: false,
            client_extensions: Extensions {},
        };
        Self { config }
    }
}

/// The settings, each with its key.
pub(super) async fn settings(_: Integration, state: SiteState) -> Result<Response, ApiError> {
    let read = state.reading.of_primary().settings().await;
    let read = read.map_err(|error| Doing::Read("settings").failed(&error))?;
    let site = Site::for_integrations(&state.base_url);
    Ok(answer::json(&SettingsList::of(&site, &read.settings)))
}

/// What runs here.
pub(super) async fn config(_: Integration, state: SiteState) -> Response {
    answer::json(&ConfigAnswer::of(&state.base_url))
}

/// What everybody may know, before they prove who they are.
pub(super) async fn read(state: SiteState) -> Result<Response, ApiError> {
    let read = state.reading.settings().await;
    let settings = read.map_err(|error| Doing::Read("site").failed(&error))?.settings;
    Ok(answer::json(&SiteAnswer::of(&state.base_url, &settings)))
}

pub(super) fn operations() -> Vec<Operation> {
    let site = sample::site(Asker::Integration);
    let settings = domain::Settings::default();
    vec![
        Operation::get("/admin/site/", "Read what the site is called")
            .open()
            .answers(&SiteAnswer::of(site.base_url, &settings)),
        Operation::get("/admin/settings/", "Read what the site is set to")
            .answers(&SettingsList::of(&site, &settings)),
        Operation::get("/admin/config/", "Read what runs here")
            .answers(&ConfigAnswer::of(site.base_url)),
    ]
}
