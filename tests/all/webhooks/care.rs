//! Who is called, how often, and by whom.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use masthead::domain::webhook::DeliveryState;
use masthead::services::webhooks::Wish;
use tokio::sync::Notify;

use super::{Desk, deliver, report, want};
use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author};
use crate::support::stand_in::{Says, StandIn};
use crate::support::{Engine, TestDatabase, on_both};

on_both!(
    a_receiver_that_says_no_is_asked_again,
    a_receiver_that_asks_for_time_has_it,
    one_that_never_says_yes_is_given_up,
    one_that_is_gone_is_removed,
    no_redirect_is_followed,
    a_large_answer_is_not_read,
    nobody_in_our_own_network_is_called,
    a_slow_receiver_holds_up_nobody_else,
    what_was_told_long_ago_is_forgotten,
    what_was_given_up_is_told_again_by_hand,
    a_webhook_that_is_removed_is_told_nothing,
);

async fn state(desk: &Desk, nth: usize) -> (DeliveryState, i32, Option<i32>, Option<String>) {
    let webhook = &desk.site.app.webhooks.all().await.unwrap()[nth];
    let log = desk.site.app.webhooks.log(&webhook.id, 10).await.unwrap();
    let [delivery] = &log.deliveries[..] else { panic!("one: {log:?}") };
    let error = delivery.error.clone();
    assert_eq!(log.webhook.last_triggered_error, error);
    assert_eq!(log.webhook.last_triggered_status, delivery.status.map(|status| status.to_string()));
    assert_eq!(log.webhook.last_triggered_at, delivery.tried_at);
    (delivery.state, delivery.attempts, delivery.status, error)
}

async fn a_receiver_that_says_no_is_asked_again(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added"]).await;
    desk.site.create(&published("Hello", NOON)).await;
    desk.receiver.say_once(Says::new(500, "oh"));
    let first = desk.told().await;
    assert_eq!(first.len(), 1);
    let no = Some("it answered 500".to_owned());
    assert_eq!(state(&desk, 0).await, (DeliveryState::Pending, 1, Some(500), no));
    assert_eq!(desk.told().await.len(), 0, "not at once");
    desk.site.clock.advance(7);
    assert_eq!(desk.told().await.len(), 0, "not so soon");
    desk.site.clock.advance(6);
    let second = desk.told().await;
    assert_eq!(second.len(), 1);
    assert_eq!(first[0].header("webhook-id"), second[0].header("webhook-id"));
    assert_eq!(first[0].body, second[0].body);
    assert_ne!(first[0].header("x-ghost-signature"), second[0].header("x-ghost-signature"));
    assert_eq!(state(&desk, 0).await, (DeliveryState::Delivered, 2, Some(204), None));
    desk.site.clock.advance(100_000);
    assert_eq!(desk.told().await.len(), 0);
}

async fn a_receiver_that_asks_for_time_has_it(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added"]).await;
    desk.site.create(&published("Hello", NOON)).await;
    desk.receiver.say_once(Says::new(429, "").with("retry-after", "120"));
    assert_eq!(desk.told().await.len(), 1);
    desk.site.clock.advance(119);
    assert_eq!(desk.told().await.len(), 0, "not yet");
    desk.site.clock.advance(2);
    assert_eq!(desk.told().await.len(), 1);
    assert_eq!(state(&desk, 0).await, (DeliveryState::Delivered, 2, Some(204), None));
}

async fn one_that_never_says_yes_is_given_up(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added"]).await;
    desk.receiver.fall_silent();
    desk.site.create(&published("Hello", NOON)).await;
    for attempt in 1..10 {
        deliver(&desk.site).await;
        let (state, attempts, status, error) = state(&desk, 0).await;
        assert_eq!((state, attempts, status), (DeliveryState::Pending, attempt, None));
        assert!(error.unwrap().starts_with("no connection: "));
        desk.site.clock.advance(8 * 3600);
    }
    deliver(&desk.site).await;
    let (state, attempts, ..) = state(&desk, 0).await;
    assert_eq!((state, attempts), (DeliveryState::GivenUp, 10));
    assert_eq!(desk.site.app.courier.pending().await.unwrap(), 0);
}

async fn one_that_is_gone_is_removed(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added", "site.changed"]).await;
    desk.receiver.say_once(Says::new(410, ""));
    desk.receiver.say_once(Says::new(410, ""));
    desk.site.create(&published("Hello", NOON)).await;
    assert_eq!(desk.told().await.len(), 2);
    assert_eq!(desk.site.app.webhooks.all().await.unwrap(), []);
    desk.site.create(&published("Again", NOON)).await;
    assert_eq!(desk.told().await.len(), 0);
}

async fn no_redirect_is_followed(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added"]).await;
    let elsewhere = format!("{}/elsewhere", desk.receiver.url());
    desk.receiver.say_once(Says::new(307, "").with("location", elsewhere));
    desk.site.create(&published("Hello", NOON)).await;
    assert_eq!(desk.told().await.len(), 1);
    assert_eq!(state(&desk, 0).await.2, Some(307));
}

async fn a_large_answer_is_not_read(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added"]).await;
    desk.receiver.say_once(Says::new(200, vec![b'x'; 32 << 20]));
    desk.site.create(&published("Hello", NOON)).await;
    assert_eq!(desk.told().await.len(), 1);
    assert_eq!(state(&desk, 0).await, (DeliveryState::Delivered, 1, Some(200), None));
}

async fn nobody_in_our_own_network_is_called(db: &TestDatabase) {
    let receiver = StandIn::start(|_| Says::new(204, "")).await;
    let site = Instance::on(db).await;
    site.add_author(&author("Ann")).await;
    let whose = site.app.integrations.add("Build").await.unwrap().value.integration.id;
    // They were added while that was allowed.
    let before = Instance::with(db, |config| config.webhooks.allow_private = true).await;
    for host in ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{}/", receiver.port);
        want(&before, &whose, "post.added", &url).await;
        let wish = Wish { event: "post.edited".to_owned(), target_url: url, ..Wish::default() };
        let refused = site.app.webhooks.add(&whose, &wish).await.unwrap_err();
        assert_eq!(refused.to_string(), "target_url: is not one of the public internet");
    }
    site.create(&published("Hello", NOON)).await;
    deliver(&site).await;
    assert_eq!(receiver.asked().len(), 0);
    for webhook in site.app.webhooks.all().await.unwrap() {
        let error = webhook.last_triggered_error.unwrap();
        assert_eq!(error, "no connection: the address is not one of the public internet");
    }
}

async fn a_slow_receiver_holds_up_nobody_else(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    let gate = Arc::new(Notify::new());
    let held = gate.clone();
    let slow = StandIn::start(move |_| Says::new(200, "").held_by(held.clone())).await;
    for event in ["post.added", "post.published", "site.changed"] {
        let url = format!("{}/{event}", slow.url());
        want(&desk.site, &desk.integration.id, event, &url).await;
    }
    desk.want(&["post.added"]).await;
    for n in 0..20 {
        desk.site.create(&published(&format!("Post {n}"), NOON)).await;
    }
    report(&desk.site, "here").await;
    let courier = &desk.site.app.courier;
    let all = async {
        let mut heard = 0;
        while heard < 20 {
            courier.step().await.unwrap();
            heard += desk.receiver.asked().len();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all)
        .await
        .expect("the other one hears all of it");
    assert!(slow.asked().len() <= 4, "the slow one has four places");
    // Each that is let go makes a place for the next.
    let rest = async {
        while courier.pending().await.unwrap() > 0 {
            gate.notify_waiters();
            courier.step().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), rest).await.expect("the slow one hears it too");
    courier.finish().await;
}

async fn what_was_told_long_ago_is_forgotten(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    desk.want(&["post.added"]).await;
    desk.site.create(&published("Told", NOON)).await;
    assert_eq!(desk.told().await.len(), 1);
    assert_eq!(desk.site.app.webhooks.prune().await.unwrap(), 0);
    desk.site.clock.advance(7 * 86_400 + 1);
    desk.site.create(&published("New", NOON)).await;
    assert_eq!(desk.site.app.webhooks.prune().await.unwrap(), 1);
    desk.site.clock.advance(7 * 86_400 + 1);
    assert_eq!(desk.site.app.webhooks.prune().await.unwrap(), 0, "what is still to be told stays");
    assert_eq!(desk.told().await.len(), 1);
    assert_eq!(desk.site.app.webhooks.prune().await.unwrap(), 1);
    let mut hand = db.hand().await;
    assert_eq!(hand.number("select count(*) from deliveries").await, 0);
}

async fn what_was_given_up_is_told_again_by_hand(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    let webhook = desk.want(&["post.added"]).await.remove(0);
    desk.site.create(&published("Hello", NOON)).await;
    let first = desk.told().await;
    let log = desk.site.app.webhooks.log(&webhook.id, 10).await.unwrap();
    let delivery = &log.deliveries[0].id;
    desk.site.app.webhooks.send_again(&desk.integration.id, &webhook.id, delivery).await.unwrap();
    let second = desk.told().await;
    assert_eq!(first[0].header("webhook-id"), second[0].header("webhook-id"));
    assert_eq!(state(&desk, 0).await, (DeliveryState::Delivered, 1, Some(204), None));
    desk.site.app.webhooks.remove_any(&webhook.id).await.unwrap();
    desk.site
        .app
        .webhooks
        .send_again(&desk.integration.id, &webhook.id, delivery)
        .await
        .unwrap_err();
}

async fn a_webhook_that_is_removed_is_told_nothing(db: &TestDatabase) {
    let desk = Desk::on(db).await;
    let webhooks = desk.want(&["post.added", "site.changed"]).await;
    desk.site.create(&published("Hello", NOON)).await;
    desk.site.app.webhooks.remove(&desk.integration.id, &webhooks[0].id).await.unwrap();
    assert_eq!(desk.told_events().await, ["site.changed"]);
    desk.site.create(&published("Again", NOON)).await;
    desk.site.app.integrations.remove(&desk.integration.id).await.unwrap();
    assert_eq!(desk.told_events().await, [""; 0]);
    assert_eq!(desk.site.app.courier.pending().await.unwrap(), 0);
}

/// Three instances look for what is to be told at the same time; each delivery is tried by one of them.
#[tokio::test]
async fn instances_never_try_the_same_at_once() {
    const POSTS: usize = 40;
    let database = TestDatabase::migrated(Engine::Postgres).await;
    let desk = Desk::on(&database).await;
    desk.want(&["post.added", "post.published", "site.changed"]).await;
    let mut instances = Vec::new();
    for _ in 0..2 {
        let with = |config: &mut masthead::config::Config| config.webhooks.allow_private = true;
        instances.push(Instance::with(&database, with).await);
    }
    for n in 0..POSTS {
        desk.site.create(&published(&format!("Post {n}"), NOON)).await;
    }
    report(&desk.site, "here").await;
    let couriers = [&desk.site, &instances[0], &instances[1]].map(|site| &site.app.courier);
    let mut begun = [0; 3];
    let all = async {
        while couriers[0].pending().await.unwrap() > 0 {
            let [a, b, c] = couriers.map(masthead::services::webhooks::Courier::step);
            let (a, b, c) = tokio::join!(a, b, c);
            for (begun, more) in begun.iter_mut().zip([a, b, c]) {
                *begun += more.unwrap().begun;
            }
        }
    };
    Box::pin(tokio::time::timeout(Duration::from_mins(1), all)).await.expect("all are told");
    for courier in couriers {
        courier.finish().await;
    }
    let mut heard: BTreeMap<String, usize> = BTreeMap::new();
    for asked in desk.receiver.asked() {
        *heard.entry(asked.header("webhook-id").to_owned()).or_default() += 1;
    }
    assert_eq!(heard.len(), POSTS * 3);
    assert_eq!(heard.values().copied().collect::<BTreeSet<_>>(), BTreeSet::from([1]));
    assert_eq!(begun.iter().sum::<usize>(), POSTS * 3);
    assert!(begun.iter().filter(|begun| **begun > 0).count() > 1, "several took part: {begun:?}");
}
