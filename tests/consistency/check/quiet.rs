//! When all is over: everybody shows the same, and that is what was acknowledged.

use std::time::{Duration, Instant};

use super::acknowledged;
use crate::counters::{self, POSTS, Span, Step};
use crate::history::{Outcome, Target};
use crate::purges;
use crate::readers::Reading;
use crate::session::Session;
use crate::topology::Topology;
use crate::verdict::{Rule, Violation};
use crate::writers::Written;

/// How long the last purges may take; each waits for answers that may be under way.
const PATIENCE: Duration = Duration::from_mins(1);
/// What was purged softly may be shown for a moment while it is fetched.
const GRACE: Duration = Duration::from_secs(3);

/// Looks at the database and at every address of every layer.
pub async fn look(topology: &Topology, reading: &Reading, written: &[Written]) -> Vec<Violation> {
    let mut violations = Vec::new();
    if !is_purged(topology, reading).await {
        let words = format!("not everything was purged {PATIENCE:?} after the last write");
        violations.push(Violation { rule: Rule::Quiescence, words });
    }
    for (group, step) in acknowledged(written) {
        let there = in_database(topology, group).await;
        if there != (Span { first: step, last: step }) {
            let words = format!("group {group} stands at {there:?} in the database, not at {step}");
            violations.push(Violation { rule: Rule::Lost, words });
        }
        violations.extend(at_every_layer(reading, group, step).await);
    }
    violations
}

async fn is_purged(topology: &Topology, reading: &Reading) -> bool {
    let port = topology.primary().port();
    let mut connection = None;
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let look = purges::look(&mut connection, port, reading.watch).await;
        if look.is_ok_and(|look| look.settled == Some(look.clock)) {
            tokio::time::sleep(GRACE).await;
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

/// What the titles in the database say.
async fn in_database(topology: &Topology, group: usize) -> Span {
    let mut hand = topology.primary().hand().await.unwrap();
    let slugs: Vec<_> = (0..POSTS).map(|post| counters::slug(group, post)).collect();
    let sql = "select title from posts where slug = any($1)";
    let titles: Vec<String> =
        sqlx::query_scalar(sql).bind(slugs).fetch_all(&mut hand).await.unwrap();
    counters::read(&titles.join("\n")).get(&group).copied().unwrap_or(Span { first: 1, last: 0 })
}

async fn at_every_layer(reading: &Reading, group: usize, step: Step) -> Vec<Violation> {
    let mut violations = Vec::new();
    let instances = 0..u8::try_from(reading.places.instances.len()).expect("there are few");
    let targets = instances.map(Target::Instance).chain([Target::Balancer, Target::Varnish]);
    let mut session = Session::new();
    for target in targets {
        for (number, path) in counters::addresses(group).iter().enumerate() {
            let number = u8::try_from(number).expect("there are few");
            let who = (&mut session, u16::MAX);
            let reads = reading.read(who, target, (Some(group), number, path), 0).await;
            let shows_it = |outcome| matches!(outcome, Outcome::Page(span) if (span.first..=span.last).contains(&step));
            for read in reads.iter().filter(|read| !shows_it(read.outcome) || read.is_stale) {
                let words = format!("{path} at step {step}: {read:?}");
                violations.push(Violation { rule: Rule::Quiescence, words });
            }
        }
    }
    violations
}
