//! The Ghost export: what its format has a place for comes back.

use std::path::Path;

use masthead::domain::author::UserStatus;
use masthead::formats::ghost::{self, MembersPosts};
use masthead::services::importing::{Options, Report};

use super::walk::assert_fields;
use super::{everything, rich};
use crate::import::{Silent, files_in};
use crate::instance::Instance;
use crate::support::fixtures::NOON;
use crate::support::{Engine, TestDatabase, on_both};

on_both!(
    what_the_format_holds_comes_back_in_the_other_database,
    a_site_that_reads_its_own_ghost_export_stays_as_it_is,
);

async fn what_the_format_holds_comes_back_in_the_other_database(database: &TestDatabase) {
    let original = Instance::on(database).await;
    rich(&original).await;
    let file = original.beside("ghost.json");
    export(&original, &file).await;
    let other = TestDatabase::empty(match database.engine {
        Engine::Sqlite => Engine::Postgres,
        Engine::Postgres => Engine::Sqlite,
    })
    .await;
    let copy = Instance::on(&other).await;
    let report = import(&copy, &file).await;
    assert_eq!((report.created, report.problems.len()), (10, 0), "{report:?}");

    let (ours, mut theirs) = (everything(&original).await, everything(&copy).await);
    for key in ["members_enabled", "slug_style", "security_contact"] {
        theirs.settings[key] = ours.settings[key].clone();
    }
    assert_fields("settings", &ours.settings, &theirs.settings);
    for (mut author, theirs) in ours.authors.iter().cloned().zip(&theirs.authors) {
        author.status = UserStatus::Locked;
        assert_eq!(&author, theirs);
    }
    assert_eq!(ours.tags, theirs.tags);
    assert_eq!(ours.posts.keys().collect::<Vec<_>>(), theirs.posts.keys().collect::<Vec<_>>());
    for (id, post) in &ours.posts {
        let mut theirs = theirs.posts[id].clone();
        // The format has no place for these.
        for key in ["trusted", "feed_guid", "aliases"] {
            theirs[key] = post[key].clone();
        }
        assert_fields(&post["title"].to_string(), post, &theirs);
    }
    drop(copy);
    other.remove().await;
}

async fn a_site_that_reads_its_own_ghost_export_stays_as_it_is(database: &TestDatabase) {
    let site = Instance::on(database).await;
    rich(&site).await;
    let before = everything(&site).await;
    let file = site.beside("ghost.json");
    export(&site, &file).await;
    for changed in [1, 0] {
        let report = import(&site, &file).await;
        let counted = (report.created, report.updated, report.unchanged);
        assert_eq!(counted, (0, changed, 10 - changed), "{report:?}");
    }
    // The one that changed is no longer trusted to embed: the file does not say that it is.
    let mut after = everything(&site).await;
    for (id, post) in &before.posts {
        let trusted = post["trusted"] == true;
        let after = after.posts.get_mut(id).unwrap();
        assert_eq!(after["trusted"], false);
        after["trusted"] = trusted.into();
        after["revision"] = post["revision"].clone();
    }
    before.assert_same(&after);
}

async fn export(site: &Instance, file: &Path) {
    let out = std::fs::File::create(file).unwrap();
    let exported = site.app.exporting.to_ghost(out, NOON).await.unwrap();
    assert_eq!(exported.posts, 10);
    // Pictures travel beside the file, as they do between two of Ghost's own.
    let pictures = file.with_file_name("content/images");
    std::fs::create_dir_all(&pictures).unwrap();
    for (name, bytes) in files_in(site.media()) {
        std::fs::write(pictures.join(name), bytes).unwrap();
    }
}

async fn import(site: &Instance, file: &Path) -> Report {
    let options = ghost::Options {
        members: MembersPosts::Keep,
        code_injection: true,
        slug_style: masthead::domain::slug::SlugStyle::Unicode,
        ..ghost::Options::at(NOON)
    };
    let source = ghost::read(file, &options).unwrap();
    let options = Options { source: "ghost".to_owned(), ..Options::default() };
    site.app.importing.import(source, &options, &mut Silent).await.unwrap()
}
