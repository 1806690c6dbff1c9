//! The posts of a month.

use askama::Template;

use crate::domain::listing::{Month, Pagination};
use crate::domain::paths;
use crate::domain::post::PostCard;
use crate::i18n::Strings;
use crate::web::assets::asset;

use super::frame::Frame;
use super::meta::Meta;
use super::pager::Pager;
use super::story::{Story, stories};
use super::tag::numbered_title;
use super::{Site, json_ld};

/// A page of the posts of a month.
#[derive(Debug, Template)]
#[template(path = "month.html")]
pub struct MonthPage<'a> {
    frame: Frame<'a>,
    title: String,
    count: String,
    stories: Vec<Story>,
    pager: Option<Pager>,
}

impl<'a> MonthPage<'a> {
    /// A page of the list.
    #[must_use]
    pub fn new(site: Site<'a>, month: Month, posts: &[PostCard], pagination: Pagination) -> Self {
        let strings = Strings::for_locale(&site.settings.locale);
        let name = strings.month(month);
        let address = |page| paths::month_page(month.year, month.month, page);
        let path = address(pagination.page);
        let pager = Pager::new(strings, &pagination, address);
        let title = numbered_title(strings, &name, pagination.page);
        let archive = strings.text("archive");
        let steps = [(archive.as_str(), paths::ARCHIVE.to_owned()), (name.as_str(), address(1))];
        let meta = Meta::new(site, &title, &path)
            .between(site, pager.as_ref())
            .data(&json_ld::breadcrumbs(site, &steps));
        Self {
            frame: Frame::new(site, &path, meta),
            title: name,
            count: strings.count("posts-count", pagination.total),
            stories: stories(site, posts),
            pager,
        }
    }
}
