//! Watches how a save spreads: asks every instance without a pause until each shows the new page.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::counters;
use crate::history::{Moment, Spread};
use crate::readers::Reading;
use crate::support::reader::Reader;
use crate::writers::Announced;

/// An instance that does not show it within this time is away.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two questions to one instance.
const PAUSE: Duration = Duration::from_millis(1);
/// After one save has been watched, others go unwatched, so that asking is not most of the load.
const REST: Duration = Duration::from_millis(300);

/// Watches one save after the other until nobody writes any more.
pub async fn watch_on(reading: Reading, mut announced: mpsc::Receiver<Announced>) {
    let reader = Reader::new();
    let mut spreads = Vec::new();
    while let Some(save) = announced.recv().await {
        let (post, _) = counters::written_at(save.step);
        let path = format!("/{}/", counters::slug(save.group, post));
        let instances = reading.places.instances.iter();
        let asking =
            instances.map(|url| first_seen(&reading, &reader, format!("{url}{path}"), save));
        let seen: Vec<_> = join_all(asking).await;
        // One that is away shows nobody the old page.
        if let Some(everywhere) = seen.into_iter().flatten().max() {
            let group = u16::try_from(save.group).expect("there are few");
            spreads.push(Spread { group, step: save.step, everywhere });
        }
        tokio::time::sleep(REST).await;
        while announced.try_recv().is_ok() {}
    }
    reading.history.lock().unwrap().spreads.extend(spreads);
}

/// When an instance was asked for the first time that it showed a step.
async fn first_seen(
    reading: &Reading,
    reader: &Reader,
    url: String,
    save: Announced,
) -> Option<Moment> {
    let asking = async {
        loop {
            let asked = reading.watch.now();
            let request = http::Request::get(&url).body(http_body_util::Full::default()).unwrap();
            let answer = reader.send(request).await?;
            let spans = counters::read(&String::from_utf8_lossy(&answer.body));
            let is_new = spans.get(&save.group).is_some_and(|span| span.last >= save.step);
            if is_new {
                return Some(asked);
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    timeout(PATIENCE, asking).await.ok().flatten()
}
