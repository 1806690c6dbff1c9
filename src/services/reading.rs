//! Reading: what each page of the site, each feed and each sitemap is made of.
//!
//! Each method takes one snapshot of the database, so that all parts of a page are of one moment.

use std::collections::HashMap;

use super::{assembly, settings};
use crate::db::redirects::Destination;
use crate::db::search::{Match, Term};
use crate::db::{self, Connection, Database, Result};
use crate::domain::listing::{Month, Pagination, Position};
use crate::domain::media::Picture;
use crate::domain::post::{FullPost, PostCard};
use crate::domain::{
    Author, Post, PostId, PostKind, PostSummary, Scope, Settings, Slug, Status, Tag,
};
use crate::text;

/// What the newest page of a list may ask for at most.
const MAX_PER_PAGE: u32 = 100;
/// How many posts a page of a month's archive lists.
const MONTH_PER_PAGE: u32 = 100;
/// How many results a page of a search shows.
const RESULTS_PER_PAGE: u32 = 10;
/// The last page of a search; beyond it nobody finds what they look for.
const MAX_SEARCH_PAGE: u64 = 50;
/// How many tags and how many authors stand in an index of them.
const MAX_INDEX: u32 = 10_000;

/// A page's content, and the settings it is shown under.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The settings of the site at the same moment.
    pub settings: Settings,
    /// What the page is about.
    pub content: T,
}

/// A page of a list of posts.
#[derive(Debug, Clone)]
pub struct PostList {
    /// The posts, newest first.
    pub posts: Vec<PostCard>,
    /// Which page it is.
    pub pagination: Pagination,
}

/// What a list is about, and a page of that list.
#[derive(Debug, Clone)]
pub struct Collection<T> {
    /// The tag or the author.
    pub subject: T,
    /// The picture on top of its page.
    pub picture: Option<Picture>,
    /// Its posts.
    pub list: PostList,
}

/// A post, and where to go from it.
#[derive(Debug, Clone)]
pub struct PostView {
    /// The post.
    pub full: FullPost,
    /// The next older post.
    pub previous: Option<PostSummary>,
    /// The next newer post.
    pub next: Option<PostSummary>,
    /// Posts about the same things.
    pub related: Vec<PostCard>,
}

/// Results of a search.
#[derive(Debug, Clone)]
pub struct SearchResults {
    /// Best first.
    pub hits: Vec<SearchHit>,
    /// Which page of them it is.
    pub pagination: Pagination,
}

/// One result of a search.
#[derive(Debug, Clone)]
pub struct SearchHit {
    /// The post.
    pub card: PostCard,
    /// The best piece of its text.
    pub snippet: Vec<text::search::Fragment>,
}

/// Reads the site.
#[derive(Debug, Clone)]
pub struct Reading {
    db: Database,
}

impl Reading {
    /// A reading service over a database.
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// The settings alone.
    ///
    /// # Errors
    /// The database does not answer; this holds for every method here.
    pub async fn settings(&self) -> Result<Settings> {
        settings::load(&mut *self.db.read().await?).await
    }

    /// A page of the home page's list; `None` beyond the last. On the first page the lead story
    /// stands first: the newest featured post, else the newest.
    pub async fn home(&self, page: u64) -> Result<Page<Option<PostList>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let mut content = list(&mut c, &Scope::Site, page, settings.posts_per_page).await?;
        if let Some(list) = content.as_mut().filter(|_| page == 1)
            && let Some(lead) = db::posts::newest_featured(&mut c).await?
        {
            match list.posts.iter().position(|card| card.post.id == lead) {
                Some(place) => list.posts[..=place].rotate_right(1),
                None => {
                    list.posts.splice(0..0, assembly::cards(&mut c, &[lead]).await?).for_each(drop);
                }
            }
        }
        Ok(Page { settings, content })
    }

    /// A published post or page by its slug.
    pub async fn post(&self, slug: &Slug) -> Result<Page<Option<PostView>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let Some(post) = published(&mut c, slug).await? else {
            return Ok(Page { settings, content: None });
        };
        let full = assembly::full(&mut c, post).await?;
        let view = match full.post.summary.kind {
            PostKind::Page => PostView { full, previous: None, next: None, related: Vec::new() },
            PostKind::Post => surroundings(&mut c, full).await?,
        };
        Ok(Page { settings, content: Some(view) })
    }

    /// A published post or page by its slug, without what surrounds it.
    pub async fn post_alone(&self, slug: &Slug) -> Result<Page<Option<FullPost>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let content = match published(&mut c, slug).await? {
            Some(post) => Some(assembly::full(&mut c, post).await?),
            None => None,
        };
        Ok(Page { settings, content })
    }

    /// A post or page by its uuid, in whatever state: what writers show to each other.
    pub async fn preview(&self, uuid: &str) -> Result<Page<Option<PostView>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let post = match db::posts::id_by_uuid(&mut c, uuid).await? {
            Some(id) => db::posts::by_id(&mut c, &id).await?,
            None => None,
        };
        let Some(post) = post else { return Ok(Page { settings, content: None }) };
        let full = assembly::full(&mut c, post).await?;
        let view = PostView { full, previous: None, next: None, related: Vec::new() };
        Ok(Page { settings, content: Some(view) })
    }

    /// A page of the posts with a public tag.
    pub async fn tag(&self, slug: &Slug, page: u64) -> Result<Page<Option<Collection<Tag>>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let tag = db::tags::by_slug(&mut c, slug).await?.filter(Tag::is_public);
        let Some(tag) = tag else { return Ok(Page { settings, content: None }) };
        let scope = Scope::Tag(tag.id.clone());
        let picture = tag.feature_image.clone();
        let content = collection(&mut c, &settings, scope, tag, picture, page).await?;
        Ok(Page { settings, content })
    }

    /// A page of the posts of an author.
    pub async fn author(&self, slug: &Slug, page: u64) -> Result<Page<Option<Collection<Author>>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let author = db::users::by_slug(&mut c, slug).await?;
        let Some(author) = author else { return Ok(Page { settings, content: None }) };
        let scope = Scope::Author(author.id.clone());
        let picture = author.cover_image.clone();
        let content = collection(&mut c, &settings, scope, author, picture, page).await?;
        Ok(Page { settings, content })
    }

    /// The months that have posts, newest first.
    pub async fn archive(&self) -> Result<Page<Vec<Month>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let content = db::listings::months(&mut c, &Scope::Site, &settings.zone()).await?;
        Ok(Page { settings, content })
    }

    /// A page of the posts of a month.
    pub async fn month(&self, month: Month, page: u64) -> Result<Page<Option<PostList>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let zone = settings.zone();
        let (from, until) = (month.start(&zone), month.next().start(&zone));
        let total = db::listings::count_between(&mut c, &Scope::Site, from, until).await?;
        let pagination = Pagination { page, per_page: MONTH_PER_PAGE, total };
        if total == 0 || page == 0 || page > pagination.pages() {
            return Ok(Page { settings, content: None });
        }
        let skip = (page - 1) * u64::from(MONTH_PER_PAGE);
        let listed =
            db::listings::between(&mut c, &Scope::Site, from, until, MONTH_PER_PAGE, skip).await?;
        let posts = cards_of(&mut c, listed).await?;
        Ok(Page { settings, content: Some(PostList { posts, pagination }) })
    }

    /// Searches posts and pages; `None` for words that name nothing, or a page beyond the last.
    pub async fn search(&self, words: &str, page: u64) -> Result<Page<Option<SearchResults>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let query = text::search::Query::parse(words, &settings.locale);
        let Some(query) = query.filter(|_| (1..=MAX_SEARCH_PAGE).contains(&page)) else {
            return Ok(Page { settings, content: None });
        };
        let skip = u32::try_from(page - 1).unwrap_or(u32::MAX).saturating_mul(RESULTS_PER_PAGE);
        let found =
            db::search::find(&mut c, &terms(&query), Match::All, RESULTS_PER_PAGE, skip).await?;
        let total = found.first().map_or(0, |f| f.total.unsigned_abs());
        if total == 0 && page > 1 {
            return Ok(Page { settings, content: None });
        }
        let total = total.min(MAX_SEARCH_PAGE * u64::from(RESULTS_PER_PAGE));
        let ids: Vec<PostId> = found.into_iter().map(|f| f.post_id).collect();
        let mut texts: HashMap<PostId, String> =
            db::posts::open_texts(&mut c, &ids).await?.into_iter().collect();
        let hits = assembly::cards(&mut c, &ids).await?.into_iter().map(|card| {
            let locale = card.post.locale.as_deref().unwrap_or(&settings.locale);
            let body = texts.remove(&card.post.id).unwrap_or_default();
            SearchHit { snippet: text::search::snippet(&body, &query, locale), card }
        });
        let hits = hits.collect();
        let pagination = Pagination { page, per_page: RESULTS_PER_PAGE, total };
        Ok(Page { settings, content: Some(SearchResults { hits, pagination }) })
    }

    /// Where a path that something had before leads now.
    pub async fn redirect(&self, path: &str) -> Result<Option<Destination>> {
        db::redirects::find(&mut *self.db.read().await?, path).await
    }

    /// Posts and pages that the words of an address which leads nowhere may have meant.
    pub async fn close_to(&self, words: &str) -> Result<Page<Vec<PostSummary>>> {
        const LIMIT: u32 = 5;
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let Some(query) = text::search::Query::parse(words, &settings.locale) else {
            return Ok(Page { settings, content: Vec::new() });
        };
        let found = db::search::find(&mut c, &terms(&query), Match::Any, LIMIT, 0).await?;
        let ids: Vec<PostId> = found.into_iter().map(|f| f.post_id).collect();
        let content = assembly::summaries(&mut c, &ids).await?;
        Ok(Page { settings, content })
    }

    /// The newest posts of a scope with their texts: a feed.
    pub async fn feed(&self, scope: &Scope, limit: u32) -> Result<Page<Vec<FullPost>>> {
        let mut c = self.db.read().await?;
        let settings = settings::load(&mut c).await?;
        let mut posts = Vec::new();
        for listed in db::listings::newest(&mut c, scope, limit).await? {
            posts.extend(db::posts::by_id(&mut c, &listed.post_id).await?);
        }
        let content = assembly::full_posts(&mut c, posts).await?;
        Ok(Page { settings, content })
    }

    /// The feed of a public tag.
    pub async fn tag_feed(
        &self,
        slug: &Slug,
        limit: u32,
    ) -> Result<Option<(Tag, Page<Vec<FullPost>>)>> {
        let tag = db::tags::by_slug(&mut *self.db.read().await?, slug).await?;
        let Some(tag) = tag.filter(Tag::is_public) else { return Ok(None) };
        let page = self.feed(&Scope::Tag(tag.id.clone()), limit).await?;
        Ok((!page.content.is_empty()).then_some((tag, page)))
    }

    /// The feed of an author.
    pub async fn author_feed(
        &self,
        slug: &Slug,
        limit: u32,
    ) -> Result<Option<(Author, Page<Vec<FullPost>>)>> {
        let author = db::users::by_slug(&mut *self.db.read().await?, slug).await?;
        let Some(author) = author else { return Ok(None) };
        let page = self.feed(&Scope::Author(author.id.clone()), limit).await?;
        Ok((!page.content.is_empty()).then_some((author, page)))
    }

    /// How many posts readers find in the lists.
    pub async fn count_posts(&self) -> Result<u64> {
        db::listings::count(&mut *self.db.read().await?, &Scope::Site).await
    }

    /// Some posts, newest first, behind a number of newer ones.
    pub async fn posts(&self, skip: u64, limit: u32) -> Result<Vec<PostSummary>> {
        /// Posts that are read at once: databases limit the values of one statement.
        const BATCH: usize = 500;
        let mut c = self.db.read().await?;
        let listed = db::listings::window(&mut c, &Scope::Site, skip, limit).await?;
        let ids: Vec<PostId> = listed.into_iter().map(|l| l.post_id).collect();
        let mut posts = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            posts.extend(assembly::summaries(&mut c, batch).await?);
        }
        Ok(posts)
    }

    /// Published pages, by title.
    pub async fn pages(&self) -> Result<Vec<PostSummary>> {
        db::posts::published_pages(&mut *self.db.read().await?, MAX_INDEX).await
    }

    /// Public tags that have posts, by name.
    pub async fn tags(&self) -> Result<Vec<Tag>> {
        db::tags::listed(&mut *self.db.read().await?, MAX_INDEX).await
    }

    /// Authors who have posts, by name.
    pub async fn authors(&self) -> Result<Vec<Author>> {
        db::users::listed(&mut *self.db.read().await?, MAX_INDEX).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        db::posts::exists(&mut *self.db.read().await?).await.map(|_| ())
    }
}

async fn published(c: &mut Connection, slug: &Slug) -> Result<Option<Post>> {
    for kind in [PostKind::Post, PostKind::Page] {
        let post = db::posts::by_slug(c, kind, slug).await?;
        if let Some(post) = post.filter(|p| p.summary.status == Status::Published) {
            return Ok(Some(post));
        }
    }
    Ok(None)
}

/// A page of a listing; `None` where there is no such page.
async fn list(
    c: &mut Connection,
    scope: &Scope,
    page: u64,
    per_page: u32,
) -> Result<Option<PostList>> {
    let total = db::listings::count(c, scope).await?;
    let pagination = Pagination { page, per_page: per_page.clamp(1, MAX_PER_PAGE), total };
    if page == 0 || page > pagination.pages() {
        return Ok(None);
    }
    let listed = db::listings::page(c, scope, pagination).await?;
    Ok(Some(PostList { posts: cards_of(c, listed).await?, pagination }))
}

/// A page of what a tag or an author lists; `None` where that is nothing.
async fn collection<T>(
    c: &mut Connection,
    settings: &Settings,
    scope: Scope,
    subject: T,
    picture: Option<String>,
    page: u64,
) -> Result<Option<Collection<T>>> {
    let list = list(c, &scope, page, settings.posts_per_page).await?;
    let Some(list) = list.filter(|list| list.pagination.total > 0) else { return Ok(None) };
    let picture = assembly::picture(c, picture.as_deref()).await?;
    Ok(Some(Collection { subject, picture, list }))
}

async fn cards_of(c: &mut Connection, listed: Vec<db::listings::Listed>) -> Result<Vec<PostCard>> {
    let ids: Vec<PostId> = listed.into_iter().map(|l| l.post_id).collect();
    assembly::cards(c, &ids).await
}

fn terms(query: &text::search::Query) -> Vec<Term<'_>> {
    query.terms.iter().map(|t| Term { text: &t.text, prefix: t.prefix }).collect()
}

/// The neighbours of a post, and its relations.
async fn surroundings(c: &mut Connection, full: FullPost) -> Result<PostView> {
    let summary = &full.post.summary;
    let Some(listed_at) = summary.published_at else {
        return Ok(PostView { full, previous: None, next: None, related: Vec::new() });
    };
    let here = Position { listed_at, post_id: summary.id.clone() };
    let previous = db::listings::older(c, &Scope::Site, &here, 1).await?.pop();
    let next = db::listings::newer(c, &Scope::Site, &here, 1).await?.pop();
    let neighbours: Vec<PostId> =
        previous.iter().chain(&next).map(|listed| listed.post_id.clone()).collect();
    let mut neighbours = assembly::summaries(c, &neighbours).await?.into_iter();
    let previous = previous.and_then(|_| neighbours.next());
    let next = next.and_then(|_| neighbours.next());
    let related = related(c, &here, &full.tags).await?;
    Ok(PostView { full, previous, next, related })
}

/// The posts that share most tags, of the posts around this one in each tag's list.
async fn related(c: &mut Connection, here: &Position, tags: &[Tag]) -> Result<Vec<PostCard>> {
    const RELATED: usize = 3;
    const TAGS: usize = 5;
    const NEIGHBOURS: u32 = 8;
    let mut shared: HashMap<PostId, (usize, crate::domain::Timestamp)> = HashMap::new();
    for tag in tags.iter().filter(|tag| tag.is_public()).take(TAGS) {
        let scope = Scope::Tag(tag.id.clone());
        let mut around = db::listings::older(c, &scope, here, NEIGHBOURS).await?;
        around.extend(db::listings::newer(c, &scope, here, NEIGHBOURS).await?);
        for listed in around {
            shared.entry(listed.post_id).or_insert((0, listed.listed_at)).0 += 1;
        }
    }
    let mut best: Vec<_> = shared.into_iter().collect();
    best.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| b.cmp(a)));
    let ids: Vec<PostId> = best.into_iter().map(|(id, _)| id).take(RELATED).collect();
    assembly::cards(c, &ids).await
}
