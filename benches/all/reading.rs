//! Reading pages from databases of several sizes: a page takes as long on a large site as on a
//! small one.

use divan::{Bencher, black_box};
use masthead::domain::listing::Month;
use masthead::domain::{Settings, Slug};
use masthead::services::reading::Page;

use crate::support::prose::{COMMON, Prose, RARE};
use crate::support::{RUNTIME, Site, site};

/// Reads a page of a site over and over.
macro_rules! read {
    ($bencher:expr, $site:expr, $reading:ident => $page:expr) => {{
        let $reading = &$site.reading;
        RUNTIME.block_on(async { assert!($page.await.expect("the database answers").is_there()) });
        $bencher.bench_local(|| RUNTIME.block_on(async { black_box($page.await) }));
    }};
}

/// Whether a page is one, and not the answer that there is none.
trait IsThere {
    fn is_there(&self) -> bool;
}

impl<T> IsThere for Page<Option<T>> {
    fn is_there(&self) -> bool {
        self.content.is_some()
    }
}

impl<T> IsThere for Page<Vec<T>> {
    fn is_there(&self) -> bool {
        !self.content.is_empty()
    }
}

impl<T> IsThere for Vec<T> {
    fn is_there(&self) -> bool {
        !self.is_empty()
    }
}

fn last_page(site: &Site) -> u64 {
    u64::from(site.posts.div_ceil(Settings::default().posts_per_page))
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

#[divan::bench(args = site::all())]
fn home_first(bencher: Bencher, site: &Site) {
    read!(bencher, site, r => r.home(1));
}

#[divan::bench(args = site::all())]
fn home_middle(bencher: Bencher, site: &Site) {
    let middle = last_page(site) / 2;
    read!(bencher, site, r => r.home(middle));
}

#[divan::bench(args = site::all())]
fn home_last(bencher: Bencher, site: &Site) {
    let last = last_page(site);
    read!(bencher, site, r => r.home(last));
}

#[divan::bench(args = site::all())]
fn tag_first(bencher: Bencher, site: &Site) {
    let tag = slug("topic-0");
    read!(bencher, site, r => r.tag(&tag, 1));
}

#[divan::bench(args = site::all())]
fn author_first(bencher: Bencher, site: &Site) {
    let author = slug("author-7");
    read!(bencher, site, r => r.author(&author, 1));
}

#[divan::bench(args = site::all())]
fn post_with_surroundings(bencher: Bencher, site: &Site) {
    let post = Prose::new().post(site.posts / 2, site.posts);
    let slug = post.summary.slug;
    read!(bencher, site, r => r.post(&slug));
}

#[divan::bench(args = site::all())]
fn search_rare(bencher: Bencher, site: &Site) {
    read!(bencher, site, r => r.search(RARE, 1));
}

#[divan::bench(args = site::all())]
fn search_common(bencher: Bencher, site: &Site) {
    read!(bencher, site, r => r.search(COMMON, 1));
}

#[divan::bench(args = site::all())]
fn search_common_and_rare(bencher: Bencher, site: &Site) {
    let words = format!("{COMMON} {RARE}");
    read!(bencher, site, r => r.search(&words, 1));
}

#[divan::bench(args = site::all())]
fn not_found_suggestions(bencher: Bencher, site: &Site) {
    let path = format!("/{COMMON}-{RARE}/");
    read!(bencher, site, r => r.close_to(&path));
}

#[divan::bench(args = site::all())]
fn archive_index(bencher: Bencher, site: &Site) {
    read!(bencher, site, r => r.archive());
}

#[divan::bench(args = site::all())]
fn archive_month(bencher: Bencher, site: &Site) {
    read!(bencher, site, r => r.month(Month { year: 2015, month: 6 }, 1));
}

#[divan::bench(args = site::all())]
fn feed(bencher: Bencher, site: &Site) {
    read!(bencher, site, r => r.feed(15));
}

#[divan::bench(args = site::all(), sample_count = 5)]
fn sitemap_last_thousand(bencher: Bencher, site: &Site) {
    let skip = u64::from(site.posts.saturating_sub(1_000));
    read!(bencher, site, r => r.posts(skip, 1_000));
}
