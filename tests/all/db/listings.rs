//! Listings: they follow the posts, whatever is done to those, and a page of them is found right.

use std::time::Duration;

use jiff::tz::TimeZone;
use masthead::db::{Intent, listings, posts, tags, users};
use masthead::domain::listing::{Month, Pagination, Position};
use masthead::domain::{Post, PostKind, Scope, Status, Timestamp};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::support::fixtures::{NOON, author, draft, published, tag};
use crate::support::{Engine, Hand, TestDatabase, on_both};

on_both!(
    listings_follow_a_post,
    listings_follow_plain_sql,
    anything_may_happen_to_posts,
    a_page_is_what_counting_through_would_give,
    neighbours_stand_where_the_order_puts_them,
    months_are_those_of_the_time_zone,
);

/// Microseconds in a bucket of `listing_counts`.
const BUCKET: i64 = 2_592_000_000_000;

/// Instants around which counting could go wrong: before and after 1970, at the edges of buckets.
const INSTANTS: [i64; 14] = [
    -100 * BUCKET,
    -2 * BUCKET,
    -BUCKET - 1,
    -BUCKET,
    -BUCKET + 1,
    -1,
    0,
    1,
    BUCKET - 1,
    BUCKET,
    2 * BUCKET - 1,
    2 * BUCKET,
    NOON.0,
    NOON.0 + 1,
];

/// What the listings and their counts hold, and what they should hold, made from the posts.
async fn assert_consistent(hand: &mut Hand, after: &str) {
    let listed = "select scope || ' ' || listed_at || ' ' || post_id from listings order by 1";
    let expected = "select s.scope || ' ' || p.published_at || ' ' || p.id from posts p join (
            select id as post_id, 'site' as scope from posts
            union all select post_id, 'tag:' || tag_id from posts_tags
            union all select post_id, 'author:' || user_id from posts_authors
        ) s on s.post_id = p.id where p.type = 'post' and p.status = 'published' order by 1";
    assert_eq!(hand.texts(listed).await, hand.texts(expected).await, "listings after {after}");
    let counted = "select scope || ' ' || bucket || ' ' || posts from listing_counts
        where posts <> 0 order by 1";
    let expected = "select scope || ' ' || bucket || ' ' || count(*) from (
            select scope, listed_at / 2592000000000 as bucket from listings
        ) l group by scope, bucket order by 1";
    assert_eq!(hand.texts(counted).await, hand.texts(expected).await, "counts after {after}");
}

/// What a writer does to a post.
type Step = fn(&mut Post);

async fn listings_follow_a_post(db: &TestDatabase) {
    let mut hand = db.hand().await;
    let mut post = draft("One");
    let id = post.summary.id.clone();
    let (news, ann, bob) = (tag("News"), author("Ann"), author("Bob"));
    let all = [Scope::Site, Scope::Tag(news.id.clone()), Scope::Author(ann.id.clone())];
    let by_bob = Scope::Author(bob.id.clone());

    let mut t = db.write().await.unwrap();
    tags::save(&mut t, &news).await.unwrap();
    users::save(&mut t, &ann).await.unwrap();
    users::save(&mut t, &bob).await.unwrap();
    posts::insert(&mut t, &post).await.unwrap();
    posts::set_tags(&mut t, &id, std::slice::from_ref(&news.id)).await.unwrap();
    posts::set_authors(&mut t, &id, std::slice::from_ref(&ann.id)).await.unwrap();
    t.commit().await.unwrap();
    assert_consistent(&mut hand, "a draft").await;

    // Each step: what the writer does, and whether the three lists then hold the post.
    let steps: [(&str, Step, bool); 7] = [
        ("publishing", |p| p.summary.status = Status::Published, true),
        ("a new date", |p| p.summary.published_at = Some(Timestamp(-5)), true),
        ("a new title", |p| "Two".clone_into(&mut p.summary.title), true),
        ("becoming a page", |p| p.summary.kind = PostKind::Page, false),
        ("becoming a post again", |p| p.summary.kind = PostKind::Post, true),
        ("scheduling", |p| p.summary.status = Status::Scheduled, false),
        ("publishing again", |p| p.summary.status = Status::Published, true),
    ];
    post.summary.published_at = Some(NOON);
    for (name, step, listed) in steps {
        step(&mut post);
        let mut t = db.write().await.unwrap();
        posts::update(&mut t, &post).await.unwrap();
        t.commit().await.unwrap();
        post.revision += 1;
        assert_consistent(&mut hand, name).await;
        let mut snapshot = db.read(Intent::Primary).await.unwrap();
        for scope in &all {
            let count = listings::count(&mut snapshot, scope).await.unwrap();
            assert_eq!(count, u64::from(listed), "{scope} after {name}");
        }
    }

    let mut t = db.write().await.unwrap();
    posts::set_authors(&mut t, &id, &[bob.id]).await.unwrap();
    posts::set_tags(&mut t, &id, &[]).await.unwrap();
    assert_eq!(listings::count(&mut t, &all[1]).await.unwrap(), 0);
    assert_eq!(listings::count(&mut t, &all[2]).await.unwrap(), 0);
    assert_eq!(listings::count(&mut t, &by_bob).await.unwrap(), 1);
    t.commit().await.unwrap();
    assert_consistent(&mut hand, "another author and no tag").await;

    let mut t = db.write().await.unwrap();
    posts::delete(&mut t, &id).await.unwrap();
    assert_eq!(listings::count(&mut t, &by_bob).await.unwrap(), 0);
    t.commit().await.unwrap();
    assert_consistent(&mut hand, "deleting").await;
}

/// Two published posts, two tags, two authors; the first post has the first of each.
const CONTENT: &str = "
    insert into users (id, name, slug, role, status, created_at, updated_at)
        values ('u1', '', 'u1', '', '', 1, 1), ('u2', '', 'u2', '', '', 1, 1);
    insert into tags (id, name, slug, visibility, created_at, updated_at)
        values ('t1', '', 't1', '', 1, 1), ('t2', '', 't2', '', 1, 1);
    insert into posts (id, type, slug, status, visibility, featured, published_at, created_at,
            updated_at, reading_time, title, excerpt, uuid, show_title_and_feature_image, trusted,
            revision, headings, markdown, html, plaintext)
        values ('p1', 'post', 'p1', 'published', '', false, 7, 1, 1, 1, '', '', 'p1', true, false,
                1, '[]', '', '', ''),
            ('p2', 'post', 'p2', 'published', '', false, 8, 1, 1, 1, '', '', 'p2', true, false,
                1, '[]', '', '', '');
    insert into posts_tags values ('p1', 't1', 0);
    insert into posts_authors values ('p1', 'u1', 0)";

async fn listings_follow_plain_sql(db: &TestDatabase) {
    let mut hand = db.hand().await;
    hand.execute(CONTENT).await;
    for sql in [
        "update posts set published_at = published_at - 2592000000000",
        "update posts_tags set tag_id = 't2'",
        "update posts_tags set post_id = 'p2'",
        "update posts_authors set post_id = 'p2', user_id = 'u2'",
        "update posts_tags set sort_order = 5",
        "insert into posts_tags values ('p1', 't1', 0), ('p1', 't2', 1)",
        "update posts set status = 'draft' where id = 'p1'",
        "update posts set status = 'published'",
        "delete from tags where id = 't2'",
        "delete from users",
        "update listings set listed_at = listed_at where scope = 'site'",
        "delete from posts where id = 'p1'",
        "delete from posts",
    ] {
        hand.execute(sql).await;
        assert_consistent(&mut hand, sql).await;
    }
}

/// Nobody should write to the listings, but if somebody does, the counts still hold.
#[tokio::test]
async fn counts_follow_listings_that_are_changed_by_hand() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let db = TestDatabase::migrated(engine).await;
        let mut hand = db.hand().await;
        hand.execute(CONTENT).await;
        hand.execute("update listings set listed_at = 2592000000000 where scope = 'site'").await;
        let counted = "select cast(posts as bigint) from listing_counts
            where scope = 'site' and bucket = 1";
        assert_eq!(hand.number(counted).await, 2, "{engine:?}");
        drop(hand);
        db.remove().await;
    }
}

async fn anything_may_happen_to_posts(db: &TestDatabase) {
    let mut random = StdRng::seed_from_u64(20_260_501);
    let mut hand = db.hand().await;
    let tags: Vec<_> = ["a", "b", "c"].map(tag).into();
    let authors: Vec<_> = ["d", "e"].map(author).into();
    let mut t = db.write().await.unwrap();
    for tag in &tags {
        tags::save(&mut t, tag).await.unwrap();
    }
    for author in &authors {
        users::save(&mut t, author).await.unwrap();
    }
    t.commit().await.unwrap();

    for step in 0..250 {
        let name = format!("post {}", random.random_range(0..12));
        let mut t = db.write().await.unwrap();
        let found = posts::by_id(&mut t, &draft(&name).summary.id).await.unwrap();
        let mut post = found.clone().unwrap_or_else(|| draft(&name));
        let id = post.summary.id.clone();
        let statuses = [Status::Draft, Status::Scheduled, Status::Published, Status::Published];
        let chosen: Vec<_> = tags.iter().filter(|_| random.random_bool(0.5)).collect();
        let chosen: Vec<_> = chosen.into_iter().map(|tag| tag.id.clone()).collect();
        let writer = [authors.choose(&mut random).unwrap().id.clone()];
        match random.random_range(0..5) {
            0 if found.is_some() => posts::delete(&mut t, &id).await.unwrap(),
            1 if found.is_some() => posts::set_tags(&mut t, &id, &chosen).await.unwrap(),
            2 if found.is_some() => posts::set_authors(&mut t, &id, &writer).await.unwrap(),
            _ => {
                post.summary.status = *statuses.choose(&mut random).unwrap();
                post.summary.published_at = Some(Timestamp(*INSTANTS.choose(&mut random).unwrap()));
                let is_page = random.random_bool(0.1);
                post.summary.kind = if is_page { PostKind::Page } else { PostKind::Post };
                if found.is_some() {
                    posts::update(&mut t, &post).await.unwrap();
                } else {
                    posts::insert(&mut t, &post).await.unwrap();
                    posts::set_tags(&mut t, &id, &chosen).await.unwrap();
                    posts::set_authors(&mut t, &id, &writer).await.unwrap();
                }
            }
        }
        if random.random_bool(0.9) {
            t.commit().await.unwrap();
        } else {
            drop(t);
        }
        if step % 10 == 9 {
            assert_consistent(&mut hand, &format!("step {step}")).await;
        }
    }
}

/// Published posts at random ones of [`INSTANTS`], so that many share one; newest first.
async fn many_posts(db: &TestDatabase) -> Vec<Position> {
    let mut random = StdRng::seed_from_u64(4);
    let mut positions = Vec::new();
    let mut t = db.write().await.unwrap();
    for n in 0..60 {
        let at = Timestamp(*INSTANTS.choose(&mut random).unwrap());
        let post = published(&format!("post {n}"), at);
        posts::insert(&mut t, &post).await.unwrap();
        positions.push(Position { listed_at: at, post_id: post.summary.id });
    }
    t.commit().await.unwrap();
    positions.sort_by(|a, b| (b.listed_at, &b.post_id).cmp(&(a.listed_at, &a.post_id)));
    positions
}

async fn a_page_is_what_counting_through_would_give(db: &TestDatabase) {
    let positions = many_posts(db).await;
    let mut snapshot = db.read(Intent::Primary).await.unwrap();
    let total = listings::count(&mut snapshot, &Scope::Site).await.unwrap();
    assert_eq!(total, 60);
    for per_page in [1, 7, 20, 60, 100] {
        let pages = Pagination { page: 1, per_page, total }.pages();
        for page in 1..=pages + 1 {
            let pagination = Pagination { page, per_page, total };
            let found = listings::page(&mut snapshot, &Scope::Site, pagination).await.unwrap();
            let found: Vec<Position> = found.into_iter().map(Into::into).collect();
            let skip = usize::try_from((page - 1) * u64::from(per_page)).unwrap();
            let expected: Vec<_> =
                positions.iter().skip(skip).take(per_page as usize).cloned().collect();
            assert_eq!(found, expected, "page {page} of {per_page} each");
        }
    }
    for page in [99_999_999_999, u64::MAX] {
        let beyond = Pagination { page, per_page: 10, total };
        assert_eq!(listings::page(&mut snapshot, &Scope::Site, beyond).await.unwrap(), []);
    }
}

async fn neighbours_stand_where_the_order_puts_them(db: &TestDatabase) {
    let positions = many_posts(db).await;
    let mut snapshot = db.read(Intent::Primary).await.unwrap();
    for (n, position) in positions.iter().enumerate() {
        let older = listings::older(&mut snapshot, &Scope::Site, position, 2).await.unwrap();
        let older: Vec<Position> = older.into_iter().map(Into::into).collect();
        let expected: Vec<_> = positions.iter().skip(n + 1).take(2).cloned().collect();
        assert_eq!(older, expected, "older than {n}");
        let newer = listings::newer(&mut snapshot, &Scope::Site, position, 2).await.unwrap();
        let newer: Vec<Position> = newer.into_iter().map(Into::into).collect();
        let expected: Vec<_> = positions[..n].iter().rev().take(2).cloned().collect();
        assert_eq!(newer, expected, "newer than {n}");
    }
}

async fn months_are_those_of_the_time_zone(db: &TestDatabase) {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().into();
    let mut t = db.write().await.unwrap();
    for (n, text) in [
        "2026-05-31T23:00:00Z",
        "2026-05-01T00:00:00Z",
        "2026-04-30T23:59:59.999999Z",
        "1969-12-31T20:00:00Z",
        "1969-12-31T20:00:00Z",
        "0999-02-03T00:00:00Z",
    ]
    .into_iter()
    .enumerate()
    {
        posts::insert(&mut t, &published(&format!("post {n}"), at(text))).await.unwrap();
    }
    for (zone, expected) in [
        ("UTC", vec![(2026, 5, 2), (2026, 4, 1), (1969, 12, 2), (999, 2, 1)]),
        ("Asia/Tokyo", vec![(2026, 6, 1), (2026, 5, 2), (1970, 1, 2), (999, 2, 1)]),
    ] {
        let zone = TimeZone::get(zone).unwrap();
        let months = listings::months(&mut t, &Scope::Site, &zone).await.unwrap();
        let mut found = Vec::new();
        for month in months {
            let (from, until) = (month.start(&zone), month.next().start(&zone));
            let Month { year, month } = month;
            let count = listings::count_between(&mut t, &Scope::Site, from, until).await.unwrap();
            let listed = listings::between(&mut t, &Scope::Site, from, until, 9, 0).await.unwrap();
            assert_eq!(count, listed.len() as u64);
            found.push((year, month, count));
        }
        assert_eq!(found, expected, "{zone:?}");
    }
}

/// Two transactions that cannot see each other's work: whoever commits last must repair.
mod races_on_postgres {
    use super::{CONTENT, Duration, Engine, TestDatabase, assert_consistent};

    /// The first acts; the second acts and commits, if nothing makes it wait; the first commits.
    async fn race(prepare: &str, first: &str, second: &str) {
        let db = TestDatabase::migrated(Engine::Postgres).await;
        let (mut one, mut two) = (db.hand().await, db.hand().await);
        one.execute(CONTENT).await;
        one.execute(prepare).await;
        one.execute(&format!("begin; {first}")).await;
        let statement = second.to_owned();
        let waiting = tokio::spawn(async move {
            two.execute(&format!("begin; {statement}; commit")).await;
        });
        tokio::time::sleep(Duration::from_millis(200)).await;
        one.execute("commit").await;
        waiting.await.unwrap();
        assert_consistent(&mut one, &format!("`{first}` and meanwhile `{second}`")).await;
        drop(one);
        db.remove().await;
    }

    async fn in_both_orders(prepare: &str, one: &str, two: &str) {
        race(prepare, one, two).await;
        race(prepare, two, one).await;
    }

    const UNPUBLISH: &str = "update posts set status = 'draft' where id = 'p1'";
    const PUBLISH: &str = "update posts set status = 'published' where id = 'p1'";

    #[tokio::test]
    async fn publishing_and_tagging() {
        in_both_orders(UNPUBLISH, PUBLISH, "insert into posts_tags values ('p1', 't2', 1)").await;
    }

    #[tokio::test]
    async fn publishing_and_untagging() {
        in_both_orders(UNPUBLISH, PUBLISH, "delete from posts_tags where tag_id = 't1'").await;
    }

    #[tokio::test]
    async fn publishing_and_changing_the_author() {
        in_both_orders(UNPUBLISH, PUBLISH, "update posts_authors set user_id = 'u2'").await;
    }

    #[tokio::test]
    async fn publishing_and_deleting_the_tag() {
        in_both_orders(UNPUBLISH, PUBLISH, "delete from tags where id = 't1'").await;
    }

    #[tokio::test]
    async fn publishing_and_moving_the_tag_to_another_post() {
        in_both_orders(UNPUBLISH, PUBLISH, "update posts_tags set post_id = 'p2'").await;
    }

    #[tokio::test]
    async fn unpublishing_and_tagging() {
        in_both_orders("", UNPUBLISH, "insert into posts_tags values ('p1', 't2', 1)").await;
    }

    #[tokio::test]
    async fn a_new_date_and_untagging() {
        let move_date = "update posts set published_at = 9 where id = 'p1'";
        in_both_orders("", move_date, "delete from posts_tags where tag_id = 't1'").await;
    }

    #[tokio::test]
    async fn deleting_and_tagging() {
        let db = TestDatabase::migrated(Engine::Postgres).await;
        let (mut one, mut two) = (db.hand().await, db.hand().await);
        one.execute(CONTENT).await;
        one.execute("begin; delete from posts where id = 'p1'").await;
        let waiting = tokio::spawn(async move {
            two.try_execute("insert into posts_tags values ('p1', 't2', 1)").await
        });
        tokio::time::sleep(Duration::from_millis(200)).await;
        one.execute("commit").await;
        assert!(waiting.await.unwrap().is_err(), "the post is gone");
        assert_consistent(&mut one, "deleting and tagging").await;
    }
}
