//! A static page: timeless, reached by links.

use askama::Template;

use crate::domain::Status;
use crate::domain::paths;
use crate::domain::post::FullPost;
use crate::i18n::Strings;
use crate::web::assets::asset;

use super::Site;
use super::frame::Frame;
use super::meta::Kind;
use super::picture::{PictureView, WIDE};
use super::post::head;
use super::story::{Language, language_of};

/// A static page.
#[derive(Debug, Template)]
#[template(path = "page.html")]
pub struct StaticPage<'a> {
    frame: Frame<'a>,
    /// The words in the language of the page.
    strings: &'static Strings,
    language: Option<Language>,
    /// That readers do not see it.
    notice: Option<String>,
    title: &'a str,
    /// Whether the title stands above the text; it is always there for screen readers.
    title_shown: bool,
    standfirst: Option<&'a str>,
    picture: Option<PictureView>,
    caption: Option<&'a str>,
    html: Option<&'a str>,
}

impl<'a> StaticPage<'a> {
    /// A static page; `closed` where the text is kept from this reader.
    #[must_use]
    pub fn new(site: Site<'a>, full: &'a FullPost, closed: bool) -> Self {
        let post = &full.post.summary;
        let locale = post.locale.as_ref().unwrap_or(&site.settings.locale);
        let site_strings = Strings::for_locale(&site.settings.locale);
        let path = paths::post(&post.slug);
        let preview = post.status != Status::Published;
        let shown = full.post.show_title_and_feature_image;
        let alt = post.feature_image_alt.as_deref();
        let picture = full.picture.as_ref().filter(|_| shown);
        let mut meta = head(site, full, &path, &[], preview);
        // A page has no date, so Open Graph's article would say what is not meant.
        meta.kind = Kind::Website;
        meta.article = None;
        meta.lines.clear();
        Self {
            strings: Strings::for_locale(locale),
            language: language_of(site, post),
            notice: preview.then(|| site_strings.text("preview")),
            title: &post.title,
            title_shown: shown,
            standfirst: post.custom_excerpt.as_deref(),
            picture: picture.map(|p| PictureView::new(p, alt, WIDE).first()),
            caption: post.feature_image_caption.as_deref().filter(|caption| !caption.is_empty()),
            html: (!closed).then_some(full.post.html.as_str()),
            frame: Frame::new(site, &path, meta).with_code(
                full.post.codeinjection_head.as_ref(),
                full.post.codeinjection_foot.as_ref(),
            ),
        }
    }
    /// The same for a writer who changed it: see [`PostPage::as_preview`](super::PostPage::as_preview).
    #[must_use]
    pub fn as_preview(mut self) -> Self {
        let changes = || self.frame.strings.text("preview-changes");
        self.notice = self.notice.take().or_else(|| Some(changes()));
        self.frame.meta = self.frame.meta.unlisted();
        self
    }
}
