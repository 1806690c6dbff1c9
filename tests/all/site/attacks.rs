//! What is done to caches: to poison them, to read from them what is somebody else's, to fill them
//! with rubbish, and to get past them. Each attack is tried on the whole site.

use futures_util::future::join_all;
use http::{HeaderMap, Method, StatusCode};
use masthead::http_cache::Responses;

use super::furnished;
use crate::instance::{Answer, Instance};
use crate::support::{TestDatabase, on_both};

on_both!(
    no_disguise_makes_a_private_page_public,
    no_field_of_a_request_poisons_what_others_get,
    nobody_gets_a_coding_that_they_do_not_take,
    a_part_or_a_head_is_not_taken_for_the_whole,
    a_condition_is_answered_from_what_is_kept,
    rubbish_pushes_out_no_page,
    nothing_but_reading_is_kept_or_removes_anything,
    a_request_cannot_get_past_the_cache,
    readers_of_private_pages_do_not_wait_for_each_other,
    endless_addresses_are_answered_and_bounded,
);

const PAGE: &str = "/fifth/";

impl Instance {
    /// Forgets a page, so that the next request is the first.
    async fn forget(&self, path: &str) {
        self.app.cache.remove::<Responses>(path).await;
    }
}

/// What of an answer must be equal for all: not when it was given, nor to whom.
fn shared(answer: &Answer) -> (StatusCode, HeaderMap, &[u8]) {
    let mut headers = answer.headers.clone();
    for name in ["age", "cache-status", "date", "server-timing", "x-request-id"] {
        headers.remove(name);
    }
    (answer.status, headers, &answer.body)
}

/// Web cache deception: an address of a private page, dressed up as that of a file.
async fn no_disguise_makes_a_private_page_public(database: &TestDatabase) {
    let furnished = furnished(database).await;
    let (site, draft) = (furnished.instance, furnished.draft);
    let private = [
        (format!("/p/{}", draft.uuid), "The text of Unfinished"),
        ("/healthz".to_owned(), "ok"),
        ("/readyz".to_owned(), "ok"),
    ];
    let suffixes = [
        "/x.css",
        "/;.css",
        ";.css",
        "%2f.css",
        "%2F..%2Fx.css",
        "/.js",
        "%00",
        "%00.css",
        "/%00/",
        "%0a.css",
        "%23.css",
        "%3f.css",
        "/?.css",
        "//",
        "//x.css",
        "/..%2fx.css",
        "/./",
        "%20/",
        ".css",
        ".css/",
        "/index.html",
        "%252f.css",
        "/..;/x.css",
        "\\x.css",
        "!.css",
        "~x.css",
    ];
    for (private, secret) in &private {
        for suffix in suffixes {
            let path = format!("{private}{suffix}");
            if path.parse::<http::Uri>().is_err() {
                continue;
            }
            // First the victim, who has been lured there; then the thief.
            for fields in [&[("cookie", "session=victim")][..], &[]] {
                let answer = site.request(Method::GET, &path, fields).await;
                let may_be_kept = answer.field("cache-control") != "no-store";
                let is_shown = answer.status == StatusCode::OK
                    || String::from_utf8_lossy(&answer.body).contains(secret) && *secret != "ok";
                assert!(!(may_be_kept && is_shown), "{path}: {answer:?}");
                assert!(!answer.status.is_server_error(), "{path}: {answer:?}");
            }
        }
    }
}

/// Fields that other systems obey: routers, frameworks, proxies, and HTTP itself.
const FIELDS: [(&str, &str); 75] = [
    ("accept", "application/json"),
    ("accept", "image/webp"),
    ("accept-charset", "utf-7"),
    ("accept-language", "de, tlh"),
    ("authorization", "Bearer secret"),
    ("authorization", "Basic YTpi"),
    ("cache-control", "no-cache"),
    ("cache-control", "no-store"),
    ("cache-control", "max-age=0, no-transform"),
    ("cf-connecting-ip", "127.0.0.1"),
    ("client-ip", "127.0.0.1"),
    ("connection", "close, x-nothing"),
    ("content-type", "application/json"),
    ("cookie", "session=1; theme=<script>"),
    ("cookie", "masthead_token=forged"),
    ("dnt", "1"),
    ("expect", "nothing"),
    ("forwarded", "for=127.0.0.1;host=evil.example;proto=gopher"),
    ("from", "eve@evil.example"),
    ("front-end-https", "on"),
    ("host", "evil.example"),
    ("host", "evil.example:443"),
    ("if-match", "\"other\""),
    ("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("max-forwards", "0"),
    ("next-action", "0"),
    ("next-router-state-tree", "evil"),
    ("origin", "https://evil.example"),
    ("pragma", "no-cache"),
    ("pragma", "x-get-cache-key"),
    ("prefer", "return=minimal"),
    ("proxy", "evil.example"),
    ("proxy-authorization", "Basic YTpi"),
    ("purpose", "prefetch"),
    ("referer", "https://evil.example/<script>"),
    ("rsc", "1"),
    ("save-data", "on"),
    ("sec-fetch-dest", "image"),
    ("sec-fetch-mode", "cors"),
    ("te", "trailers"),
    ("true-client-ip", "127.0.0.1"),
    ("upgrade-insecure-requests", "1"),
    ("user-agent", "Googlebot <script>"),
    ("via", "1.1 evil.example"),
    ("x-amz-website-redirect-location", "https://evil.example"),
    ("x-backend-host", "evil.example"),
    ("x-cache-key", "evil"),
    ("x-client-ip", "127.0.0.1"),
    ("x-csrf-token", "1"),
    ("x-debug", "1"),
    ("x-forwarded-for", "127.0.0.1, 10.0.0.1"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-path", "/evil"),
    ("x-forwarded-port", "1"),
    ("x-forwarded-prefix", "/evil"),
    ("x-forwarded-proto", "gopher"),
    ("x-forwarded-scheme", "http"),
    ("x-forwarded-server", "evil.example"),
    ("x-forwarded-ssl", "off"),
    ("x-host", "evil.example"),
    ("x-http-method", "POST"),
    ("x-http-method-override", "POST"),
    ("x-invalidate-cache", "1"),
    ("x-method-override", "DELETE"),
    ("x-middleware-prefetch", "1"),
    ("x-nextjs-data", "1"),
    ("x-original-host", "evil.example"),
    ("x-original-url", "/evil/"),
    ("x-oversized", "x"),
    ("x-real-ip", "127.0.0.1"),
    ("x-requested-with", "XMLHttpRequest"),
    ("x-rewrite-url", "/evil/"),
    ("x-url-scheme", "gopher"),
    ("x-wap-profile", "https://evil.example/profile.xml"),
    ("x-zrevelot", "1"),
];

/// Fields that choose a part or a form of the page, or whether to send it.
const CHOOSING: [(&str, &str); 8] = [
    ("accept-encoding", "gzip, br"),
    ("accept-encoding", "identity;q=0"),
    ("content-length", "5"),
    ("if-modified-since", "Thu, 01 Jan 2099 00:00:00 GMT"),
    ("if-none-match", "*"),
    ("range", "bytes=0-9"),
    ("transfer-encoding", "chunked"),
    ("upgrade", "websocket"),
];

async fn no_field_of_a_request_poisons_what_others_get(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for path in [PAGE, "/nothing/", "/Fifth/"] {
        let good = site.get(path).await;
        for field in FIELDS {
            site.forget(path).await;
            let attacked = site.request(Method::GET, path, &[field]).await;
            assert_eq!(shared(&attacked), shared(&good), "{path} {field:?}");
            assert!(attacked.field("cache-status").contains("; stored"), "{attacked:?}");
            let after = site.get(path).await;
            assert_eq!(shared(&after), shared(&good), "{path} after {field:?}");
            assert!(after.is_hit(), "{path} after {field:?}: {after:?}");
        }
        for field in CHOOSING {
            site.forget(path).await;
            site.request(Method::GET, path, &[field]).await;
            assert_eq!(shared(&site.get(path).await), shared(&good), "{path} after {field:?}");
        }
    }
    // An address within the request line says no more than a `Host`.
    site.forget(PAGE).await;
    let good = site.get("http://evil.example/fifth/").await;
    assert_eq!(shared(&site.get(PAGE).await), shared(&good));
    assert!(!good.text().contains("evil.example"));
}

/// What a client takes, and the codings that it may be given; plain is the empty one.
const TAKES: [(&str, &[&str]); 14] = [
    ("", &[""]),
    ("identity", &[""]),
    ("gzip", &["gzip", ""]),
    ("gzip;q=0", &[""]),
    ("gzip;q=0, br", &["br", ""]),
    ("br;q=0, *;q=0", &[""]),
    ("*", &["gzip", "br", "zstd", ""]),
    ("*;q=0, gzip", &["gzip"]),
    ("identity;q=0, gzip", &["gzip"]),
    ("identity;q=0, br;q=0.1", &["br"]),
    ("x-unknown", &[""]),
    ("gzip;q=banana", &["gzip", ""]),
    (",,;q=1,gzip;;q=0", &["gzip", ""]),
    ("zstd, deflate", &["zstd", "deflate", ""]),
];

async fn nobody_gets_a_coding_that_they_do_not_take(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let plain = site.get(PAGE).await;
    for (first, _) in TAKES {
        site.forget(PAGE).await;
        site.request(Method::GET, PAGE, &[("accept-encoding", first)]).await;
        for (takes, given) in TAKES {
            let answer = site.request(Method::GET, PAGE, &[("accept-encoding", takes)]).await;
            let coding = answer.headers.get("content-encoding").map_or("", |c| c.to_str().unwrap());
            assert!(given.contains(&coding), "`{takes}` after `{first}`: {answer:?}");
            assert_eq!(decoded(coding, &answer.body), plain.body, "`{takes}` after `{first}`");
            assert!(answer.field("vary").to_ascii_lowercase().contains("accept-encoding"));
        }
        assert_eq!(site.get(PAGE).await.body, plain.body, "without a word, after `{first}`");
    }
}

fn decoded(coding: &str, body: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut plain = Vec::new();
    match coding {
        "" => plain.extend_from_slice(body),
        "gzip" => _ = flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap(),
        "br" => _ = brotli::Decompressor::new(body, 4096).read_to_end(&mut plain).unwrap(),
        "zstd" => plain = zstd::stream::decode_all(body).unwrap(),
        other => panic!("{other} is not spoken here"),
    }
    plain
}

async fn a_part_or_a_head_is_not_taken_for_the_whole(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let good = site.get(PAGE).await;
    let tag = good.field("etag");
    let length = good.body.len();
    for is_cold in [true, false] {
        let again = async || {
            if is_cold {
                site.forget(PAGE).await;
            }
        };
        again().await;
        let head = site.request(Method::HEAD, PAGE, &[]).await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
        assert_eq!(site.get(PAGE).await.body, good.body, "a head has no body, and is none");
        for (range, part) in [
            ("bytes=0-9", Some(0..10)),
            ("bytes=-5", Some(length - 5..length)),
            ("bytes=10-", Some(10..length)),
            ("bytes=0-0,5-6", None),
            ("lines=1-2", None),
            ("bytes=9-1", None),
        ] {
            again().await;
            let answer = site.request(Method::GET, PAGE, &[("range", range)]).await;
            match part {
                Some(part) if answer.status == StatusCode::PARTIAL_CONTENT => {
                    assert_eq!(answer.body, good.body[part.clone()], "{range}");
                    let end = part.end - 1;
                    let told = format!("bytes {}-{end}/{length}", part.start);
                    assert_eq!(answer.field("content-range"), told);
                }
                // A server may send the whole instead.
                _ if answer.status == StatusCode::OK => assert_eq!(answer.body, good.body),
                _ => assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE, "{range}"),
            }
            assert_eq!(site.get(PAGE).await.body, good.body, "after {range}");
        }
        let beyond = [("range", "bytes=999999-")];
        let beyond = site.request(Method::GET, PAGE, &beyond).await;
        assert!(matches!(beyond.status.as_u16(), 200 | 416), "{beyond:?}");
        let other = [("range", "bytes=0-9"), ("if-range", "\"other\"")];
        assert_eq!(site.request(Method::GET, PAGE, &other).await.body, good.body);
        let same = [("range", "bytes=0-9"), ("if-range", tag)];
        let same = site.request(Method::GET, PAGE, &same).await;
        assert!(same.body == good.body || same.body == good.body[..10], "{same:?}");
    }
}

async fn a_condition_is_answered_from_what_is_kept(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let good = site.get(PAGE).await;
    let (tag, other) = (good.field("etag"), "\"other\"");
    for (none_match, has_it) in [(tag, true), ("*", true), (other, false), ("rubbish", false)] {
        let answer = site.request(Method::GET, PAGE, &[("if-none-match", none_match)]).await;
        assert!(answer.is_hit(), "{answer:?}");
        if !has_it {
            assert_eq!(answer.body, good.body);
            continue;
        }
        assert_eq!((answer.status, answer.body.len()), (StatusCode::NOT_MODIFIED, 0));
        for name in ["cache-control", "etag", "vary", "date"] {
            assert!(answer.headers.contains_key(name), "{name}: {answer:?}");
        }
        for name in ["content-length", "content-encoding", "content-type"] {
            assert!(!answer.headers.contains_key(name), "{name}: {answer:?}");
        }
    }
}

/// Key explosion: parameters that nobody declared make no entry, and addresses that lead nowhere
/// have a place of their own.
async fn rubbish_pushes_out_no_page(database: &TestDatabase) {
    let mut furnished = furnished(database).await;
    furnished.instance = Instance::with(database, |config| {
        config.cache.l1_bytes = 1 << 20;
        config.cache.negative_bytes = 64 << 10;
    })
    .await;
    let site = furnished.instance;
    let pages = ["/", PAGE, "/fourth/", "/tag/news/", "/rss/", "/archive/"];
    for _ in 0..3 {
        for page in pages {
            site.get(page).await;
        }
    }
    let [before, _] = site.app.cache.size();
    for n in 0..100 {
        for page in pages {
            assert!(site.get(&format!("{page}?utm_source={n}&q={n}&page={n}&{n}")).await.is_hit());
        }
        site.get(&format!("/rubbish-{n}/")).await;
        site.get(&format!("/tag/rubbish-{n}/?q={n}")).await;
    }
    let [after, negative] = site.app.cache.size();
    assert!(after.entries <= before.entries, "{before:?} {after:?}");
    assert!(negative.bytes <= (64 << 10), "{negative:?}");
    // What can be searched for is without end, and readers do not search for the same twice.
    for n in 0..150 {
        site.get(&format!("/search/?q=rubbish+{n}")).await;
        if n % 20 == 0 {
            for page in pages {
                site.get(page).await;
            }
        }
    }
    for page in pages {
        assert!(site.get(page).await.is_hit(), "{page}");
    }
    assert!(site.app.cache.size()[0].bytes <= 1 << 20);
}

async fn nothing_but_reading_is_kept_or_removes_anything(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let good = site.get(PAGE).await;
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PURGE", "BAN", "QUERY"] {
        let method: Method = method.parse().unwrap();
        for path in [PAGE, "/nothing/", "/search/?q=x"] {
            let answer = site.request(method.clone(), path, &[("content-length", "0")]).await;
            assert!(!answer.status.is_success(), "{method} {path}: {answer:?}");
            assert!(!answer.is_hit());
            assert_eq!(answer.field("cache-control"), "no-store", "{method} {path}");
        }
        let after = site.get(PAGE).await;
        assert!(after.is_hit(), "{method}: {after:?}");
        assert_eq!(after.body, good.body);
        assert_eq!(site.get("/nothing/").await.status, StatusCode::NOT_FOUND, "{method}");
    }
}

/// However a request asks for it, one that finds the page here makes nobody make it anew, and one
/// that does not is one load with all the others.
async fn a_request_cannot_get_past_the_cache(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let asking = [
        ("cache-control", "no-cache"),
        ("cache-control", "no-store"),
        ("cache-control", "no-store, no-cache, max-age=0, must-revalidate"),
        ("cache-control", "max-age=0"),
        ("cache-control", "min-fresh=99999999"),
        ("pragma", "no-cache"),
        ("authorization", "Bearer secret"),
        ("cookie", "session=1"),
        ("if-match", "\"other\""),
        ("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ];
    let is_made = |answer: &&Answer| answer.field("cache-status").contains("fwd-status");
    for field in asking {
        site.forget(PAGE).await;
        let answers =
            join_all((0..20).map(|_| async { site.request(Method::GET, PAGE, &[field]).await }))
                .await;
        let made = answers.iter().filter(is_made).count();
        assert_eq!(made, 1, "{field:?} on a cold page");
        assert!(site.request(Method::GET, PAGE, &[field]).await.is_hit(), "{field:?}");
    }
    let only = [("cache-control", "only-if-cached")];
    assert!(site.request(Method::GET, PAGE, &only).await.is_hit());
    site.forget(PAGE).await;
    for _ in 0..2 {
        let answer = site.request(Method::GET, PAGE, &only).await;
        assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT, "{answer:?}");
    }
}

async fn readers_of_private_pages_do_not_wait_for_each_other(database: &TestDatabase) {
    let furnished = furnished(database).await;
    let (site, path) = (furnished.instance, format!("/p/{}/", furnished.draft.uuid));
    let answers = join_all((0..50).map(|_| site.get(&path))).await;
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::OK);
        let status = answer.field("cache-status");
        assert!(status.contains("fwd=bypass") && !status.contains("collapsed"), "{status}");
    }
    assert!(site.app.cache.near::<Responses>(&path).is_none(), "none of it is kept");
}

async fn endless_addresses_are_answered_and_bounded(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let many =
        |separator: &str| (0..800).map(|n| format!("q{n}=1")).collect::<Vec<_>>().join(separator);
    let endless = [
        format!("/{}/", "a".repeat(30_000)),
        format!("/{}", "a/".repeat(15_000)),
        format!("/{}/", "%41".repeat(10_000)),
        format!("/search/?q={}", "a".repeat(30_000)),
        format!("/search/?q={}", "a+".repeat(10_000)),
        format!("/search/?{}", "q=1&".repeat(8_000)),
        format!("/fifth/?{}", many("&")),
        format!("/fifth/?{}", many(";")),
        format!("/page/{}/", "9".repeat(10_000)),
        format!("/search/?q=a&page={}", "9".repeat(10_000)),
    ];
    for path in &endless {
        for _ in 0..2 {
            let answer = site.get(path).await;
            let shown = &path[..30];
            assert!(!answer.status.is_server_error(), "{shown}: {answer:?}");
            assert!(answer.body.len() < 200_000, "{shown}: {answer:?}");
        }
    }
    let [entries, negative] = site.app.cache.size();
    assert!(entries.bytes + negative.bytes < 2 << 20, "{entries:?} {negative:?}");
}
