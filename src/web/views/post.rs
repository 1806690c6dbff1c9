//! A post.

use askama::Template;

use crate::domain::paths;
use crate::domain::post::{FullPost, PostCard, primary_tag};
use crate::domain::{Author, PostSummary, Status, Tag, Visibility};
use crate::i18n::Strings;
use crate::web::assets::asset;

use super::byline::Byline;
use super::contents::{Entry, contents};
use super::frame::Frame;
use super::meta::{Article, CardImage, Kind, Meta};
use super::picture::{PictureView, WIDE};
use super::social_link::{self, SocialLink};
use super::story::{Date, Language, Link, Story, date, language_of, standfirst, stories};
use super::{Site, json_ld, meta, urls};

/// Seconds after which a change counts as an update that readers are told of.
const UPDATE_AFTER: i64 = 24 * 60 * 60;

/// What stands around a post.
#[derive(Debug, Clone, Copy, Default)]
pub struct PostContext<'a> {
    /// The post that was published before it.
    pub previous: Option<&'a PostSummary>,
    /// The post that was published after it.
    pub next: Option<&'a PostSummary>,
    /// Posts about the same things.
    pub related: &'a [PostCard],
    /// Whether the text is kept from this reader; the address of the text's end stays the same.
    pub closed: bool,
}

/// A post.
#[derive(Debug, Template)]
#[template(path = "post.html")]
pub struct PostPage<'a> {
    frame: Frame<'a>,
    /// The words in the language of the post.
    strings: &'static Strings,
    language: Option<Language>,
    /// That readers do not see it.
    notice: Option<String>,
    title: &'a str,
    canonical: String,
    section: Option<Link>,
    standfirst: Option<String>,
    byline: Byline,
    faces: Vec<&'a str>,
    published: Option<Date>,
    updated: Option<(String, Date, String)>,
    reading_time: Option<String>,
    picture: Option<PictureView>,
    caption: Option<&'a str>,
    contents: Vec<Entry>,
    html: Option<&'a str>,
    topics: Vec<Link>,
    markdown: Option<String>,
    authors: Vec<AuthorNote<'a>>,
    previous: Option<Neighbour>,
    next: Option<Neighbour>,
    related: Vec<Story>,
}

/// A few lines about an author, under the text.
#[derive(Debug)]
struct AuthorNote<'a> {
    name: &'a str,
    href: String,
    picture: Option<&'a str>,
    bio: &'a str,
    website: Option<&'a str>,
    accounts: Vec<SocialLink>,
}

/// The post before or after.
#[derive(Debug)]
struct Neighbour {
    href: String,
    title: String,
    language: Option<Language>,
}

impl<'a> PostPage<'a> {
    /// A post, and what stands around it.
    #[must_use]
    pub fn new(site: Site<'a>, full: &'a FullPost, around: PostContext<'a>) -> Self {
        let post = &full.post.summary;
        let settings = site.settings;
        let locale = post.locale.as_ref().unwrap_or(&settings.locale);
        let strings = Strings::for_locale(locale);
        let site_strings = Strings::for_locale(&settings.locale);
        let path = paths::post(&post.slug);
        let preview = post.status != Status::Published;
        let alt = post.feature_image_alt.as_deref();
        let topics = topics(&full.tags);
        let reading = strings.count("reading-time", u64::try_from(post.reading_time).unwrap_or(0));
        let meta = head(site, full, &path, &topics, preview);

        Self {
            strings,
            language: language_of(site, post),
            notice: preview.then(|| site_strings.text("preview")),
            title: &post.title,
            canonical: meta.canonical.clone(),
            section: primary_tag(&full.tags).map(link),
            standfirst: post.custom_excerpt.as_ref().map(|_| standfirst(post)),
            byline: Byline::new(&full.authors, strings),
            faces: full.authors.iter().filter_map(|a| urls::face(site, a)).collect(),
            published: post.published_at.map(|instant| date(site, strings, instant)),
            updated: updated(site, strings, post),
            reading_time: (post.reading_time > 0).then_some(reading),
            picture: full.picture.as_ref().map(|p| PictureView::new(p, alt, WIDE).first()),
            caption: post.feature_image_caption.as_deref().filter(|caption| !caption.is_empty()),
            contents: if around.closed { Vec::new() } else { contents(&full.post) },
            html: (!around.closed).then_some(full.post.html.as_str()),
            topics,
            markdown: meta.markdown.as_ref().map(|_| paths::post_markdown(&post.slug)),
            authors: full
                .authors
                .iter()
                .filter_map(|author| AuthorNote::new(site, author))
                .collect(),
            previous: around.previous.map(|post| Neighbour::new(site, post)),
            next: around.next.map(|post| Neighbour::new(site, post)),
            related: stories(site, around.related),
            frame: Frame::new(site, &path, meta).with_code(
                full.post.codeinjection_head.as_ref(),
                full.post.codeinjection_foot.as_ref(),
            ),
        }
    }

    /// The same for a writer who changed it: it says that readers may not see it so, unless it says
    /// already that they see nothing, and search engines are told to pass by.
    #[must_use]
    pub fn as_preview(mut self) -> Self {
        let changes = || self.frame.strings.text("preview-changes");
        self.notice = self.notice.take().or_else(|| Some(changes()));
        self.frame.meta = self.frame.meta.unlisted();
        self
    }
}

/// The head of the page of a post or of a static page.
pub(super) fn head(
    site: Site<'_>,
    full: &FullPost,
    path: &str,
    topics: &[Link],
    preview: bool,
) -> Meta {
    let post = &full.post.summary;
    let strings = Strings::for_locale(&site.settings.locale);
    let description = standfirst(post);
    let image = full
        .picture
        .as_ref()
        .map(|picture| CardImage::new(site, picture, post.feature_image_alt.as_deref()));
    let mut head = Meta::new(site, &post.title, path).describe(
        site,
        &full.post.social,
        &post.title,
        Some(&description),
        image.as_ref(),
    );
    let people: Vec<_> = full.authors.iter().map(|author| author.name.clone()).collect();
    head.kind = Kind::Article;
    head.article = Some(Article {
        published: meta::instant(post.published_at),
        modified: post.updated_at.to_rfc3339(),
        authors: people.clone(),
        tags: topics.iter().map(|topic| topic.label.clone()).collect(),
    });
    head.creator = full.authors.first().and_then(|author| meta::handle(author.twitter.as_ref()));
    let (before, after) = strings.around("byline");
    head.lines.push((format!("{before}{after}").trim().to_owned(), people.join(", ")));
    head.lines.extend(meta::line(strings.text("topics"), topics));
    if preview {
        return head.unlisted();
    }
    if post.visibility == Visibility::Public {
        head.markdown = Some(urls::absolute(site.base_url, &paths::post_markdown(&post.slug)));
    }
    let posting = json_ld::blog_posting(
        site,
        full,
        &head.canonical,
        head.description.as_deref(),
        head.card.image.as_ref(),
    );
    let mut steps = Vec::new();
    if let Some(tag) = primary_tag(&full.tags) {
        steps.push((tag.name.as_str(), paths::tag(&tag.slug)));
    }
    steps.push((post.title.as_str(), path.to_owned()));
    head.data(&posting).data(&json_ld::breadcrumbs(site, &steps))
}

/// The tags that readers see.
fn topics(tags: &[Tag]) -> Vec<Link> {
    tags.iter().filter(|tag| tag.is_public()).map(link).collect()
}

fn link(tag: &Tag) -> Link {
    Link { href: paths::tag(&tag.slug), label: tag.name.clone() }
}

/// When the post was last changed, if that was long after it was published: the date and what
/// stands around it.
fn updated(
    site: Site<'_>,
    strings: &Strings,
    post: &PostSummary,
) -> Option<(String, Date, String)> {
    let published = post.published_at?;
    if post.updated_at < published.plus_seconds(UPDATE_AFTER) {
        return None;
    }
    let (before, after) = strings.around("updated");
    Some((before, date(site, strings, post.updated_at), after))
}

impl<'a> AuthorNote<'a> {
    /// What there is to say of an author; nothing where they said nothing of themselves.
    fn new(site: Site<'_>, author: &'a Author) -> Option<Self> {
        let bio = author.bio.as_deref().map(str::trim).filter(|bio| !bio.is_empty())?;
        Some(Self {
            name: &author.name,
            href: paths::author(&author.slug),
            picture: urls::face(site, author),
            bio,
            website: author.website.as_deref().and_then(urls::web),
            accounts: social_link::of_author(author),
        })
    }
}

impl Neighbour {
    fn new(site: Site<'_>, post: &PostSummary) -> Self {
        Self {
            href: paths::post(&post.slug),
            title: post.title.clone(),
            language: language_of(site, post),
        }
    }
}
