//! The response cache before the site: what is asked for twice is a hit, and whatever is changed, by
//! whatever hand, nobody is shown what was before.

use http::{Method, StatusCode};
use masthead::domain::post::Draft;
use masthead::domain::{Status, Visibility};

use super::furnished;
use crate::instance::{Instance, page, published};
use crate::support::fixtures::NOON;
use crate::support::{TestDatabase, on_both};

on_both!(
    what_is_asked_for_twice_is_a_hit,
    what_tells_readers_apart_makes_no_difference,
    no_change_leaves_an_old_answer,
    a_new_post_leaves_what_it_does_not_concern,
    what_is_private_is_never_kept,
    failures_are_not_kept,
    a_name_is_given_to_every_answer,
);

/// An address of every kind, and what they are about.
const PATHS: [&str; 42] = [
    "/",
    "/page/2/",
    "/page/3/",
    "/page/9/",
    "/fifth/",
    "/fourth/",
    "/third/",
    "/second/",
    "/first/",
    "/about/",
    "/tomorrow/",
    "/unfinished/",
    "/sixth/",
    "/nothing/",
    "/fifth",
    "/Fifth/",
    "/2009/03/first.html",
    "/sixth.html",
    "/tag/news/",
    "/tag/news/page/2/",
    "/tag/empty/",
    "/tag/fresh/",
    "/tag/news/rss/",
    "/author/ann/",
    "/author/bo/page/2/",
    "/author/bo/rss/",
    "/author/nobody/",
    "/archive/",
    "/archive/2026/05/",
    "/archive/2026/04/",
    "/search/?q=text",
    "/search/?q=sixth",
    "/rss/",
    "/feed.atom",
    "/feed.json",
    "/sitemap.xml",
    "/sitemap-posts.xml",
    "/llms.txt",
    "/fifth.md",
    "/.well-known/security.txt",
    "/site.webmanifest",
    "/favicon.ico",
];

async fn what_is_asked_for_twice_is_a_hit(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for path in PATHS {
        let first = site.get(path).await;
        assert!(!first.is_hit(), "{path}: {first:?}");
        // What anybody can make up is kept when it is asked for a second time.
        if first.status == StatusCode::NOT_FOUND || path.contains('?') {
            assert!(!site.get(path).await.is_hit(), "{path}");
        }
        let again = site.get(path).await;
        assert!(again.is_hit(), "{path}: {again:?}");
        assert_eq!((first.status, &first.body), (again.status, &again.body), "{path}");
        let timing: Vec<_> = again.headers.get_all("server-timing").iter().collect();
        assert_eq!(timing.len(), 2, "made and answered: {path} {timing:?}");
        let head = site.request(Method::HEAD, path, &[]).await;
        assert!(head.is_hit() && head.body.is_empty(), "{path}: {head:?}");
    }
}

/// Parameters that are not declared, cookies and fields make neither another key nor another answer.
async fn what_tells_readers_apart_makes_no_difference(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    for path in ["/", "/fifth/", "/nothing/", "/search/?q=text"] {
        site.get(path).await;
        let plain = site.get(path).await;
        let more = if path.contains('?') { '&' } else { '?' };
        let marked = format!("{path}{more}utm_source=mail&fbclid=1&x-{path}");
        let fields = [
            ("cookie", "session=1; member=yes"),
            ("authorization", "Bearer secret"),
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "gopher"),
            ("x-original-url", "/evil"),
            ("x-http-method-override", "DELETE"),
            ("accept-language", "de"),
            ("user-agent", "Nokia3310"),
            ("accept", "application/json"),
            ("forwarded", "host=evil.example"),
            ("origin", "https://evil.example"),
            ("cache-control", "no-cache"),
            ("pragma", "no-cache"),
        ];
        let answer = site.request(Method::GET, &marked, &fields).await;
        assert!(answer.is_hit(), "{path}: {answer:?}");
        assert_eq!(answer.body, plain.body, "{path}");
        for (name, value) in fields {
            let answer = site.request(Method::GET, path, &[(name, value)]).await;
            assert!(answer.is_hit(), "{path} {name}: {answer:?}");
        }
    }
}

/// A change that somebody makes, and what it is called where it goes wrong.
type Change = (&'static str, &'static str);

/// Changes by hand, beside the program. Each is alone: the caches are warm before it.
const CHANGES: [Change; 22] = [
    ("title", "update posts set title = 'Another' where slug = 'third'"),
    ("text", "update posts set html = '<p>Other words</p>' where slug = 'fifth'"),
    ("slug", "update posts set slug = 'sixth' where slug = 'second'"),
    ("slug back", "update posts set slug = 'second' where slug = 'sixth'"),
    ("date", "update posts set published_at = published_at - 2592000000000 where slug = 'first'"),
    ("featured", "update posts set featured = true where slug = 'second'"),
    ("not featured", "update posts set featured = false where slug = 'second'"),
    ("unpublish", "update posts set status = 'draft' where slug = 'fourth'"),
    ("publish", "update posts set status = 'published' where slug = 'fourth'"),
    ("members only", "update posts set visibility = 'members' where slug = 'third'"),
    ("page", "update posts set title = 'About us' where slug = 'about'"),
    ("unpublish a page", "update posts set status = 'draft' where slug = 'about'"),
    ("tag", "update tags set name = 'Latest' where slug = 'news'"),
    ("tag slug", "update tags set slug = 'fresh' where slug = 'news'"),
    ("tag hidden", "update tags set visibility = 'internal' where slug = 'fresh'"),
    ("tag shown", "update tags set visibility = 'public', slug = 'news' where slug = 'fresh'"),
    (
        "untagged",
        "delete from posts_tags where post_id = (select id from posts where slug = 'third')",
    ),
    ("author", "update users set name = 'Anna' where slug = 'ann'"),
    ("author slug", "update users set slug = 'nobody' where slug = 'bo'"),
    (
        "redirect",
        "insert into redirects (path, post_id, created_at) \
         select '/sixth.html', id, 1 from posts where slug = 'fifth'",
    ),
    ("setting", "update settings set value = '\"Paper\"' where key = 'title'"),
    ("deleted", "delete from posts where slug = 'third'"),
];

/// After each change every cached answer is what would be made anew.
async fn no_change_leaves_an_old_answer(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    site.set(serde_json::json!({"title": "Masthead"})).await;
    let mut hand = database.hand().await;
    let mut noticed = 0;
    for (change, sql) in CHANGES {
        let before = answers(&site).await;
        hand.execute(sql).await;
        noticed += usize::from(answers(&site).await != before);
        nothing_is_old(&site, change).await;
    }
    assert_eq!(noticed, CHANGES.len(), "each change is seen somewhere");
    // What the program itself does.
    answers(&site).await;
    let sixth = Draft { tags: vec!["News".to_owned()], ..published("Sixth", NOON) };
    let sixth = site.create(&sixth).await;
    nothing_is_old(&site, "created").await;
    let closed = Draft { visibility: Visibility::Members, ..published("Sixth", NOON) };
    site.app.publishing.update(&sixth.summary.id, sixth.revision, &closed).await.unwrap();
    nothing_is_old(&site, "updated").await;
    site.clock.advance(3600);
    assert_eq!(site.app.publishing.publish_due().await.unwrap(), 1);
    assert_eq!(site.get("/tomorrow/").await.status, StatusCode::OK);
    nothing_is_old(&site, "published in time").await;
    site.app.publishing.delete(&sixth.summary.id).await.unwrap();
    nothing_is_old(&site, "deleted by the program").await;
}

async fn answers(site: &Instance) -> Vec<Vec<u8>> {
    let mut answers = Vec::new();
    for path in PATHS {
        // So often that it is in the cache.
        site.get(path).await;
        site.get(path).await;
        answers.push(site.get(path).await.body);
    }
    answers
}

async fn nothing_is_old(site: &Instance, change: &str) {
    for path in PATHS {
        let (cached, anew) = (site.get(path).await, site.anew(path).await);
        assert_eq!(cached.status, anew.status, "{path} after `{change}`");
        assert_eq!(cached.headers.get("location"), anew.headers.get("location"), "{path}");
        assert!(cached.body == anew.body, "{path} is old after `{change}`: {cached:?}");
    }
}

/// A draft, and a post a year later, invalidate only where they show.
async fn a_new_post_leaves_what_it_does_not_concern(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    answers(&site).await;
    site.create(&Draft { status: Status::Draft, ..published("Some day", NOON) }).await;
    for path in ["/", "/fifth/", "/third/", "/tag/news/", "/rss/", "/archive/"] {
        assert!(site.get(path).await.is_hit(), "{path} has nothing to do with a draft");
    }
    answers(&site).await;
    let year = 365 * 86_400;
    site.create(&published("Much later", NOON.plus_seconds(year))).await;
    // Not so `/first/`: nothing is older, so it has the whole listing for its other neighbour.
    for path in ["/second/", "/third/", "/about/", "/archive/2026/05/", "/tag/news/"] {
        assert!(site.get(path).await.is_hit(), "{path} has nothing to do with a later post");
    }
    // Its neighbour, and the lists that it enters.
    for path in ["/fifth/", "/", "/archive/", "/rss/", "/sitemap.xml"] {
        assert!(!site.get(path).await.is_hit(), "{path}");
    }
}

async fn what_is_private_is_never_kept(database: &TestDatabase) {
    let furnished = furnished(database).await;
    let site = furnished.instance;
    for path in [format!("/p/{}/", furnished.draft.uuid), "/healthz".to_owned()] {
        for _ in 0..3 {
            let answer = site.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(answer.field("cache-control"), "no-store");
            assert!(!answer.is_hit(), "{path}: {answer:?}");
        }
    }
}

async fn failures_are_not_kept(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    site.create(&page("Imprint")).await;
    site.app.db.close().await;
    for _ in 0..2 {
        let answer = site.get("/imprint/").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.field("cache-control"), "no-store");
        assert!(!answer.is_hit());
    }
}

async fn a_name_is_given_to_every_answer(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..3 {
        names.insert(site.get("/fifth/").await.field("x-request-id").to_owned());
    }
    assert_eq!(names.len(), 3, "a stored answer does not bring its own");
}
