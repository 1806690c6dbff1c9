//! What is stored, how it is found again, and what of it a client gets.

use super::*;

const HOUR: (&str, &str) = ("cache-control", "max-age=3600");
const DATE: &str = "Sun, 09 Sep 2001 01:46:40 GMT";

#[tokio::test]
async fn a_fresh_response_is_served_without_asking() {
    let world = World::new(|_, n| response(200, &[HOUR, ("date", DATE)], &format!("body {n}")));
    let first = world.get("/a", &[]).await;
    assert_eq!((first.status, first.text(), first.header("age")), (200, "body 0", ""));
    assert!(first.header("cache-status").contains("fwd=uri-miss; fwd-status=200; stored"));
    world.pass(10);
    let second = world.get("/a", &[]).await;
    assert_eq!((second.text(), second.header("age")), ("body 0", "10"));
    assert_eq!(second.header("date"), DATE);
    assert!(second.header("cache-status").contains("hit; ttl=3590"));
    assert_eq!(world.get("/b", &[]).await.text(), "body 1");
    world.pass(3600);
    assert_eq!(world.get("/a", &[]).await.text(), "body 2");
}

#[tokio::test]
async fn the_origin_is_asked_whether_it_still_stands() {
    let world = World::new(|parts, n| match parts.headers.get("if-none-match") {
        Some(_) => response(304, &[HOUR, ("etag", "\"a\""), ("x-n", "new")], ""),
        None => response(
            200,
            &[("cache-control", "max-age=1"), ("etag", "\"a\""), ("x-n", "old")],
            &n.to_string(),
        ),
    });
    assert_eq!(world.get("/", &[]).await.text(), "0");
    world.pass(5);
    let again = world.get("/", &[("if-none-match", "\"client\"")]).await;
    assert_eq!((again.status, again.text(), again.header("x-n")), (200, "0", "new"));
    assert_eq!(world.last_said("if-none-match").as_deref(), Some("\"a\""));
    world.pass(5);
    assert!(world.get("/", &[]).await.is_hit(), "it is fresh again");
    assert_eq!(world.asked(), 2);
}

#[tokio::test]
async fn a_304_about_another_representation_updates_nothing() {
    let world = World::new(|parts, _| match parts.headers.get("if-none-match") {
        Some(_) => response(304, &[HOUR, ("etag", "\"b\""), ("x-n", "new")], ""),
        None => {
            response(200, &[("cache-control", "max-age=1"), ("etag", "\"a\""), ("x-n", "old")], "x")
        }
    });
    world.get("/", &[]).await;
    world.pass(5);
    for _ in 0..2 {
        let answer = world.get("/", &[]).await;
        assert_eq!(
            (answer.status, answer.header("etag"), answer.header("x-n")),
            (200, "\"a\"", "old")
        );
    }
    assert_eq!(world.asked(), 3);
}

#[tokio::test]
async fn a_client_that_has_it_gets_no_body() {
    let fields = [HOUR, ("etag", "\"a\""), ("content-type", "text/html")];
    let world = World::new(move |_, _| response(200, &fields, "body"));
    for _ in 0..2 {
        let answer = world.get("/", &[("if-none-match", "\"x\", W/\"a\"")]).await;
        assert_eq!((answer.status, answer.text()), (304, ""));
        assert_eq!((answer.header("etag"), answer.header("content-type")), ("\"a\"", ""));
        assert_eq!(answer.header("cache-control"), HOUR.1);
    }
    assert_eq!(world.last_said("if-none-match"), None, "what comes is to be stored");
    assert_eq!(world.get("/", &[("if-none-match", "\"b\"")]).await.text(), "body");
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn a_head_is_answered_from_a_get() {
    let world = World::new(|_, _| response(200, &[HOUR], "body"));
    assert_eq!(world.ask(Method::HEAD, "/", &[]).await.status, 200);
    assert_eq!(world.seen.lock().unwrap()[0].method, Method::HEAD, "nothing was stored yet");
    world.get("/", &[]).await;
    let head = world.ask(Method::HEAD, "/", &[]).await;
    assert_eq!((head.text(), head.header("content-length")), ("", "4"));
    assert!(head.is_hit());
    assert_eq!(world.asked(), 2);
}

#[tokio::test]
async fn a_head_updates_or_removes_what_is_stale() {
    for (length, stays) in [("4", true), ("5", false)] {
        let world = World::new(move |parts, _| {
            if parts.method == Method::HEAD {
                response(200, &[HOUR, ("content-length", length), ("x-n", "new")], "")
            } else {
                response(200, &[("cache-control", "max-age=1"), ("etag", "\"a\"")], "body")
            }
        });
        world.get("/", &[]).await;
        world.pass(5);
        assert!(!world.ask(Method::HEAD, "/", &[]).await.is_hit());
        let answer = world.get("/", &[]).await;
        assert_eq!(answer.is_hit(), stays, "{length}");
        assert_eq!(answer.header("x-n"), if stays { "new" } else { "" });
    }
}

#[tokio::test]
async fn parts_are_cut_out_of_what_is_stored() {
    let world = World::new(|parts, _| {
        if parts.headers.contains_key("range") {
            return response(206, &[HOUR, ("content-range", "bytes 0-1/10")], "01");
        }
        response(200, &[HOUR, ("etag", "\"a\"")], "0123456789")
    });
    let forwarded = world.get("/", &[("range", "bytes=0-1")]).await;
    assert_eq!((forwarded.status, forwarded.text()), (206, "01"));
    assert_eq!(world.get("/", &[]).await.text(), "0123456789", "a part is not stored");
    for (range, condition, status, body, of) in [
        ("bytes=2-4", "", 206, "234", "bytes 2-4/10"),
        ("bytes=8-", "", 206, "89", "bytes 8-9/10"),
        ("bytes=-3", "", 206, "789", "bytes 7-9/10"),
        ("bytes=2-4", "\"a\"", 206, "234", "bytes 2-4/10"),
        ("bytes=2-4", "\"b\"", 200, "0123456789", ""),
        ("bytes=10-", "", 416, "", "bytes */10"),
        ("bytes=0-1,3-4", "", 200, "0123456789", ""),
        ("lines=0-1", "", 200, "0123456789", ""),
    ] {
        let condition: &[(&str, &str)] =
            if condition.is_empty() { &[] } else { &[("if-range", condition)] };
        let fields = [&[("range", range)], condition].concat();
        let answer = world.get("/", &fields).await;
        assert_eq!((answer.status, answer.text()), (status, body), "{range}");
        assert_eq!(answer.header("content-range"), of, "{range}");
    }
    assert_eq!(world.asked(), 2);
}

#[tokio::test]
async fn a_change_makes_its_target_old() {
    let world = World::new(|parts, n| {
        if parts.method == Method::GET {
            response(200, &[HOUR], &n.to_string())
        } else {
            let status = if parts.uri.path() == "/refused" { 403 } else { 201 };
            response(
                status,
                &[("location", "/made"), ("content-location", "http://other.org/x")],
                "",
            )
        }
    });
    for path in ["/a?b", "/made", "/refused", "/x"] {
        world.get(path, &[]).await;
    }
    world.ask(Method::POST, "/refused", &[]).await;
    assert!(world.get("/refused", &[]).await.is_hit());
    assert!(world.get("/made", &[]).await.is_hit());
    world.ask(Method::POST, "/a?b", &[]).await;
    assert!(!world.get("/a?b", &[]).await.is_hit());
    assert!(!world.get("/made", &[]).await.is_hit());
    assert!(world.get("/x", &[]).await.is_hit(), "another host's");
}

#[tokio::test]
async fn only_if_cached_never_asks() {
    let world = World::new(|_, _| response(200, &[HOUR], "x"));
    let only = [("cache-control", "only-if-cached")];
    assert_eq!(world.get("/", &only).await.status, 504);
    world.get("/", &[]).await;
    assert!(world.get("/", &only).await.is_hit());
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn fields_for_one_client_are_for_that_client() {
    let control = ("cache-control", "max-age=60, private=\"x-user\", no-cache=\"set-cookie\"");
    let fields = [
        control,
        ("x-user", "ada"),
        ("set-cookie", "s=1"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
    ];
    let world = World::new(move |_, _| response(200, &fields, "x"));
    let first = world.get("/", &[]).await;
    assert_eq!((first.header("x-user"), first.header("set-cookie")), ("ada", "s=1"));
    let second = world.get("/", &[]).await;
    assert!(second.is_hit());
    for name in ["x-user", "set-cookie", "x-hop", "connection"] {
        assert_eq!(second.header(name), "", "{name}");
    }
}
