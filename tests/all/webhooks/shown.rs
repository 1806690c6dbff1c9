//! When receivers are told: not before they are shown what they are told of.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use masthead::cdn::Outcome;
use masthead::config::CdnProvider;
use masthead::services::webhooks::Step;

use super::{Desk, report, report_as_of};
use crate::instance::{Instance, published};
use crate::support::fixtures::NOON;
use crate::support::stand_in::{Says, StandIn};
use crate::support::{TestDatabase, on_both};

on_both!(
    a_receiver_is_told_when_every_instance_shows_it,
    an_instance_that_is_not_heard_of_holds_up_nobody,
    a_receiver_is_told_when_the_cdn_was,
    a_cdn_that_cannot_be_told_holds_up_nobody_for_long,
);

const WAITS: Step = Step { begun: 0, waiting: 1 };
const GOES: Step = Step { begun: 1, waiting: 0 };

async fn step(site: &Instance) -> Step {
    site.app.courier.step().await.unwrap()
}

async fn a_receiver_is_told_when_every_instance_shows_it(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added"]).await;
    let before = report(&desk.site, "here").await;
    report_as_of(&desk.site, "there", before).await;
    desk.site.create(&published("Hello", NOON)).await;
    assert_eq!(step(&desk.site).await, WAITS, "nobody has reported it");
    let now = report(&desk.site, "here").await;
    assert_eq!(step(&desk.site).await, WAITS, "one still shows the old page");
    report_as_of(&desk.site, "there", now).await;
    assert_eq!(step(&desk.site).await, GOES);
    desk.site.app.courier.finish().await;
    assert_eq!(desk.receiver.asked().len(), 1);
}

/// It calls what it has stale by then.
async fn an_instance_that_is_not_heard_of_holds_up_nobody(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added"]).await;
    let before = report(&desk.site, "here").await;
    report_as_of(&desk.site, "there", before).await;
    desk.site.create(&published("Hello", NOON)).await;
    report(&desk.site, "here").await;
    assert_eq!(step(&desk.site).await, WAITS);
    desk.site.clock.advance(1);
    assert_eq!(step(&desk.site).await, WAITS, "its fence is not up yet");
    desk.site.clock.advance(2);
    assert_eq!(step(&desk.site).await, GOES);
    // What is new waits for a time of its own.
    desk.site.app.courier.finish().await;
    desk.site.create(&published("Again", NOON)).await;
    report(&desk.site, "here").await;
    assert_eq!(step(&desk.site).await, WAITS);
}

/// With a site behind a CDN that says no for now.
async fn behind_a_cdn(db: &TestDatabase) -> (Desk, StandIn, Arc<AtomicBool>) {
    let is_away = Arc::new(AtomicBool::new(true));
    let says = is_away.clone();
    let cdn = StandIn::start(move |_| {
        Says::new(if says.load(Ordering::Relaxed) { 503 } else { 204 }, "")
    })
    .await;
    let url = format!("{}/purge", cdn.url());
    let desk = Desk::with(db, |config| {
        config.cdn.provider = CdnProvider::Webhook;
        config.cdn.webhook.url = serde_json::from_value(url.into()).unwrap();
    })
    .await;
    desk.want(&["post.added"]).await;
    desk.site.create(&published("Hello", NOON)).await;
    report(&desk.site, "here").await;
    (desk, cdn, is_away)
}

async fn a_receiver_is_told_when_the_cdn_was(db: &TestDatabase) {
    let (desk, cdn, is_away) = behind_a_cdn(db).await;
    let purger = desk.site.app.purger().unwrap();
    assert_eq!(purger.step().await, Outcome::Failed);
    assert_eq!(step(&desk.site).await, WAITS);
    is_away.store(false, Ordering::Relaxed);
    // It leaves the CDN alone for a moment.
    desk.site.clock.advance(30);
    purger.step().await;
    assert!(!cdn.asked().is_empty());
    assert_eq!(step(&desk.site).await, GOES);
}

async fn a_cdn_that_cannot_be_told_holds_up_nobody_for_long(db: &TestDatabase) {
    let (desk, _cdn, _) = behind_a_cdn(db).await;
    assert_eq!(step(&desk.site).await, WAITS);
    desk.site.clock.advance(59);
    assert_eq!(step(&desk.site).await, WAITS);
    desk.site.clock.advance(1);
    assert_eq!(step(&desk.site).await, GOES);
}
