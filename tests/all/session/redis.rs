//! Sessions in a Redis of their own, which fails in its turn: readers notice nothing, the desk says so,
//! and nobody is signed out.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use masthead::config::Config;

use super::visitor::stranger;
use super::{PASSWORD, Visitor, ann, signed_in};
use crate::instance::{Answer, Instance, published};
use crate::support::fixtures::NOON;
use crate::support::postgres::free_port;
use crate::support::redis::{Guard, Redis};
use crate::support::{TestDatabase, on_both};

on_both!(
    sessions_are_in_redis_and_expire_there,
    killed_and_started_again_it_has_signed_nobody_out,
    frozen_it_keeps_nobody_waiting,
    an_instance_starts_without_it,
    behind_a_password_they_are_the_same,
    behind_a_user_they_are_the_same,
    behind_tls_they_are_the_same,
);

/// How long a test waits for what must come, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

async fn with(db: &TestDatabase, url: String) -> Instance {
    Instance::with(db, |config| {
        config.sessions.url = serde_json::from_value(url.into()).unwrap();
    })
    .await
}

/// A 503 of the desk, in its own words and in time.
fn assert_says_so(answer: &Answer, begun: Instant) {
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
    assert_eq!((answer.field("cache-control"), answer.field("retry-after")), ("no-store", "5"));
    assert!(!answer.headers.contains_key("set-cookie"), "{answer:?}");
    let text = answer.text();
    assert!(text.contains("The desk cannot be reached"), "{text}");
    assert!(!text.to_ascii_lowercase().contains("redis"), "{text}");
}

/// Waits until somebody is in again, with the cookie that they had.
async fn await_return(visitor: &mut Visitor, site: &Instance) {
    let begun = Instant::now();
    let cookie = visitor.cookie.clone();
    while visitor.get(site, "/desk/sign-ins/").await.status != StatusCode::OK {
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}");
        assert_eq!(visitor.cookie, cookie, "nobody is signed out");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn sessions_are_in_redis_and_expire_there(db: &TestDatabase) {
    let redis = Redis::durable();
    let [here, there] = [with(db, redis.url()).await, with(db, redis.url()).await];
    let mut visitor = signed_in(&here).await;
    assert!(visitor.is_in(&there).await);
    let id = visitor.cookie.clone().unwrap().split_once('=').unwrap().1.to_owned();
    assert_eq!(redis.keys(""), std::slice::from_ref(&id));
    let ttl: i64 = redis.ask(&[b"TTL", id.as_bytes()]);
    assert!((90 * 86_400 - 60..=90 * 86_400).contains(&ttl), "{ttl}");
    assert_eq!(db.hand().await.number("select count(*) from sessions").await, 0);
    visitor.fill(&there, "/desk/sign-ins/", "/desk/sign-out/", &[]).await;
    assert!(redis.keys("").is_empty());
    // Whoever has it all the same has nothing: its row is gone.
    assert!(!Visitor::with_cookie(&format!("__Host-masthead-session={id}")).is_in(&here).await);
}

async fn killed_and_started_again_it_has_signed_nobody_out(db: &TestDatabase) {
    let mut redis = Redis::durable();
    let sites = [with(db, redis.url()).await, with(db, redis.url()).await];
    let mut visitor = signed_in(&sites[0]).await;
    sites[0].create(&published("Hello", NOON)).await;
    let token = visitor.token(&sites[0], "/desk/sign-ins/").await;
    redis.kill();
    for site in &sites {
        for path in ["/", "/hello/", "/rss/", "/readyz"] {
            assert_eq!(visitor.get(site, path).await.status, StatusCode::OK, "{path}");
        }
        let begun = Instant::now();
        assert_says_so(&visitor.get(site, "/desk/sign-ins/").await, begun);
        let begun = Instant::now();
        let form = [("csrf", token.as_str()), ("end", "others")];
        assert_says_so(&visitor.post(site, "/desk/sign-ins/", &form).await, begun);
        // Who would sign in is told so as well, and leaves nothing behind.
        let form = stranger(site, Method::GET, "/desk/sign-in/").await;
        assert_eq!(form.status, StatusCode::OK);
        let begun = Instant::now();
        let answer = Visitor::new().try_sign_in(site, super::EMAIL, PASSWORD).await;
        assert_says_so(&answer, begun);
    }
    assert_eq!(db.hand().await.number("select count(*) from sign_ins").await, 1);
    redis.restart();
    for site in &sites {
        await_return(&mut visitor, site).await;
        Visitor::new().sign_in(site, PASSWORD).await;
        sites[1].clock.advance(1);
    }
}

async fn frozen_it_keeps_nobody_waiting(db: &TestDatabase) {
    let redis = Redis::durable();
    let site = with(db, redis.url()).await;
    let mut visitor = signed_in(&site).await;
    redis.freeze();
    for _ in 0..3 {
        let begun = Instant::now();
        assert_says_so(&visitor.get(&site, "/desk/sign-ins/").await, begun);
        assert_eq!(stranger(&site, Method::GET, "/").await.status, StatusCode::OK);
    }
    redis.thaw();
    await_return(&mut visitor, &site).await;
}

async fn an_instance_starts_without_it(db: &TestDatabase) {
    let begun = Instant::now();
    let nobody = format!("redis://127.0.0.1:{}/0", free_port().unwrap());
    let site = with(db, nobody).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    ann(&site).await;
    assert_eq!(stranger(&site, Method::GET, "/").await.status, StatusCode::OK);
    let begun = Instant::now();
    assert_says_so(&Visitor::new().try_sign_in(&site, super::EMAIL, PASSWORD).await, begun);
}

/// Signs somebody in over a Redis that does not let everybody in.
async fn sign_in_past(guard: Guard, db: &TestDatabase) {
    let redis = Redis::guarded(guard, &[]);
    let behind = |config: &mut Config| {
        config.sessions.url = serde_json::from_value(redis.url().into()).unwrap();
        config.sessions.ca_file = redis.ca_file();
    };
    let [here, there] = [Instance::with(db, behind).await, Instance::with(db, behind).await];
    let visitor = &mut signed_in(&here).await;
    assert!(visitor.is_in(&there).await);
    assert_eq!(redis.keys("").len(), 1);
}

async fn behind_a_password_they_are_the_same(db: &TestDatabase) {
    sign_in_past(Guard::Password, db).await;
}

async fn behind_a_user_they_are_the_same(db: &TestDatabase) {
    sign_in_past(Guard::User, db).await;
}

async fn behind_tls_they_are_the_same(db: &TestDatabase) {
    sign_in_past(Guard::UserOverTls, db).await;
}
