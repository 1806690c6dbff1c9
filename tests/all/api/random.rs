//! Filters that nobody thought of: what the database chooses is what the model does.

use masthead::db::Intent;
use masthead::db::browse::{self, Asker, Query, Which};
use masthead::domain::{PostKind, Timestamp, Visibility};
use masthead::nql;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::model;
use super::shelf::{self, Item, NOW, named};
use crate::support::fixtures::{author, published};
use crate::support::{TestDatabase, on_both};

on_both!(random_filters_choose_what_the_model_does);

const POSTS: usize = 60;
const FILTERS: usize = 1_500;
const DAY: i64 = 86_400_000_000;
/// Few, so that filters meet posts.
const WORDS: [&str; 6] = ["ab", "abc", "b", "bc", "cab", "d"];
const TAGS: [&str; 4] = ["ab", "b", "cab", "#bc"];
const AUTHORS: [&str; 3] = ["ab", "b", "cab"];

async fn random_filters_choose_what_the_model_does(database: &TestDatabase) {
    let mut random = StdRng::seed_from_u64(7);
    let items: Vec<Item> = (0..POSTS).map(|number| item(number, &mut random)).collect();
    shelf::put(database, &items).await;
    let mut snapshot = database.read(Intent::Any).await.unwrap();
    let mut chosen = 0;
    for _ in 0..FILTERS {
        let text = any(3, &mut random);
        let filter = nql::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let query = Query {
            asker: Asker::Reader,
            which: Which::All,
            filter: filter.clone(),
            order: Vec::new(),
            limit: None,
            skip: 0,
            after: None,
        };
        let found = browse::posts(&mut snapshot, PostKind::Post, &query, NOW).await;
        let found = found.unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut found: Vec<&str> = found.rows.iter().map(|post| post.uuid.as_str()).collect();
        let filter = filter.expect("it is not empty");
        let expected = items.iter().filter(|item| model::holds(&filter, item, NOW).unwrap_or(true));
        let mut expected: Vec<&str> = expected.map(|item| item.post.uuid.as_str()).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text}");
        chosen += usize::from((1..POSTS).contains(&found.len()));
    }
    // A filter that chooses all or nothing proves little.
    assert!(chosen > FILTERS / 3, "{chosen}");
}

fn some<'a>(words: &[&'a str], most: usize, random: &mut StdRng) -> Vec<&'a str> {
    let count = random.random_range(0..=most);
    words.sample(random, count).copied().collect()
}

/// A post made up from few words.
pub fn item(number: usize, random: &mut StdRng) -> Item {
    let at = Timestamp(NOW.0 - random.random_range(0..400) * DAY / 4);
    let mut post = published(&format!("{}-{number}", WORDS.choose(random).unwrap()), at);
    post.uuid = number.to_string();
    let summary = &mut post.summary;
    (*WORDS.choose(random).unwrap()).clone_into(&mut summary.title);
    summary.featured = random.random();
    summary.reading_time = random.random_range(0..6);
    summary.custom_excerpt = WORDS.choose(random).filter(|_| random.random()).map(|w| (*w).into());
    if random.random() {
        summary.visibility = Visibility::Members;
    }
    let tags = some(&TAGS, 3, random).into_iter().map(named).collect();
    let mut authors = some(&AUTHORS, 2, random);
    if authors.is_empty() {
        authors.push(AUTHORS[0]);
    }
    Item { post, tags, authors: authors.into_iter().map(author).collect() }
}

/// Any filter, so deep at most.
pub fn any(depth: usize, random: &mut StdRng) -> String {
    let terms = random.random_range(1..=3);
    let all = (0..terms).map(|_| {
        let terms = random.random_range(1..=2);
        (0..terms).map(|_| term(depth, random)).collect::<Vec<_>>().join("+")
    });
    all.collect::<Vec<_>>().join(",")
}

fn term(depth: usize, random: &mut StdRng) -> String {
    if depth > 0 && random.random_range(0..4) == 0 {
        return format!("({})", any(depth - 1, random));
    }
    let fields = [
        "title",
        "custom_excerpt",
        "featured",
        "reading_time",
        "visibility",
        "published_at",
        "tag",
        "tags.name",
        "primary_tag",
        "author",
        "primary_author",
        "tags.visibility",
        "status",
    ];
    let field = *fields.choose(random).unwrap();
    format!("{field}:{}", test(field, random))
}

fn test(field: &str, random: &mut StdRng) -> String {
    let not = if random.random() { "-" } else { "" };
    let is_instant = field == "published_at";
    match random.random_range(0..if is_instant { 4 } else { 6 }) {
        0 => format!("{not}{}", value(field, random)),
        1 => {
            let sign = *[">", ">=", "<", "<="].choose(random).unwrap();
            format!("{sign}{}", value(field, random))
        }
        2 => {
            let count = random.random_range(1..=3);
            let values: Vec<_> = (0..count).map(|_| value(field, random)).collect();
            format!("{not}[{}]", values.join(","))
        }
        3 => format!("[{}+{}]", value(field, random), value(field, random)),
        4 => format!("{not}null"),
        _ => {
            let sign = *["~", "~^", "~$"].choose(random).unwrap();
            format!("{not}{sign}'{}'", WORDS.choose(random).unwrap())
        }
    }
}

fn value(field: &str, random: &mut StdRng) -> String {
    if field != "published_at" && random.random_range(0..12) == 0 {
        return "null".to_owned();
    }
    match field {
        "featured" => ["true", "false", "1", "ab"].choose(random).unwrap().to_string(),
        "reading_time" => random.random_range(0..7).to_string(),
        "visibility" => ["public", "members", "paid"].choose(random).unwrap().to_string(),
        "tags.visibility" => ["public", "internal"].choose(random).unwrap().to_string(),
        "published_at" => match random.random_range(0..3) {
            0 => format!("now-{}d", random.random_range(0..120)),
            1 => format!("now-{}h", random.random_range(0..2_000)),
            _ => {
                let at = Timestamp(NOW.0 - random.random_range(0..400) * DAY / 4);
                format!("'{}'", at.to_rfc3339())
            }
        },
        _ => WORDS.choose(random).unwrap().to_string(),
    }
}
