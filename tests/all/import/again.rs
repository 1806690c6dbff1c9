//! Importing again: only what changed in the source changes here.

use masthead::domain::Status;
use masthead::domain::post::Draft;

use super::{Blog, counts, post};
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(
    importing_again_changes_nothing,
    only_what_changed_in_the_source_is_updated,
    what_was_edited_here_and_not_there_stays,
    what_was_scheduled_there_and_edited_here_stays,
    a_source_that_moved_is_recognised,
    a_file_that_was_only_touched_is_unchanged,
    two_sources_with_the_same_names_are_two,
    what_was_deleted_here_comes_back,
);

async fn importing_again_changes_nothing(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, Blog::new());
    assert_eq!(counts(&blog.import(&site).await), (4, 0, 0));
    let mut hand = database.hand().await;
    let row = hand.log_end().await;
    assert_eq!(counts(&blog.import(&site).await), (0, 0, 4));
    assert!(hand.logged_since(row).await.is_empty());
}

async fn only_what_changed_in_the_source_is_updated(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, Blog::new());
    blog.import(&site).await;
    blog.post("two", "2026-04-02", "Another text.");
    blog.post("four", "2026-04-04", "A new one.");
    assert_eq!(counts(&blog.import(&site).await), (1, 1, 3));
    assert_eq!(post(&site, "two").await.post.markdown.trim(), "Another text.");
    let revisions =
        [post(&site, "one").await.post.revision, post(&site, "two").await.post.revision];
    assert_eq!(revisions, [1, 2]);
}

async fn what_was_edited_here_and_not_there_stays(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, Blog::new());
    blog.import(&site).await;
    edit(&site, "one").await;
    blog.post("two", "2026-04-02", "Another text.");
    assert_eq!(counts(&blog.import(&site).await), (0, 1, 3));
    assert_eq!(post(&site, "one").await.post.markdown, "Edited here.");
    // What changes there as well is as it is there.
    blog.post("one", "2026-04-01", "Edited there.");
    assert_eq!(counts(&blog.import(&site).await), (0, 1, 3));
    assert_eq!(post(&site, "one").await.post.markdown.trim(), "Edited there.");
}

async fn what_was_scheduled_there_and_edited_here_stays(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, Blog::new());
    blog.post("soon", "2026-05-02", "In a day.");
    blog.import(&site).await;
    site.clock.advance(2 * 24 * 60 * 60);
    assert_eq!(site.app.publishing.publish_due().await.unwrap(), 1);
    edit(&site, "soon").await;
    assert_eq!(counts(&blog.import(&site).await), (0, 0, 5));
    let soon = post(&site, "soon").await.post;
    assert_eq!((soon.markdown.as_str(), soon.summary.status), ("Edited here.", Status::Published));
}

async fn a_source_that_moved_is_recognised(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, Blog::new());
    blog.import(&site).await;
    edit(&site, "three").await;
    let moved = Blog::new();
    moved.post("two", "2026-04-02", "It moved, and then it changed.");
    assert_eq!(counts(&moved.import(&site).await), (0, 1, 3));
    assert_eq!(counts(&moved.import(&site).await), (0, 0, 4));
    assert_eq!(post(&site, "three").await.post.markdown, "Edited here.");
}

async fn a_file_that_was_only_touched_is_unchanged(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, Blog::new());
    blog.import(&site).await;
    let before = post(&site, "about").await.post.summary.published_at;
    let path = blog.path().join("content/about.md");
    let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_750_000_000);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(now).unwrap();
    assert_eq!(counts(&blog.import(&site).await), (0, 0, 4));
    blog.write("content/about.md", "---\ntitle: About\n---\n\nWho we are now.\n");
    assert_eq!(counts(&blog.import(&site).await), (0, 1, 3));
    assert_eq!(post(&site, "about").await.post.summary.published_at, before);
}

async fn two_sources_with_the_same_names_are_two(database: &TestDatabase) {
    let (site, ours, theirs) = (Instance::on(database).await, Blog::new(), Blog::new());
    ours.import(&site).await;
    theirs.post("one", "2019-01-01", "Of another blog.");
    theirs.write("content/about.md", "---\ntitle: About\n---\n\nSomebody else.\n");
    std::fs::remove_file(theirs.path().join("content/posts/two.md")).unwrap();
    std::fs::remove_file(theirs.path().join("content/posts/three.md")).unwrap();
    assert_eq!(counts(&theirs.import(&site).await), (2, 0, 0));
    for (name, text) in [
        ("one", "The text of one."),
        ("about", "Who we are."),
        ("one-2", "Of another blog."),
        ("about-2", "Somebody else."),
    ] {
        assert_eq!(post(&site, name).await.post.markdown.trim(), text, "{name}");
    }
    // Each goes on by itself.
    ours.post("one", "2026-04-01", "Ours, changed.");
    assert_eq!(counts(&theirs.import(&site).await), (0, 0, 2));
    assert_eq!(counts(&ours.import(&site).await), (0, 1, 3));
    assert_eq!(post(&site, "one").await.post.markdown.trim(), "Ours, changed.");
    assert_eq!(post(&site, "one-2").await.post.markdown.trim(), "Of another blog.");
}

async fn what_was_deleted_here_comes_back(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, Blog::new());
    blog.import(&site).await;
    let id = post(&site, "one").await.post.summary.id;
    site.app.publishing.delete(&id).await.unwrap();
    assert_eq!(counts(&blog.import(&site).await), (1, 0, 3));
    assert_eq!(post(&site, "one").await.post.summary.id, id);
}

/// Changes the text of a post, as its writer would.
async fn edit(site: &Instance, name: &str) {
    let full = post(site, name).await;
    let draft = Draft { markdown: "Edited here.".to_owned(), ..Draft::of(&full) };
    let (id, revision) = (&full.post.summary.id, full.post.revision);
    site.app.publishing.update(id, revision, &draft).await.unwrap();
}
