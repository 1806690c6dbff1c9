//! How a sign-in ends: by its owner, by a new password, by time, on every instance at once.

use http::StatusCode;

use super::{EMAIL, PASSWORD, Visitor, ann, signed_in};
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(
    signing_out_counts_on_every_instance_at_once,
    one_of_several_sign_ins_can_be_ended,
    nobody_ends_the_sign_in_of_somebody_else,
    all_others_can_be_ended,
    a_new_password_ends_all_others,
    a_password_from_the_command_line_ends_all,
    who_rests_too_long_is_signed_out,
    who_works_all_the_time_is_signed_out_in_the_end,
    what_has_ended_is_swept_away,
    the_list_says_which_is_which,
);

/// Two instances on one database.
async fn two(db: &TestDatabase) -> [Instance; 2] {
    [Instance::on(db).await, Instance::on(db).await]
}

/// Two browsers of Ann's.
async fn two_sign_ins(site: &Instance) -> [Visitor; 2] {
    let first = signed_in(site).await;
    let mut second = Visitor::new();
    second.sign_in(site, PASSWORD).await;
    [first, second]
}

async fn signing_out_counts_on_every_instance_at_once(db: &TestDatabase) {
    let [here, there] = two(db).await;
    let mut visitor = signed_in(&here).await;
    assert!(visitor.is_in(&there).await, "a session is everybody's");
    let mut copy = visitor.clone();
    let token = copy.token(&there, "/desk/sign-ins/").await;
    let answer = visitor.fill(&here, "/desk/sign-ins/", "/desk/sign-out/", &[]).await;
    assert_eq!(answer.field("location"), "/desk/sign-in/");
    assert!(visitor.cookie.is_none(), "the cookie is taken away");
    assert!(answer.field("set-cookie").contains("Secure"), "else a browser ignores it");
    let form = copy.post(&there, "/desk/sign-ins/", &[("csrf", &token), ("end", "others")]).await;
    assert_eq!(form.status, StatusCode::FORBIDDEN);
    assert!(form.text().contains("You are signed out"));
    assert!(!copy.is_in(&there).await);
}

async fn one_of_several_sign_ins_can_be_ended(db: &TestDatabase) {
    let [here, there] = two(db).await;
    let [mut first, mut second] = two_sign_ins(&here).await;
    let html = first.get(&here, "/desk/sign-ins/").await.text();
    assert_eq!(html.matches("this one").count(), 1, "{html}");
    let ids: Vec<&str> =
        html.split("name=\"end\" value=\"").skip(1).map(|rest| &rest[..24]).collect();
    let id = ids.iter().find(|id| id.bytes().all(|b| b.is_ascii_hexdigit())).unwrap();
    let answer = first.fill(&here, "/desk/sign-ins/", "/desk/sign-ins/", &[("end", id)]).await;
    assert_eq!(answer.field("location"), "/desk/sign-ins/?done=ended");
    assert!(first.is_in(&there).await && !second.is_in(&there).await);
    let page = first.get(&here, "/desk/sign-ins/?done=ended").await.text();
    assert!(page.contains("That sign-in has ended."), "{page}");
}

async fn nobody_ends_the_sign_in_of_somebody_else(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let mut ann = signed_in(&site).await;
    let bob = masthead::services::users::NewUser {
        name: "Bob".to_owned(),
        email: "bob@example.org".to_owned(),
        role: masthead::domain::author::Role::Author,
    };
    site.app.users.add(&bob, PASSWORD).await.unwrap();
    let id = db.hand().await.texts("select id from sign_ins").await.remove(0);
    let mut visitor = Visitor::new();
    visitor.try_sign_in(&site, "bob@example.org", PASSWORD).await;
    for end in [id.as_str(), "others"] {
        visitor.fill(&site, "/desk/sign-ins/", "/desk/sign-ins/", &[("end", end)]).await;
        assert!(ann.is_in(&site).await, "{end}");
    }
    let nothing = visitor.fill(&site, "/desk/sign-ins/", "/desk/sign-ins/", &[("end", "'")]).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

async fn all_others_can_be_ended(db: &TestDatabase) {
    let [here, there] = two(db).await;
    let [mut first, mut second] = two_sign_ins(&here).await;
    let answer =
        second.fill(&here, "/desk/sign-ins/", "/desk/sign-ins/", &[("end", "others")]).await;
    assert_eq!(answer.field("location"), "/desk/sign-ins/?done=others");
    assert!(second.is_in(&there).await && !first.is_in(&there).await);
}

async fn a_new_password_ends_all_others(db: &TestDatabase) {
    let [here, there] = two(db).await;
    let [mut first, mut second] = two_sign_ins(&here).await;
    for (current, new, words) in [
        ("wrong password", "another password", "This is not your password."),
        (PASSWORD, "short", "has at least 10 characters"),
    ] {
        let fields = [("current", current), ("new", new)];
        let answer = first.fill(&here, "/desk/sign-ins/", "/desk/password/", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        assert!(page.contains(words) && !page.contains(new), "{page}");
        assert!(second.is_in(&there).await);
    }
    let fields = [("current", PASSWORD), ("new", "another password")];
    let answer = first.fill(&here, "/desk/sign-ins/", "/desk/password/", &fields).await;
    assert_eq!(answer.field("location"), "/desk/sign-ins/?done=password");
    assert!(first.is_in(&there).await && !second.is_in(&there).await);
    let old = Visitor::new().try_sign_in(&there, EMAIL, PASSWORD).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    there.clock.advance(1);
    Visitor::new().sign_in(&there, "another password").await;
}

async fn a_password_from_the_command_line_ends_all(db: &TestDatabase) {
    let [here, there] = two(db).await;
    let [mut first, mut second] = two_sign_ins(&here).await;
    there.app.users.set_password("ANN@example.org", "another password").await.unwrap();
    assert!(!first.is_in(&here).await && !second.is_in(&here).await);
    let error = here.app.users.set_password("nobody@example.org", PASSWORD).await.unwrap_err();
    assert!(error.to_string().contains("is no user"), "{error}");
}

const DAY: i64 = 86_400;

async fn who_rests_too_long_is_signed_out(db: &TestDatabase) {
    let site = Instance::with(db, |config| config.sessions.idle_days = 2).await;
    let mut visitor = signed_in(&site).await;
    for _ in 0..3 {
        site.clock.advance(2 * DAY - 60);
        assert!(visitor.is_in(&site).await, "whoever comes in time may rest again");
    }
    site.clock.advance(2 * DAY);
    assert!(!visitor.is_in(&site).await);
    assert!(visitor.cookie.is_none(), "its cookie is taken away");
}

async fn who_works_all_the_time_is_signed_out_in_the_end(db: &TestDatabase) {
    let site = Instance::with(db, |config| {
        (config.sessions.idle_days, config.sessions.absolute_days) = (2, 3);
    })
    .await;
    let mut visitor = signed_in(&site).await;
    for _ in 0..2 {
        site.clock.advance(DAY);
        assert!(visitor.is_in(&site).await);
    }
    site.clock.advance(DAY - 1);
    assert!(visitor.is_in(&site).await);
    site.clock.advance(1);
    assert!(!visitor.is_in(&site).await);
}

async fn what_has_ended_is_swept_away(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    Visitor::new().try_sign_in(&site, EMAIL, "wrong").await;
    Visitor::new().sign_in(&site, PASSWORD).await;
    site.clock.advance(13 * DAY);
    Visitor::new().sign_in(&site, PASSWORD).await;
    site.clock.advance(2 * DAY);
    site.app.accounts.sweep().await.unwrap();
    let mut hand = db.hand().await;
    assert_eq!(hand.number("select count(*) from sign_ins").await, 1);
    assert_eq!(hand.number("select count(*) from sign_in_failures").await, 0);
    let store = masthead::session::DatabaseStore::new(site.app.db.clone(), site.clock.clone());
    assert_eq!(store.sweep().await.unwrap(), 0);
    // Sessions go by the time of day; theirs has surely come after ten years.
    site.clock.advance(3_650 * DAY);
    assert_eq!(store.sweep().await.unwrap(), 2);
}

async fn the_list_says_which_is_which(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let mut visitor = signed_in(&site).await;
    let hostile = "<script>alert(1)</script> Firefox/145.0 (X11; Linux x86_64)\"'&";
    let token = Visitor::new().token(&site, "/desk/sign-in/").await;
    let request = http::Request::post("/desk/sign-in/")
        .header("sec-fetch-site", "same-origin")
        .header("user-agent", hostile)
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let fields = [("csrf", token.as_str()), ("email", EMAIL), ("password", PASSWORD)];
    let body = super::visitor::encoded(&fields).into();
    site.clock.advance(1_800);
    Visitor::new().send(&site, request, body).await;
    let html = visitor.get(&site, "/desk/sign-ins/").await.text();
    assert!(html.contains("Firefox on Linux"), "{html}");
    assert!(html.contains("1 May 2026, 12:30") && html.contains("1 May 2026, 12:00"), "{html}");
    assert!(!html.contains("alert(1)"), "{html}");
}
