//! Browsing through the API: a page of posts with their tags and authors, as a miss makes it.

use divan::{Bencher, black_box};
use masthead::domain::PostKind;
use masthead::nql;
use masthead::services::reading::{Asker, Beside, By, Query, Which};

use crate::support::{RUNTIME, Site, site};

const BESIDE: Beside = Beside { tags: true, authors: true };

fn query(filter: &str) -> Query {
    Query {
        asker: Asker::Reader,
        which: Which::All,
        filter: nql::parse(filter).expect("it is a filter"),
        order: Vec::new(),
        limit: Some(15),
        skip: 0,
        after: None,
    }
}

fn browse(bencher: Bencher, site: &Site, query: &Query) {
    let page = || async {
        let page = site.reading.browse_posts(PostKind::Post, query, BESIDE).await;
        page.expect("the database answers").content.expect("the filter can be answered")
    };
    RUNTIME.block_on(async { assert_eq!(page().await.rows.len(), 15) });
    bencher.bench_local(|| RUNTIME.block_on(async { black_box(page().await) }));
}

#[divan::bench(args = site::all())]
fn first_page(bencher: Bencher, site: &Site) {
    browse(bencher, site, &query(""));
}

#[divan::bench(args = site::all())]
fn page_in_the_middle(bencher: Bencher, site: &Site) {
    browse(bencher, site, &Query { skip: u64::from(site.posts) / 2, ..query("") });
}

#[divan::bench(args = site::all())]
fn by_a_tag(bencher: Bencher, site: &Site) {
    browse(bencher, site, &query("tag:topic-0"));
}

#[divan::bench(args = site::all())]
fn by_a_tag_and_more(bencher: Bencher, site: &Site) {
    browse(bencher, site, &query("tag:topic-0+visibility:public+published_at:>'2010-01-01'"));
}

#[divan::bench(args = site::all())]
fn without_a_tag(bencher: Bencher, site: &Site) {
    browse(bencher, site, &query("tag:-topic-0"));
}

#[divan::bench(args = site::all())]
fn by_a_column(bencher: Bencher, site: &Site) {
    browse(bencher, site, &query("featured:false"));
}

#[divan::bench(args = site::all())]
fn in_another_order(bencher: Bencher, site: &Site) {
    let order = vec![By { field: "title".to_owned(), is_descending: false }];
    browse(bencher, site, &Query { order, ..query("") });
}
