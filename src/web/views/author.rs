//! The posts of an author.

use askama::Template;

use crate::domain::Author;
use crate::domain::listing::Pagination;
use crate::domain::media::Picture;
use crate::domain::paths;
use crate::domain::post::PostCard;
use crate::i18n::Strings;
use crate::web::assets::asset;

use super::frame::Frame;
use super::meta::{self, CardImage, Kind, Meta};
use super::pager::Pager;
use super::picture::{PictureView, WIDE};
use super::social_link::{self, SocialLink};
use super::story::{Story, stories};
use super::tag::numbered_title;
use super::{Site, json_ld, urls};

/// A page of the posts of an author.
#[derive(Debug, Template)]
#[template(path = "author.html")]
pub struct AuthorPage<'a> {
    frame: Frame<'a>,
    author: &'a Author,
    face: Option<&'a str>,
    href: String,
    count: String,
    website: Option<&'a str>,
    accounts: Vec<SocialLink>,
    cover: Option<PictureView>,
    stories: Vec<Story>,
    pager: Option<Pager>,
}

impl<'a> AuthorPage<'a> {
    /// A page of the list; `cover` is the picture on top of it.
    #[must_use]
    pub fn new(
        site: Site<'a>,
        author: &'a Author,
        cover: Option<&Picture>,
        posts: &[PostCard],
        pagination: Pagination,
    ) -> Self {
        let strings = Strings::for_locale(&site.settings.locale);
        let address = |page| paths::author_page(&author.slug, page);
        let path = address(pagination.page);
        let pager = Pager::new(strings, &pagination, address);
        let title = numbered_title(strings, &author.name, pagination.page);
        let mut meta = Meta::new(site, &title, &path).between(site, pager.as_ref());
        if pagination.page == 1 {
            let social = meta::of_author(author);
            let face = author.profile_image.as_deref().map(Picture::elsewhere);
            let image = cover.or(face.as_ref()).map(|picture| CardImage::new(site, picture, None));
            meta =
                meta.describe(site, &social, &author.name, author.bio.as_deref(), image.as_ref());
        }
        let steps = [(author.name.as_str(), paths::author(&author.slug))];
        let feed_title = format!("{} – {}", author.name, site.settings.title);
        let mut meta = meta
            .feed(site, &feed_title, &paths::author_rss(&author.slug))
            .data(&json_ld::person(site, author))
            .data(&json_ld::breadcrumbs(site, &steps));
        meta.kind = Kind::Profile;
        meta.creator = meta::handle(author.twitter.as_ref());
        Self {
            author,
            face: urls::face(site, author),
            href: paths::author(&author.slug),
            count: strings.count("posts-count", pagination.total),
            website: author.website.as_deref().and_then(urls::web),
            accounts: social_link::of_author(author),
            cover: cover.map(|p| PictureView::new(p, None, WIDE).first()),
            stories: stories(site, posts),
            pager,
            frame: Frame::new(site, &path, meta),
        }
    }
}
