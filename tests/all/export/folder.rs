//! The folder of Markdown: nothing is lost.

use masthead::domain::slug::SlugStyle;
use masthead::formats::SourceSite;
use masthead::formats::markdown_folder;
use masthead::services::importing::{Options, Report};

use super::{everything, rich};
use crate::import::{Silent, files_in};
use crate::instance::Instance;
use crate::support::fixtures::NOON;
use crate::support::{Engine, TestDatabase, on_both};

on_both!(
    a_site_comes_back_in_a_database_of_the_other_kind,
    a_site_that_reads_its_own_export_stays_as_it_is,
    an_export_of_the_copy_is_the_export_of_the_original,
    a_folder_with_something_else_in_it_is_refused,
    an_export_goes_over_an_earlier_one,
);

async fn a_site_comes_back_in_a_database_of_the_other_kind(database: &TestDatabase) {
    let (original, copy, other) = Box::pin(original_and_copy(database)).await;
    let (ours, theirs) = (everything(&original).await, everything(&copy).await);
    assert_eq!((ours.posts.len(), ours.files.len()), (10, 3));
    ours.assert_same(&theirs);
    drop(copy);
    other.remove().await;
}

async fn a_site_that_reads_its_own_export_stays_as_it_is(database: &TestDatabase) {
    let site = Instance::on(database).await;
    rich(&site).await;
    let before = everything(&site).await;
    let mut hand = database.hand().await;
    for _ in 0..2 {
        let folder = site.beside("export");
        site.app.exporting.to_folder(&folder).await.unwrap();
        let row = hand.log_end().await;
        let report = import(&site, read(&folder)).await;
        assert_eq!((report.created, report.updated, report.unchanged), (0, 0, 10), "{report:?}");
        assert!(report.problems.is_empty() && report.warnings.is_empty(), "{report:?}");
        assert_eq!(hand.logged_since(row).await.len(), 0, "nothing changed, so nothing is logged");
    }
    before.assert_same(&everything(&site).await);
}

async fn an_export_of_the_copy_is_the_export_of_the_original(database: &TestDatabase) {
    let (original, copy, other) = Box::pin(original_and_copy(database)).await;
    let (first, second) = (original.beside("first"), copy.beside("second"));
    original.app.exporting.to_folder(&first).await.unwrap();
    copy.app.exporting.to_folder(&second).await.unwrap();
    let (first, second) = (files_in(&first), files_in(&second));
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (path, bytes) in first {
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(words(&bytes), words(&second[&path]), "{path}");
    }
    drop(copy);
    other.remove().await;
}

async fn a_folder_with_something_else_in_it_is_refused(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let folder = site.beside("taken");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("novel.md"), "It was a dark night.").unwrap();
    let error = site.app.exporting.to_folder(&folder).await.unwrap_err();
    assert!(error.to_string().contains("not empty"), "{error}");
    assert_eq!(files_in(&folder).len(), 1);
}

async fn an_export_goes_over_an_earlier_one(database: &TestDatabase) {
    let site = Instance::on(database).await;
    rich(&site).await;
    let folder = site.beside("export");
    site.app.exporting.to_folder(&folder).await.unwrap();
    let about = folder.join("content/pages/about.md");
    assert!(about.is_file());
    let slug = crate::support::fixtures::slug("about");
    let post = site.app.reading.post_alone(&slug).await.unwrap().content.unwrap();
    site.app.publishing.delete(&post.post.summary.id).await.unwrap();
    site.app.exporting.to_folder(&folder).await.unwrap();
    assert!(!about.exists(), "what is gone from the site is gone from its export");
}

/// A rich site, and what an empty site of the other kind made of its export.
async fn original_and_copy(database: &TestDatabase) -> (Instance, Instance, TestDatabase) {
    let original = Instance::on(database).await;
    rich(&original).await;
    let folder = original.beside("export");
    original.app.exporting.to_folder(&folder).await.unwrap();
    let other = TestDatabase::empty(match database.engine {
        Engine::Sqlite => Engine::Postgres,
        Engine::Postgres => Engine::Sqlite,
    })
    .await;
    let copy = Instance::on(&other).await;
    let report = import(&copy, read(&folder)).await;
    assert_eq!((report.created, report.updated, report.unchanged), (10, 0, 0), "{report:?}");
    assert!(report.problems.is_empty() && report.warnings.is_empty(), "{report:?}");
    (original, copy, other)
}

fn read(folder: &std::path::Path) -> SourceSite {
    let options = markdown_folder::Options {
        slug_style: SlugStyle::Unicode,
        ..markdown_folder::Options::at(NOON)
    };
    markdown_folder::read(folder, &options).unwrap()
}

async fn import(site: &Instance, source: SourceSite) -> Report {
    let options = Options { source: "export".to_owned(), ..Options::default() };
    site.app.importing.import(source, &options, &mut Silent).await.unwrap()
}
