//! Structured data as schema.org has it, written as JSON-LD.

use serde_json::{Map, Value, json};

use crate::domain::paths;
use crate::domain::post::FullPost;
use crate::domain::{Author, Settings, Timestamp};

use super::meta::CardImage;
use super::social_link::{self, SocialLink};
use super::{Site, urls};

/// The text of a script element: no `<` in it, so that nothing can end the element.
pub(super) fn script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// The site, and how to search it.
pub(super) fn web_site(site: Site<'_>) -> Value {
    let search = urls::absolute(site.base_url, paths::SEARCH);
    json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": site.settings.title,
        "description": site.settings.description,
        "url": home(site),
        "inLanguage": site.settings.locale,
        "publisher": publisher(site),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": format!("{search}?q={{search_term_string}}"),
            },
            "query-input": "required name=search_term_string",
        },
    })
}

/// A post.
pub(super) fn blog_posting(
    site: Site<'_>,
    full: &FullPost,
    canonical: &str,
    description: Option<&str>,
    image: Option<&CardImage>,
) -> Value {
    let post = &full.post.summary;
    let public = full.tags.iter().filter(|tag| tag.is_public());
    let keywords: Vec<_> = public.map(|tag| tag.name.as_str()).collect();
    let authors: Vec<_> = full.authors.iter().map(|author| short_person(site, author)).collect();
    compact(json!({
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": post.title,
        "description": description,
        "url": canonical,
        "mainEntityOfPage": canonical,
        "datePublished": post.published_at.map(Timestamp::to_rfc3339),
        "dateModified": post.updated_at.to_rfc3339(),
        "inLanguage": post.locale.as_ref().unwrap_or(&site.settings.locale),
        "author": authors,
        "publisher": publisher(site),
        "image": image.map(image_object),
        "keywords": (!keywords.is_empty()).then(|| keywords.join(", ")),
        "isAccessibleForFree": post.visibility == crate::domain::Visibility::Public,
    }))
}

/// An author on their own page.
pub(super) fn person(site: Site<'_>, author: &Author) -> Value {
    let mut person = short_person(site, author);
    if let Value::Object(fields) = &mut person {
        fields.insert("@context".to_owned(), json!("https://schema.org"));
        fields.insert("description".to_owned(), json!(author.bio));
        let picture = author.profile_image.as_deref();
        let address = picture.map(|src| urls::absolute(site.base_url, src));
        fields.insert("image".to_owned(), json!(address));
    }
    compact(person)
}

/// The way from the front page to a page: names and paths.
pub(super) fn breadcrumbs(site: Site<'_>, steps: &[(&str, String)]) -> Value {
    let first = (site.settings.title.as_str(), paths::HOME.to_owned());
    let step = |(index, (name, path)): (usize, &(&str, String))| {
        json!({
            "@type": "ListItem",
            "position": index + 1,
            "name": name,
            "item": urls::absolute(site.base_url, path),
        })
    };
    let items: Vec<_> = std::iter::once(&first).chain(steps).enumerate().map(step).collect();
    json!({
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": items,
    })
}

fn short_person(site: Site<'_>, author: &Author) -> Value {
    let website = author.website.as_deref().and_then(urls::web).map(str::to_owned);
    let accounts = social_link::of_author(author).into_iter().map(|link| link.href);
    let same_as: Vec<_> = website.into_iter().chain(accounts).collect();
    compact(json!({
        "@type": "Person",
        "name": author.name,
        "url": urls::absolute(site.base_url, &paths::author(&author.slug)),
        "sameAs": (!same_as.is_empty()).then_some(same_as),
    }))
}

fn publisher(site: Site<'_>) -> Value {
    let Settings { title, logo, icon, .. } = site.settings;
    let logo = logo.as_deref().or(icon.as_deref());
    let accounts: Vec<_> = social_link::of_site(site.settings)
        .into_iter()
        .map(|SocialLink { href, .. }| href)
        .collect();
    compact(json!({
        "@type": "Organization",
        "name": title,
        "url": home(site),
        "logo": logo.map(|src| urls::absolute(site.base_url, src)),
        "sameAs": (!accounts.is_empty()).then_some(accounts),
    }))
}

fn image_object(image: &CardImage) -> Value {
    compact(json!({
        "@type": "ImageObject",
        "url": image.src,
        "width": image.size.map(|(width, _)| width),
        "height": image.size.map(|(_, height)| height),
    }))
}

fn home(site: Site<'_>) -> String {
    urls::absolute(site.base_url, paths::HOME)
}

/// The object without the fields that say nothing.
fn compact(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(_, v)| !v.is_null()).collect::<Map<_, _>>())
        }
        other => other,
    }
}
