//! The assets of two builds that serve one site, through the bucket that both reach.

use std::sync::Arc;

use http::StatusCode;
use masthead::clock::SystemClock;
use masthead::media::Store;
use masthead::web::assets::{ASSETS, SharedAssets};

use super::until;
use crate::instance::Instance;
use crate::support::bucket::Bucket;
use crate::support::{Engine, TestDatabase};

/// The style sheet of another build.
const OTHER: (&str, &[u8]) = ("/assets/site.5f546eb4606b5c2b.css", b"a{}");

async fn instance(database: &TestDatabase, bucket: &Bucket) -> Instance {
    Instance::with(database, |config| bucket.configure(&mut config.media)).await
}

#[tokio::test]
async fn a_page_of_one_build_finds_its_style_sheet_at_the_other() {
    let mut bucket = Bucket::start();
    let database = TestDatabase::migrated(Engine::Postgres).await;
    let old = instance(&database, &bucket).await;
    let background = old.app.start().await.unwrap();
    until("it is ready", async || old.get("/readyz").await.status == StatusCode::OK).await;
    for asset in ASSETS {
        assert!(bucket.file(&format!("builds{}", asset.path)).exists(), "{}", asset.path);
    }

    let store = Store::in_bucket(&bucket.settings()).unwrap();
    let new = SharedAssets::new(store, Arc::new(SystemClock));
    new.publish_all([OTHER].into_iter()).await.unwrap();
    let answer = old.get(OTHER.0).await;
    assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, OTHER.1));
    assert_eq!(answer.field("content-type"), "text/css; charset=utf-8");
    assert!(answer.field("cache-control").contains("immutable"));
    let unknown = old.get("/assets/site.0123456789abcdef.css").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    bucket.stop();
    old.clock.advance(2);
    let unknown = old.get("/assets/site.1123456789abcdef.css").await;
    assert_eq!(unknown.status, StatusCode::SERVICE_UNAVAILABLE, "who knows");
    assert_eq!(unknown.field("cache-control"), "no-store");
    assert_eq!(old.get(OTHER.0).await.status, StatusCode::OK, "it is held");
    assert_eq!(old.get(ASSETS[0].path).await.status, StatusCode::OK, "its own");
    background.stop().await;
}

#[tokio::test]
async fn an_instance_is_not_ready_before_others_find_its_assets() {
    let mut bucket = Bucket::start();
    let database = TestDatabase::migrated(Engine::Postgres).await;
    bucket.stop();
    let site = instance(&database, &bucket).await;
    let background = site.app.start().await.unwrap();
    let answer = site.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().contains("assets"), "{answer:?}");
    assert_eq!(site.get("/").await.status, StatusCode::OK, "it serves whoever asks all the same");
    bucket.restart();
    until("it is ready", async || site.get("/readyz").await.status == StatusCode::OK).await;
    assert!(bucket.file(&format!("builds{}", ASSETS[0].path)).exists());
    background.stop().await;
}
