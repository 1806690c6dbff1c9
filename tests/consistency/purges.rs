//! Looks at the database for how far the purges are, so that it is known when the CDN had to be told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use sqlx::PgConnection;
use tokio::time::timeout;

use crate::history::{Purged, Watch};
use crate::topology::postgres::kept;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// A look that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(1);

/// Looks at the purge cursors until all is over.
pub async fn look_on(
    primary: Arc<AtomicU16>,
    watch: Watch,
    is_over: Arc<AtomicBool>,
) -> Vec<Purged> {
    let mut seen: Vec<Purged> = Vec::new();
    let mut connection = None;
    while !is_over.load(Ordering::Relaxed) {
        let port = primary.load(Ordering::Relaxed);
        if let Ok(Ok(purged)) = timeout(PATIENCE, look(&mut connection, port, watch)).await {
            seen.push(purged);
        } else {
            connection = None;
        }
        tokio::time::sleep(PAUSE).await;
    }
    seen
}

/// One look, by a connection that is kept.
pub async fn look(
    connection: &mut Option<PgConnection>,
    port: u16,
    watch: Watch,
) -> sqlx::Result<Purged> {
    let connection = kept(connection, port).await?;
    let sql = "select epoch, seq, \
        (select seq from purge_cursors c where provider = 'varnish:settled' and c.epoch = clock.epoch) \
        from content_clock clock";
    let (epoch, clock, settled) = sqlx::query_as(sql).fetch_one(connection).await?;
    Ok(Purged { at: watch.now(), epoch, clock, settled })
}
