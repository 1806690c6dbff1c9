//! Forms: taken from the site itself, with their token, within bounds; refused in every other way.

use axum::body::Body;
use http::request::Builder;
use http::{Request, StatusCode, header};

use super::visitor::encoded;
use super::{EMAIL, ORIGIN, PASSWORD, Visitor, ann, signed_in};
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_form_of_another_site_is_refused,
    a_form_without_its_token_is_refused,
    nobody_signs_somebody_in_from_another_site,
    a_form_is_bounded,
    what_is_no_form_is_refused,
    whoever_is_signed_out_is_told_so,
    every_failure_is_a_page_that_is_not_kept,
);

const FORM: &str = "application/x-www-form-urlencoded";

/// Each form of the desk, and what it needs besides its token.
const FORMS: [(&str, &[(&str, &str)]); 3] = [
    ("/desk/sign-out/", &[]),
    ("/desk/sign-ins/", &[("end", "others")]),
    ("/desk/password/", &[("current", PASSWORD), ("new", "another password")]),
];

fn post(path: &str) -> Builder {
    Request::post(path).header(header::CONTENT_TYPE, FORM)
}

async fn a_form_of_another_site_is_refused(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let mut visitor = signed_in(&site).await;
    let token = visitor.token(&site, "/desk/sign-ins/").await;
    for (path, fields) in FORMS {
        let body = encoded(&[&[("csrf", token.as_str())], fields].concat());
        for foreign in [
            post(path),
            post(path).header("sec-fetch-site", "cross-site"),
            post(path).header("sec-fetch-site", "same-site").header("origin", ORIGIN),
            post(path).header("sec-fetch-site", "none"),
            post(path).header("origin", "https://evil.example"),
            post(path).header("origin", "null"),
            post(path).header("origin", "http://example.org"),
            post(path)
                .header("sec-fetch-site", "same-origin")
                .header("origin", "https://a.example"),
            post(path).header("referer", "https://example.org/desk/sign-ins/"),
            post(path).header("host", "example.org").header("x-forwarded-host", "example.org"),
        ] {
            let answer = visitor.send(&site, foreign, Body::from(body.clone())).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(visitor.is_in(&site).await, "{path}: nothing was done");
        }
    }
}

async fn a_form_without_its_token_is_refused(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let mut visitor = signed_in(&site).await;
    let mut other = Visitor::new();
    other.sign_in(&site, PASSWORD).await;
    let theirs = other.token(&site, "/desk/sign-ins/").await;
    let open = Visitor::new().token(&site, "/desk/sign-in/").await;
    let mine = visitor.token(&site, "/desk/sign-ins/").await;
    let cut = &mine[..mine.len() - 1];
    let long = mine.repeat(1_000);
    for (path, fields) in FORMS {
        for token in ["", "x", &theirs, &open, cut, &long, &mine.to_uppercase()] {
            let fields = [&[("csrf", token)], fields].concat();
            let answer = visitor.post(&site, path, &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {token:.20}");
        }
        let answer = visitor.post(&site, path, fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} without one");
        // In the address it is none.
        let answer = visitor.post(&site, &format!("{path}?csrf={mine}"), fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(visitor.is_in(&site).await, "{path}: nothing was done");
        assert!(other.is_in(&site).await, "{path}: nothing was done");
    }
}

async fn nobody_signs_somebody_in_from_another_site(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    let mut visitor = Visitor::new();
    let token = visitor.token(&site, "/desk/sign-in/").await;
    let body = encoded(&[("csrf", &token), ("email", EMAIL), ("password", PASSWORD)]);
    for foreign in [
        post("/desk/sign-in/"),
        post("/desk/sign-in/").header("sec-fetch-site", "cross-site"),
        post("/desk/sign-in/").header("origin", "https://evil.example"),
    ] {
        let answer = visitor.send(&site, foreign, Body::from(body.clone())).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(visitor.cookie.is_none());
    }
    // A form that lay open for more than a day.
    site.clock.advance(86_400);
    let fields = [("csrf", token.as_str()), ("email", EMAIL), ("password", PASSWORD)];
    let answer = visitor.post(&site, "/desk/sign-in/", &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text().contains("too long"));
    assert!(visitor.cookie.is_none());
}

async fn a_form_is_bounded(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    let mut visitor = Visitor::new();
    let long = "x".repeat(1 << 20);
    let fields = [("email", long.as_str()), ("password", long.as_str())];
    let answer = visitor.fill(&site, "/desk/sign-in/", "/desk/sign-in/", &fields).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text().contains("too much"));
    let answer = visitor.post(&site, "/desk/sign-ins/", &[("csrf", &long)]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "of a stranger nothing is read");
    visitor.sign_in(&site, PASSWORD).await;
    let answer = visitor.post(&site, "/desk/sign-ins/", &[("csrf", &"x".repeat(17 << 20))]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let many = "a=&".repeat(100_000);
    let request = post("/desk/sign-ins/").header("origin", ORIGIN);
    let answer = visitor.send(&site, request, Body::from(many)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "many fields, and none of them a token");
}

async fn what_is_no_form_is_refused(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let mut visitor = signed_in(&site).await;
    let token = visitor.token(&site, "/desk/sign-ins/").await;
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
        let request = Request::post("/desk/sign-ins/")
            .header(header::CONTENT_TYPE, kind)
            .header("origin", ORIGIN);
        let body = encoded(&[("csrf", token.as_str()), ("end", "others")]);
        let answer = visitor.send(&site, request, Body::from(body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    for body in ["", "=&=&&&", "end=%ff%fe", "%%%"] {
        let request = post("/desk/sign-ins/").header("origin", ORIGIN);
        let body = format!("csrf={token}&{body}");
        let answer = visitor.send(&site, request, Body::from(body.clone())).await;
        assert!(answer.status.is_client_error(), "{body}: {answer:?}");
    }
}

async fn whoever_is_signed_out_is_told_so(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    for (path, fields) in FORMS {
        let answer = Visitor::new().post(&site, path, fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        let page = answer.text();
        assert!(page.contains("You are signed out") && page.contains("/desk/sign-in/"), "{page}");
    }
    for path in ["/desk/sign-ins/", "/desk/sign-ins/?done=nonsense"] {
        let answer = Visitor::new().get(&site, path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
    }
}

async fn every_failure_is_a_page_that_is_not_kept(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    let mut visitor = Visitor::with_cookie("__Host-masthead-session=nonsense");
    for answer in [
        visitor.post(&site, "/desk/sign-out/", &[]).await,
        visitor.send(&site, post("/desk/sign-in/"), Body::empty()).await,
        visitor.post(&site, "/desk/sign-in/", &[]).await,
        visitor.get(&site, "/desk/sign-in/?next=a&next=b").await,
    ] {
        assert_eq!(answer.field("cache-control"), "no-store", "{answer:?}");
        assert!(answer.text().contains("<h1>"), "{answer:?}");
    }
    let method = visitor.send(&site, Request::put("/desk/sign-in/"), Body::empty()).await;
    assert!(method.status.is_client_error(), "{method:?}");
    site.app.db.close().await;
    let answer = Visitor::new().get(&site, "/desk/sign-in/").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((answer.field("cache-control"), answer.field("retry-after")), ("no-store", "5"));
    let text = answer.text();
    assert!(text.contains("The desk cannot be reached"), "{text}");
    for inside in ["sqlite", "postgres", "sqlx", "pool"] {
        assert!(!text.to_ascii_lowercase().contains(inside), "{text}");
    }
}
