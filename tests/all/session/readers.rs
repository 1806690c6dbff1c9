//! Readers notice nothing of all this: no cookie, no other answer, whatever they bring along.

use http::{Method, StatusCode, header};
use masthead::web;

use super::{signed_in, visitor::stranger};
use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(no_route_sets_a_cookie_for_a_stranger, who_is_signed_in_reads_the_same_pages_as_everybody,);

/// Every route of the program, with something in the place of each parameter.
fn every_route() -> Vec<String> {
    let table = web::table().to_markdown();
    let paths = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let filled = |path: &str| {
        path.split('/')
            .map(|part| if part.starts_with('{') { "hello" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    let routes: Vec<String> = paths.filter(|path| path.starts_with('/')).map(filled).collect();
    assert!(routes.len() > 30, "{routes:?}");
    routes
}

async fn no_route_sets_a_cookie_for_a_stranger(db: &TestDatabase) {
    let site = Instance::on(db).await;
    site.add_author(&author("Bo")).await;
    site.create(&published("Hello", NOON)).await;
    let others = ["/hello", "/desk", "/desk/nothing/", "/nothing/"].map(str::to_owned);
    for path in every_route().into_iter().chain(others) {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT] {
            let answer = stranger(&site, method.clone(), &path).await;
            assert!(
                !answer.headers.contains_key(header::SET_COOKIE),
                "{method} {path}: {answer:?}"
            );
        }
    }
}

async fn who_is_signed_in_reads_the_same_pages_as_everybody(db: &TestDatabase) {
    let site = Instance::on(db).await;
    site.add_author(&author("Bo")).await;
    site.create(&published("Hello", NOON)).await;
    let mut visitor = signed_in(&site).await;
    for path in ["/", "/hello/", "/rss/"] {
        let theirs = visitor.get(&site, path).await;
        assert!(!theirs.headers.contains_key(header::SET_COOKIE), "{path}");
        let everybodys = stranger(&site, Method::GET, path).await;
        assert!(everybodys.is_hit(), "{path}: they made it for all");
        assert_eq!(theirs.body, everybodys.body, "{path}");
    }
    // And the desk is in no cache, whoever asks next.
    assert_eq!(visitor.get(&site, "/desk/sign-ins/").await.status, StatusCode::OK);
    let answer = stranger(&site, Method::GET, "/desk/sign-ins/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}
