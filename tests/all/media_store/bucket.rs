//! What a folder does, a bucket does as well; and what only a service can do: refuse, and be away.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use masthead::media::{S3Settings, Store, StoreError, StoredFile};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::support::bucket::Bucket;

async fn collect(file: StoredFile) -> Vec<u8> {
    file.bytes.try_collect::<Vec<_>>().await.unwrap().concat()
}

#[tokio::test]
async fn what_is_put_can_be_read_whole_and_in_part() {
    let bucket = Bucket::start();
    let store = Store::in_bucket(&bucket.settings()).unwrap();
    for _twice in 0..2 {
        store.put("a/b", Bytes::from_static(b"0123456789")).await.unwrap();
    }
    assert_eq!(std::fs::read(bucket.file("a/b")).unwrap(), b"0123456789");
    assert_eq!(store.size("a/b").await.unwrap(), Some(10));
    assert_eq!(&store.read("a/b").await.unwrap()[..], b"0123456789");
    let part = store.open("a/b", Some(2..5)).await.unwrap();
    assert_eq!((part.size, &collect(part).await[..]), (10, &b"234"[..]));
    store.delete("a/b").await.unwrap();
    assert_eq!(store.size("a/b").await.unwrap(), None);
    store.delete("a/b").await.unwrap();
    for key in ["nothing", "../secret", "a\0b"] {
        assert!(!store.exists(key).await.unwrap(), "{key:?}");
        assert!(matches!(store.open(key, None).await, Err(StoreError::NotFound(_))), "{key:?}");
    }
}

#[tokio::test]
async fn a_large_file_comes_back_as_it_went() {
    let bucket = Bucket::start();
    let store = Store::in_bucket(&bucket.settings()).unwrap();
    let bytes: Vec<u8> =
        (0..50_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    store.put("large", bytes.clone().into()).await.unwrap();
    assert!(collect(store.open("large", None).await.unwrap()).await == bytes);
    let part = store.open("large", Some(40_000_000..40_000_100)).await.unwrap();
    assert_eq!(collect(part).await, bytes[40_000_000..40_000_100]);
}

#[tokio::test]
async fn originals_are_listed_without_their_variants() {
    let bucket = Bucket::start();
    let store = Store::in_bucket(&bucket.settings()).unwrap();
    for key in ["x-277089d91c0b.png", "size/w600/x-277089d91c0b.png", "README"] {
        store.put(key, Bytes::from_static(b"bytes")).await.unwrap();
    }
    let expected = ("x-277089d91c0b.png".parse().unwrap(), 5);
    assert_eq!(store.originals().await.unwrap(), [expected]);
}

/// A signature with another secret is not taken, and nothing that it would have written is there.
#[tokio::test]
async fn a_wrong_key_is_a_failure_and_no_missing_file() {
    let bucket = Bucket::start();
    let store = Store::in_bucket(&bucket.settings()).unwrap();
    store.put("here", Bytes::from_static(b"bytes")).await.unwrap();
    let mut settings = bucket.settings();
    settings.key = settings.key.map(|(id, _)| (id, "another".to_owned()));
    let stranger = Store::in_bucket(&settings).unwrap();
    assert!(matches!(stranger.size("here").await, Err(StoreError::Failed(_))));
    assert!(matches!(stranger.read("here").await, Err(StoreError::Failed(_))));
    let error = stranger.put("there", Bytes::from_static(b"bytes")).await.unwrap_err();
    assert!(!error.to_string().contains("another"), "{error}");
    assert!(!bucket.file("there").exists());
}

#[tokio::test]
async fn a_service_that_is_away_is_a_failure_for_a_bounded_time() {
    let mut bucket = Bucket::start();
    let store = Store::in_bucket(&bucket.settings()).unwrap();
    store.put("here", Bytes::from_static(b"bytes")).await.unwrap();
    bucket.stop();
    let asked = Instant::now();
    assert!(matches!(store.size("here").await, Err(StoreError::Failed(_))));
    assert!(matches!(store.put("x", Bytes::from_static(b"x")).await, Err(StoreError::Failed(_))));
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    bucket.restart();
    assert_eq!(&store.read("here").await.unwrap()[..], b"bytes");
}

/// A service that takes the question and says nothing, or stops in the middle of its answer.
#[tokio::test]
async fn a_service_that_hangs_is_a_failure_for_a_bounded_time() {
    const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\netag: \"x\"\r\n\
        last-modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n01234";
    let services = [None, Some(HALF)].map(async |answer| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings = S3Settings {
            bucket: "pictures".to_owned(),
            endpoint: Some(format!("http://{}", listener.local_addr().unwrap())),
            region: "eu-test-1".to_owned(),
            key: Some(("id".to_owned(), "secret".to_owned())),
            ..S3Settings::default()
        };
        let hanging = tokio::spawn(async move {
            let mut held = Vec::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                if let Some(answer) = answer {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
                held.push(stream);
            }
        });
        let asked = Instant::now();
        let read = Store::in_bucket(&settings).unwrap().read("here").await;
        hanging.abort();
        assert!(matches!(read, Err(StoreError::Failed(_))), "{read:?}");
        assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
    });
    let [silent, half] = services;
    tokio::join!(silent, half);
}
