//! Cursors: who goes through a list by them comes by everything once, whatever happens meanwhile.

use std::collections::HashSet;

use masthead::db::Intent;
use masthead::db::browse::{self, Asker, By, Place, Query, Which};
use masthead::domain::{PostKind, Timestamp};
use masthead::nql;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use super::client::{self, Client};
use super::random;
use super::shelf::{self, Item, NOW};
use crate::instance::published;
use crate::support::fixtures::NOON;
use crate::support::{TestDatabase, on_both};

on_both!(
    whoever_walks_comes_by_everything_once_in_its_order,
    whoever_walks_misses_nothing_that_was_there_all_the_time,
    a_cursor_opens_its_own_list,
    drafts_are_walked_as_well,
);

const WALKS: usize = 150;
const FIELDS: [&str; 10] = [
    "title",
    "slug",
    "featured",
    "reading_time",
    "custom_excerpt",
    "published_at",
    "visibility",
    "meta_title",
    "updated_at",
    "id",
];

async fn whoever_walks_comes_by_everything_once_in_its_order(database: &TestDatabase) {
    let mut random = StdRng::seed_from_u64(11);
    let items: Vec<Item> = (0..40).map(|number| random::item(number, &mut random)).collect();
    shelf::put(database, &items).await;
    let mut snapshot = database.read(Intent::Any).await.unwrap();
    let mut pages = 0;
    for walk in 0..WALKS {
        let text = random::any(2, &mut random);
        let filter = if walk % 3 == 0 { None } else { nql::parse(&text).unwrap() };
        let rules = random.random_range(0..4);
        let order: Vec<By> = (0..rules)
            .map(|_| By {
                field: (*FIELDS.choose(&mut random).unwrap()).to_owned(),
                is_descending: random.random(),
            })
            .collect();
        let asker = if random.random() { Asker::Reader } else { Asker::Integration };
        let mut query =
            Query { asker, which: Which::All, filter, order, limit: None, skip: 0, after: None };
        let all = browse::posts(&mut snapshot, PostKind::Post, &query, NOW).await.unwrap();
        assert_eq!(all.last, None, "nobody asked for it");
        let limit = random.random_range(1..8);
        query.limit = Some(limit);
        query.after = Some(Place::default());
        let mut walked = Vec::new();
        while query.after.is_some() {
            let found = browse::posts(&mut snapshot, PostKind::Post, &query, NOW).await.unwrap();
            assert_eq!(found.total, all.total, "{query:?}");
            assert!(found.last.is_none() || found.rows.len() == limit as usize);
            walked.extend(found.rows);
            query.after = found.last;
            pages += 1;
            assert!(walked.len() <= items.len(), "{query:?}");
        }
        let ids = |posts: &[masthead::domain::Post]| -> Vec<String> {
            posts.iter().map(|post| post.uuid.clone()).collect()
        };
        assert_eq!(ids(&walked), ids(&all.rows), "{text} {:?}", query.order);
    }
    assert!(pages > 2 * WALKS, "{pages}");
    for (order, limit) in [("name", 1), ("count.posts", 2), ("description", 1)] {
        for is_descending in [false, true] {
            let by = By { field: order.to_owned(), is_descending };
            let mut query = Query {
                asker: Asker::Reader,
                which: Which::All,
                filter: None,
                order: vec![by],
                limit: None,
                skip: 0,
                after: None,
            };
            let all = browse::tags(&mut snapshot, &query, NOW).await.unwrap().rows;
            assert!(all.len() > 2);
            query.limit = Some(limit);
            query.after = Some(Place::default());
            let mut walked = Vec::new();
            while query.after.is_some() {
                let found = browse::tags(&mut snapshot, &query, NOW).await.unwrap();
                walked.extend(found.rows);
                query.after = found.last;
            }
            assert_eq!(walked, all, "{order}");
        }
    }
}

/// The rows of a page of a walk, and the cursor of the next.
async fn page(client: &Client, query: &str, cursor: &str) -> (Vec<String>, Option<String>) {
    let found = client.json(&format!("posts/?fields=slug&{query}&after={cursor}")).await;
    let pagination = found["meta"]["pagination"].as_object().unwrap();
    assert!(pagination["next"].is_null() && pagination["prev"].is_null());
    let slug = |row: &Value| row["slug"].as_str().unwrap().to_owned();
    let rows = found["posts"].as_array().unwrap().iter().map(slug).collect();
    (rows, pagination["cursor"].as_str().map(str::to_owned))
}

async fn whoever_walks_misses_nothing_that_was_there_all_the_time(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    let queries = ["limit=2", "limit=3&order=title%20asc", "limit=2&filter=visibility:public"];
    for (number, query) in queries.into_iter().enumerate() {
        let mut there = Vec::new();
        for post in 0..6 {
            let at = Timestamp(NOON.0 - post * 7_000_000_000);
            let draft = published(&format!("Walk {number} {post}"), at);
            there.push(client.site.create(&draft).await);
        }
        let stays: HashSet<String> = there.split_off(3).iter().map(slug).collect();
        let mut seen = Vec::new();
        let mut cursor = Some(String::new());
        let mut turn = 0;
        while let Some(after) = cursor {
            let (rows, next) = page(&client, query, &after).await;
            seen.extend(rows);
            cursor = next;
            // Something goes, and something comes at each end and in the middle.
            if let Some(gone) = there.pop() {
                let mut hand = database.hand().await;
                hand.execute(&format!("delete from posts where id = '{}'", gone.summary.id)).await;
            }
            if turn < 4 {
                for (end, days) in [("aaa", -400), ("mmm", -30), ("zzz", 0)] {
                    let at = NOON.plus_seconds(days * 86_400 + turn * 60 - 300);
                    let title = format!("{end} {number} {turn}");
                    client.site.create(&published(&title, at)).await;
                }
            }
            turn += 1;
            assert!(turn < 60);
        }
        assert!(turn > 5);
        let once: HashSet<String> = seen.iter().cloned().collect();
        assert_eq!(once.len(), seen.len(), "none twice: {seen:?}");
        let missed: Vec<&String> = stays.difference(&once).collect();
        assert!(missed.is_empty(), "{missed:?} of {seen:?}");
    }
}

fn slug(post: &masthead::domain::Post) -> String {
    post.summary.slug.to_string()
}

async fn a_cursor_opens_its_own_list(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    let usual = client.json("posts/?limit=2").await;
    let usual = usual["meta"]["pagination"].as_object().unwrap();
    assert!(!usual.contains_key("cursor"), "who does not ask gets what Ghost gives");
    let (first, cursor) = page(&client, "limit=2", "").await;
    let cursor = cursor.unwrap();
    // How much of it, is another matter.
    let (second, _) = page(&client, "limit=3", &cursor).await;
    let expected: Vec<String> =
        shelf::items().iter().map(|item| slug(&item.post)).take(5).collect();
    assert_eq!([first, second].concat(), expected);
    let mut forged = cursor.clone();
    forged.replace_range(3..4, if &forged[3..4] == "A" { "B" } else { "A" });
    for path in [
        format!("posts/?order=title%20asc&after={cursor}"),
        format!("posts/?filter=featured:true&after={cursor}"),
        format!("pages/?after={cursor}"),
        format!("posts/?after={forged}"),
        format!("posts/?after={}", &cursor[..cursor.len() - 2]),
        "posts/?after=1".to_owned(),
        "posts/?after=%00".to_owned(),
        format!("posts/?after={}", "A".repeat(20_000)),
    ] {
        let answer = client.get(&path).await;
        let (status, kind, _, _) = client::error(&answer);
        assert_eq!((status, kind.as_str()), (422, "ValidationError"), "{path:.60}");
        assert_eq!(client::json(&answer)["errors"][0]["property"], "after");
    }
}

async fn drafts_are_walked_as_well(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    let read = async |path: String| -> Value {
        let answer = client.administer(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        client::json(&answer)
    };
    let ids = |found: &Value| -> Vec<String> {
        let rows = found["posts"].as_array().unwrap();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids(&read("posts/?limit=100".to_owned()).await);
    let (mut walked, mut after) = (Vec::new(), String::new());
    loop {
        let found = read(format!("posts/?limit=3&after={after}")).await;
        walked.extend(ids(&found));
        match found["meta"]["pagination"]["cursor"].as_str() {
            Some(cursor) => cursor.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(walked, all);
    // A reader's cursor is not a writer's.
    let (_, cursor) = page(&client, "limit=2", "").await;
    let answer = client.administer(&format!("posts/?after={}", cursor.unwrap())).await;
    assert_eq!(client::error(&answer).0, 422);
}
