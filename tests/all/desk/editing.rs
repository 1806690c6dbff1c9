//! What writers do to a post: nothing is lost, nothing is overwritten, and nobody does what is not
//! theirs to do.

use masthead::content_clock::Token;
use masthead::db::Intent;
use masthead::domain::author::Role;
use masthead::domain::post::Draft;
use masthead::domain::{Author, Post, PostId, PostKind, Social, Status, Timestamp, Visibility};
use masthead::services::editing::{Edit, EditingError, Rights, Step};

use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author, tag};
use crate::support::{TestDatabase, on_both};

on_both!(
    a_post_goes_its_way,
    saved_unchanged_it_is_unchanged,
    the_second_of_two_writers_is_told,
    a_date_decides_when_readers_see_it,
    each_role_does_what_it_may,
    what_breaks_a_rule_says_which_field,
    a_preview_is_what_would_be_saved_and_saves_nothing,
);

fn somebody(name: &str, role: Role) -> Author {
    Author { role, ..author(name) }
}

fn edit(title: &str) -> Edit {
    Edit { title: title.to_owned(), markdown: format!("About {title}."), ..Edit::default() }
}

async fn with(database: &TestDatabase, users: &[&Author]) -> Instance {
    let site = Instance::on(database).await;
    for user in users {
        site.add_author(user).await;
    }
    site
}

/// The post as the desk opens it, and the edit that would leave it so.
async fn opened(site: &Instance, user: &Author, id: &PostId) -> (Post, Edit) {
    let full = site.app.editing.open(user, id).await.unwrap().full;
    let edit = Edit::of(&full);
    (full.post, edit)
}

async fn a_post_goes_its_way(database: &TestDatabase) {
    let ann = somebody("Ann", Role::Author);
    let site = with(database, &[&ann]).await;
    let desk = &site.app.editing;
    let words = Edit { tags: vec!["News".to_owned(), "#Later".to_owned()], ..edit("First") };
    let post = desk.create(&ann, PostKind::Post, words, Step::Keep).await.unwrap().value;
    let id = &post.summary.id;
    assert_eq!(post.summary.status, Status::Draft);
    assert_eq!(site.get("/first/").await.status, 404);

    let (post, mut words) = opened(&site, &ann, id).await;
    assert_eq!(words.tags, ["News", "#Later"]);
    words.markdown.push_str(" And more.");
    let saved = desk.save(&ann, id, post.revision, words.clone(), Step::Publish).await.unwrap();
    let Token::Settled(as_of) = saved.token else { panic!("{:?}", saved.token) };
    assert!(site.app.db.read(Intent::Any).await.unwrap().as_of().covers(as_of));
    assert_eq!(saved.value.summary.published_at, Some(NOON));
    assert!(site.page("/first/").await.contains("And more."));
    assert!(site.get("/first/").await.is_hit());

    let (post, words) = opened(&site, &ann, id).await;
    let revision = desk.save(&ann, id, post.revision, words, Step::Unpublish).await.unwrap();
    assert_eq!(site.get("/first/").await.status, 404);
    let deleted = desk.delete(&ann, id, revision.value.revision).await.unwrap();
    assert_eq!(deleted.value, "First");
    let missing = desk.open(&ann, id).await.unwrap_err();
    assert!(matches!(missing, EditingError::Missing), "{missing}");
}

/// A post that has all that a post may have, whatever the desk shows of it.
async fn saved_unchanged_it_is_unchanged(database: &TestDatabase) {
    let (ann, bo) = (somebody("Ann", Role::Owner), author("Bo"));
    let site = with(database, &[&ann, &bo]).await;
    site.add_tag(&tag("Comma, and \"quotes\"")).await;
    let rich = Draft {
        slug: Some("an-own-slug".to_owned()),
        markdown: "\n\r\n# Größe\r\n\r\n東京 <iframe src=\"https://example.org/\"></iframe>\n"
            .to_owned(),
        visibility: Visibility::Members,
        featured: true,
        custom_excerpt: Some(String::new()),
        feature_image: Some("/content/images/a.png".to_owned()),
        feature_image_alt: Some("A".to_owned()),
        feature_image_caption: Some("By <a href=\"/ada/\">Ada</a>".to_owned()),
        locale: Some("de".to_owned()),
        social: Social { meta_title: Some("Meta".to_owned()), ..Social::default() },
        codeinjection_head: Some("<!-- head -->".to_owned()),
        codeinjection_foot: Some("<!-- foot -->".to_owned()),
        custom_template: Some("wide".to_owned()),
        trusted: true,
        frontmatter: Some("{\"weight\":10}".to_owned()),
        tags: ["Comma, and \"quotes\"", "#Hidden", "News"].map(str::to_owned).to_vec(),
        authors: vec![bo.id.clone(), ann.id.clone()],
        ..published("  Größe  ", Timestamp(NOON.0 - 1_234_567))
    };
    let before = site.create(&rich).await;
    site.clock.advance(60);
    let mut hand = database.hand().await;
    let log = hand.log_end().await;
    let (post, words) = opened(&site, &ann, &before.summary.id).await;
    assert_eq!(post, before);
    for step in [Step::Keep, Step::Publish] {
        let desk = &site.app.editing;
        let saved =
            desk.save(&ann, &before.summary.id, post.revision, words.clone(), step).await.unwrap();
        assert_eq!(saved.value, before);
    }
    assert_eq!(hand.log_end().await, log, "nothing was written");
    // And one word more is one word more.
    let more = Edit { title: "Größe!".to_owned(), ..words };
    let id = &before.summary.id;
    site.app.editing.save(&ann, id, post.revision, more, Step::Keep).await.unwrap();
    let (after, _) = opened(&site, &ann, id).await;
    let mut expected = before;
    expected.revision += 1;
    "Größe!".clone_into(&mut expected.summary.title);
    expected.summary.updated_at = NOON.plus_seconds(60);
    assert_eq!(after, expected);
}

async fn the_second_of_two_writers_is_told(database: &TestDatabase) {
    let ann = somebody("Ann", Role::Owner);
    let site = with(database, &[&ann]).await;
    let desk = &site.app.editing;
    let post = desk.create(&ann, PostKind::Post, edit("Shared"), Step::Keep).await.unwrap().value;
    let id = &post.summary.id;
    desk.save(&ann, id, post.revision, edit("Mine"), Step::Keep).await.unwrap();
    let late = [
        desk.save(&ann, id, post.revision, edit("Theirs"), Step::Keep).await.map(|_| ()),
        // Nor does what they did not change take back what was changed.
        desk.save(&ann, id, post.revision, edit("Shared"), Step::Publish).await.map(|_| ()),
        desk.delete(&ann, id, post.revision).await.map(|_| ()),
    ];
    for late in late {
        assert!(matches!(late, Err(EditingError::Changed)), "{late:?}");
    }
    assert_eq!(opened(&site, &ann, id).await.0.summary.title, "Mine");
}

async fn a_date_decides_when_readers_see_it(database: &TestDatabase) {
    let ann = somebody("Ann", Role::Author);
    let site = with(database, &[&ann]).await;
    let desk = &site.app.editing;
    let tomorrow = Edit { published_at: Some(NOON.plus_seconds(3600)), ..edit("Tomorrow") };
    let saved = desk.create(&ann, PostKind::Post, tomorrow.clone(), Step::Publish).await.unwrap();
    assert_eq!(saved.value.summary.status, Status::Scheduled);
    assert_eq!(site.get("/tomorrow/").await.status, 404);
    let id = saved.value.summary.id;
    let save = async |date, step| {
        let (post, words) = opened(&site, &ann, &id).await;
        let words = Edit { published_at: date, ..words };
        Box::pin(desk.save(&ann, &id, post.revision, words, step)).await
    };
    let refused = save(None, Step::Keep).await.unwrap_err();
    assert!(matches!(refused, EditingError::Invalid { field: "published_at", .. }), "{refused}");
    site.clock.advance(3600);
    site.app.publishing.publish_due().await.unwrap();
    assert_eq!(site.get("/tomorrow/").await.status, 200);
    // What readers see already cannot be ahead of them.
    let ahead = Some(NOON.plus_seconds(7200));
    for (date, step) in [(ahead, Step::Keep), (None, Step::Keep)] {
        let refused = save(date, step).await.unwrap_err();
        assert!(matches!(refused, EditingError::Invalid { field: "published_at", .. }));
    }
    let back = save(ahead, Step::Unpublish).await.unwrap().value;
    assert_eq!(back.summary.status, Status::Draft);
    let again = save(ahead, Step::Publish).await.unwrap().value;
    assert_eq!(again.summary.status, Status::Scheduled);
    let now = save(None, Step::Publish).await.unwrap().value;
    assert_eq!(now.summary.published_at, Some(NOON.plus_seconds(3600)));
}

async fn each_role_does_what_it_may(database: &TestDatabase) {
    let (ed, ann) = (somebody("Ed", Role::Editor), somebody("Ann", Role::Author));
    let cleo = somebody("Cleo", Role::Contributor);
    let site = with(database, &[&ed, &ann, &cleo]).await;
    let desk = &site.app.editing;
    let post = PostKind::Post;
    let made = desk.create(&cleo, post, edit("Handed in"), Step::Keep).await.unwrap().value;
    let id = &made.summary.id;

    let forbidden = desk.create(&cleo, post, edit("Out"), Step::Publish).await.unwrap_err();
    assert!(matches!(forbidden, EditingError::Forbidden), "{forbidden}");
    for user in [&cleo, &ann] {
        let page = desk.create(user, PostKind::Page, edit("Page"), Step::Keep).await.unwrap_err();
        assert!(matches!(page, EditingError::Forbidden), "{page}");
        assert!(desk.begin(user, PostKind::Page).await.is_err());
    }
    // What is another's is not even there.
    let hidden = [
        desk.open(&ann, id).await.map(|_| ()),
        desk.save(&ann, id, made.revision, edit("Taken"), Step::Keep).await.map(|_| ()),
        desk.preview(&ann, id, edit("Seen")).await.map(|_| ()),
        desk.delete(&ann, id, made.revision).await.map(|_| ()),
    ];
    for hidden in hidden {
        assert!(matches!(hidden, Err(EditingError::Missing)), "{hidden:?}");
    }
    desk.save(&ed, id, made.revision, edit("Out"), Step::Publish).await.unwrap();
    let out = desk.open(&cleo, id).await.unwrap();
    assert_eq!(out.rights, Rights { edit: false, publish: false, delete: false });
    assert_eq!(out.full.authors[0].id, cleo.id, "an editor does not become the author");
    for step in [Step::Keep, Step::Unpublish] {
        let late = desk.save(&cleo, id, made.revision + 1, edit("Late"), step).await.unwrap_err();
        assert!(matches!(late, EditingError::Forbidden), "{late}");
    }
}

async fn what_breaks_a_rule_says_which_field(database: &TestDatabase) {
    let ann = somebody("Ann", Role::Author);
    let site = with(database, &[&ann]).await;
    let long = "x".repeat(300);
    for (words, expected) in [
        (edit("  "), "title"),
        (edit(&long), "title"),
        (Edit { tags: vec![long.clone()], ..edit("Tags") }, "tags"),
        (Edit { markdown: "x".repeat((8 << 20) + 1), ..edit("Text") }, "markdown"),
    ] {
        for step in [Step::Keep, Step::Publish] {
            let made = site.app.editing.create(&ann, PostKind::Post, words.clone(), step).await;
            let Err(EditingError::Invalid { field, .. }) = made else { panic!("{made:?}") };
            assert_eq!(field, expected);
        }
    }
}

async fn a_preview_is_what_would_be_saved_and_saves_nothing(database: &TestDatabase) {
    let ann = somebody("Ann", Role::Author);
    let site = with(database, &[&ann]).await;
    let desk = &site.app.editing;
    let words = Edit { tags: vec!["New".to_owned()], ..edit("Shown") };
    let mut hand = database.hand().await;
    let log = hand.log_end().await;
    let shown = desk.preview_new(&ann, PostKind::Post, words.clone()).await.unwrap().full;
    assert_eq!(hand.log_end().await, log);
    let saved = desk.create(&ann, PostKind::Post, words, Step::Keep).await.unwrap().value;
    let (saved, mut words) = opened(&site, &ann, &saved.summary.id).await;
    assert_eq!((&shown.post.html, &shown.post.summary.title), (&saved.html, &saved.summary.title));
    assert_eq!((shown.tags[0].name.as_str(), shown.authors), ("New", vec![ann.clone()]));
    words.markdown.push_str(" *Unsaved.*");
    let shown = desk.preview(&ann, &saved.summary.id, words).await.unwrap().full;
    assert!(shown.post.html.contains("<em>Unsaved.</em>"), "{}", shown.post.html);
    assert_eq!(opened(&site, &ann, &saved.summary.id).await.0, saved);
}
