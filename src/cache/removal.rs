//! Hears of what other instances removed.

use std::sync::{Arc, Weak};

use redis::PushInfo;
use tokio::sync::mpsc::UnboundedReceiver;

use super::l2::{News, news};
use super::{Cache, Parts};

/// Hears until the cache is dropped.
pub fn listen(cache: &Cache, mut pushes: UnboundedReceiver<PushInfo>) {
    let parts = Arc::downgrade(&cache.0);
    tokio::spawn(subscribe(parts.clone()));
    tokio::spawn(async move {
        // The sender is dropped with the connection, and that with the cache.
        while let Some(push) = pushes.recv().await {
            let Some(parts) = parts.upgrade() else { return };
            if let Some(news) = news(&push) {
                Cache(parts).hear(news);
            }
        }
    });
}

/// Subscribes as soon as Redis is there.
async fn subscribe(parts: Weak<Parts>) {
    loop {
        let pause = {
            let Some(parts) = parts.upgrade() else { return };
            let Some(l2) = &parts.l2 else { return };
            if l2.subscribe().await {
                return;
            }
            l2.settings().breaker_pause
        };
        tokio::time::sleep(pause).await;
    }
}

impl Cache {
    fn hear(&self, news: News) {
        match news {
            News::Removed(removal) if removal.from == self.0.id => {}
            News::Removed(removal) => {
                self.remove_near(self.0.l1.hash_of(&removal.class, &removal.key));
            }
            News::Lost => {
                if let Some(l2) = &self.0.l2 {
                    l2.lost();
                }
                self.clear_where_nothing_else_tells();
            }
            // What was said while nobody listened is not said again.
            News::Subscribed => self.clear_where_nothing_else_tells(),
        }
    }

    /// A content clock that follows a database knows what is valid, whatever was missed here.
    fn clear_where_nothing_else_tells(&self) {
        if self.0.content_clock.fence().is_none() {
            self.0.removals.count_all();
            self.0.flights.void_all();
            self.0.l1.clear();
        }
    }
}
