//! Setting up: the first owner comes in by a code, once.

use http::StatusCode;
use masthead::db::Intent;
use masthead::domain::author::Role;
use masthead::domain::{Author, UserId};

use super::{EMAIL, PASSWORD, Visitor, ann};
use crate::instance::{Answer, Instance};
use crate::support::fixtures::author;
use crate::support::{TestDatabase, on_both};

on_both!(
    the_code_makes_the_owner_once_on_any_instance,
    every_instance_says_the_same_code,
    without_the_code_nobody_becomes_the_owner,
    what_will_not_do_is_said_at_its_field,
    of_several_at_once_one_becomes_the_owner,
    an_owner_who_was_imported_is_taken_over,
    a_site_with_an_owner_is_set_up,
);

async fn code(site: &Instance) -> String {
    site.app.accounts.set_up_code().await.unwrap().expect("the site waits").to_string()
}

async fn set_up(visitor: &mut Visitor, site: &Instance, change: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("name", "Ann"), ("email", EMAIL), ("password", PASSWORD)];
    for (name, value) in change {
        fields.retain(|(given, _)| given != name);
        fields.push((name, value));
    }
    visitor.fill(site, "/desk/set-up/", "/desk/set-up/", &fields).await
}

async fn owners(site: &Instance) -> Vec<Author> {
    let mut snapshot = site.app.db.read(Intent::Primary).await.unwrap();
    let users = masthead::db::users::after(&mut snapshot, None, 100).await.unwrap();
    users.into_iter().filter(|user| user.role == Role::Owner).collect()
}

async fn the_code_makes_the_owner_once_on_any_instance(db: &TestDatabase) {
    let [here, there] = [Instance::on(db).await, Instance::on(db).await];
    let code = code(&here).await;
    let mut visitor = Visitor::new();
    let form = visitor.get(&there, "/desk/sign-in/").await;
    assert_eq!(form.field("location"), "/desk/set-up/");
    let answer = set_up(&mut visitor, &there, &[("code", &code)]).await;
    assert_eq!((answer.status, answer.field("location")), (StatusCode::SEE_OTHER, "/desk/"));
    assert!(visitor.is_in(&here).await, "and is signed in");
    assert_eq!(owners(&here).await[0].email.as_deref(), Some(EMAIL));
    assert!(here.app.accounts.set_up_code().await.unwrap().is_none());
    for site in [&here, &there] {
        let answer = Visitor::new().get(site, "/desk/set-up/").await;
        assert_eq!(answer.field("location"), "/desk/sign-in/");
    }
    let token = Visitor::new().token(&here, "/desk/sign-in/").await;
    let fields = [
        ("csrf", token.as_str()),
        ("code", &code),
        ("name", "Eve"),
        ("email", "eve@example.org"),
        ("password", PASSWORD),
    ];
    let mut eve = Visitor::new();
    let answer = eve.post(&there, "/desk/set-up/", &fields).await;
    assert_eq!(answer.field("location"), "/desk/sign-in/");
    assert!(eve.cookie.is_none());
    assert_eq!(db.hand().await.number("select count(*) from users").await, 1);
}

async fn every_instance_says_the_same_code(db: &TestDatabase) {
    let [here, there] = [Instance::on(db).await, Instance::on(db).await];
    assert_eq!(code(&here).await, code(&there).await);
}

async fn without_the_code_nobody_becomes_the_owner(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let right = code(&site).await;
    let first = if right.starts_with('7') { '6' } else { '7' };
    let almost = format!("{first}{}", &right[1..]);
    let long = right.repeat(300);
    for wrong in ["", "0", &almost, &right[..10], &long] {
        let mut visitor = Visitor::new();
        let answer = set_up(&mut visitor, &site, &[("code", wrong)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:.40}");
        assert!(answer.text().contains("id=\"code-problem\""), "{wrong:.40}");
        assert!(visitor.cookie.is_none());
    }
    assert!(owners(&site).await.is_empty());
    // It may be typed without its groups.
    let typed = right.replace('-', " ").to_uppercase();
    let answer = set_up(&mut Visitor::new(), &site, &[("code", &typed)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

async fn what_will_not_do_is_said_at_its_field(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let code = code(&site).await;
    let (long, odd) = ("x".repeat(192), "\"><script>alert(1)</script>");
    for (field, value) in [
        ("name", " "),
        ("name", long.as_str()),
        ("email", "ann"),
        ("email", "a b@example.org"),
        ("email", "a\0b@example.org"),
        ("email", odd),
        ("name", "An\0n"),
        ("password", "short"),
        ("password", &"x".repeat(1_001)),
    ] {
        let answer = set_up(&mut Visitor::new(), &site, &[("code", &code), (field, value)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value:.20}");
        let page = answer.text();
        assert!(page.contains(&format!("id=\"{field}-problem\"")), "{field}: {page}");
        assert!(page.contains(&format!("value=\"{code}\"")), "what was typed is kept");
        assert!(!page.contains(PASSWORD) && !page.contains("<script>"), "{page}");
    }
    assert!(owners(&site).await.is_empty(), "and the code is still good");
    let answer = set_up(&mut Visitor::new(), &site, &[("code", &code)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

async fn of_several_at_once_one_becomes_the_owner(db: &TestDatabase) {
    let sites = [Instance::on(db).await, Instance::on(db).await];
    // Their ids are drawn alike, but not at the same second.
    sites[1].clock.advance(1);
    let code = code(&sites[0]).await;
    let token = Visitor::new().token(&sites[0], "/desk/set-up/").await;
    let one = async |n: usize| {
        let email = format!("user-{n}@example.org");
        let fields = [
            ("csrf", token.as_str()),
            ("code", code.as_str()),
            ("email", &email),
            ("name", &email),
            ("password", PASSWORD),
        ];
        let mut visitor = Visitor::new();
        visitor.post(&sites[n % 2], "/desk/set-up/", &fields).await;
        visitor.cookie.is_some()
    };
    let won = futures_util::future::join_all((0..4).map(one)).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
    assert_eq!(owners(&sites[0]).await.len(), 1);
    assert_eq!(db.hand().await.number("select count(*) from users").await, 1);
}

async fn an_owner_who_was_imported_is_taken_over(db: &TestDatabase) {
    let site = Instance::on(db).await;
    let imported =
        Author { role: Role::Owner, email: Some("old@example.org".to_owned()), ..author("Jane") };
    site.add_author(&imported).await;
    let code = code(&site).await;
    set_up(&mut Visitor::new(), &site, &[("code", &code)]).await;
    let owners = owners(&site).await;
    let ids: Vec<&UserId> = owners.iter().map(|owner| &owner.id).collect();
    assert_eq!(ids, [&imported.id]);
    assert_eq!((owners[0].name.as_str(), owners[0].email.as_deref()), ("Ann", Some(EMAIL)));
    Visitor::new().sign_in(&site, PASSWORD).await;
}

async fn a_site_with_an_owner_is_set_up(db: &TestDatabase) {
    let site = Instance::on(db).await;
    ann(&site).await;
    assert!(site.app.accounts.set_up_code().await.unwrap().is_none());
    assert_eq!(Visitor::new().get(&site, "/desk/sign-in/").await.status, StatusCode::OK);
}
