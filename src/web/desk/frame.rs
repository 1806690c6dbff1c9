//! What stands around every page of the desk: the name of the site, where one can go, who one is.

use crate::web::session::SignedIn;

/// The frame of a page: `templates/desk/frame.html`, which a page of the desk extends.
#[derive(Debug)]
pub(in crate::web) struct Frame<'a> {
    /// The name of the site.
    pub site: &'a str,
    /// What the page is, for the bar of the browser.
    pub title: &'a str,
    /// Who sits at the desk; `None` before they have signed in.
    pub writer: Option<&'a SignedIn>,
    place: Option<Place>,
}

/// A place that the bar leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Place {
    /// What was written.
    Posts,
    /// Programs that the site lets in.
    Integrations,
    /// Where one is signed in, and one's password.
    Account,
}

impl<'a> Frame<'a> {
    /// The frame for somebody who has signed in.
    pub(in crate::web) const fn new(
        site: &'a str,
        title: &'a str,
        place: Place,
        writer: &'a SignedIn,
    ) -> Self {
        Self { site, title, writer: Some(writer), place: Some(place) }
    }

    /// The frame for somebody who has not.
    pub(in crate::web) const fn for_a_stranger(site: &'a str, title: &'a str) -> Self {
        Self { site, title, writer: None, place: None }
    }

    /// Whether the page is at a place that the bar leads to.
    pub(in crate::web) fn is_at(&self, place: Place) -> bool {
        self.place == Some(place)
    }
}
