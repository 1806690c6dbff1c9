//! Opening a database, and the two kinds of transaction.

use std::time::Duration;

use masthead::db::{Database, DbError, Intent, Limits, redirects, settings};

use crate::support::{TestDatabase, on_both, postgres};

on_both!(what_is_not_committed_is_not_kept, a_snapshot_stands_still);

async fn what_is_not_committed_is_not_kept(db: &TestDatabase) {
    let mut dropped = db.write().await.unwrap();
    settings::set(&mut dropped, "title", "\"Dropped\"").await.unwrap();
    drop(dropped);
    let mut kept = db.write().await.unwrap();
    settings::set(&mut kept, "accent_color", "\"#000000\"").await.unwrap();
    kept.commit().await.unwrap();
    let all = settings::all(&mut db.read(Intent::Primary).await.unwrap()).await.unwrap();
    assert_eq!(all, [("accent_color".to_owned(), "\"#000000\"".to_owned())]);
}

async fn a_snapshot_stands_still(db: &TestDatabase) {
    let mut snapshot = db.read(Intent::Primary).await.unwrap();
    assert_eq!(settings::all(&mut snapshot).await.unwrap(), []);
    let mut transaction = db.write().await.unwrap();
    settings::set(&mut transaction, "title", "\"Later\"").await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(settings::all(&mut snapshot).await.unwrap(), []);
    assert_eq!(redirects::find(&mut snapshot, "/").await.unwrap(), None);
    drop(snapshot);
    assert_eq!(settings::all(&mut db.read(Intent::Primary).await.unwrap()).await.unwrap().len(), 1);
}

/// The counterpart for SQLite stands beside the code, where raw SQL is at hand: it has no
/// functions that could write behind a query.
#[tokio::test]
async fn a_reader_of_postgres_cannot_write() {
    let url = postgres::migrated().await;
    let database = Database::connect(&url, Limits::default()).await.unwrap();
    let mut hand = crate::support::Hand::connect(&url).await;
    hand.execute(
        "alter table settings rename to stored;
         create function tamper() returns setof stored language sql volatile as
            $$ insert into stored values ('title', '1') returning * $$;
         create view settings as select * from tamper()",
    )
    .await;
    let error =
        settings::all(&mut database.read(Intent::Primary).await.unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("read-only transaction"), "{error}");
}

#[tokio::test]
async fn an_unknown_scheme_is_refused() {
    for url in ["", "mysql://root@localhost/x", "data/masthead.db", "SQLITE:x"] {
        let error = Database::connect(url, Limits::default()).await.unwrap_err();
        assert!(matches!(error, DbError::UnknownScheme), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    for text in ["short", &"a long letter to the editor\n".repeat(1000)] {
        std::fs::write(&file, text).unwrap();
        let url = format!("sqlite:{}", file.display());
        let error = Database::connect(&url, Limits::default()).await.unwrap_err();
        assert!(matches!(&error, DbError::NotADatabase(path) if *path == file), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "it was touched");
    }
}

#[tokio::test]
async fn a_folder_or_a_missing_folder_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/masthead.db");
    for path in [folder.path(), &missing] {
        let url = format!("sqlite:{}", path.display());
        Database::connect(&url, Limits::default()).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_in_time() {
    let port = postgres::free_port().unwrap();
    let limits = Limits { acquire_timeout: Duration::from_millis(500), ..Limits::default() };
    let url = format!("postgres://app@127.0.0.1:{port}/x");
    let connecting = Database::connect(&url, limits);
    let result = tokio::time::timeout(Duration::from_secs(5), connecting).await;
    result.expect("it gave up in time").unwrap_err();
}
