//! What a miss costs: a few questions to the database, however many posts there are on the page.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::client::Client;
use super::shelf;
use crate::support::{Engine, TestDatabase};

/// The statements that the driver says it has run.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut words = Words::default();
            event.record(&mut words);
            self.0.lock().unwrap().push(words.0);
        }
    }
}

#[derive(Default)]
struct Words(String);

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl Statements {
    /// Those that read content, of those since the last look: the content clock is read as well.
    fn of_content(&self) -> Vec<String> {
        let all = std::mem::take(&mut *self.0.lock().unwrap());
        let is_content = |words: &String| {
            let of_the_clock = ["select epoch, seq", "select cast(seq"];
            words.starts_with("select")
                && !of_the_clock.iter().any(|start| words.starts_with(start))
        };
        all.into_iter().filter(is_content).collect()
    }
}

/// The driver of SQLite works on threads of its own, where nobody listens; its statements are the same.
#[tokio::test]
async fn a_page_of_posts_takes_four_questions_at_most() {
    let database = TestDatabase::migrated(Engine::Postgres).await;
    shelf::fill(&database).await;
    let client = Client::on(&database).await;
    client.json("settings/").await;
    let statements = Statements::default();
    let listening = tracing_subscriber::registry().with(statements.clone());
    // Where there is one subscriber in the process, a test on another thread, where nobody listens, would
    // decide for all that a place in the source is of no interest.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(listening);
    for (path, most) in [
        ("posts/?include=tags,authors", 3),
        ("posts/?include=tags,authors&limit=2&page=3", 3),
        ("posts/?include=tags,authors&filter=tag:news", 4),
        ("posts/?include=tags,authors&filter=featured:true", 3),
        ("posts/?include=tags,authors&order=title%20asc", 3),
        ("posts/?limit=3&page=2", 1),
        ("posts/slug/alpha/?include=tags,authors", 3),
        ("tags/?include=count.posts", 1),
        ("authors/?include=count.posts", 1),
    ] {
        client.json(path).await;
        let asked = statements.of_content();
        assert!((1..=most).contains(&asked.len()), "{path}: {asked:#?}");
    }
    drop(guard);
    database.remove().await;
}
