//! The search index: both databases find the same.

use masthead::db::search::{self, Match, Term};
use masthead::db::{Transaction, posts};
use masthead::domain::{Post, Timestamp};

use crate::support::fixtures::{NOON, draft, published};
use crate::support::{TestDatabase, on_both};

on_both!(
    terms_are_found_as_words_and_as_beginnings,
    a_title_weighs_more_than_a_text,
    what_nobody_may_see_is_not_found,
    pages_of_results_join_without_a_gap,
    no_term_can_break_out,
    texts_of_any_length_are_indexed,
);

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

async fn save(t: &mut Transaction, post: &Post, title: &str, body: &str) {
    posts::insert(t, post).await.unwrap();
    search::index(t, &post.summary.id, &words(title), &words(body)).await.unwrap();
}

/// Finds posts, and names them by their titles. A term that ends in `*` is a beginning.
async fn find(t: &mut Transaction, terms: &str, how: Match) -> Vec<String> {
    let terms: Vec<_> = terms
        .split_whitespace()
        .map(|word| Term { text: word.trim_end_matches('*'), prefix: word.ends_with('*') })
        .collect();
    let mut titles = Vec::new();
    for found in search::find(t, &terms, how, 20, 0).await.unwrap() {
        titles.push(posts::by_id(t, &found.post_id).await.unwrap().unwrap().summary.title);
    }
    titles
}

async fn terms_are_found_as_words_and_as_beginnings(db: &TestDatabase) {
    let mut t = db.write().await.unwrap();
    let at = |n: i64| NOON.plus_seconds(n);
    save(&mut t, &published("Rust", at(3)), "rust 1", "ownership and borrowing").await;
    save(&mut t, &published("Web", at(2)), "web", "rusty servers in rust and 東京 天気").await;
    save(&mut t, &published("Garden", at(1)), "garden", "borrowed tools größe").await;
    for (terms, how, expected) in [
        ("rust", Match::All, vec!["Rust", "Web"]),
        ("rusty", Match::All, vec!["Web"]),
        ("borrow", Match::All, vec![]),
        ("borrow*", Match::All, vec!["Garden", "Rust"]),
        ("rust borrow*", Match::All, vec!["Rust"]),
        ("rust borrow*", Match::Any, vec!["Garden", "Rust", "Web"]),
        ("東京", Match::All, vec!["Web"]),
        ("größe", Match::All, vec!["Garden"]),
        ("grosse", Match::All, vec![]),
        ("1", Match::All, vec!["Rust"]),
        ("nothing", Match::Any, vec![]),
        ("", Match::All, vec![]),
    ] {
        let mut found = find(&mut t, terms, how).await;
        found.sort();
        assert_eq!(found, expected, "{terms:?} {how:?}");
    }
}

async fn a_title_weighs_more_than_a_text(db: &TestDatabase) {
    let mut t = db.write().await.unwrap();
    let newer = NOON.plus_seconds(60);
    save(&mut t, &published("In the title", NOON), "clocks", "of other things").await;
    save(&mut t, &published("In the text", newer), "other things", "of clocks").await;
    assert_eq!(find(&mut t, "clocks", Match::All).await, ["In the title", "In the text"]);
}

async fn what_nobody_may_see_is_not_found(db: &TestDatabase) {
    let mut t = db.write().await.unwrap();
    let seen = published("Seen", NOON);
    save(&mut t, &seen, "clock", "").await;
    save(&mut t, &draft("Draft"), "clock", "").await;
    assert_eq!(find(&mut t, "clock", Match::All).await, ["Seen"]);

    search::index(&mut t, &seen.summary.id, &words("tower"), &[]).await.unwrap();
    assert_eq!(find(&mut t, "clock", Match::All).await, [""; 0], "an older text was found");
    assert_eq!(find(&mut t, "tower", Match::All).await, ["Seen"]);

    search::remove(&mut t, &seen.summary.id).await.unwrap();
    assert_eq!(find(&mut t, "tower", Match::All).await, [""; 0]);

    search::index(&mut t, &seen.summary.id, &words("tower"), &[]).await.unwrap();
    posts::delete(&mut t, &seen.summary.id).await.unwrap();
    assert_eq!(find(&mut t, "tower", Match::All).await, [""; 0]);
}

async fn pages_of_results_join_without_a_gap(db: &TestDatabase) {
    let mut t = db.write().await.unwrap();
    for n in 0..10 {
        save(&mut t, &published(&format!("Post {n}"), Timestamp(n)), "same", "words").await;
    }
    let terms = [Term { text: "same", prefix: false }];
    let mut paged = Vec::new();
    for skip in [0, 4, 8] {
        let page = search::find(&mut t, &terms, Match::All, 4, skip).await.unwrap();
        assert!(page.iter().all(|found| found.total == 10));
        paged.extend(page);
    }
    let newest_first: Vec<_> =
        (0..10).rev().map(|n| draft(&format!("Post {n}")).summary.id).collect();
    assert!(paged.iter().map(|found| &found.post_id).eq(&newest_first));
    assert_eq!(search::find(&mut t, &terms, Match::All, 4, 100).await.unwrap(), []);
}

async fn no_term_can_break_out(db: &TestDatabase) {
    let mut t = db.write().await.unwrap();
    let hostile = [
        "'",
        "\"",
        "\\",
        "''",
        "\"\"",
        "\\'",
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "*",
        "a*b",
        "(",
        ")",
        ":",
        "a:b",
        "!",
        "&",
        "|",
        "<->",
        "-",
        "^",
        "{a}",
        "$1",
        "%",
        "_",
        "\0",
        "a\0b",
        "\u{1F600}",
        "\u{200B}",
        "title",
        "title:x",
        ";--",
        "é\u{301}",
    ];
    let indexed: Vec<String> = hostile.iter().map(|&term| term.to_owned()).collect();
    let post = published("Hostile", NOON);
    posts::insert(&mut t, &post).await.unwrap();
    search::index(&mut t, &post.summary.id, &indexed, &indexed).await.unwrap();
    for how in [Match::All, Match::Any] {
        for prefix in [false, true] {
            for text in hostile {
                search::find(&mut t, &[Term { text, prefix }], how, 10, 0).await.unwrap();
            }
            let all: Vec<_> = hostile.iter().map(|&text| Term { text, prefix }).collect();
            search::find(&mut t, &all, how, 10, 0).await.unwrap();
        }
    }
}

async fn texts_of_any_length_are_indexed(db: &TestDatabase) {
    let mut t = db.write().await.unwrap();
    let repeated = "again and again ".repeat(100_000);
    save(&mut t, &published("Repeated", NOON), "", &repeated).await;
    let different = (0..300_000).fold(String::new(), |text, n| text + "w" + &n.to_string() + " ");
    save(&mut t, &published("Different", NOON), "", &different).await;
    save(&mut t, &published("One word", NOON), "", &"x".repeat(100_000)).await;
    assert_eq!(find(&mut t, "again", Match::All).await, ["Repeated"]);
    assert_eq!(find(&mut t, "w17", Match::All).await, ["Different"]);
    let long = "x".repeat(100_000);
    assert_eq!(find(&mut t, &long, Match::All).await, [""; 0]);
    let same: Vec<_> = (0..1000).map(|_| Term { text: "again", prefix: true }).collect();
    assert_eq!(search::find(&mut t, &same, Match::All, 10, 0).await.unwrap().len(), 1);
    let different: Vec<_> = different.split(' ').map(|text| Term { text, prefix: true }).collect();
    assert_eq!(search::find(&mut t, &different, Match::All, 10, 0).await.unwrap().len(), 1);
}
