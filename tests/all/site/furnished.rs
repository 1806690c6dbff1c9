//! A site that has one of everything.

use masthead::db;
use masthead::db::redirects::Target;
use masthead::domain::post::Draft;
use masthead::domain::{Post, Status, Tag};
use serde_json::json;

use crate::instance::{Instance, page, published};
use crate::support::TestDatabase;
use crate::support::fixtures::{NOON, author, tag};

/// The texts that a test may need to know.
pub struct Furnished {
    pub instance: Instance,
    /// Nobody but writers sees it.
    pub draft: Post,
    /// An hour from now readers see it.
    pub scheduled: Post,
}

/// Five posts of two authors on three pages, a page, a draft, and a post for later.
pub async fn furnished(database: &TestDatabase) -> Furnished {
    let instance = Instance::on(database).await;
    instance.set(json!({"posts_per_page": 2, "security_contact": "security@example.org"})).await;
    let (ann, bo) = (author("Ann"), author("Bo"));
    instance.add_author(&ann).await;
    instance.add_author(&bo).await;
    instance.add_tag(&Tag { description: Some("Of late".to_owned()), ..tag("News") }).await;
    instance.add_tag(&tag("Empty")).await;
    for (age, title) in (1..).zip(["Fifth", "Fourth", "Third", "Second"]) {
        let post = Draft {
            authors: vec![ann.id.clone(), bo.id.clone()],
            tags: vec!["News".to_owned(), "#Hidden".to_owned()],
            ..published(title, NOON.plus_seconds(-age * 3600))
        };
        instance.create(&post).await;
    }
    let first =
        Draft { authors: vec![bo.id.clone()], ..published("First", NOON.plus_seconds(-5 * 3600)) };
    let first = instance.create(&first).await;
    remember(&instance, "/2009/03/first.html", &first).await;
    instance.create(&page("About")).await;
    let draft =
        Draft { status: Status::Draft, published_at: None, ..published("Unfinished", NOON) };
    let draft = instance.create(&draft).await;
    let later = NOON.plus_seconds(3600);
    let scheduled = Draft { status: Status::Scheduled, ..published("Tomorrow", later) };
    let scheduled = instance.create(&scheduled).await;
    Furnished { instance, draft, scheduled }
}

/// Notes that a post had an address elsewhere.
async fn remember(instance: &Instance, path: &str, post: &Post) {
    let mut t = instance.app.db.write().await.unwrap();
    db::redirects::save(&mut t, path, Target::Post(&post.summary.id), NOON).await.unwrap();
    t.commit().await.unwrap();
}
