//! What is not there: an old address leads on, another form of an address to its one form, and the
//! rest gets a page that offers the search and what comes close.

use askama::Template as _;
use axum::Extension;
use axum::extract::OriginalUri;
use axum::response::{Html, IntoResponse as _};
use http::{Method, StatusCode, Uri};

use super::{Result, moved, theme};
use crate::domain::paths;
use crate::services::reading::Seen;
use crate::web::state::SiteState;
use crate::web::views::NotFoundPage;

/// The longest path that is looked up; nothing had a longer one.
const MAX_PATH: usize = 2_000;

/// Every path that no route has.
pub(crate) async fn fallback(state: SiteState, method: Method, uri: OriginalUri) -> Result {
    if method != Method::GET && method != Method::HEAD {
        return Ok(StatusCode::METHOD_NOT_ALLOWED.into_response());
    }
    missing(&state, &uri, Seen::default()).await
}

/// The answer where a route found nothing, and what it saw while it looked.
pub(crate) async fn missing(state: &SiteState, uri: &Uri, mut seen: Seen) -> Result {
    let path = uri.path();
    if path.len() > MAX_PATH {
        return not_found(state, "", seen).await;
    }
    if let Some(feed) = feed_of_old(path) {
        return Ok(moved(seen, feed));
    }
    let (destination, looked_up) = state.reading.redirect(path).await?;
    seen.join(&looked_up);
    if let Some(destination) = destination {
        let target = match destination {
            d if d.post.is_some() => d.post.as_ref().map(paths::post),
            d if d.tag.is_some() => d.tag.as_ref().map(paths::tag),
            d => d.author.as_ref().map(paths::author),
        };
        if let Some(target) = target.filter(|target| target != path) {
            return Ok(moved(seen, &target));
        }
    }
    if let Some(form) = one_form(path) {
        return Ok(moved(seen, &with_query(form, uri)));
    }
    not_found(state, path, seen).await
}

async fn not_found(state: &SiteState, path: &str, mut seen: Seen) -> Result {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let last = decoded.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let query: String =
        last.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(100).collect();
    let read = state.reading.close_to(&query).await?;
    seen.join(&read.seen);
    let theme = theme::address(&read.settings);
    let view = NotFoundPage::new(state.site(&read.settings, &theme), query.trim(), &read.content);
    Ok((StatusCode::NOT_FOUND, Extension(seen), Html(view.render()?)).into_response())
}

/// Where other systems have their feeds: subscribers of an imported blog find the feed again.
fn feed_of_old(path: &str) -> Option<&'static str> {
    match path.trim_end_matches('/') {
        "/feed" | "/feed.xml" | "/index.xml" | "/rss.xml" => Some(paths::RSS),
        "/atom.xml" | "/atom" => Some(paths::ATOM),
        "/index.json" => Some(paths::JSON_FEED),
        _ => None,
    }
}

/// Addresses end in a slash and have no capital letters; `None` where this one is so, or names a
/// file.
fn one_form(path: &str) -> Option<String> {
    let last = path.rsplit('/').next().unwrap_or_default();
    if path.starts_with("//") || last.contains('.') {
        return None;
    }
    let mut form = path.to_owned();
    if !path.ends_with('/') {
        form.push('/');
    }
    // Percent-encodings keep their capitals: `%E6` is how addresses are written here.
    if !path.contains('%') {
        form.make_ascii_lowercase();
    }
    (form != path).then_some(form)
}

/// What stood behind the `?` of the other form stands there still.
fn with_query(mut form: String, uri: &Uri) -> String {
    if let Some(query) = uri.query() {
        form.push('?');
        form.push_str(query);
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form() {
        assert_eq!(one_form("/about").as_deref(), Some("/about/"));
        assert_eq!(one_form("/About/").as_deref(), Some("/about/"));
        assert_eq!(one_form("/%E6%9D%B1").as_deref(), Some("/%E6%9D%B1/"));
        for fine in ["/about/", "/x.html", "//evil.example", "/"] {
            assert_eq!(one_form(fine), None, "{fine}");
        }
    }
}
