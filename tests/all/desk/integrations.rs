//! Integrations at the desk: who may see to them, what is shown once, what is shown of their webhooks.

use http::StatusCode;
use masthead::domain::author::Role;

use super::writer::Writer;
use crate::instance::{Instance, published};
use crate::support::fixtures::NOON;
use crate::support::stand_in::{Says, StandIn};
use crate::support::{TestDatabase, on_both};
use crate::webhooks::deliver;

on_both!(
    an_integration_comes_and_goes,
    one_is_renamed,
    a_key_is_regenerated_and_shown_once,
    who_does_not_run_the_site_sees_none,
    a_webhook_is_added_seen_and_sent_again,
    what_a_form_breaks_is_said_in_it,
    an_address_of_our_own_network_is_refused,
    the_use_of_keys_is_seen,
);

async fn site(database: &TestDatabase) -> Instance {
    Instance::with(database, |config| config.webhooks.allow_private = true).await
}

/// Lets a program in; gives where it is seen to, and its content key.
async fn let_in(writer: &Writer<'_>, name: &str) -> (String, String) {
    let answer = writer.send("/desk/integrations/", &[("name", name)]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let page = answer.text();
    let between = |from: &str, to: &str| {
        let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from} in {page}"));
        rest.split(to).next().unwrap().to_owned()
    };
    let key = between("Content key", "</dd>");
    let key = key.rsplit_once("<code>").unwrap().1.split('<').next().unwrap();
    let address = between("href=\"/desk/integrations/6", "\"");
    (format!("/desk/integrations/6{address}"), key.to_owned())
}

async fn an_integration_comes_and_goes(database: &TestDatabase) {
    let site = site(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    assert!(ann.get("/desk/integrations/").await.text().contains("There are none yet"));
    let (address, key) = let_in(&ann, "Front <end>").await;
    let posts = format!("/ghost/api/content/posts/?key={key}");
    assert_eq!(site.get(&posts).await.status, StatusCode::OK);
    for page in ["/desk/integrations/", &*address] {
        let text = ann.get(page).await.text();
        assert!(text.contains("Front &#60;end&#62;"), "{text}");
        assert!(!text.contains(&key), "a key is shown once");
    }
    let asked = ann.get(&format!("{address}remove/")).await.text();
    assert!(asked.contains("It cannot be brought back"));
    let next = ann.done(&format!("{address}remove/"), &[]).await;
    assert_eq!(next, "/desk/integrations/?done=gone");
    assert_eq!(site.get(&posts).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ann.get(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.send(&format!("{address}remove/"), &[]).await.status, StatusCode::NOT_FOUND);
}

async fn one_is_renamed(database: &TestDatabase) {
    let site = site(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let (address, key) = let_in(&ann, "Front end").await;
    let form = format!("{address}rename/");
    assert!(ann.get(&form).await.text().contains("value=\"Front end\""));
    for name in ["  ", "a\u{7}b", &"x".repeat(192)] {
        let answer = ann.send(&form, &[("name", name)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("The name has 1 to 191 characters."));
        assert!(answer.text().contains("Rename “<span dir=\"auto\">Front end</span>”"));
    }
    let next = ann.done(&form, &[("name", " Magazine ")]).await;
    assert_eq!(next, format!("{address}?done=renamed"));
    assert!(ann.get(&next).await.text().contains("The integration is renamed."));
    let text = ann.get("/desk/integrations/").await.text();
    assert!(text.contains(">Magazine<") && !text.contains(">Front end<"), "{text}");
    let posts = format!("/ghost/api/content/posts/?key={key}");
    assert_eq!(site.get(&posts).await.status, StatusCode::OK);
    let nothing = "/desk/integrations/000000000000000000000000/rename/";
    assert_eq!(ann.get(nothing).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.send(nothing, &[("name", "x")]).await.status, StatusCode::NOT_FOUND);
}

async fn a_key_is_regenerated_and_shown_once(database: &TestDatabase) {
    let site = site(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let (address, old) = let_in(&ann, "Front end").await;
    let posts = |key: &str| format!("/ghost/api/content/posts/?key={key}");
    assert_eq!(site.get(&posts(&old)).await.status, StatusCode::OK);
    site.app.note_uses().await.unwrap();
    let mut new = String::new();
    for (kind, length) in [("admin", 24 + 1 + 64), ("content", 26)] {
        let form = format!("{address}keys/{kind}/");
        let asked = ann.get(&form).await.text();
        assert!(asked.contains(&format!("Regenerate the {kind} key of")), "{asked}");
        assert!(asked.contains("cannot be brought back"), "{asked}");
        assert_eq!(site.get(&posts(&old)).await.status, StatusCode::OK, "it was asked, not done");
        let answer = ann.send(&form, &[]).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        assert_eq!(answer.field("cache-control"), "no-store");
        let page = answer.text();
        let key = page.split("<code>").nth(1).unwrap().split('<').next().unwrap();
        assert_eq!(key.len(), length, "{key}");
        for page in [&form, &address] {
            assert!(!ann.get(page).await.text().contains(key), "a key is shown once");
        }
        new = key.to_owned();
    }
    assert_eq!(site.get(&posts(&old)).await.status, StatusCode::UNAUTHORIZED);
    let text = ann.get(&address).await.text();
    assert!(!text.contains("It was last used"), "the new one was not: {text}");
    assert_eq!(site.get(&posts(&new)).await.status, StatusCode::OK);
    for nothing in [
        format!("{address}keys/other/"),
        "/desk/integrations/000000000000000000000000/keys/admin/".to_owned(),
    ] {
        assert_eq!(ann.get(&nothing).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ann.send(&nothing, &[]).await.status, StatusCode::NOT_FOUND);
    }
}

async fn who_does_not_run_the_site_sees_none(database: &TestDatabase) {
    let site = site(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let (address, key) = let_in(&ann, "Front end").await;
    for role in [Role::Administrator, Role::Editor, Role::Author, Role::Contributor] {
        let somebody = Writer::new(&site, &format!("{role:?}"), role).await;
        let may = role == Role::Administrator;
        let status = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
        for page in [
            "/desk/integrations/",
            &*address,
            &format!("{address}rename/"),
            &format!("{address}keys/admin/"),
            &format!("{address}remove/"),
        ] {
            assert_eq!(somebody.get(page).await.status, status, "{role:?} {page}");
        }
        let in_bar = somebody.get("/desk/").await.text().contains("\"/desk/integrations/\"");
        assert_eq!(in_bar, may, "{role:?}");
        if !may {
            for form in [
                "/desk/integrations/",
                &*address,
                &format!("{address}rename/"),
                &format!("{address}keys/admin/"),
                &format!("{address}remove/"),
            ] {
                let answer = somebody.send(form, &[("name", "x")]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {form}");
            }
        }
    }
    let mut foreign = ann;
    "x".clone_into(&mut foreign.csrf);
    for form in ["rename/", "keys/content/", "remove/"] {
        let answer = foreign.send(&format!("{address}{form}"), &[("name", "x")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{form}");
    }
    let all = site.app.integrations.all().await.unwrap();
    assert_eq!(all.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Front end"]);
    let posts = format!("/ghost/api/content/posts/?key={key}");
    assert_eq!(site.get(&posts).await.status, StatusCode::OK);
}

async fn a_webhook_is_added_seen_and_sent_again(database: &TestDatabase) {
    let receiver = StandIn::start(|_| Says::new(204, "")).await;
    let site = site(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let (address, _) = let_in(&ann, "Build").await;
    let url = receiver.url();
    let fields =
        [("event", "post.added"), ("target_url", &*url), ("secret", "s3cr3t"), ("name", "CI")];
    assert_eq!(ann.done(&address, &fields).await, format!("{address}?done=added"));
    receiver.say_once(Says::new(503, ""));
    site.create(&published("Hello", NOON)).await;
    deliver(&site).await;
    assert_eq!(receiver.asked().len(), 1);
    let text = ann.get(&address).await.text();
    for words in ["post.added", &url, "CI", "signed", "it answered 503", "Next attempt at"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("s3cr3t"));
    let webhook = &site.app.webhooks.all().await.unwrap()[0];
    let delivery = site.app.webhooks.log(&webhook.id, 1).await.unwrap().deliveries.remove(0);
    let form = format!("{address}webhooks/{}/", webhook.id);
    let next = ann.done(&form, &[("again", delivery.id.as_str())]).await;
    assert_eq!(next, format!("{address}?done=again"));
    deliver(&site).await;
    assert_eq!(receiver.asked().len(), 1);
    assert!(ann.get(&address).await.text().contains("Delivered (204)"));
    // Under another integration's address there is no such webhook.
    let (other, _) = let_in(&ann, "Other").await;
    let elsewhere = form.replace(&address, &other);
    assert_eq!(ann.send(&elsewhere, &[]).await.status, StatusCode::NOT_FOUND);
    let again = [("again", delivery.id.as_str())];
    assert_eq!(ann.send(&elsewhere, &again).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.done(&form, &[]).await, format!("{address}?done=removed"));
    assert!(ann.get(&address).await.text().contains("It is told of nothing yet."));
    assert_eq!(ann.send(&form, &[]).await.status, StatusCode::NOT_FOUND);
}

async fn what_a_form_breaks_is_said_in_it(database: &TestDatabase) {
    let site = site(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let answer = ann.send("/desk/integrations/", &[("name", "  ")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("The name has 1 to 191 characters."));
    let (address, _) = let_in(&ann, "Build").await;
    let long = "x".repeat(192);
    let url = "https://hooks.example.org/";
    for (fields, words) in [
        (
            [("event", "post.baked"), ("target_url", url)],
            "The event is none that the site tells of.",
        ),
        ([("event", "site.changed"), ("target_url", "ftp://x/")], "The address is an address"),
        ([("target_url", url), ("event", "site.changed")], ""),
        ([("target_url", url), ("event", "site.changed")], "is told of this event already"),
    ] {
        let answer = ann.send(&address, &fields).await;
        if words.is_empty() {
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
            continue;
        }
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(answer.text().contains(words), "{words}: {}", answer.text());
    }
    let fields = [("event", "post.added"), ("target_url", url), ("secret", &*long)];
    let answer = ann.send(&address, &fields).await;
    assert!(answer.text().contains("The secret has at most 191 characters"));
    assert_eq!(site.app.webhooks.all().await.unwrap().len(), 1);
}

async fn an_address_of_our_own_network_is_refused(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let (address, _) = let_in(&ann, "Build").await;
    let fields = [("event", "site.changed"), ("target_url", "http://localhost:8080/build")];
    let answer = ann.send(&address, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("The address is not one of the public internet."));
    assert!(site.app.webhooks.all().await.unwrap().is_empty());
}

async fn the_use_of_keys_is_seen(database: &TestDatabase) {
    let site = site(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let (address, key) = let_in(&ann, "Front end").await;
    let unused = "It has not been used yet.";
    assert_eq!(ann.get(&address).await.text().matches(unused).count(), 2);
    let posts = format!("/ghost/api/content/posts/?key={key}");
    site.get(&posts).await;
    assert!(site.get(&posts).await.is_hit());
    site.app.note_uses().await.unwrap();
    let text = ann.get(&address).await.text();
    assert!(text.contains("1 May 2026, 12:00"), "{text}");
    assert_eq!(text.matches(unused).count(), 1);
    site.clock.advance(3600);
    site.app.note_uses().await.unwrap();
    assert!(!ann.get(&address).await.text().contains("13:00"), "nobody came");
    // Also by a hit; and the keys may change in between.
    assert!(site.get(&posts).await.is_hit());
    let_in(&ann, "Another").await;
    site.get("/ghost/api/content/posts/?key=0123456789abcdef0123456789").await;
    site.app.note_uses().await.unwrap();
    assert!(ann.get(&address).await.text().contains("1 May 2026, 13:00"));
}
