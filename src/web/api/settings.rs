//! `GET /api/content/settings/`: what the owner says of the site.

use axum::Extension;
use axum::response::{IntoResponse as _, Response};
use http::header;
use serde::Serialize;

use crate::domain::Settings;
use crate::domain::settings::NavigationLink;
use crate::web::error::WebError;
use crate::web::json;
use crate::web::state::SiteState;

const CONTENT_TYPE: &str = "application/json; charset=utf-8";

#[derive(Serialize)]
struct Answer<'a> {
    settings: Public<'a>,
    meta: Meta,
}

#[derive(Serialize)]
struct Meta {}

/// What front ends may know. Text that goes into pages as it stands is theirs to decide on.
#[derive(Serialize)]
struct Public<'a> {
    title: &'a str,
    description: &'a str,
    logo: Option<&'a str>,
    icon: Option<&'a str>,
    accent_color: &'a str,
    cover_image: Option<&'a str>,
    facebook: Option<&'a str>,
    twitter: Option<&'a str>,
    lang: &'a str,
    locale: &'a str,
    timezone: &'a str,
    navigation: &'a [NavigationLink],
    secondary_navigation: &'a [NavigationLink],
    meta_title: Option<&'a str>,
    meta_description: Option<&'a str>,
    url: String,
}

pub(super) async fn read(state: SiteState) -> Result<Response, WebError> {
    let read = state.reading.settings().await?;
    let answer = Answer { settings: public(&read.settings, &state.base_url), meta: Meta {} };
    let content_type = [(header::CONTENT_TYPE, CONTENT_TYPE)];
    Ok((Extension(read.seen), content_type, json::render(&answer)).into_response())
}

fn public<'a>(settings: &'a Settings, base_url: &str) -> Public<'a> {
    Public {
        title: &settings.title,
        description: &settings.description,
        logo: settings.logo.as_deref(),
        icon: settings.icon.as_deref(),
        accent_color: &settings.accent_color,
        cover_image: settings.cover_image.as_deref(),
        facebook: settings.facebook.as_deref(),
        twitter: settings.twitter.as_deref(),
        lang: &settings.locale,
        locale: &settings.locale,
        timezone: &settings.timezone,
        navigation: &settings.navigation,
        secondary_navigation: &settings.secondary_navigation,
        meta_title: settings.meta_title.as_deref(),
        meta_description: settings.meta_description.as_deref(),
        url: format!("{base_url}/"),
    }
}
