//! Files that programs bring along. What will not do is refused, and nothing of it is kept.

use http::{Method, Request};
use serde_json::{Value, json};

use super::client::{self, Client};
use crate::instance::Answer;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_picture_is_kept_and_served,
    other_files_are_kept_as_what_they_are,
    what_will_not_do_is_refused,
);

/// A part of a form: its name, the name of a file, and what is in it.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

impl Client {
    async fn upload(&self, to: &str, parts: &[Part<'_>]) -> Answer {
        const BOUNDARY: &str = "--a-line-that-is-nowhere-else";
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/ghost/api/admin/{to}/upload/"))
            .header("authorization", self.authorization())
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        self.site.ask(request.body(body.into()).unwrap()).await
    }

    async fn uploaded(&self, to: &str, parts: &[Part<'_>]) -> Value {
        let answer = self.upload(to, parts).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let body = client::json(&answer);
        assert_eq!(body[to].as_array().unwrap().len(), 1, "{body}");
        body[to][0].clone()
    }

    async fn file(&self, row: &Value) -> Answer {
        let url = row["url"].as_str().unwrap();
        self.site.get(url.strip_prefix("https://example.org").unwrap()).await
    }
}

/// A picture of one colour.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A picture that says it has a hundred times more pixels than anybody may ask for.
fn bomb() -> Vec<u8> {
    let mut bytes = png(1, 1);
    // The sizes stand behind the signature, the length and the name of the first chunk (RFC 2083).
    bytes[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&100_000_u32.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

async fn a_picture_is_kept_and_served(database: &TestDatabase) {
    let client = Client::on(database).await;
    let picture = png(30, 20);
    let parts: [Part<'_>; 3] = [
        ("file", Some("My Photo.png"), &picture),
        ("purpose", None, b"image"),
        ("ref", None, b"photos/my photo.png"),
    ];
    let row = client.uploaded("images", &parts).await;
    assert_eq!(row["ref"], "photos/my photo.png");
    let answer = client.file(&row).await;
    assert_eq!((answer.status.as_u16(), answer.body), (200, picture.clone()));
    // The same once more is the same.
    let again = client.uploaded("images", &[("file", Some("My Photo.png"), &picture)]).await;
    assert_eq!((&again["url"], &again["ref"]), (&row["url"], &Value::Null));
    let mut hand = database.hand().await;
    assert_eq!(hand.texts("select content_type from media").await, ["image/png"]);
    let square: [Part<'_>; 2] = [("purpose", None, b"icon"), ("file", Some("a.png"), &png(60, 60))];
    client.uploaded("images", &square).await;
}

async fn other_files_are_kept_as_what_they_are(database: &TestDatabase) {
    let client = Client::on(database).await;
    let mp3 = b"ID3\x04\x00\x00\x00\x00\x00\x00sound".to_vec();
    let picture = png(4, 4);
    let parts: [Part<'_>; 2] =
        [("file", Some("a.mp3"), &mp3), ("thumbnail", Some("a.png"), &picture)];
    let row = client.uploaded("media", &parts).await;
    assert_eq!(client.file(&row).await.field("content-type"), "audio/mpeg");
    let thumbnail = json!({ "url": row["thumbnail_url"] });
    assert_eq!(client.file(&thumbnail).await.field("content-type"), "image/png");
    let row = client.uploaded("files", &[("file", Some("a.csv"), b"a,b\n1,2\n")]).await;
    assert_eq!(client.file(&row).await.text(), "a,b\n1,2\n");
    let row = client.uploaded("media", &[("file", Some("a.mp3"), &mp3)]).await;
    assert_eq!(row["thumbnail_url"], Value::Null);
}

async fn what_will_not_do_is_refused(database: &TestDatabase) {
    let client = Client::on(database).await;
    let svg = |inner: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inner}</svg>");
    let large = {
        let mut bytes = png(1, 1);
        bytes.resize(21 << 20, 0);
        bytes
    };
    let (script, handler) = (svg("<script>alert(1)</script>"), svg("<g onload='x()'/>"));
    let wide = png(80, 60);
    let many = [("x", None, b"".as_slice()); 20];
    let cases: Vec<(&str, Vec<Part<'_>>, u16)> = vec![
        ("images", vec![("file", Some("a.png"), b"no picture")], 415),
        ("images", vec![("file", Some("a.png"), b"<html><script></script></html>")], 415),
        ("images", vec![("file", Some("a.png"), b"\x89PNG\r\n\x1a\n broken")], 422),
        ("images", vec![("file", Some("a.png"), b"")], 422),
        ("images", vec![("file", Some("a.svg"), script.as_bytes())], 422),
        ("images", vec![("file", Some("a.svg"), handler.as_bytes())], 422),
        ("images", vec![("file", Some("a.svg"), b"<svg><")], 415),
        ("images", vec![("file", Some("a.png"), &large)], 413),
        ("images", vec![("purpose", None, b"image")], 422),
        ("images", vec![("file", Some("a.png"), &wide), ("purpose", None, b"pet")], 422),
        ("images", vec![("file", Some("a.png"), &wide), ("purpose", None, b"icon")], 422),
        ("images", vec![("file", Some("a.png"), &wide), ("purpose", None, b"profile_image")], 422),
        ("images", vec![("file", Some("a.png"), &wide), ("ref", None, &large)], 422),
        ("images", many.to_vec(), 400),
        ("images", vec![], 422),
        ("media", vec![("file", Some("a.png"), &wide)], 415),
        ("files", vec![("file", Some("a"), b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0")], 415),
    ];
    for (number, (to, parts, status)) in cases.iter().enumerate() {
        let answer = client.upload(to, parts).await;
        assert_eq!(client::error(&answer).0, *status, "{number}: {}", answer.text());
    }
    let answer = client.upload("images", &[("file", Some("a.png"), &bomb())]).await;
    let (status, kind, _, context) = client::error(&answer);
    assert_eq!((status, kind.as_str()), (422, "ValidationError"));
    assert!(context.contains("100 million"), "{context}");
    let answer = client.send(Method::POST, "images/upload/", "{}").await;
    assert_eq!(client::error(&answer).0, 400);
    let mut hand = database.hand().await;
    assert!(hand.texts("select path from media").await.is_empty());
    let stored = std::fs::read_dir(client.site.media()).map_or(0, Iterator::count);
    assert_eq!(stored, 0, "nothing is in the store");
}
