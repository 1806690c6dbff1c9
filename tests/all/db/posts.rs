//! Posts, tags and authors: they come back as they were saved, and nobody overwrites anybody.

use masthead::db::{DbError, Intent, posts, redirects, settings, tags, users};
use masthead::domain::{PostKind, Status, Timestamp, Visibility};

use crate::support::fixtures::{NOON, author, draft, published, slug, tag};
use crate::support::{TestDatabase, on_both};

on_both!(
    a_post_comes_back_as_it_was_saved,
    a_tag_and_an_author_come_back_as_they_were_saved,
    the_second_of_two_writers_is_told,
    a_slug_is_taken_once_in_each_kind,
    tags_and_authors_keep_their_order,
    a_scheduled_post_is_published_once,
    summaries_leave_out_what_is_not_there,
    the_last_to_have_had_an_address_keeps_it,
    saying_the_same_again_is_no_change,
);

async fn a_post_comes_back_as_it_was_saved(db: &TestDatabase) {
    let mut post = published("Größe — “quoted” 東京", Timestamp(-1));
    post.summary.featured = true;
    post.summary.visibility = Visibility::Members;
    post.summary.locale = Some("ar".to_owned());
    post.summary.feature_image = Some("/content/images/a.png".to_owned());
    post.summary.custom_excerpt = Some(String::new());
    post.social.canonical_url = Some("https://example.org/'; drop table posts; --".to_owned());
    post.social.twitter_description = Some("last of its block".to_owned());
    post.codeinjection_foot = Some("<!-- $1 -->".to_owned());
    post.frontmatter = Some("{\"weight\":10}".to_owned());
    post.trusted = true;
    post.show_title_and_feature_image = false;
    let mut transaction = db.write().await.unwrap();
    posts::insert(&mut transaction, &post).await.unwrap();
    transaction.commit().await.unwrap();

    let mut snapshot = db.read(Intent::Primary).await.unwrap();
    let (id, slug) = (&post.summary.id, &post.summary.slug);
    assert_eq!(posts::by_id(&mut snapshot, id).await.unwrap().as_ref(), Some(&post));
    let found = posts::by_slug(&mut snapshot, PostKind::Post, slug).await.unwrap();
    assert_eq!(found.as_ref(), Some(&post));
    assert_eq!(posts::by_slug(&mut snapshot, PostKind::Page, slug).await.unwrap(), None);
    assert_eq!(posts::id_by_uuid(&mut snapshot, &post.uuid).await.unwrap().as_ref(), Some(id));
    assert_eq!(posts::after(&mut snapshot, None, 10).await.unwrap(), [post.clone()]);
    drop(snapshot);

    "Another".clone_into(&mut post.summary.title);
    post.social.meta_title = Some("Another".to_owned());
    "Other words".clone_into(&mut post.plaintext);
    let mut transaction = db.write().await.unwrap();
    posts::update(&mut transaction, &post).await.unwrap();
    let found = posts::by_id(&mut transaction, &post.summary.id).await.unwrap().unwrap();
    post.revision += 1;
    assert_eq!(found, post);
}

async fn a_tag_and_an_author_come_back_as_they_were_saved(db: &TestDatabase) {
    let mut tag = tag("#Import 2026");
    tag.social.og_title = Some("Imported".to_owned());
    tag.codeinjection_head = Some("<style></style>".to_owned());
    let mut author = author("Zoë");
    author.email = Some("zoe@example.org".to_owned());
    author.linkedin = Some("zoe".to_owned());
    let mut t = db.write().await.unwrap();
    for name in ["first", "second"] {
        tag.description = Some(name.to_owned());
        author.bio = Some(name.to_owned());
        tags::save(&mut t, &tag).await.unwrap();
        users::save(&mut t, &author).await.unwrap();
        assert_eq!(tags::by_slug(&mut t, &tag.slug).await.unwrap().as_ref(), Some(&tag));
        assert_eq!(tags::by_name(&mut t, "#import 2026").await.unwrap().as_ref(), Some(&tag));
        assert_eq!(users::by_slug(&mut t, &author.slug).await.unwrap().as_ref(), Some(&author));
        let found = users::by_email(&mut t, "zoe@example.org").await.unwrap();
        assert_eq!(found.as_ref(), Some(&author));
    }
}

async fn the_second_of_two_writers_is_told(db: &TestDatabase) {
    let mine = draft("Shared");
    let mut t = db.write().await.unwrap();
    posts::insert(&mut t, &mine).await.unwrap();
    t.commit().await.unwrap();
    let mut theirs = mine.clone();
    "Theirs".clone_into(&mut theirs.summary.title);
    let mut t = db.write().await.unwrap();
    posts::update(&mut t, &theirs).await.unwrap();
    t.commit().await.unwrap();

    let mut t = db.write().await.unwrap();
    let error = posts::update(&mut t, &mine).await.unwrap_err();
    assert!(matches!(error, DbError::Changed), "{error}");
    drop(t);
    let kept =
        posts::by_id(&mut db.read(Intent::Primary).await.unwrap(), &mine.summary.id).await.unwrap();
    assert_eq!(kept.unwrap().summary.title, "Theirs");
}

async fn a_slug_is_taken_once_in_each_kind(db: &TestDatabase) {
    let mut t = db.write().await.unwrap();
    posts::insert(&mut t, &draft("One")).await.unwrap();
    let mut page = draft("One as a page");
    page.summary.kind = PostKind::Page;
    page.summary.slug = slug("One");
    posts::insert(&mut t, &page).await.unwrap();
    tags::save(&mut t, &tag("One")).await.unwrap();
    users::save(&mut t, &author("One")).await.unwrap();
    t.commit().await.unwrap();

    let mut again = draft("Two");
    again.summary.slug = slug("One");
    let mut t = db.write().await.unwrap();
    let error = posts::insert(&mut t, &again).await.unwrap_err();
    assert!(matches!(error, DbError::Taken), "{error}");
    drop(t);

    let mut again = tag("Two");
    again.slug = slug("One");
    let mut t = db.write().await.unwrap();
    let error = tags::save(&mut t, &again).await.unwrap_err();
    assert!(matches!(error, DbError::Taken), "{error}");
    drop(t);

    let mut again = author("Two");
    again.slug = slug("One");
    let mut t = db.write().await.unwrap();
    let error = users::save(&mut t, &again).await.unwrap_err();
    assert!(matches!(error, DbError::Taken), "{error}");
}

async fn tags_and_authors_keep_their_order(db: &TestDatabase) {
    let post = draft("One");
    let id = &post.summary.id;
    let named = ["Zebra", "Ape", "Mole"];
    let mut t = db.write().await.unwrap();
    posts::insert(&mut t, &post).await.unwrap();
    for name in named {
        tags::save(&mut t, &tag(name)).await.unwrap();
        users::save(&mut t, &author(name)).await.unwrap();
    }
    for order in [[0, 1, 2], [2, 0, 1]] {
        let ids = order.map(|n| tag(named[n]).id);
        posts::set_tags(&mut t, id, &ids).await.unwrap();
        let found = posts::tags_of(&mut t, std::slice::from_ref(id)).await.unwrap();
        assert!(found.iter().map(|(_, tag)| &tag.id).eq(&ids));
        let ids = order.map(|n| author(named[n]).id);
        posts::set_authors(&mut t, id, &ids).await.unwrap();
        let found = posts::authors_of(&mut t, std::slice::from_ref(id)).await.unwrap();
        assert!(found.iter().map(|(_, author)| &author.id).eq(&ids));
    }
    assert!(posts::tags_of(&mut t, &[]).await.unwrap().is_empty());
}

async fn a_scheduled_post_is_published_once(db: &TestDatabase) {
    let mut post = published("Tomorrow", NOON.plus_seconds(60));
    post.summary.status = Status::Scheduled;
    let id = &post.summary.id;
    let mut t = db.write().await.unwrap();
    posts::insert(&mut t, &post).await.unwrap();
    let late = NOON.plus_seconds(60);
    assert_eq!(posts::due(&mut t, NOON, 10).await.unwrap(), []);
    assert!(!posts::publish_due(&mut t, id, NOON).await.unwrap());
    assert_eq!(posts::due(&mut t, late, 10).await.unwrap().as_slice(), std::slice::from_ref(id));
    assert!(posts::publish_due(&mut t, id, late).await.unwrap());
    assert!(!posts::publish_due(&mut t, id, late).await.unwrap());
    let found = posts::by_id(&mut t, id).await.unwrap().unwrap();
    assert_eq!((found.summary.status, found.revision), (Status::Published, 2));
}

async fn summaries_leave_out_what_is_not_there(db: &TestDatabase) {
    let (here, gone) = (draft("Here"), draft("Gone"));
    let mut t = db.write().await.unwrap();
    assert!(!posts::exists(&mut t).await.unwrap());
    posts::insert(&mut t, &here).await.unwrap();
    posts::insert(&mut t, &gone).await.unwrap();
    posts::delete(&mut t, &gone.summary.id).await.unwrap();
    let ids = [gone.summary.id, here.summary.id.clone()];
    let found = posts::summaries(&mut t, &ids).await.unwrap();
    assert_eq!(found.as_slice(), std::slice::from_ref(&here.summary));
    let texts = posts::open_texts(&mut t, &ids).await.unwrap();
    assert_eq!(texts, [(here.summary.id, here.plaintext)]);
    assert!(posts::exists(&mut t).await.unwrap());
}

async fn the_last_to_have_had_an_address_keeps_it(db: &TestDatabase) {
    use redirects::Target;
    let post = published("One", NOON);
    let tag = tag("One");
    let mut t = db.write().await.unwrap();
    posts::insert(&mut t, &post).await.unwrap();
    tags::save(&mut t, &tag).await.unwrap();
    redirects::save(&mut t, "/old/", Target::Post(&post.summary.id), NOON).await.unwrap();
    let found = redirects::find(&mut t, "/old").await.unwrap().unwrap();
    assert_eq!(found.post.as_ref(), Some(&post.summary.slug));
    redirects::save(&mut t, "/old", Target::Tag(&tag.id), NOON).await.unwrap();
    let found = redirects::find(&mut t, "/old/").await.unwrap().unwrap();
    assert_eq!((found.post, found.tag), (None, Some(tag.slug)));
    assert_eq!(redirects::of_post(&mut t, &post.summary.id).await.unwrap(), [""; 0]);
}

async fn saying_the_same_again_is_no_change(db: &TestDatabase) {
    let post = published("One", NOON);
    let mut t = db.write().await.unwrap();
    posts::insert(&mut t, &post).await.unwrap();
    t.commit().await.unwrap();
    let mut hand = db.hand().await;
    let mut ends = Vec::new();
    for _ in 0..2 {
        let mut t = db.write().await.unwrap();
        settings::set(&mut t, "title", "\"Same\"").await.unwrap();
        let target = redirects::Target::Post(&post.summary.id);
        redirects::save(&mut t, "/old", target, NOON).await.unwrap();
        t.commit().await.unwrap();
        ends.push(hand.log_end().await);
    }
    assert_eq!(ends[0], ends[1], "the second time was logged");
}
