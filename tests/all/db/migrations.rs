//! Migrations: forward, once, whoever starts at the same time.

use masthead::db::{Database, DbError, Limits};

use crate::support::{TestDatabase, on_both};

on_both!(
    running_again_changes_nothing,
    instances_that_start_at_once_wait_for_each_other,
    a_database_of_a_newer_program_is_refused,
    the_first_change_says_that_everything_changed,
);

async fn running_again_changes_nothing(db: &TestDatabase) {
    let fresh = TestDatabase::empty(db.engine).await;
    fresh.migrate().await.unwrap();
    let mut hand = fresh.hand().await;
    let log = hand.log_end().await;
    fresh.migrate().await.unwrap();
    assert_eq!(hand.log_end().await, log);
    drop(hand);
    fresh.remove().await;
}

async fn instances_that_start_at_once_wait_for_each_other(db: &TestDatabase) {
    for _ in 0..3 {
        let fresh = TestDatabase::empty(db.engine).await;
        let start = || async {
            let instance = Database::connect(&fresh.url, Limits::default()).await?;
            instance.migrate().await?;
            instance.close().await;
            Ok::<_, DbError>(())
        };
        let started = tokio::join!(start(), start(), start());
        assert!(matches!(started, (Ok(()), Ok(()), Ok(()))), "{started:?}");
        let mut hand = fresh.hand().await;
        assert_eq!(hand.number("select count(*) from content_clock").await, 1);
        drop(hand);
        fresh.remove().await;
    }
}

async fn a_database_of_a_newer_program_is_refused(db: &TestDatabase) {
    let mut hand = db.hand().await;
    hand.execute(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         select 9999, 'from the future', success, checksum, execution_time
         from _sqlx_migrations where version = 1",
    )
    .await;
    let error = db.migrate().await.unwrap_err();
    assert!(matches!(error, DbError::Migration(_)), "{error}");
    assert!(error.to_string().contains("9999"), "{error}");
}

/// Statements that change tables fire no trigger, so each migration says it itself.
async fn the_first_change_says_that_everything_changed(db: &TestDatabase) {
    let mut hand = db.hand().await;
    assert_eq!(hand.texts("select cache_tags from change_log").await, ["all"]);
}
