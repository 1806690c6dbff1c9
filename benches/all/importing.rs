//! Importing a folder of Markdown: reading, rendering, indexing and saving each post.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use divan::{Bencher, counter::ItemsCount};
use masthead::clock::SystemClock;
use masthead::content_clock::{ContentClock, Follower, Stamper, TagClock};
use masthead::db::Database;
use masthead::domain::Timestamp;
use masthead::domain::slug::SlugStyle;
use masthead::entropy::SystemEntropy;
use masthead::formats::markdown_folder;
use masthead::media::{Limits, Store};
use masthead::services::importing::{Importing, Options, Progress};
use masthead::services::media::MediaLibrary;
use masthead::services::publishing::Publishing;
use masthead::services::webhooks::Events;
use tempfile::TempDir;

use crate::support::RUNTIME;
use crate::support::prose::Prose;
use crate::support::site::Engine;

/// Says how many posts are imported.
const SIZE: &str = "MASTHEAD_BENCH_IMPORT";
const DEFAULT_SIZE: u32 = 1_000;

/// Nobody watches.
struct Unwatched;

impl Progress for Unwatched {
    fn start(&mut self, _: usize) {}
    fn step(&mut self, _: &str) {}
}

#[divan::bench(args = Engine::installed(), sample_count = 3, sample_size = 1)]
fn markdown_folder(bencher: Bencher, engine: Engine) {
    let posts = std::env::var(SIZE)
        .map_or(DEFAULT_SIZE, |size| size.parse().unwrap_or_else(|_| panic!("{SIZE}: `{size}`")));
    let folder = write(posts);
    bencher
        .counter(ItemsCount::new(posts))
        .with_inputs(|| {
            let place = tempfile::tempdir().expect("a temporary folder");
            let database = RUNTIME.block_on(engine.empty(place.path())).expect("a database");
            (place, database)
        })
        .bench_local_values(|(place, database)| {
            let created = RUNTIME.block_on(import(folder.path(), place.path(), database));
            assert_eq!(created, posts as usize);
            place
        });
}

/// Writes posts as a folder of Markdown, three tags each.
fn write(posts: u32) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let prose = Prose::new();
    for number in 0..posts {
        let post = prose.post(number, posts);
        let mut text = String::new();
        let date = post.summary.created_at.to_jiff();
        let tags = [number % 7, 10 + number % 11, 30 + number % 13];
        let _ = write!(
            text,
            "---\ntitle: {}\ndate: {date}\ntags: [t{}, t{}, t{}]\nauthor: Author {}\n---\n\n{}\n\n\
             ```rust\nfn main() {{}}\n```\n",
            post.summary.title,
            tags[0],
            tags[1],
            tags[2],
            number % 20,
            post.markdown
        );
        let path = folder.path().join(format!("{}.md", post.summary.slug));
        std::fs::write(path, text).expect("the post is written");
    }
    folder
}

/// Reads and imports a folder; gives how many posts came of it.
async fn import(source: &Path, place: &Path, database: Database) -> usize {
    let options = markdown_folder::Options {
        assets: None,
        now: Timestamp(1_795_461_846_000_000),
        slug_style: SlugStyle::Ascii,
        trusted: false,
    };
    let site = markdown_folder::read(source, &options).expect("the folder is read");
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let store = Store::in_folder(&place.join("media")).expect("the store opens");
    let content_clock = ContentClock::new(TagClock::default(), Duration::ZERO, clock.clone());
    let log = Arc::new(database.clone());
    let follower =
        Follower::new(log, Arc::new(content_clock), clock.clone(), entropy.clone(), None);
    let stamper = Stamper::start(Arc::new(follower), Duration::from_secs(5));
    let limits = Limits::default();
    let media = MediaLibrary::new(database.clone(), stamper.clone(), store, limits, clock.clone());
    let told = Arc::new(masthead::web::Told::of("https://example.org"));
    let events = Events::new(told, clock.clone(), entropy.clone());
    let publishing =
        Publishing::new(database.clone(), stamper, events, clock.clone(), entropy.clone());
    let importing = Importing::new(database.clone(), publishing, media, clock, entropy);
    let report = importing.import(site, &Options::default(), &mut Unwatched).await;
    database.close().await;
    report.expect("the folder is imported").created
}
