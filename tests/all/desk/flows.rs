//! The desk as a writer goes through it, and what readers see meanwhile.

use http::StatusCode;
use masthead::domain::author::Role;

use super::writer::{Writer, value};
use crate::instance::{Answer, Instance};
use crate::support::{TestDatabase, on_both};

on_both!(
    a_post_is_written_published_taken_back_and_deleted,
    a_page_is_one_as_well,
    of_two_writers_neither_loses_a_word,
    nothing_typed_is_lost,
    nothing_typed_is_lost_while_the_database_is_away,
    a_stranger_gets_back_no_more_than_they_sent,
    words_stay_words_at_the_desk,
    a_preview_is_seen_by_its_writer_alone,
    each_role_is_offered_what_it_may,
    nothing_of_the_desk_is_kept,
    whoever_sees_a_change_at_the_desk_is_owed_it,
    a_long_text_is_taken_and_an_endless_one_refused,
);

/// The address of the editor, out of where a form leads.
fn editor(next: &str) -> &str {
    next.split('?').next().unwrap()
}

/// The fields of a form of a post.
fn post<'a>(title: &'a str, text: &'a str, action: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("title", title), ("text", text), ("action", action)]
}

/// The same for a post that is there, as the editor shows it.
async fn of<'a>(
    writer: &Writer<'_>,
    at: &str,
    title: &'a str,
    text: &'a str,
    action: &'a str,
) -> Vec<(&'a str, String)> {
    let page = writer.get(at).await.text();
    let revision = value(&page, "revision").unwrap();
    vec![
        ("title", title.to_owned()),
        ("text", text.to_owned()),
        ("action", action.to_owned()),
        ("revision", revision),
    ]
}

fn borrowed<'a>(fields: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

async fn a_post_is_written_published_taken_back_and_deleted(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    assert!(ann.get("/desk/").await.text().contains("Nothing is written yet"));
    assert_eq!(site.get("/first/").await.status, StatusCode::NOT_FOUND);

    let mut fields = post("First", "It *begins*.", "save");
    fields.extend([("tags", "News, #Hidden"), ("excerpt", "So short")]);
    let next = ann.done("/desk/posts/new/", &fields).await;
    let at = editor(&next);
    let page = ann.get(&next).await.text();
    for shown in ["Saved.", ">\nFirst</textarea>", "It *begins*.", "News, #Hidden", "So short"] {
        assert!(page.contains(shown), "{shown}\n{page}");
    }
    assert!(page.contains("Draft, saved 1 May 2026, 12:00"), "{page}");
    assert_eq!(site.get("/first/").await.status, StatusCode::NOT_FOUND);
    let list = ann.get("/desk/").await.text();
    assert!(list.contains(&format!("href=\"{at}\"")) && list.contains("News, #Hidden"), "{list}");

    let fields = of(&ann, at, "First", "It *begins*, at last.", "publish").await;
    let next = ann.done(at, &borrowed(&fields)).await;
    assert_eq!(next, format!("{at}?done=published"));
    let public = site.page("/first/").await;
    assert!(public.contains("It <em>begins</em>, at last."), "{public}");
    assert!(site.get("/first/").await.is_hit());
    assert!(ann.get(&next).await.text().contains("href=\"/first/\""));

    // What readers have in the cache is not what they get after the next save.
    site.clock.advance(60);
    let fields = of(&ann, at, "First", "It went on.", "save").await;
    ann.done(at, &borrowed(&fields)).await;
    assert!(site.page("/first/").await.contains("It went on."));

    let fields = of(&ann, at, "First", "It went on.", "unpublish").await;
    let next = ann.done(at, &borrowed(&fields)).await;
    assert_eq!(next, format!("{at}?done=unpublished"));
    assert_eq!(site.get("/first/").await.status, StatusCode::NOT_FOUND);

    let delete = format!("{at}delete/");
    let page = ann.get(&delete).await.text();
    assert!(page.contains("Delete “"), "{page}");
    let revision = value(&page, "revision").unwrap();
    let next = ann.done(&delete, &[("revision", revision.as_str())]).await;
    assert_eq!(next, "/desk/?done=deleted");
    assert_eq!(ann.get(at).await.status, StatusCode::NOT_FOUND);
}

/// The answer to a save may be lost, and its token with it. Then the desk says that it is saved, and so
/// must the site.
async fn whoever_sees_a_change_at_the_desk_is_owed_it(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let next = ann.done("/desk/posts/new/", &post("First", "Text.", "publish")).await;
    for path in ["/desk/", editor(&next)] {
        let seen = ann.get(path).await;
        assert_eq!(seen.status, StatusCode::OK);
        let cookie = seen.field("set-cookie");
        assert!(cookie.starts_with("masthead_token=") && !cookie.contains("Max-Age=0"), "{cookie}");
    }
    assert!(
        !ann.get("/desk/posts/new/").await.headers.contains_key("set-cookie"),
        "it shows nothing"
    );
}

async fn a_page_is_one_as_well(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let next = ann.done("/desk/posts/new/?kind=page", &post("About", "Us.", "publish")).await;
    assert!(site.page("/about/").await.contains("Us."));
    assert!(ann.get(&next).await.text().contains("About this page"));
    assert!(ann.get("/desk/?kind=page").await.text().contains(editor(&next)));
    assert!(!ann.get("/desk/").await.text().contains(editor(&next)));
}

async fn of_two_writers_neither_loses_a_word(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let ed = Writer::new(&site, "Ed", Role::Editor).await;
    let next = ann.done("/desk/posts/new/", &post("Shared", "Begun.", "save")).await;
    let at = editor(&next);
    let hers = of(&ann, at, "Hers", "What Ann wrote.", "save").await;
    let his = of(&ed, at, "Shared", "What Ed wrote.", "save").await;
    ann.done(at, &borrowed(&hers)).await;
    let answer = ed.send(at, &borrowed(&his)).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let page = answer.text();
    for shown in ["Somebody else saved this", "What Ed wrote.", "What Ann wrote.", "Hers"] {
        assert!(page.contains(shown), "{shown}\n{page}");
    }
    assert!(ann.get(at).await.text().contains("What Ann wrote."), "nothing is overwritten");
    // To delete it is as late.
    let delete = ed.send(&format!("{at}delete/"), &[("revision", "1")]).await;
    assert_eq!(delete.status, StatusCode::CONFLICT);
    // He decides for his own, which then stands over what he was shown.
    let revision = value(&page, "revision").unwrap();
    let mut again = post("Shared", "What Ed wrote.", "save");
    again.push(("revision", &revision));
    ed.done(at, &again).await;
    assert!(ann.get(at).await.text().contains("What Ed wrote."));
}

/// What must hold of an answer that could not do what was asked.
fn keeps_the_words(answer: &Answer, status: StatusCode, case: &str) -> String {
    let page = answer.text();
    assert_eq!(answer.status, status, "{case}: {page}");
    for words in ["My &#60;long&#62; words.", "Also, \"these\"".replace('"', "&#34;").as_str()] {
        assert!(page.contains(words), "{case}, {words}: {page}");
    }
    assert!(page.contains("role=\"alert\""), "{case}: {page}");
    page
}

const WORDS: [(&str, &str); 2] = [("text", "My <long> words."), ("excerpt", "Also, \"these\"")];

async fn nothing_typed_is_lost(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let mut ann = Writer::new(&site, "Ann", Role::Owner).await;
    let cleo = Writer::new(&site, "Cleo", Role::Contributor).await;
    let long = "x".repeat(300);
    let next = ann.done("/desk/posts/new/", &post("There", "Already.", "publish")).await;
    let at = editor(&next).to_owned();
    let new = "/desk/posts/new/";
    for (path, more, fault) in [
        (new, vec![("title", " "), ("action", "save")], "The title is empty."),
        (new, vec![("title", &*long), ("action", "publish")], "The title is longer"),
        (new, vec![("title", "T"), ("published_at", "soon")], "The date is written"),
        (new, vec![("title", "T"), ("feature_image", "javascript:1")], "The picture has"),
        (new, vec![("title", "T"), ("tags", &*long)], "The tags hold"),
        (&at, vec![("title", ""), ("revision", "1")], "The title is empty."),
        (&at, vec![("published_at", ""), ("revision", "1")], "The date is missing"),
        (&at, vec![("published_at", "2099-01-01 10:00"), ("revision", "1")], "The date lies"),
    ] {
        let fields = [&WORDS[..], &more].concat();
        let answer = ann.send(path, &fields).await;
        let page = keeps_the_words(&answer, StatusCode::UNPROCESSABLE_ENTITY, fault);
        assert!(page.contains(fault), "{fault}: {page}");
        let field = page.split("<li><a href=\"#").nth(1).unwrap().split('"').next().unwrap();
        let told = format!("aria-invalid=\"true\" aria-describedby=\"{field}-fault");
        assert!(page.contains(&told), "{fault}: {page}");
    }
    let fields = [&WORDS[..], &[("title", "T"), ("action", "publish")]].concat();
    keeps_the_words(&cleo.send(new, &fields).await, StatusCode::FORBIDDEN, "a contributor");
    // Another's post is none that they know of; the words can become one of theirs.
    let page = keeps_the_words(&cleo.send(&at, &fields).await, StatusCode::NOT_FOUND, "another's");
    assert!(page.contains("action=\"/desk/posts/new/\""), "{page}");
    let revision = value(&ann.get(&at).await.text(), "revision").unwrap();
    ann.done(&format!("{at}delete/"), &[("revision", revision.as_str())]).await;
    keeps_the_words(&ann.send(&at, &fields).await, StatusCode::NOT_FOUND, "a deleted post");

    // A form that was made for an earlier sign-in, and one of somebody who is signed out by now.
    let before = ann.csrf.clone();
    ann.sign_in("ann@example.org").await;
    let now = std::mem::replace(&mut ann.csrf, before);
    let page = keeps_the_words(&ann.send(new, &fields).await, StatusCode::FORBIDDEN, "anew");
    assert_eq!(value(&page, "csrf").as_ref(), Some(&now), "and it can be sent again");
    ann.cookie.clear();
    let page = keeps_the_words(&ann.send(new, &fields).await, StatusCode::FORBIDDEN, "signed out");
    assert_eq!(value(&page, "csrf").as_deref(), Some(""));
    assert_eq!(site.get("/t/").await.status, StatusCode::NOT_FOUND);
}

async fn nothing_typed_is_lost_while_the_database_is_away(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let next = ann.done("/desk/posts/new/", &post("There", "Already.", "save")).await;
    let at = editor(&next);
    let fields =
        [&WORDS[..], &[("title", "There"), ("revision", "1"), ("action", "publish")]].concat();
    let mut hand = database.hand().await;
    // Once the posts do not answer, and once not even who signed in can be asked.
    for table in ["posts", "users"] {
        hand.execute(&format!("alter table {table} rename to away")).await;
        for path in [at, "/desk/posts/new/"] {
            let answer = ann.send(path, &fields).await;
            let page = keeps_the_words(&answer, StatusCode::SERVICE_UNAVAILABLE, table);
            assert_eq!(answer.field("retry-after"), "5");
            assert!(page.contains("value=\"publish\""), "{page}");
        }
        for path in ["/desk/", at] {
            let answer = ann.get(path).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(answer.text().contains("The desk cannot be reached"), "{path}");
        }
        hand.execute(&format!("alter table away rename to {table}")).await;
    }
    let next = ann.done(at, &fields).await;
    assert_eq!(next, format!("{at}?done=published"));
}

async fn a_stranger_gets_back_no_more_than_they_sent(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let mut ann = Writer::new(&site, "Ann", Role::Owner).await;
    let next = ann.done("/desk/posts/new/", &post("Secret", "Secret words.", "save")).await;
    let at = editor(&next);
    ann.cookie.clear();
    for path in ["/desk/", "/desk/posts/new/", at] {
        let answer = ann.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.field("location").starts_with("/desk/sign-in/"), "{answer:?}");
    }
    for path in [format!("{at}preview/"), format!("{at}delete/")] {
        assert_eq!(ann.get(&path).await.status, StatusCode::SEE_OTHER);
    }
    let answer = ann.send(at, &post("T", "Words", "preview")).await;
    let page = answer.text();
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(!page.contains("Secret") && !page.contains("preview/"), "{page}");
    let endless = "x".repeat(2 << 20);
    let answer = ann.send(at, &post("T", &endless, "save")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn words_stay_words_at_the_desk(database: &TestDatabase) {
    const ATTACK: &str =
        "</textarea></title><script>alert(7)</script>\" onfocus=\"alert(7)' {{7*7}}";
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let fields = [
        ("title", ATTACK),
        ("text", ATTACK),
        ("excerpt", ATTACK),
        ("tags", ATTACK),
        ("slug", ATTACK),
        ("feature_image", "/\"><script>alert(7)</script>"),
        ("feature_image_alt", ATTACK),
    ];
    let next = ann.done("/desk/posts/new/", &fields).await;
    let at = editor(&next);
    let wrong = [&fields[..], &[("published_at", ATTACK), ("revision", ATTACK)]].concat();
    let conflict = [&fields[..], &[("excerpt", "other"), ("revision", "0")]].concat();
    let conflict: Vec<_> = conflict.into_iter().filter(|(_, text)| *text != "other").collect();
    let pages = [
        ann.get("/desk/").await,
        ann.get(&format!("/desk/?q={ATTACK}", ATTACK = "%3Cscript%3Ealert(7)%3C/script%3E")).await,
        ann.get(at).await,
        ann.get(&format!("{at}delete/")).await,
        ann.get(&format!("{at}preview/")).await,
        ann.send(at, &wrong).await,
        ann.send(at, &conflict).await,
    ];
    for (n, page) in pages.into_iter().enumerate() {
        let text = page.text();
        assert!(!text.contains("<script>alert"), "{n}: {text}");
        assert!(!text.contains("\" onfocus=\""), "{n}: {text}");
    }
}

async fn a_preview_is_seen_by_its_writer_alone(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let next = ann.done("/desk/posts/new/", &post("Out", "It is *out*.", "publish")).await;
    let at = editor(&next);
    let saved = ann.get(&format!("{at}preview/")).await.text();
    let unsaved = ann.send(at, &post("Out", "It is *changed*.", "preview")).await.text();
    let new = ann.send("/desk/posts/new/", &post("New", "It is *new*.", "preview")).await.text();
    for (page, text, notice) in [
        (&saved, "<em>out</em>", "Readers see only what is saved and published."),
        (&unsaved, "<em>changed</em>", "Readers see only what is saved and published."),
        (&new, "<em>new</em>", "Readers cannot see this page yet."),
    ] {
        for shown in [text, notice, "<meta name=\"robots\" content=\"noindex\">", "/assets/site."] {
            assert!(page.contains(shown), "{shown}\n{page}");
        }
    }
    assert!(site.page("/out/").await.contains("<em>out</em>"), "nothing is saved");
    assert_eq!(site.get("/new/").await.status, StatusCode::NOT_FOUND);
    let empty = ann.send("/desk/posts/new/", &post("", "Words", "preview")).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn each_role_is_offered_what_it_may(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let owner = Writer::new(&site, "Olga", Role::Owner).await;
    let cleo = Writer::new(&site, "Cleo", Role::Contributor).await;
    let page = cleo.get("/desk/posts/new/").await.text();
    assert!(!page.contains("value=\"publish\"") && page.contains("value=\"save\""), "{page}");
    assert_eq!(cleo.get("/desk/posts/new/?kind=page").await.status, StatusCode::FORBIDDEN);
    let next = cleo.done("/desk/posts/new/", &post("Handed in", "Words", "save")).await;
    let at = editor(&next);
    let fields = of(&owner, at, "Handed in", "Words", "publish").await;
    owner.done(at, &borrowed(&fields)).await;
    let page = cleo.get(at).await.text();
    assert!(page.contains("out of your hands") && page.contains(" readonly"), "{page}");
    assert!(!page.contains("<button class=\"button"), "{page}");
    assert_eq!(cleo.get(&format!("{at}delete/")).await.status, StatusCode::FORBIDDEN);
    assert!(cleo.get("/desk/").await.text().contains(at));
}

async fn nothing_of_the_desk_is_kept(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let next = ann.done("/desk/posts/new/", &post("Out", "It is out.", "publish")).await;
    let at = editor(&next);
    let (preview, delete) = (format!("{at}preview/"), format!("{at}delete/"));
    for path in ["/desk/", "/desk/posts/new/", at, &next, &preview, &delete, "/desk/posts/x/"] {
        for _ in 0..2 {
            let answer = ann.get(path).await;
            assert_eq!(answer.field("cache-control"), "no-store", "{path}");
            assert!(answer.field("cache-status").contains("fwd=bypass"), "{path}: {answer:?}");
        }
    }
}

async fn a_long_text_is_taken_and_an_endless_one_refused(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = Writer::new(&site, "Ann", Role::Owner).await;
    let long = "A long text. ".repeat(200_000);
    let next = ann.done("/desk/posts/new/", &post("Long", &long, "save")).await;
    assert!(ann.get(&next).await.body.len() > long.len());
    let endless = "x".repeat(20 << 20);
    let answer = ann.send("/desk/posts/new/", &post("Endless", &endless, "save")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text().contains("more than the desk takes") || answer.text().contains("larger"));
}
