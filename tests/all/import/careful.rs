//! Careful imports: what is broken spoils nothing, and what was not to be written is not.

use masthead::services::importing::Options;

use super::{Blog, counts, files_in, post};
use crate::export::everything;
use crate::instance::Instance;
use crate::support::{Hand, TestDatabase, on_both};

on_both!(
    a_broken_file_names_itself_and_spoils_nothing,
    a_strict_import_that_fails_leaves_the_database_as_it_was,
    a_dry_run_writes_nothing,
    addresses_of_the_source_lead_on,
);

/// A blog with a file that is no page, a post that breaks a rule, and a picture that is none.
fn broken() -> Blog {
    let blog = Blog::new();
    blog.write("content/posts/broken.md", "---\ntitle: \"Broken\ndate: [\n---\n\nText.\n");
    blog.post("zz", "2026-04-09", "![No picture](zz.png)");
    let start = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and then nothing";
    std::fs::write(blog.path().join("content/posts/zz.png"), start).unwrap();
    let title = "t".repeat(300);
    blog.write("content/posts/long.md", &format!("---\ntitle: {title}\n---\n\nText.\n"));
    blog
}

async fn a_broken_file_names_itself_and_spoils_nothing(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, broken());
    let report = blog.import(&site).await;
    assert_eq!(counts(&report), (5, 0, 0), "{report:?}");
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    for name in ["content/posts/broken.md:", "content/posts/long.md", "zz.png"] {
        assert!(problems.iter().any(|problem| problem.contains(name)), "{name} in {problems:#?}");
    }
    let broken = report.problems.iter().find(|p| p.origin.contains("broken")).unwrap();
    assert!(broken.line.is_some(), "{broken:?}");
    assert!(site.page("/one/").await.contains("The text of one."));
    // What was refused is tried again, what was taken is not.
    assert_eq!(counts(&blog.import(&site).await), (0, 0, 5));
}

async fn a_strict_import_that_fails_leaves_the_database_as_it_was(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, broken());
    let mut hand = database.hand().await;
    // Each problem in turn: one found on reading, one on saving, one on uploading.
    for mended in [None, Some("broken"), Some("long")] {
        if let Some(name) = mended {
            blog.post(name, "2026-04-10", "Mended.");
        }
        let before = (rows(&mut hand).await, format!("{:?}", everything(&site).await));
        let strict = Options { strict: true, ..Options::default() };
        let error = blog.import_with(&site, strict).await.unwrap_err();
        assert!(error.to_string().contains("content/posts/"), "{error}");
        let after = (rows(&mut hand).await, format!("{:?}", everything(&site).await));
        assert_eq!(before, after, "{error}");
    }
    let strict = Options { strict: true, ..Options::default() };
    std::fs::remove_file(blog.path().join("content/posts/zz.md")).unwrap();
    let report = blog.import_with(&site, strict).await.unwrap();
    assert_eq!(counts(&report), (6, 0, 0));
}

async fn a_dry_run_writes_nothing(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, Blog::new());
    blog.import(&site).await;
    blog.post("one", "2026-04-01", "Another text.");
    blog.post("new", "2026-04-11", "![A picture](new.png)");
    image::RgbImage::new(3, 2).save(blog.path().join("content/posts/new.png")).unwrap();
    let mut hand = database.hand().await;
    let before = (rows(&mut hand).await, format!("{:?}", everything(&site).await));
    let files = files_in(site.media());
    let dry = Options { dry_run: true, ..Options::default() };
    let report = blog.import_with(&site, dry).await.unwrap();
    assert_eq!((counts(&report), report.files), ((1, 1, 3), 1), "{report:?}");
    let after = (rows(&mut hand).await, format!("{:?}", everything(&site).await));
    assert_eq!(before, after);
    assert_eq!(files, files_in(site.media()));
    // And what it said is what is done.
    assert_eq!(counts(&blog.import(&site).await), (1, 1, 3));
    assert_eq!(files_in(site.media()).len(), files.len() + 1);
}

async fn addresses_of_the_source_lead_on(database: &TestDatabase) {
    let (site, blog) = (Instance::on(database).await, Blog::new());
    blog.write(
        "content/posts/four.md",
        "---\ntitle: Four\ndate: 2026-04-04\naliases: [/2011/four.html, /old/four/]\n---\n\nText.\n",
    );
    blog.import(&site).await;
    post(&site, "four").await;
    for path in ["/2011/four.html", "/old/four/", "/old/four", "/posts/four/"] {
        assert_eq!(site.get(path).await.moved_to(), Some("/four/"), "{path}");
    }
}

/// How many rows each table has that an import may write to.
async fn rows(hand: &mut Hand) -> Vec<i64> {
    let mut rows = Vec::new();
    for table in [
        "posts",
        "posts_tags",
        "posts_authors",
        "tags",
        "users",
        "settings",
        "media",
        "redirects",
        "listings",
        "search_documents",
        "import_sources",
        "change_log",
    ] {
        let sql = format!("select cast(count(*) as bigint) from {table}");
        rows.push(hand.number(&sql).await);
    }
    rows
}
