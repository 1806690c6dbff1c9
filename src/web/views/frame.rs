//! What stands around every page: head, masthead, footer.

use crate::domain::Settings;
use crate::domain::settings::NavigationLink;
use crate::i18n::{Direction, Strings, is_latin};

use super::meta::Meta;
use super::social_link::{self, SocialLink};
use super::theme::{INK, PAPER};
use super::{Site, meta, urls};

/// The frame of a page.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub site: Site<'a>,
    pub settings: &'a Settings,
    pub strings: &'static Strings,
    pub direction: Direction,
    pub meta: Meta,
    /// The grounds of the two schemes, for the bars of the browser.
    pub grounds: [(&'static str, &'static str); 2],
    /// The sections under the name.
    pub navigation: Vec<NavigationEntry<'a>>,
    /// The links at the end of the page.
    pub more: Vec<NavigationEntry<'a>>,
    pub accounts: Vec<SocialLink>,
    /// Whether the headline face has the letters of the site's language.
    pub headline_face: bool,
    /// HTML for the end of the head, word for word.
    pub head_code: Vec<&'a str>,
    /// HTML for the end of the page, word for word.
    pub foot_code: Vec<&'a str>,
}

/// A link of the navigation.
#[derive(Debug)]
pub(super) struct NavigationEntry<'a> {
    pub label: &'a str,
    pub url: &'a str,
    /// Whether it leads to the present page.
    pub current: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn new(site: Site<'a>, path: &str, meta: Meta) -> Self {
        let settings = site.settings;
        Self {
            site,
            settings,
            strings: Strings::for_locale(&settings.locale),
            direction: Direction::of(&settings.locale),
            meta,
            grounds: [("light", PAPER), ("dark", INK)],
            navigation: navigation(site, &settings.navigation, path),
            more: navigation(site, &settings.secondary_navigation, path),
            accounts: social_link::of_site(settings),
            headline_face: is_latin(&settings.locale),
            head_code: settings.codeinjection_head.as_deref().into_iter().collect(),
            foot_code: settings.codeinjection_foot.as_deref().into_iter().collect(),
        }
    }

    /// Adds the code of a post or a tag behind that of the site.
    pub(super) fn with_code(mut self, head: Option<&'a String>, foot: Option<&'a String>) -> Self {
        self.head_code.extend(head.map(String::as_str));
        self.foot_code.extend(foot.map(String::as_str));
        self
    }

    /// The language as Open Graph spells it.
    pub(super) fn og_locale(&self) -> String {
        self.settings.locale.replace('-', "_")
    }

    /// The site on X.
    pub(super) fn handle(&self) -> Option<String> {
        meta::handle(self.settings.twitter.as_ref())
    }

    /// What stands around the name of the program at the end of the page.
    pub(super) fn published_with(&self) -> (String, String) {
        self.strings.around("published-with")
    }
}

fn navigation<'a>(
    site: Site<'a>,
    links: &'a [NavigationLink],
    path: &str,
) -> Vec<NavigationEntry<'a>> {
    let entry = |link: &'a NavigationLink| {
        let url = urls::safe(&link.url)?;
        let current = urls::on_site(site.base_url, url) == Some(path);
        Some(NavigationEntry { label: &link.label, url, current })
    };
    links.iter().filter_map(entry).collect()
}
