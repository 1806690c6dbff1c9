//! Lists of posts: the home page, those of tags and authors, the archive.

use super::look::Look;
use super::{Collection, Page, PostList, Reading};
use crate::db::{self, Result};
use crate::domain::listing::{Month, Pagination};
use crate::domain::media::Picture;
use crate::domain::{Author, CacheTag, Scope, Settings, Slug, Tag, Timestamp};
use crate::services::assembly;

/// What the newest page of a list may ask for at most.
const MAX_PER_PAGE: u32 = 100;
/// How many posts a page of a month's archive lists.
const MONTH_PER_PAGE: u32 = 100;

impl Reading {
    /// A page of the home page's list; `None` beyond the last. On the first page the lead story
    /// stands first: the newest featured post, else the newest.
    pub async fn home(&self, page: u64) -> Result<Page<Option<PostList>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let mut content = list(&mut look, &Scope::Site, page, settings.posts_per_page).await?;
            if let Some(list) = content.as_mut().filter(|_| page == 1) {
                lead(&mut look, list).await?;
            }
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// A page of the posts with a public tag.
    pub async fn tag(&self, slug: &Slug, page: u64) -> Result<Page<Option<Collection<Tag>>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let Some(tag) = look.tag(slug).await? else {
                return Ok(Page::of(settings, None, look));
            };
            let scope = Scope::Tag(tag.id.clone());
            let picture = tag.feature_image.clone();
            let content = collection(&mut look, &settings, scope, tag, picture, page).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// A page of the posts of an author.
    pub async fn author(&self, slug: &Slug, page: u64) -> Result<Page<Option<Collection<Author>>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let author = look.author(slug).await?;
            let Some(author) = author else { return Ok(Page::of(settings, None, look)) };
            let scope = Scope::Author(author.id.clone());
            let picture = author.cover_image.clone();
            let content = collection(&mut look, &settings, scope, author, picture, page).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// The months that have posts, newest first.
    pub async fn archive(&self) -> Result<Page<Vec<Month>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            look.seen.listing(&Scope::Site);
            let zone = settings.zone();
            let content = db::listings::months(look.connection(), &Scope::Site, &zone).await?;
            Ok(Page::of(settings, content, look))
        })
        .await
    }

    /// A page of the posts of a month.
    pub async fn month(&self, month: Month, page: u64) -> Result<Page<Option<PostList>>> {
        self.looking(|mut look| async move {
            let settings = look.settings().await?;
            let zone = settings.zone();
            let (from, until) = (month.start(&zone), month.next().start(&zone));
            look.seen.span(&Scope::Site, Some(from), Some(Timestamp(until.0.saturating_sub(1))));
            let c = look.connection();
            let total = db::listings::count_between(c, &Scope::Site, from, until).await?;
            let pagination = Pagination { page, per_page: MONTH_PER_PAGE, total };
            if total == 0 || page == 0 || page > pagination.pages() {
                return Ok(Page::of(settings, None, look));
            }
            let skip = (page - 1) * u64::from(MONTH_PER_PAGE);
            let listed =
                db::listings::between(c, &Scope::Site, from, until, MONTH_PER_PAGE, skip).await?;
            let posts = look.cards_of(listed).await?;
            Ok(Page::of(settings, Some(PostList { posts, pagination }), look))
        })
        .await
    }
}

/// Puts the newest featured post first.
async fn lead(look: &mut Look, list: &mut PostList) -> Result<()> {
    look.seen.tag(CacheTag::FEATURED);
    let Some(lead) = db::posts::newest_featured(look.connection()).await? else { return Ok(()) };
    match list.posts.iter().position(|card| card.post.id == lead) {
        Some(place) => list.posts[..=place].rotate_right(1),
        None => list.posts.splice(0..0, look.cards(&[lead]).await?).for_each(drop),
    }
    Ok(())
}

/// A page of a listing; `None` where there is no such page.
async fn list(
    look: &mut Look,
    scope: &Scope,
    page: u64,
    per_page: u32,
) -> Result<Option<PostList>> {
    let total = look.count(scope).await?;
    let pagination = Pagination { page, per_page: per_page.clamp(1, MAX_PER_PAGE), total };
    if page == 0 || page > pagination.pages() {
        return Ok(None);
    }
    let listed = db::listings::page(look.connection(), scope, pagination).await?;
    Ok(Some(PostList { posts: look.cards_of(listed).await?, pagination }))
}

/// A page of what a tag or an author lists; `None` where that is nothing.
async fn collection<T>(
    look: &mut Look,
    settings: &Settings,
    scope: Scope,
    subject: T,
    picture: Option<String>,
    page: u64,
) -> Result<Option<Collection<T>>> {
    let list = list(look, &scope, page, settings.posts_per_page).await?;
    let Some(list) = list.filter(|list| list.pagination.total > 0) else { return Ok(None) };
    look.seen.picture(picture.as_deref());
    let picture: Option<Picture> = assembly::picture(look.connection(), picture.as_deref()).await?;
    Ok(Some(Collection { subject, picture, list }))
}
