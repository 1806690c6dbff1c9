//! The content clock on real databases: numbers, marks, epochs, and the races between them.

mod channel;
mod checker;
mod epochs;
mod fill;
mod instance;
mod model;
mod proof;
mod purges;
mod races;
mod stamping;
mod standby;
mod time;

use masthead::content_clock::{AsOf, ChangeLog, Fresh, Pass};
use masthead::db::Database;
use masthead::entropy::CountingEntropy;

/// Random values that are the same every time, and different for every `n`.
fn fresh(n: u64) -> Fresh {
    Fresh::draw(&CountingEntropy::from(n * 1000))
}

/// A stamping pass that must succeed.
async fn pass(db: &Database, n: u64) -> Pass {
    db.pass(fresh(n)).await.unwrap()
}

/// Where the clock stands, after a pass.
async fn settled(db: &Database, n: u64) -> AsOf {
    pass(db, n).await.reading.as_of
}
