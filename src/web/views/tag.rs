//! The posts with a tag.

use askama::Template;

use crate::domain::Tag;
use crate::domain::listing::Pagination;
use crate::domain::media::Picture;
use crate::domain::paths;
use crate::domain::post::PostCard;
use crate::i18n::Strings;
use crate::web::assets::asset;

use super::frame::Frame;
use super::meta::{CardImage, Meta};
use super::pager::Pager;
use super::picture::{PictureView, WIDE};
use super::story::{Story, stories};
use super::{Site, json_ld};

/// A page of the posts with a tag.
#[derive(Debug, Template)]
#[template(path = "tag.html")]
pub struct TagPage<'a> {
    frame: Frame<'a>,
    tag: &'a Tag,
    count: String,
    picture: Option<PictureView>,
    stories: Vec<Story>,
    pager: Option<Pager>,
}

impl<'a> TagPage<'a> {
    /// A page of the list; `picture` is the tag's.
    #[must_use]
    pub fn new(
        site: Site<'a>,
        tag: &'a Tag,
        picture: Option<&Picture>,
        posts: &[PostCard],
        pagination: Pagination,
    ) -> Self {
        let strings = Strings::for_locale(&site.settings.locale);
        let address = |page| paths::tag_page(&tag.slug, page);
        let path = address(pagination.page);
        let pager = Pager::new(strings, &pagination, address);
        let title = numbered_title(strings, &tag.name, pagination.page);
        let image = picture.map(|picture| CardImage::new(site, picture, None));
        let mut meta = Meta::new(site, &title, &path).between(site, pager.as_ref());
        if pagination.page == 1 {
            meta = meta.describe(
                site,
                &tag.social,
                &tag.name,
                tag.description.as_deref(),
                image.as_ref(),
            );
        }
        let steps = [(tag.name.as_str(), paths::tag(&tag.slug))];
        let feed_title = format!("{} – {}", tag.name, site.settings.title);
        let meta = meta
            .feed(site, &feed_title, &paths::tag_rss(&tag.slug))
            .data(&json_ld::breadcrumbs(site, &steps));
        Self {
            tag,
            count: strings.count("posts-count", pagination.total),
            picture: picture.map(|p| PictureView::new(p, None, WIDE).first()),
            stories: stories(site, posts),
            pager,
            frame: Frame::new(site, &path, meta)
                .with_code(tag.codeinjection_head.as_ref(), tag.codeinjection_foot.as_ref()),
        }
    }
}

/// The title of a page of a list: `Rust, page 2`.
pub(super) fn numbered_title(strings: &Strings, title: &str, page: u64) -> String {
    match page {
        0 | 1 => title.to_owned(),
        _ => strings.with("title-page", &[("title", title), ("page", &strings.number(page))]),
    }
}
