//! The auditor: it finds the page that carries a wrong tag, and nothing where there is nothing.

use http::StatusCode;
use masthead::cache::{Entry, Found};
use masthead::content_clock::{Provenance, TagSet};
use masthead::http_cache::{Kept, Responses};
use masthead::web::audit::Verdict;

use super::furnished;
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(what_is_right_is_found_right, a_page_with_a_wrong_tag_is_found_and_removed);

impl Instance {
    /// What is kept for a page.
    fn kept(&self, path: &str) -> Option<Found<Kept>> {
        self.app.cache.near::<Responses>(path)
    }
}

/// Whatever is kept is equal, or has changed; before a change and behind it.
async fn what_is_right_is_found_right(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let auditor = site.app.auditor().unwrap();
    let mut hand = database.hand().await;
    for change in ["Third", "Another"] {
        let sql = format!("update posts set title = '{change}' where slug = 'third'");
        for path in ["/", "/third/", "/page/2/", "/Fifth/", "/nothing/", "/search/?q=text", "/rss/"]
        {
            // What can be made up is kept on second sight.
            site.get(path).await;
            site.get(path).await;
        }
        let sample = site.app.cache.sample::<Responses>(100);
        assert_eq!(sample.len(), 7, "{:?}", sample.iter().map(|(key, _)| key).collect::<Vec<_>>());
        assert_eq!(site.app.cache.sample::<Responses>(3).len(), 3);
        for (target, found) in &sample {
            assert_eq!(auditor.check(target, found).await, Verdict::Equal, "{target}");
        }
        // What is committed is seen before it has a number.
        hand.execute(&sql).await;
        for (target, found) in &sample {
            assert_ne!(auditor.check(target, found).await, Verdict::Differing, "{target}");
        }
    }
    // No database, no verdict.
    let page = site.kept("/Fifth/").unwrap();
    site.app.db.close().await;
    assert_eq!(auditor.check("/Fifth/", &page).await, Verdict::Unclear);
}

async fn a_page_with_a_wrong_tag_is_found_and_removed(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let auditor = site.app.auditor().unwrap();
    let good = site.get("/third/").await;
    let kept = site.kept("/third/").unwrap().entry;
    let wrong = Entry {
        value: kept.value.clone(),
        provenance: Provenance::new(kept.provenance.as_of, TagSet::of(["post:other"])),
        stored_at: kept.stored_at,
        lifetime: kept.lifetime,
        cost: kept.cost,
    };
    site.app.cache.keep::<Responses>("/third/", wrong).await;
    let found = site.kept("/third/").unwrap();
    assert_eq!(auditor.check("/third/", &found).await, Verdict::Equal, "it is right so far");
    database.hand().await.execute("update posts set title = 'Other' where slug = 'third'").await;
    let old = site.get("/third/").await;
    assert!(old.is_hit() && old.body == good.body, "the fault: {old:?}");

    auditor.audit().await;
    let new = site.get("/third/").await;
    assert_eq!(new.status, StatusCode::OK);
    assert!(new.text().contains("Other"), "the auditor took the page out: {new:?}");
    assert_eq!(auditor.check("/third/", &found).await, Verdict::Differing);
}
