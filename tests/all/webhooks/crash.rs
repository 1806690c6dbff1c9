//! At least once: the program itself is killed with a delivery in its hands.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use masthead::app::App;
use masthead::config::Config;
use masthead::db;
use masthead::services::webhooks::Wish;
use tokio::sync::Notify;

use crate::instance::published;
use crate::support::fixtures::{NOON, author};
use crate::support::ports::free_port;
use crate::support::process::Process;
use crate::support::stand_in::{Asked, Says, StandIn};
use crate::support::{TestDatabase, on_both};

on_both!(what_a_killed_instance_had_in_its_hands_is_told);

/// How long what is awaited may take, a claim that has to lapse included.
const PATIENCE: Duration = Duration::from_mins(1);

async fn what_a_killed_instance_had_in_its_hands_is_told(db: &TestDatabase) {
    let receiver = StandIn::start(|_| Says::new(204, "")).await;
    // The first is heard, and never answered.
    receiver.say_once(Says::new(204, "").held_by(Arc::new(Notify::new())));
    publish(db, &receiver).await;
    let folder = tempfile::tempdir().unwrap();
    let serve = |name: &str| {
        let port = free_port().unwrap();
        Process::start(env!("CARGO_BIN_EXE_masthead"), &folder.path().join(name), |command| {
            command
                .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
                .current_dir(folder.path())
                .env("MASTHEAD_DATABASE__URL", &db.url)
                .env("MASTHEAD_WEBHOOKS__ALLOW_PRIVATE", "true")
                .env("MASTHEAD_WEBHOOKS__TIMEOUT_S", "2")
                .stdout(Stdio::null())
                .stderr(Stdio::null());
        })
    };
    let first = serve("first");
    let before = heard(&receiver).await;
    first.kill();
    let second = serve("second");
    let after = heard(&receiver).await;
    assert_eq!(before.header("webhook-id"), after.header("webhook-id"));
    assert_eq!(before.body, after.body);
    drop(second);
    // It was stopped in peace, so its answer is noted.
    let mut hand = db.hand().await;
    let delivered = "select count(*) from deliveries where state = 'delivered' and attempts = 2";
    assert_eq!(hand.number(delivered).await, 1);
}

/// Writes a post that a webhook is to be told of, and nobody tells it yet.
async fn publish(db: &TestDatabase, receiver: &StandIn) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.database.url = serde_json::from_value(db.url.as_str().into()).unwrap();
    config.media.dir = folder.path().join("media");
    config.webhooks.allow_private = true;
    let app = App::open(config).await.unwrap();
    let mut t = app.db.write().await.unwrap();
    db::users::save(&mut t, &author("Ann")).await.unwrap();
    t.commit().await.unwrap();
    let integration = app.integrations.add("Build").await.unwrap().value.integration;
    let (event, target_url) = ("post.added".to_owned(), receiver.url());
    let wish = Wish { event, target_url, ..Wish::default() };
    app.webhooks.add(&integration.id, &wish).await.unwrap();
    app.publishing.create(&published("Hello", NOON)).await.unwrap();
    app.close().await;
}

/// The next that the receiver hears.
async fn heard(receiver: &StandIn) -> Asked {
    let heard = async {
        loop {
            if let Some(asked) = receiver.asked().pop() {
                return asked;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.expect("the receiver is told")
}
