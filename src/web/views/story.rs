//! A post in a list: section, headline, standfirst, byline, date.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::paths;
use crate::domain::post::{PostCard, primary_tag};
use crate::domain::{PostSummary, Timestamp, Visibility};
use crate::i18n::{Direction, Strings};

use super::Site;
use super::byline::Byline;
use super::picture::{LEAD, PictureView, RIVER};

/// Characters of a standfirst that was cut out of the text; a writer's own is never cut.
const STANDFIRST: usize = 220;

/// A link with its words.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub href: String,
    pub label: String,
}

/// The language of a text, where it is not the page's.
#[derive(Debug, Clone)]
pub(super) struct Language {
    pub tag: String,
    pub direction: Direction,
}

/// An instant for people and for machines.
#[derive(Debug, Clone)]
pub(super) struct Date {
    pub iso: String,
    pub text: String,
}

/// A post in a list.
#[derive(Debug, Clone, Template)]
#[template(path = "part/story.html")]
pub(super) struct Story {
    pub href: String,
    pub title: String,
    pub language: Option<Language>,
    pub section: Option<Link>,
    pub standfirst: String,
    pub byline: Byline,
    pub date: Option<Date>,
    pub members: Option<String>,
    pub picture: Option<PictureView>,
    /// What the search found in the text, with the words that were asked for marked.
    pub snippet: Vec<crate::text::search::Fragment>,
    /// Whether it leads the page.
    pub lead: bool,
}

impl HtmlSafe for Story {}

impl Story {
    /// A story of the river.
    pub(super) fn new(site: Site<'_>, card: &PostCard) -> Self {
        let strings = Strings::for_locale(&site.settings.locale);
        let post = &card.post;
        let alt = post.feature_image_alt.as_deref();
        Self {
            href: paths::post(&post.slug),
            title: post.title.clone(),
            language: language_of(site, post),
            section: primary_tag(&card.tags)
                .map(|tag| Link { href: paths::tag(&tag.slug), label: tag.name.clone() }),
            standfirst: standfirst(post),
            byline: Byline::new(&card.authors, strings),
            date: post.published_at.map(|instant| date(site, strings, instant)),
            members: (post.visibility == Visibility::Members).then(|| strings.text("members-only")),
            picture: card.picture.as_ref().map(|p| PictureView::new(p, alt, RIVER)),
            snippet: Vec::new(),
            lead: false,
        }
    }

    /// The story that leads the home page.
    pub(super) fn lead(site: Site<'_>, card: &PostCard) -> Self {
        let alt = card.post.feature_image_alt.as_deref();
        let picture = card.picture.as_ref();
        Self {
            picture: picture.map(|p| PictureView::new(p, alt, LEAD).first()),
            lead: true,
            ..Self::new(site, card)
        }
    }
}

/// All stories of a list.
pub(super) fn stories<'a>(
    site: Site<'_>,
    cards: impl IntoIterator<Item = &'a PostCard>,
) -> Vec<Story> {
    cards.into_iter().map(|card| Story::new(site, card)).collect()
}

/// A date in the zone of the site.
pub(super) fn date(site: Site<'_>, strings: &Strings, instant: Timestamp) -> Date {
    Date { iso: instant.to_rfc3339(), text: strings.date(instant, &site.settings.zone()) }
}

/// The language of a post, where it is not the site's.
pub(super) fn language_of(site: Site<'_>, post: &PostSummary) -> Option<Language> {
    let tag = post.locale.as_ref().filter(|tag| **tag != site.settings.locale)?;
    Some(Language { tag: tag.clone(), direction: Direction::of(tag) })
}

/// The writer's excerpt, or the beginning of the text up to the end of a word.
pub(super) fn standfirst(post: &PostSummary) -> String {
    if let Some(own) = &post.custom_excerpt {
        return own.trim().to_owned();
    }
    let text = post.excerpt.trim();
    let Some((end, _)) = text.char_indices().nth(STANDFIRST) else { return text.to_owned() };
    let cut = &text[..end];
    // Scripts without spaces are cut where the length says.
    let words = cut.rfind(char::is_whitespace).filter(|&space| space > end / 2);
    let kept = cut[..words.unwrap_or(end)].trim_end_matches(|c: char| !c.is_alphanumeric());
    format!("{kept}…")
}
