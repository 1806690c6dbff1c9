//! Compressed once, when it is stored: who takes what gets it.

use std::io::Read as _;

use super::super::Compression;
use super::*;

fn world() -> World {
    let options = Options { compression: Compression::OnStore, ..Options::default() };
    World::with(options, |parts, _| {
        assert!(
            !parts.headers.contains_key("accept-encoding"),
            "the origin is asked for plain bytes"
        );
        let kind = if parts.uri.path() == "/image" { "image/png" } else { "text/html" };
        let fields = [
            ("cache-control", "max-age=60"),
            ("content-type", kind),
            ("etag", "\"a\""),
            ("vary", "Accept-Encoding"),
        ];
        response(200, &fields, &"All work and no play. ".repeat(100))
    })
}

fn plain(answer: &Answer) -> String {
    let body = answer.body.as_deref().unwrap();
    let mut plain = Vec::new();
    match answer.header("content-encoding") {
        "br" => {
            brotli::BrotliDecompress(&mut &*body, &mut plain).unwrap();
        }
        "gzip" => {
            flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap();
        }
        "" => plain.extend_from_slice(body),
        other => panic!("nobody asked for {other}"),
    }
    String::from_utf8(plain).unwrap()
}

#[tokio::test]
async fn each_client_gets_a_coding_that_it_takes() {
    let world = world();
    for (accept, coding, tag) in [
        ("gzip, deflate, br, zstd", "br", "\"a-br\""),
        ("gzip", "gzip", "\"a-gzip\""),
        ("br;q=0.1, gzip", "gzip", "\"a-gzip\""),
        ("br;q=0, *", "gzip", "\"a-gzip\""),
        ("identity", "", "\"a\""),
        ("deflate", "", "\"a\""),
        ("", "", "\"a\""),
        ("*;q=0", "", "\"a\""),
    ] {
        let answer = world.get("/", &[("accept-encoding", accept)]).await;
        assert_eq!(answer.header("content-encoding"), coding, "{accept}");
        assert_eq!(answer.header("etag"), tag, "{accept}");
        assert_eq!(answer.headers.get_all("vary").iter().count(), 1);
        assert_eq!(plain(&answer), "All work and no play. ".repeat(100), "{accept}");
        let length = answer.body.as_ref().unwrap().len().to_string();
        assert_eq!(answer.header("content-length"), length, "{accept}");
        let fields = [("accept-encoding", accept), ("if-none-match", tag)];
        assert_eq!(world.get("/", &fields).await.status, 304, "{accept}");
        let fields = [("accept-encoding", accept), ("if-none-match", "\"a-zstd\"")];
        assert_eq!(world.get("/", &fields).await.status, 200, "{accept}");
    }
    assert_eq!(world.asked(), 1, "one entry for all of them");
}

#[tokio::test]
async fn a_part_is_of_the_plain_bytes() {
    let world = world();
    world.get("/", &[("accept-encoding", "br")]).await;
    let part = world.get("/", &[("accept-encoding", "br"), ("range", "bytes=4-7")]).await;
    assert_eq!((part.status, part.text(), part.header("etag")), (206, "work", "\"a\""));
    assert_eq!(part.header("content-encoding"), "");
}

#[tokio::test]
async fn what_is_no_text_stays_as_it_is() {
    let world = world();
    let image = world.get("/image", &[("accept-encoding", "br")]).await;
    assert_eq!((image.header("content-encoding"), image.header("etag")), ("", "\"a\""));
}
