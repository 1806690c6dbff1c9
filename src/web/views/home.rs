//! The front page: the masthead, the lead story, the river.

use askama::Template;

use crate::domain::listing::Pagination;
use crate::domain::paths;
use crate::domain::post::PostCard;
use crate::i18n::Strings;
use crate::web::assets::asset;

use super::frame::Frame;
use super::meta::{self, Meta};
use super::pager::Pager;
use super::story::{Story, stories};
use super::{Site, json_ld};

/// The front page, or a further page of its list.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage<'a> {
    frame: Frame<'a>,
    /// The day of the newest post. It is a fact of the content: a page that told today's date would
    /// be wrong as soon as it is cached.
    date: Option<super::story::Date>,
    /// Which edition this is: the number of posts so far.
    edition: String,
    lead: Option<Story>,
    river: Vec<Story>,
    pager: Option<Pager>,
}

impl<'a> HomePage<'a> {
    /// A page of the list, with its posts newest first.
    ///
    /// On the first page the newest featured post among them leads, else the newest.
    #[must_use]
    pub fn new(site: Site<'a>, posts: &[PostCard], pagination: Pagination) -> Self {
        let settings = site.settings;
        let strings = Strings::for_locale(&settings.locale);
        let path = paths::home_page(pagination.page);
        let pager = Pager::new(strings, &pagination, paths::home_page);

        let title = match &pager {
            Some(_) if pagination.page > 1 => strings.with(
                "title-page",
                &[("title", &settings.title), ("page", &strings.number(pagination.page))],
            ),
            _ => settings.title.clone(),
        };
        let mut meta = Meta::new(site, &title, &path).between(site, pager.as_ref());
        if pagination.page == 1 {
            let social = meta::of_settings(settings);
            let description = Some(settings.description.as_str());
            meta = meta.describe(site, &social, &settings.title, description, None);
            meta = meta.data(&json_ld::web_site(site));
        } else {
            meta.title = title;
        }

        let leading = (pagination.page == 1)
            .then(|| posts.iter().position(|card| card.post.featured).unwrap_or_default());
        let river = posts.iter().enumerate().filter(|(index, _)| Some(*index) != leading);
        let newest = posts.first().and_then(|card| card.post.published_at);
        Self {
            lead: leading.and_then(|index| posts.get(index)).map(|card| Story::lead(site, card)),
            river: stories(site, river.map(|(_, card)| card)),
            date: newest.filter(|_| pagination.page == 1).map(|instant| super::story::Date {
                iso: instant.to_rfc3339(),
                text: strings.full_date(instant, &settings.zone()),
            }),
            edition: strings.with("edition", &[("number", &strings.number(pagination.total))]),
            pager,
            frame: Frame::new(site, &path, meta),
        }
    }
}
