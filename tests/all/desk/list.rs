//! The list of posts: who sees which, in which order, and what a page of it costs.

use std::collections::BTreeSet;

use masthead::db::desk::{self, Filter};
use masthead::domain::author::Role;
use masthead::domain::post::Draft;
use masthead::domain::{Author, PostKind, Status};
use masthead::services::editing::{COUNTED, Counts, PER_PAGE, Query};

use crate::instance::{Instance, page, published};
use crate::support::fixtures::{NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(
    everybody_sees_what_they_may,
    a_list_is_narrowed_by_state_and_by_words,
    ten_thousand_posts_are_listed_once_each,
    a_page_of_the_list_is_a_range_of_an_index,
);

fn somebody(name: &str, role: Role) -> Author {
    Author { role, ..author(name) }
}

fn draft(title: &str, by: &Author) -> Draft {
    Draft {
        status: Status::Draft,
        published_at: None,
        authors: vec![by.id.clone()],
        ..published(title, NOON)
    }
}

async fn titles(site: &Instance, user: &Author, query: Query) -> Vec<String> {
    let list = site.app.editing.list(user, &query).await.unwrap();
    list.posts.into_iter().map(|card| card.post.title).collect()
}

async fn everybody_sees_what_they_may(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let (editor, ann) = (somebody("Ed", Role::Editor), somebody("Ann", Role::Author));
    let cleo = somebody("Cleo", Role::Contributor);
    for user in [&editor, &ann, &cleo] {
        site.add_author(user).await;
    }
    for (title, by) in [("Ed's", &editor), ("Ann's", &ann), ("Cleo's", &cleo)] {
        site.clock.advance(60);
        site.create(&draft(title, by)).await;
    }
    site.clock.advance(60);
    let both = Draft { authors: vec![ann.id.clone(), cleo.id.clone()], ..draft("Both", &ann) };
    site.create(&both).await;
    site.create(&page("About")).await;
    let all = Query::default;
    assert_eq!(titles(&site, &editor, all()).await, ["Both", "Cleo's", "Ann's", "Ed's"]);
    assert_eq!(titles(&site, &ann, all()).await, ["Both", "Ann's"]);
    assert_eq!(titles(&site, &cleo, all()).await, ["Both", "Cleo's"]);
    let pages = Query { kind: PostKind::Page, ..all() };
    assert_eq!(titles(&site, &editor, pages.clone()).await, ["About"]);
    assert!(titles(&site, &ann, pages).await.is_empty());
}

async fn a_list_is_narrowed_by_state_and_by_words(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let ann = somebody("Ann", Role::Owner);
    site.add_author(&ann).await;
    let later = NOON.plus_seconds(3600);
    for post in [
        draft("On clocks", &ann),
        draft("100% of clocks", &ann),
        Draft { status: Status::Scheduled, ..published("Clocks tomorrow", later) },
        published("Harbours", NOON),
    ] {
        site.clock.advance(60);
        site.create(&post).await;
    }
    let of = |status, words: &str| Query { status, words: words.to_owned(), ..Query::default() };
    for (status, words, expected) in [
        (None, "", vec!["Harbours", "Clocks tomorrow", "100% of clocks", "On clocks"]),
        (Some(Status::Draft), "", vec!["100% of clocks", "On clocks"]),
        (Some(Status::Scheduled), "", vec!["Clocks tomorrow"]),
        (Some(Status::Published), "", vec!["Harbours"]),
        (None, "CLOCKS", vec!["Clocks tomorrow", "100% of clocks", "On clocks"]),
        (None, "clocks of", vec!["100% of clocks"]),
        (None, "0%", vec!["100% of clocks"]),
        (None, "%", vec!["100% of clocks"]),
        (None, "_", vec![]),
        (Some(Status::Draft), "tomorrow", vec![]),
    ] {
        assert_eq!(titles(&site, &ann, of(status, words)).await, expected, "{status:?} {words}");
    }
    let list = site.app.editing.list(&ann, &of(None, "nothing")).await.unwrap();
    assert_eq!(list.counts, Counts { drafts: 2, scheduled: 1, published: 1 });
}

/// Ten thousand drafts, some of which changed at the same instant, and an author with every tenth.
async fn fill(database: &TestDatabase, ann: &Author) {
    const SQL: &str = "insert into posts (id, type, slug, status, visibility, featured, created_at, \
        updated_at, reading_time, title, excerpt, uuid, show_title_and_feature_image, trusted, \
        revision, headings, markdown, html, plaintext) \
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000) \
        select '0000000000000000000' || (10000 + i), 'post', 'post-' || i, 'draft', \
        'public', false, 1, 1777636800000000 + cast(i / 3 as bigint) * 1000000, 1, 'Post ' || i, '', \
        'uuid-' || i, true, false, 1, '[]', '', '', '' from n";
    let mut hand = database.hand().await;
    hand.execute(SQL).await;
    hand.execute(&format!(
        "insert into posts_authors (post_id, user_id, sort_order) \
         select id, '{}', 0 from posts where id like '%0'; analyze",
        ann.id
    ))
    .await;
}

async fn ten_thousand_posts_are_listed_once_each(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let (ed, ann) = (somebody("Ed", Role::Editor), somebody("Ann", Role::Author));
    site.add_author(&ed).await;
    site.add_author(&ann).await;
    fill(database, &ann).await;
    for (user, expected) in [(&ed, 10_000), (&ann, 1_000)] {
        let mut seen = BTreeSet::new();
        let mut query = Query::default();
        let mut above = None;
        loop {
            let list = site.app.editing.list(user, &query).await.unwrap();
            assert_eq!(list.counts.drafts, u64::from(COUNTED));
            for card in &list.posts {
                let place = (card.post.updated_at, card.post.id.clone());
                assert!(above.as_ref().is_none_or(|above| place < *above), "{place:?}");
                seen.insert(card.post.id.clone());
                above = Some(place);
            }
            let Some(next) = list.next else { break };
            assert_eq!(list.posts.len(), PER_PAGE as usize);
            query.behind = Some(next);
        }
        assert_eq!(seen.len(), expected);
    }
}

/// What the database would do: no page of a list is sorted, and none is found by a walk.
async fn a_page_of_the_list_is_a_range_of_an_index(database: &TestDatabase) {
    let ann = somebody("Ann", Role::Author);
    let mut t = database.write().await.unwrap();
    masthead::db::users::save(&mut t, &ann).await.unwrap();
    t.commit().await.unwrap();
    fill(database, &ann).await;
    let all = Filter { kind: PostKind::Post, status: None, author: None, words: &[] };
    let few = Filter { status: Some(Status::Scheduled), ..all };
    let words = Filter { words: &["post"], ..all };
    let (begin, half) = ("9223372036854775807", "1777638466000000");
    let mut hand = database.hand().await;
    for place in [begin, half] {
        let range = [place, "'f'", "31"];
        for (filter, values, index) in [
            (all, [&["'post'"][..], &range].concat(), "posts_at_the_desk "),
            (
                few,
                [&["'post'", "'scheduled'"][..], &range].concat(),
                "posts_at_the_desk_by_status ",
            ),
            (words, [&["'post'"][..], &range, &["'%post%'"]].concat(), "posts_at_the_desk "),
        ] {
            let mut sql = desk::page_sql(filter);
            for (n, value) in values.iter().enumerate() {
                sql = sql.replace(&format!("${}", n + 1), value);
            }
            let plan = hand.plan(&sql).await;
            assert!(plan.contains(index), "{sql}\n{plan}");
            for slow in ["Seq Scan", "SCAN posts", "Sort", "TEMP B-TREE"] {
                assert!(!plan.contains(slow), "{sql}\n{plan}");
            }
        }
    }
}
