//! How often somebody may try, on all instances together.

use axum::extract::ConnectInfo;
use http::{Request, StatusCode, header};
use std::net::SocketAddr;

use super::visitor::encoded;
use super::{EMAIL, ORIGIN, PASSWORD, Visitor, ann};
use crate::instance::{Answer, Instance};
use crate::support::{TestDatabase, on_both};

on_both!(
    who_fails_too_often_has_to_wait_on_every_instance,
    waiting_helps_and_success_forgives,
    an_unknown_address_is_limited_like_a_known_one,
    many_at_once_gain_nothing,
    a_stranger_locks_nobody_out,
    one_address_may_not_try_many_accounts,
);

/// Tries to sign in from an address.
async fn attempt(site: &Instance, from: &str, email: &str, password: &str) -> Answer {
    let token = Visitor::new().token(site, "/desk/sign-in/").await;
    let body = encoded(&[("csrf", &token), ("email", email), ("password", password)]);
    let peer: SocketAddr = format!("{from}:4711").parse().unwrap();
    let request = Request::post("/desk/sign-in/")
        .extension(ConnectInfo(peer))
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    site.ask(request.body(body.into()).unwrap()).await
}

const HOME: &str = "192.0.2.1";

async fn who_fails_too_often_has_to_wait_on_every_instance(db: &TestDatabase) {
    let sites = [Instance::on(db).await, Instance::on(db).await];
    ann(&sites[0]).await;
    for n in 0..5 {
        let answer = attempt(&sites[n % 2], HOME, EMAIL, "wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}");
    }
    for site in &sites {
        // The right password helps no more than a wrong one, and tells nothing.
        for password in ["wrong", PASSWORD] {
            let answer = attempt(site, HOME, EMAIL, password).await;
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(answer.field("retry-after"), "1");
            assert_eq!(answer.field("cache-control"), "no-store");
            assert!(answer.text().contains("It went wrong too often. Try again in a second."));
        }
    }
}

async fn waiting_helps_and_success_forgives(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    for _ in 0..5 {
        attempt(&site, HOME, EMAIL, "wrong").await;
    }
    let mut waits = Vec::new();
    for _ in 0..4 {
        let answer = attempt(&site, HOME, EMAIL, "wrong").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let wait: i64 = answer.field("retry-after").parse().unwrap();
        waits.push(wait);
        site.clock.advance(wait);
        let answer = attempt(&site, HOME, EMAIL, "wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(waits, [1, 2, 4, 8]);
    site.clock.advance(16);
    assert_eq!(attempt(&site, HOME, EMAIL, PASSWORD).await.status, StatusCode::SEE_OTHER);
    let answer = attempt(&site, HOME, EMAIL, "wrong").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "it is forgiven");
    // After a quiet while all is forgotten.
    for _ in 0..6 {
        attempt(&site, HOME, EMAIL, "wrong").await;
    }
    site.clock.advance(900);
    for _ in 0..5 {
        let answer = attempt(&site, HOME, EMAIL, "wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

async fn an_unknown_address_is_limited_like_a_known_one(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    let mut answers = Vec::new();
    for email in [EMAIL, "nobody@example.org"] {
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(attempt(&site, HOME, email, "wrong").await.status);
        }
        answers.push(statuses);
    }
    assert_eq!(answers[0], answers[1]);
}

async fn many_at_once_gain_nothing(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    let token = Visitor::new().token(&site, "/desk/sign-in/").await;
    let one = async |n: usize| {
        let wrong = format!("wrong {n}");
        let body = encoded(&[("csrf", &token), ("email", EMAIL), ("password", &wrong)]);
        let request = Request::post("/desk/sign-in/")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        site.ask(request.body(body.into()).unwrap()).await.status
    };
    let statuses = futures_util::future::join_all((0..20).map(one)).await;
    let tried = statuses.iter().filter(|s| **s == StatusCode::UNPROCESSABLE_ENTITY).count();
    let refused = statuses.iter().filter(|s| **s == StatusCode::TOO_MANY_REQUESTS).count();
    assert_eq!((tried, refused), (5, 15), "{statuses:?}");
}

async fn a_stranger_locks_nobody_out(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    for n in 0..40 {
        attempt(&site, &format!("198.51.100.{}", n % 10), EMAIL, "wrong").await;
    }
    assert_eq!(attempt(&site, HOME, EMAIL, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

async fn one_address_may_not_try_many_accounts(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    for n in 0..20 {
        let answer = attempt(&site, HOME, &format!("user-{n}@example.org"), PASSWORD).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = attempt(&site, HOME, EMAIL, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(attempt(&site, "192.0.2.2", EMAIL, PASSWORD).await.status, StatusCode::SEE_OTHER);
}
