//! Signing in: who comes in, under which cookie, and where to.

use http::{StatusCode, header};

use super::{EMAIL, PASSWORD, Visitor, ann, signed_in};
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_cookie_comes_with_the_sign_in_and_says_all_that_protects_it,
    without_tls_on_this_machine_the_cookie_has_a_plain_name,
    each_sign_in_has_an_id_of_its_own,
    a_session_that_somebody_else_began_is_not_taken_over,
    who_signs_in_anew_signs_out_before,
    somebody_goes_on_where_they_wanted_to,
    a_wrong_password_and_an_unknown_address_look_the_same,
    who_is_locked_does_not_come_in,
    a_copy_of_the_table_opens_nothing,
);

async fn a_cookie_comes_with_the_sign_in_and_says_all_that_protects_it(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    let mut visitor = Visitor::new();
    let form = visitor.get(&site, "/desk/sign-in/").await;
    assert!(!form.headers.contains_key(header::SET_COOKIE), "{form:?}");
    let answer = visitor.sign_in(&site, PASSWORD).await;
    assert_eq!(answer.field("location"), "/desk/");
    assert_eq!(answer.field("cache-control"), "no-store");
    assert_eq!(answer.headers.get_all(header::SET_COOKIE).iter().count(), 1);
    let cookie = answer.field("set-cookie");
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    let value = pair.strip_prefix("__Host-masthead-session=").unwrap();
    assert_eq!(value.len(), 22, "128 bits: {value}");
    let mut attributes: Vec<&str> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Max-Age=7776000", "Path=/", "SameSite=Lax", "Secure"]);
    // It is set once, not with every answer.
    let page = visitor.get(&site, "/desk/sign-ins/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.headers.contains_key(header::SET_COOKIE), "{page:?}");
    assert_eq!(page.field("cache-control"), "no-store");
    assert!(!page.text().contains(value), "the id stands on no page");
}

async fn without_tls_on_this_machine_the_cookie_has_a_plain_name(db: &TestDatabase) {
    let site = Instance::with(db, |config| {
        "http://localhost:2368".clone_into(&mut config.server.url);
    })
    .await;
    ann(&site).await;
    let mut visitor = Visitor::new();
    let token = visitor.token(&site, "/desk/sign-in/").await;
    let request = http::Request::post("/desk/sign-in/")
        .header(header::ORIGIN, "http://localhost:2368")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let fields = [("csrf", token.as_str()), ("email", EMAIL), ("password", PASSWORD)];
    let body = super::visitor::encoded(&fields).into();
    let answer = visitor.send(&site, request, body).await;
    let cookie = answer.field("set-cookie");
    assert!(cookie.starts_with("masthead-session="), "{cookie}");
    assert!(!cookie.contains("Secure") && cookie.contains("HttpOnly"), "{cookie}");
    assert!(visitor.is_in(&site).await);
}

async fn each_sign_in_has_an_id_of_its_own(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let mut first = signed_in(&site).await;
    let mut second = Visitor::new();
    second.sign_in(&site, PASSWORD).await;
    assert_ne!(first.cookie, second.cookie);
    assert!(first.is_in(&site).await && second.is_in(&site).await);
}

/// Session fixation: whoever can set a cookie in somebody's browser must gain nothing by it.
async fn a_session_that_somebody_else_began_is_not_taken_over(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    let invented = "__Host-masthead-session=AAAAAAAAAAAAAAAAAAAAAA";
    for planted in [invented.to_owned(), {
        // One that is real: it was ended, but its owner knows its id.
        let mut eve = Visitor::new();
        eve.sign_in(&site, PASSWORD).await;
        let cookie = eve.cookie.clone().unwrap();
        eve.fill(&site, "/desk/sign-ins/", "/desk/sign-out/", &[]).await;
        cookie
    }] {
        let mut visitor = Visitor::with_cookie(&planted);
        let token = Visitor::new().token(&site, "/desk/sign-in/").await;
        let fields = [("csrf", token.as_str()), ("email", EMAIL), ("password", PASSWORD)];
        let answer = visitor.post(&site, "/desk/sign-in/", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_ne!(visitor.cookie.as_deref(), Some(&*planted));
        assert!(visitor.is_in(&site).await);
        assert!(!Visitor::with_cookie(&planted).is_in(&site).await);
    }
}

async fn who_signs_in_anew_signs_out_before(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let mut visitor = signed_in(&site).await;
    let before = visitor.cookie.clone().unwrap();
    // The page of the form leads on; a form that lies open in another window still works.
    let token = Visitor::new().token(&site, "/desk/sign-in/").await;
    let fields = [("csrf", token.as_str()), ("email", EMAIL), ("password", PASSWORD)];
    visitor.post(&site, "/desk/sign-in/", &fields).await;
    assert_ne!(visitor.cookie.as_deref(), Some(&*before));
    assert!(visitor.is_in(&site).await);
    assert!(!Visitor::with_cookie(&before).is_in(&site).await);
    let sign_ins = db.hand().await.number("select count(*) from sign_ins").await;
    assert_eq!(sign_ins, 1);
}

async fn somebody_goes_on_where_they_wanted_to(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    let mut visitor = Visitor::new();
    let asked = visitor.get(&site, "/desk/sign-ins/?done=ended").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    let form = asked.field("location").to_owned();
    assert_eq!(form, "/desk/sign-in/?next=%2Fdesk%2Fsign-ins%2F%3Fdone%3Dended");
    let html = visitor.get(&site, &form).await.text();
    assert!(html.contains("value=\"/desk/sign-ins/?done=ended\""), "{html}");
    for (next, target) in [
        ("/desk/sign-ins/?done=ended", "/desk/sign-ins/?done=ended"),
        ("https://evil.example/", "/desk/"),
        ("//evil.example/desk/", "/desk/"),
        ("/desk/\\\\evil.example", "/desk/"),
        ("/desk/../../", "/desk/"),
        ("/about/", "/desk/"),
        ("javascript:alert(1)//", "/desk/"),
        ("/desk/\r\nset-cookie: a=b", "/desk/"),
    ] {
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
        let answer = Visitor::new().fill(&site, "/desk/sign-in/", "/desk/sign-in/", &fields).await;
        assert_eq!(answer.field("location"), target, "{next}");
        let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let page = Visitor::new().get(&site, &format!("/desk/sign-in/?next={query}")).await;
        assert!(page.text().contains(&format!("name=\"next\" value=\"{target}\"")), "{next}");
    }
    // Who is in already goes on at once.
    visitor.sign_in(&site, PASSWORD).await;
    let answer = visitor.get(&site, "/desk/sign-in/?next=/desk/sign-ins/").await;
    assert_eq!(
        (answer.status, answer.field("location")),
        (StatusCode::SEE_OTHER, "/desk/sign-ins/")
    );
}

async fn a_wrong_password_and_an_unknown_address_look_the_same(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    let long = "x".repeat(2_000);
    let odd =
        ["", "@", "ann@example.org\0", "ＡＮＮ@example.org", "' or 1=1 --", &long, "\u{202e}a@b"];
    let others = odd.map(|email| (email, PASSWORD));
    let mut pages = Vec::new();
    for (email, password) in [(EMAIL, "wrong"), (EMAIL, ""), ("nobody@example.org", PASSWORD)]
        .into_iter()
        .chain(others)
        .chain([(EMAIL, long.as_str())])
    {
        let answer = Visitor::new().try_sign_in(&site, email, password).await;
        // A minute apart, so that it is not too often.
        site.clock.advance(3_600);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:.40}");
        assert!(!answer.headers.contains_key(header::SET_COOKIE), "{email:.40}");
        let page = answer.text();
        assert!(!page.contains(&format!("value=\"{PASSWORD}\"")), "a password is not repeated");
        let notice = page.split("role=\"alert\"").nth(1).unwrap().split("</p>").next().unwrap();
        pages.push(notice.to_owned());
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:?}");
    // The address is written as it was typed, and can be typed in any letters.
    let answer = Visitor::new().try_sign_in(&site, " Ann@Example.ORG ", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

async fn who_is_locked_does_not_come_in(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let mut visitor = signed_in(&site).await;
    db.hand().await.execute("update users set status = 'locked'").await;
    assert!(!visitor.is_in(&site).await, "not even who was in");
    let answer = Visitor::new().try_sign_in(&site, EMAIL, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    site.app.users.set_password(EMAIL, "another password").await.unwrap();
    Visitor::new().sign_in(&site, "another password").await;
}

async fn a_copy_of_the_table_opens_nothing(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let visitor = signed_in(&site).await;
    let mut hand = db.hand().await;
    let id = visitor.cookie.unwrap().split_once('=').unwrap().1.to_owned();
    let stored = hand.texts("select id || data from sessions").await.concat();
    assert!(!stored.is_empty() && !stored.contains(&id), "{stored}");
    let named = hand.texts("select id from sign_ins").await.concat();
    let mut eve = Visitor::with_cookie(&format!("__Host-masthead-session={named}"));
    assert!(!eve.is_in(&site).await);
}
