//! The list of posts that a writer begins at.

use super::rights::sees_all;
use super::{Editing, Result};
use crate::content_clock::Token;
use crate::db;
use crate::db::desk::Filter;
pub use crate::db::desk::Place;
use crate::domain::post::PostCard;
use crate::domain::{Author, PostKind, Settings, Status};
use crate::services::{assembly, settings};

/// Posts on a page of the list.
pub const PER_PAGE: u32 = 30;
/// Where counting ends: beyond it a number tells a writer nothing.
pub const COUNTED: u32 = 1_000;
/// The most words of a title that are looked for.
const MAX_WORDS: usize = 8;

/// Which posts a writer wants to see.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Posts, or pages.
    pub kind: PostKind,
    /// Those in one state; all where there is none.
    pub status: Option<Status>,
    /// Those whose title has all the words of this text.
    pub words: String,
    /// Those behind a place in the list; from the beginning where there is none.
    pub behind: Option<Place>,
}

/// How many posts there are in each state, none counted beyond [`COUNTED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Not handed to readers yet.
    pub drafts: u64,
    /// On their way.
    pub scheduled: u64,
    /// Which readers see.
    pub published: u64,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct PostsAtDesk {
    /// The settings of the site.
    pub settings: Settings,
    /// The posts, newest change first.
    pub posts: Vec<PostCard>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
    /// How many there are, whatever the state and the words that were asked for.
    pub counts: Counts,
    /// What the site owes to whoever saw this.
    pub token: Token,
}

impl Editing {
    /// A page of the posts that a user may see, which is their own unless they see to all.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list(&self, user: &Author, query: &Query) -> Result<PostsAtDesk> {
        self.in_time(async {
            let mut snapshot = self.primary().await?;
            let token = snapshot.token();
            let words: Vec<&str> = query.words.split_whitespace().take(MAX_WORDS).collect();
            let all = Filter {
                kind: query.kind,
                status: None,
                author: (!sees_all(user.role)).then_some(&user.id),
                words: &[],
            };
            let filter = Filter { status: query.status, words: &words, ..all };
            let c = &mut snapshot;
            // One more than is shown tells whether there is another page.
            let mut places = db::desk::page(c, filter, query.behind.as_ref(), PER_PAGE + 1).await?;
            let has_more = places.len() > PER_PAGE as usize;
            places.truncate(PER_PAGE as usize);
            let ids: Vec<_> = places.iter().map(|place| place.post_id.clone()).collect();
            let mut counts = [0; 3];
            let statuses = [Status::Draft, Status::Scheduled, Status::Published];
            for (count, status) in counts.iter_mut().zip(statuses) {
                *count =
                    db::desk::count(c, Filter { status: Some(status), ..all }, COUNTED).await?;
            }
            let [drafts, scheduled, published] = counts;
            Ok(PostsAtDesk {
                settings: settings::load(c).await?,
                posts: assembly::cards(c, &ids).await?,
                next: places.pop().filter(|_| has_more),
                counts: Counts { drafts, scheduled, published },
                token,
            })
        })
        .await
    }
}
