//! What is known of an address: what its route declares, what its answer is made from, and how it
//! stands in the layer that all instances share.

use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, Uri, header};
use tower::ServiceExt as _;

use super::App;
use crate::cache::{Found, Layer};
use crate::content_clock::Standing;
use crate::http_cache::{Decision, Kept, Keyer as _, Responses};
use crate::services::reading::Seen;
use crate::web;
use crate::web::edge::Keys;

impl App {
    /// Explains an address, line by line. The answer is made anew for it, by this process, which keeps
    /// nothing; what is found elsewhere is in Redis.
    ///
    /// # Errors
    /// In words: it is no address, or the database does not answer.
    pub async fn explain(&self, address: &str) -> Result<String, String> {
        let uri: Uri = address.parse().map_err(|_| format!("`{address}` is no address"))?;
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let request = || Request::get(target).body(Body::empty());
        let asked = request().map_err(|_| format!("`{address}` is no address"))?;
        let clock = self.stamper.settle().await.map_err(|error| error.to_string())?;
        let table = web::table();
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:<13}{value}");
        };
        line("address", target);
        line("route", table.route(&Method::GET, uri.path()).unwrap_or("none"));
        line("clock", &clock.to_string());
        let (head, _) = asked.into_parts();
        let key = match Keys::new(table).decide(&head) {
            Decision::Key(key) | Decision::KeyOnSecondSight(key) => key,
            Decision::Bypass(reason) => {
                line("kept", &format!("no: {reason}"));
                return Ok(text);
            }
        };
        line("key", &key);
        let again = request().map_err(|error| error.to_string())?;
        let Ok(answer) = self.router().oneshot(again).await;
        line("answer", answer.status().as_str());
        for (name, field) in [
            ("browsers", header::CACHE_CONTROL),
            ("caches", web::edge::MASTHEAD_CACHE_CONTROL),
            ("validator", header::ETAG),
        ] {
            let value = answer.headers().get(field).and_then(|value| value.to_str().ok());
            line(name, value.unwrap_or("none"));
        }
        let changes = self.caching.last_changes().await.map_err(|error| error.to_string())?;
        let told = |tag: &str| {
            changes.get(tag).map_or("not lately".to_owned(), |seq| format!("changed at {seq}"))
        };
        line("made from", &format!("all ({})", told("all")));
        for tag in answer.extensions().get::<Seen>().iter().flat_map(|seen| seen.tags()) {
            line("", &format!("{tag} ({})", told(tag.as_str())));
        }
        let found = self.cache.find::<Responses>(&key).await;
        let shared = found.filter(|found| found.layer == Layer::L2);
        match shared {
            Some(found) => line("in Redis", &self.stands(&found)),
            None => line("in Redis", "no"),
        }
        Ok(text)
    }

    fn stands(&self, found: &Found<Kept>) -> String {
        let entry = &found.entry;
        let age = Duration::from_secs(entry.age(self.clock.now()).as_secs());
        let standing = match found.standing {
            Standing::Valid(at) => format!("valid at {}", at.seq),
            Standing::Changed => "changed since".to_owned(),
        };
        format!(
            "for {age:?}, as of {}, {standing}; it took {:?} to make",
            entry.provenance.as_of.seq, entry.cost
        )
    }
}
