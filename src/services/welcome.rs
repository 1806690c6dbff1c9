//! The first posts of a new site: they show what it can do, and are easily thrown away.

use crate::clock::Clock;
use crate::db::{self, Database, DbError, Intent, Transaction};
use crate::domain::post::Draft;
use crate::domain::{Author, PostId, PostKind, Slug, Status, UserId};

use super::publishing::{Provenance, Publishing};
use super::settings;
use super::{Result, ServiceError};

/// A welcome post: its title, the rest of what a writer decides, and its text.
struct Welcome {
    slug: &'static str,
    kind: PostKind,
    title: &'static str,
    excerpt: &'static str,
    tags: &'static [&'static str],
    featured: bool,
    markdown: &'static str,
}

/// Oldest first.
const POSTS: [Welcome; 5] = [
    Welcome {
        slug: "about",
        kind: PostKind::Page,
        title: "About this site",
        excerpt: "A page stands outside the lists: for what does not age.",
        tags: &[],
        featured: false,
        markdown: include_str!("welcome/about.md"),
    },
    Welcome {
        slug: "bring-your-archive",
        kind: PostKind::Post,
        title: "Bring your archive along",
        excerpt: "A folder of Markdown or a Ghost export comes in with one command, and out again with another.",
        tags: &["Running a site"],
        featured: false,
        markdown: include_str!("welcome/bring-your-archive.md"),
    },
    Welcome {
        slug: "one-binary-or-many",
        kind: PostKind::Post,
        title: "One binary, or many",
        excerpt: "It starts with a file beside it. It grows by configuration, not by moving house.",
        tags: &["Running a site"],
        featured: false,
        markdown: include_str!("welcome/one-binary-or-many.md"),
    },
    Welcome {
        slug: "everything-a-text-can-hold",
        kind: PostKind::Post,
        title: "Everything a text can hold",
        excerpt: "Tables, footnotes, code, task lists, pictures, quotations: a tour in Markdown.",
        tags: &["Writing"],
        featured: false,
        markdown: include_str!("welcome/everything-a-text-can-hold.md"),
    },
    Welcome {
        slug: "welcome",
        kind: PostKind::Post,
        title: "Welcome to your masthead",
        excerpt: "This site is yours. Here is what it does already, and what to do first.",
        tags: &["Writing", "Running a site"],
        featured: true,
        markdown: include_str!("welcome/welcome.md"),
    },
];

/// Puts the welcome posts into a database that has no posts and no users. Gives whether it did.
///
/// # Errors
/// The database does not answer.
pub async fn seed(db: &Database, publishing: &Publishing, clock: &dyn Clock) -> Result<bool> {
    match try_to_seed(db, publishing, clock).await {
        // Another instance that started at the same time was first.
        Err(ServiceError::Database(DbError::Taken)) => Ok(false),
        result => result,
    }
}

async fn try_to_seed(db: &Database, publishing: &Publishing, clock: &dyn Clock) -> Result<bool> {
    const HOUR: i64 = 3600;
    if !is_empty(db).await? {
        return Ok(false);
    }
    let now = clock.now();
    let mut t = db.write().await?;
    let settings = settings::load(&mut t).await?;
    let id = UserId::derived("welcome");
    let slug = Slug::of(&settings.title, settings.slug_style, id.as_str());
    let mut author = Author::named(id.clone(), &settings.title, slug, now);
    author.bio = Some("The site itself, until you write your own first post.".to_owned());
    db::users::save(&mut t, &author).await?;
    // Once more: an instance that starts at the same moment writes the same author, and whoever comes
    // second has waited for that row.
    if db::posts::exists(&mut t).await? {
        return Ok(false);
    }
    for (age, post) in (1..).zip(POSTS.iter().rev()) {
        let draft = Draft {
            kind: post.kind,
            title: post.title.to_owned(),
            slug: Some(post.slug.to_owned()),
            markdown: post.markdown.to_owned(),
            status: Status::Published,
            featured: post.featured,
            custom_excerpt: Some(post.excerpt.to_owned()),
            published_at: Some(now.plus_seconds(-HOUR * age)),
            show_title_and_feature_image: true,
            tags: post.tags.iter().map(|&tag| tag.to_owned()).collect(),
            authors: vec![id.clone()],
            ..Draft::default()
        };
        publishing
            .create_in(
                &mut t,
                &settings,
                &draft,
                Provenance { id: Some(id_of(post)), ..Provenance::default() },
            )
            .await?;
    }
    let changes = serde_json::Map::from_iter([("navigation".to_owned(), navigation())]);
    settings::save(&mut t, &changes).await?;
    publishing.keep(t).await?;
    Ok(true)
}

/// Takes the welcome posts away where nobody has changed them, and their navigation with them: a
/// site that gets posts of its own needs no example. Gives how many there were.
///
/// # Errors
/// The database does not answer.
pub async fn make_room(t: &mut Transaction) -> db::Result<usize> {
    let mut removed = 0;
    for post in &POSTS {
        let id = id_of(post);
        let saved = db::posts::by_id(t, &id).await?;
        if saved.is_some_and(|saved| saved.revision == 1) {
            db::posts::delete(t, &id).await?;
            removed += 1;
        }
    }
    if removed > 0 {
        db::settings::forget(t, "navigation", &navigation().to_string()).await?;
    }
    Ok(removed)
}

fn id_of(post: &Welcome) -> PostId {
    PostId::derived(&format!("welcome/{}", post.slug))
}

fn navigation() -> serde_json::Value {
    serde_json::json!([
        {"label": "Writing", "url": "/tag/writing/"},
        {"label": "Running a site", "url": "/tag/running-a-site/"},
        {"label": "Archive", "url": "/archive/"},
        {"label": "About", "url": "/about/"},
    ])
}

async fn is_empty(db: &Database) -> Result<bool> {
    let mut c = db.read(Intent::Primary).await?;
    Ok(!db::posts::exists(&mut c).await? && db::users::owner(&mut c).await?.is_none())
}
