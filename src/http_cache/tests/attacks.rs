//! What goes wrong in other caches: shared cookies, keys that multiply, bodies that break off.

use futures_util::future::join_all;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;

use super::super::{Decision, RequestPolicy};
use super::*;

const HOUR: (&str, &str) = ("cache-control", "max-age=3600");

/// Lets whoever waits for the same key come in.
async fn a_while() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn many_readers_of_one_page_are_one_load() {
    let world = World::slow(Options::default(), |_, n| {
        Box::pin(async move {
            a_while().await;
            Ok(response(200, &[HOUR], &n.to_string()))
        })
    });
    let answers = join_all((0..100).map(|_| world.get("/", &[]))).await;
    assert!(answers.iter().all(|answer| answer.text() == "0"));
    assert_eq!(world.asked(), 1);
    assert!(answers.iter().any(|answer| answer.header("cache-status").contains("collapsed")));
}

#[tokio::test]
async fn a_cookie_is_never_stored_and_never_shared() {
    let world = World::slow(Options::default(), |_, n| {
        Box::pin(async move {
            a_while().await;
            Ok(response(200, &[HOUR, ("set-cookie", &format!("session={n}"))], "x"))
        })
    });
    let answers = join_all((0..50).map(|_| world.get("/", &[]))).await;
    let mut cookies: Vec<&str> = answers.iter().map(|answer| answer.header("set-cookie")).collect();
    cookies.sort_unstable();
    cookies.dedup();
    assert_eq!(cookies.len(), 50, "each has a session of its own");
    assert!(answers.iter().all(|answer| !answer.is_hit()));
    assert_eq!(world.asked(), 50);
    assert!(answers[0].header("cache-status").contains("detail=set-cookie"));
}

#[tokio::test]
async fn a_private_answer_does_not_hold_up_the_next() {
    let world = World::slow(Options::default(), |_, n| {
        Box::pin(async move {
            a_while().await;
            Ok(response(200, &[("cache-control", "private, max-age=60")], &n.to_string()))
        })
    });
    world.get("/", &[]).await;
    let answers = join_all((0..10).map(|_| world.get("/", &[]))).await;
    assert!(answers.iter().all(|answer| answer.header("cache-status").contains("detail=private")));
    assert_eq!(world.asked(), 11);
}

#[tokio::test]
async fn a_response_for_a_password_is_shared_only_if_it_says_so() {
    for (control, is_shared) in [("max-age=60", false), ("max-age=60, public", true)] {
        let world = World::new(move |_, _| response(200, &[("cache-control", control)], "x"));
        world.get("/", &[("authorization", "Basic x")]).await;
        assert_eq!(world.get("/", &[]).await.is_hit(), is_shared, "{control}");
    }
}

#[tokio::test]
async fn what_varies_is_kept_apart() {
    let world = World::new(|parts, _| {
        let said =
            parts.headers.get("accept-language").map_or("none", |said| said.to_str().unwrap());
        response(200, &[HOUR, ("vary", "Accept-Language")], said)
    });
    for (language, hit) in [("en", false), ("de", false), ("EN", true), ("de", true), ("fr", false)]
    {
        let answer = world.get("/", &[("accept-language", language)]).await;
        assert_eq!((answer.is_hit(), answer.text()), (hit, &*language.to_ascii_lowercase()));
        assert_eq!(answer.header("vary"), "Accept-Language");
    }
    assert_eq!(world.get("/", &[]).await.text(), "none");
    let answers = join_all(["it", "es", "it", "es"].map(|said| {
        let world = world.clone();
        async move { (said, world.get("/", &[("accept-language", said)]).await) }
    }));
    for (said, answer) in answers.await {
        assert_eq!(answer.text(), said);
    }
}

#[tokio::test]
async fn who_waits_for_another_variant_gets_the_own_one() {
    let world = World::slow(Options::default(), |parts, _| {
        Box::pin(async move {
            a_while().await;
            let said = parts.headers["foo"].to_str().unwrap().to_owned();
            Ok(response(200, &[HOUR, ("vary", "Foo")], &said))
        })
    });
    let said: Vec<String> = (0..8).map(|n| n.to_string()).collect();
    let answers = join_all(said.iter().map(|said| async {
        let fields = [("foo", said.as_str())];
        world.get("/", &fields).await
    }));
    for (said, answer) in said.iter().zip(answers.await) {
        assert_eq!(answer.text(), said);
    }
}

#[tokio::test]
async fn a_field_more_to_vary_by_is_learnt() {
    let world = World::new(|parts, n| {
        let vary = if n == 0 { "Foo" } else { "Foo, Bar" };
        let bar = parts.headers.get("bar").map_or("", |bar| bar.to_str().unwrap());
        response(200, &[HOUR, ("vary", vary)], bar)
    });
    world.get("/", &[("foo", "1"), ("bar", "1")]).await;
    world.get("/", &[("foo", "2"), ("bar", "2")]).await;
    for bar in ["1", "2", "3"] {
        let fields = [("foo", "2"), ("bar", bar)];
        assert_eq!(world.get("/", &fields).await.text(), bar);
        assert!(world.get("/", &fields).await.is_hit());
    }
}

#[tokio::test]
async fn what_varies_by_everything_is_not_stored() {
    for vary in ["*", "Foo, *", "a,b,c,d,e,f,g,h,i"] {
        let world = World::new(move |_, _| response(200, &[HOUR, ("vary", vary)], "x"));
        world.get("/", &[]).await;
        assert!(!world.get("/", &[]).await.is_hit(), "{vary}");
    }
}

#[tokio::test]
async fn one_target_has_sixteen_variants_and_no_more() {
    let world = World::new(|_, _| response(200, &[HOUR, ("vary", "User-Agent")], "x"));
    for n in 0..17 {
        world.get("/", &[("user-agent", &n.to_string())]).await;
    }
    assert!(!world.get("/", &[("user-agent", "0")]).await.is_hit(), "the oldest had to go");
    assert!(world.get("/", &[("user-agent", "16")]).await.is_hit());
    world.ask(Method::DELETE, "/", &[]).await;
    assert!(!world.get("/", &[("user-agent", "16")]).await.is_hit(), "all went with the target");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_stored() {
    for is_told in [true, false] {
        let world = World::new(move |_, _| {
            let parts: Vec<Result<_, BoxError>> =
                vec![Ok(Frame::data(Bytes::from_static(b"half"))), Err("cut".into())];
            let parts: Vec<_> = parts.into_iter().take(if is_told { 1 } else { 2 }).collect();
            let (mut head, _) = response(200, &[HOUR], "").into_parts();
            if is_told {
                head.headers.insert("content-length", "8".parse().unwrap());
            }
            Response::from_parts(head, ResponseBody::stream(StreamBody::new(stream::iter(parts))))
        });
        let first = world.get("/", &[]).await;
        // What is too short by its own word is passed on; the server notices as well.
        assert_eq!(first.body.is_some(), is_told);
        assert!(!world.get("/", &[]).await.is_hit());
        assert_eq!(world.asked(), 2);
    }
}

#[tokio::test]
async fn a_huge_body_streams_through() {
    let options = Options { largest_body: 1000, ..Options::default() };
    let world = World::with(options, |_, _| {
        let part = |_| Ok::<_, BoxError>(Frame::data(Bytes::from(vec![b'x'; 300])));
        let body = StreamBody::new(stream::iter((0..10).map(part)));
        Response::from_parts(response(200, &[HOUR], "").into_parts().0, ResponseBody::stream(body))
    });
    for _ in 0..2 {
        let answer = world.get("/", &[]).await;
        assert_eq!(answer.text().len(), 3000);
        assert!(!answer.is_hit());
    }
}

#[tokio::test]
async fn what_a_request_body_says_is_in_no_key() {
    let world = World::new(|_, _| response(200, &[HOUR], "x"));
    world.get("/", &[("content-length", "5")]).await;
    assert!(!world.get("/", &[]).await.is_hit());
    assert!(!world.get("/", &[("transfer-encoding", "chunked")]).await.is_hit());
    assert!(world.get("/", &[]).await.is_hit());
}

#[tokio::test]
async fn conditions_about_a_change_go_to_the_origin_where_requests_are_obeyed() {
    let world = World::new(|_, _| response(200, &[HOUR, ("etag", "\"a\"")], "x"));
    world.get("/", &[("if-match", "\"b\"")]).await;
    assert!(world.get("/", &[("if-match", "\"b\"")]).await.is_hit());
    assert_eq!(world.last_said("if-match"), None);
    let options = Options { requests: RequestPolicy::Obey, ..Options::default() };
    let world = World::with(options, |_, _| response(200, &[HOUR, ("etag", "\"a\"")], "x"));
    world.get("/", &[]).await;
    assert!(!world.get("/", &[("if-match", "\"b\"")]).await.is_hit());
    assert_eq!(world.last_said("if-match").as_deref(), Some("\"b\""));
}

#[tokio::test]
async fn a_reader_who_leaves_stops_nobodys_load() {
    let world = World::slow(Options::default(), |_, n| {
        Box::pin(async move {
            a_while().await;
            Ok(response(200, &[HOUR], &n.to_string()))
        })
    });
    let leader = tokio::spawn({
        let world = world.clone();
        async move { world.get("/", &[]).await }
    });
    world.until(|world| world.asked() == 1).await;
    leader.abort();
    assert_eq!(world.get("/", &[]).await.text(), "0");
    assert_eq!(world.asked(), 1);
}

/// Whatever somebody asks for is a key.
struct MadeUp;

impl Keyer for MadeUp {
    fn decide(&self, request: &Parts) -> Decision {
        Decision::KeyOnSecondSight(request.uri.to_string())
    }
}

#[tokio::test]
async fn what_nobody_asks_for_again_is_not_kept() {
    let clock = Arc::new(ManualClock::at(START));
    let content = Arc::new(ContentClock::alone(clock.clone()));
    let keyed = (Options::default(), MadeUp);
    let world = World::on(clock, content, keyed, |_, n| {
        Box::pin(async move {
            a_while().await;
            Ok(response(200, &[HOUR], &n.to_string()))
        })
    });
    for hit in [false, false, true] {
        assert_eq!(world.get("/?1", &[]).await.is_hit(), hit);
    }
    world.ask(Method::POST, "/?1", &[]).await;
    assert!(!world.get("/?1", &[]).await.is_hit());
    let answers = join_all((0..20).map(|_| world.get("/?2", &[]))).await;
    assert!(answers.iter().all(|answer| answer.text() == answers[0].text()), "one load");
}
