//! Pictures of two instances that share a bucket.

use http::StatusCode;
use image::{ImageFormat, RgbImage};

use super::until;
use crate::instance::{Instance, page};
use crate::support::bucket::Bucket;
use crate::support::fixtures::author;
use crate::support::{Engine, TestDatabase};

async fn instance(bucket: &Bucket) -> (TestDatabase, Instance) {
    let database = TestDatabase::migrated(Engine::Sqlite).await;
    let instance = Instance::with(&database, |config| bucket.configure(&mut config.media)).await;
    (database, instance)
}

/// Uploads a picture of 900 by 300 pixels, and gives its address.
async fn upload(at: &Instance) -> String {
    let file = at.beside("photo.png");
    RgbImage::new(900, 300).save_with_format(&file, ImageFormat::Png).unwrap();
    let mut t = at.app.db.write().await.unwrap();
    let address = at.app.media.add_file_in(&mut t, &file).await.unwrap();
    t.commit().await.unwrap();
    address
}

#[tokio::test]
async fn what_one_instance_takes_another_serves() {
    let bucket = Bucket::start();
    let ((_one, one), (_two, two)) = (instance(&bucket).await, instance(&bucket).await);
    let address = upload(&one).await;
    let name = address.rsplit('/').next().unwrap();

    let whole = two.get(&address).await;
    assert_eq!((whole.status, whole.field("content-type")), (StatusCode::OK, "image/png"));
    assert!(whole.field("cache-control").contains("immutable"));
    assert_eq!(whole.body, std::fs::read(bucket.file(name)).unwrap());
    let part = two.request(http::Method::GET, &address, &[("range", "bytes=1-3")]).await;
    assert_eq!((part.status, &part.body[..]), (StatusCode::PARTIAL_CONTENT, &b"PNG"[..]));

    // A smaller one is made once: what lies there is what the other serves.
    let small = format!("size/w400/format/webp/{name}");
    let made = one.get(&format!("/content/images/{small}")).await;
    assert_eq!((made.status, made.field("content-type")), (StatusCode::OK, "image/webp"));
    assert_eq!(made.body, std::fs::read(bucket.file(&small)).unwrap());
    std::fs::write(bucket.file(&small), "as it lies").unwrap();
    assert_eq!(two.get(&format!("/content/images/{small}")).await.text(), "as it lies");

    assert_eq!(two.get("/content/images/x-0123456789ab.png").await.status, StatusCode::NOT_FOUND);
}

/// The pages are not the store's, and a picture that cannot be read is not one that is not there.
#[tokio::test]
async fn without_the_service_pages_are_served_and_pictures_are_refused() {
    let mut bucket = Bucket::start();
    let (_database, site) = instance(&bucket).await;
    site.add_author(&author("Ann")).await;
    site.create(&page("About")).await;
    let address = upload(&site).await;
    bucket.stop();

    let name = address.rsplit('/').next().unwrap();
    for path in [&address, &format!("/content/images/size/w400/{name}")] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!((answer.field("cache-control"), answer.field("retry-after")), ("no-store", "5"));
    }
    assert_eq!(site.get("/about/").await.status, StatusCode::OK);
    assert_eq!(site.get("/readyz").await.status, StatusCode::OK);
    let file = site.beside("another.png");
    RgbImage::new(9, 9).save_with_format(&file, ImageFormat::Png).unwrap();
    let mut t = site.app.db.write().await.unwrap();
    assert!(site.app.media.add_file_in(&mut t, &file).await.is_err(), "it says so");
    drop(t);

    bucket.restart();
    until("the picture is back", async || site.get(&address).await.status == StatusCode::OK).await;
}
