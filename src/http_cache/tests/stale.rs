//! When something stale is served, and when it must not be (RFC 9111, section 4.2.4; RFC 5861).

use super::super::RequestPolicy;
use super::*;

fn origin_gone_after_first(control: &'static str) -> World {
    let options =
        Options { stale_when_disconnected: Duration::from_secs(100), ..Options::default() };
    World::slow(options, move |_, n| {
        Box::pin(async move {
            match n {
                0 => Ok(response(200, &[("cache-control", control)], "x")),
                _ => Err("connection refused".into()),
            }
        })
    })
}

#[tokio::test]
async fn stale_while_revalidate_refreshes_behind_the_reader() {
    let world = World::new(|_, n| {
        response(200, &[("cache-control", "max-age=10, stale-while-revalidate=60")], &n.to_string())
    });
    world.get("/", &[]).await;
    world.pass(20);
    let stale = world.get("/", &[]).await;
    assert_eq!(stale.text(), "0");
    assert!(stale.header("cache-status").contains("hit; ttl=-10"));
    world.until(|world| world.asked() == 2).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.get("/", &[]).await.text(), "1");
    world.pass(71);
    assert_eq!(world.get("/", &[]).await.text(), "2", "too old even for that");
}

#[tokio::test]
async fn stale_if_error_covers_failures() {
    for status in [500, 502, 503, 504] {
        let world = World::new(move |_, n| match n {
            0 => response(200, &[("cache-control", "max-age=10, stale-if-error=60")], "good"),
            _ => response(status, &[], "bad"),
        });
        world.get("/", &[]).await;
        world.pass(20);
        assert_eq!(world.get("/", &[]).await.text(), "good");
        world.pass(60);
        let failed = world.get("/", &[]).await;
        assert_eq!((failed.status, failed.text()), (status, "bad"));
    }
}

#[tokio::test]
async fn without_a_word_a_failure_is_passed_on() {
    let world = World::new(|_, n| match n {
        0 => response(200, &[("cache-control", "max-age=10")], "good"),
        _ => response(503, &[("retry-after", "7")], "bad"),
    });
    world.get("/", &[]).await;
    world.pass(20);
    let failed = world.get("/", &[]).await;
    assert_eq!((failed.status, failed.header("retry-after")), (503, "7"));
}

#[tokio::test]
async fn an_origin_that_is_gone_is_covered_unless_forbidden() {
    let world = origin_gone_after_first("max-age=10");
    world.get("/", &[]).await;
    world.pass(20);
    assert_eq!(world.get("/", &[]).await.text(), "x");
    assert_eq!(world.get("/other", &[]).await.status, 502);
    for control in [
        "max-age=10, must-revalidate",
        "max-age=10, proxy-revalidate",
        "max-age=10, no-cache",
        "s-maxage=10",
        "max-age=10, stale-if-error=60, must-revalidate",
    ] {
        let world = origin_gone_after_first(control);
        world.get("/", &[]).await;
        world.pass(20);
        let refused = world.get("/", &[]).await;
        let expected = if control.contains("no-cache") { 502 } else { 504 };
        assert!(
            matches!(refused.status, 502 | 504),
            "{control}: {}, not {expected}",
            refused.status
        );
        assert_eq!(refused.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn requests_are_obeyed_only_where_that_is_wanted() {
    for (policy, obeyed) in [(RequestPolicy::Obey, true), (RequestPolicy::Ignore, false)] {
        let options = Options { requests: policy, ..Options::default() };
        let world =
            World::with(options, |_, _| response(200, &[("cache-control", "max-age=60")], "x"));
        world.get("/", &[]).await;
        world.pass(10);
        for control in ["no-cache", "max-age=5", "min-fresh=55"] {
            let answer = world.get("/", &[("cache-control", control)]).await;
            assert_eq!(answer.is_hit(), !obeyed, "{control}");
            world.pass(10);
        }
        assert_eq!(world.get("/", &[("pragma", "no-cache")]).await.is_hit(), !obeyed);
        world.pass(100);
        let stale = world.get("/", &[("cache-control", "max-stale=600")]).await;
        assert_eq!(stale.is_hit(), obeyed);
        world.get("/other", &[("cache-control", "no-store")]).await;
        assert_eq!(world.get("/other", &[]).await.is_hit(), !obeyed);
    }
}
