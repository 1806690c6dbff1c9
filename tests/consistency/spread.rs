//! Watches how a save spreads: from its commit, as the database remembers it, until no instance shows
//! the old page any more. All instances are asked without a pause.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use futures_util::future::{join, join_all};
use sqlx::PgConnection;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::counters::{self, Span};
use crate::history::{Moment, Spread, Watch};
use crate::readers::{self, Reading};
use crate::support::reader::Reader;
use crate::topology::postgres::kept;
use crate::writers::Announced;

/// So long a save is watched, and an instance that still answers is asked.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two questions to one instance.
const PAUSE: Duration = Duration::from_millis(1);
/// Between two questions to the database, which keeps the moment of a commit.
const LOOK: Duration = Duration::from_millis(20);
/// After one save has been watched, others go unwatched, so that asking is not most of the load.
const REST: Duration = Duration::from_millis(300);

/// Watches one save after the other until nobody writes any more.
pub async fn watch_on(
    reading: Reading,
    primary: Arc<AtomicU16>,
    mut announced: mpsc::Receiver<Announced>,
) {
    let reader = Reader::new();
    let mut connection = None;
    let mut spreads = Vec::new();
    while let Some(save) = announced.recv().await {
        let (post, _) = counters::written_at(save.step);
        let path = format!("/{}/", counters::slug(save.group, post));
        let instances = reading.places.instances.iter();
        let asking =
            instances.map(|url| last_of_the_old(&reading, &reader, format!("{url}{path}"), save));
        let moment = committed(&mut connection, &primary, reading.watch, save);
        let (everywhere, committed) = join(join_all(asking), moment).await;
        if let (Some(everywhere), Some(committed)) = (everywhere.into_iter().max(), committed) {
            spreads.push(Spread { committed, everywhere });
        }
        tokio::time::sleep(REST).await;
        while announced.try_recv().is_ok() {}
    }
    reading.history.lock().unwrap().spreads.extend(spreads);
}

/// When an instance last gave the old page and did not call it stale; 0 where it never did. One that is
/// away shows it to nobody.
async fn last_of_the_old(
    reading: &Reading,
    reader: &Reader,
    url: String,
    save: Announced,
) -> Moment {
    let mut last = 0;
    let asking = async {
        loop {
            let request = http::Request::get(&url).body(http_body_util::Full::default()).unwrap();
            if let Some(answer) = reader.send(request).await {
                let spans = counters::read(&String::from_utf8_lossy(&answer.body));
                let is_new = |span: &Span| span.last >= save.step;
                match spans.get(&save.group) {
                    Some(span) if is_new(span) => return,
                    Some(_) if !readers::is_stale(&answer) => last = reading.watch.now(),
                    _ => {}
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    // Whether it has shown the new page by then or not, it showed the old one as late as `last` says.
    let _ = timeout(PATIENCE, asking).await;
    last
}

/// When a step was committed, as the primary remembers it; `None` where that did not happen in time.
///
/// A commit that waits for a standby has a moment already, and is not there for anybody: then it counts
/// from when it was last looked for in vain.
async fn committed(
    connection: &mut Option<PgConnection>,
    primary: &AtomicU16,
    watch: Watch,
    save: Announced,
) -> Option<Moment> {
    let (post, value) = counters::written_at(save.step);
    let looking = async {
        let mut in_vain = 0;
        loop {
            let now = watch.now();
            match age(connection, primary.load(Ordering::Relaxed), (save.group, post, value)).await
            {
                Ok(Some(age)) => return now.saturating_sub(age).max(in_vain),
                Ok(None) => in_vain = now,
                Err(_) => *connection = None,
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    let moment = timeout(PATIENCE, looking).await;
    if moment.is_err() {
        // It may have been cut off in the middle of an answer.
        *connection = None;
    }
    moment.ok()
}

/// How many microseconds ago a counter was raised to a value.
async fn age(
    connection: &mut Option<PgConnection>,
    primary: u16,
    (group, post, value): (usize, u32, u32),
) -> sqlx::Result<Option<Moment>> {
    let connection = kept(connection, primary).await?;
    let sql = "select (extract(epoch from clock_timestamp() - pg_xact_commit_timestamp(xmin)) \
        * 1000000)::bigint from posts where slug = $1 and title = $2";
    let query = sqlx::query_scalar(sql)
        .bind(counters::slug(group, post))
        .bind(counters::title(group, post, value));
    let age: Option<Option<i64>> = query.fetch_optional(connection).await?;
    Ok(age.flatten().and_then(|age| Moment::try_from(age).ok()))
}
