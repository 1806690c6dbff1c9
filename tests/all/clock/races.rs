//! Loads, writes and passes that overtake each other: nothing old is ever called valid.

use masthead::content_clock::{Heard, News};

use super::fill::{Fill, set, upload};
use super::instance::Instance;
use super::{fresh, pass, settled};
use crate::support::{TestDatabase, on_both};

on_both!(
    a_fill_that_read_before_a_write_and_stores_after_it,
    a_fill_between_a_commit_and_its_stamp,
    a_cold_start_knows_what_the_log_knows,
    an_instance_that_slept_beyond_the_pruned_part_begins_anew,
    a_poll_finds_what_no_writer_stamped,
);

async fn a_fill_that_read_before_a_write_and_stores_after_it(db: &TestDatabase) {
    let mut hand = db.hand().await;
    hand.execute(&set("title", "old")).await;
    let here = Instance::of(db);
    here.poll().await;
    let mut slow = Fill::begin(&db.url).await;
    assert_eq!(slow.setting("title").await.as_deref(), Some("old"));
    assert!(here.stands(slow.as_of, "site"), "nothing has happened yet");
    hand.execute(&set("title", "new")).await;
    here.poll().await;
    // Only now it stores what it read.
    assert!(!here.stands(slow.as_of, "site"), "invalid from birth");
    let mut later = Fill::begin(&db.url).await;
    assert_eq!(later.setting("title").await.as_deref(), Some("new"));
    assert!(here.stands(later.as_of, "site"));
    here.poll().await;
    assert!(here.stands(later.as_of, "site"));
}

/// Such an entry shows a change above its moment. It falls with the stamp, a little too early.
async fn a_fill_between_a_commit_and_its_stamp(db: &TestDatabase) {
    let here = Instance::of(db);
    here.poll().await;
    db.hand().await.execute(&set("title", "new")).await;
    let mut fill = Fill::begin(&db.url).await;
    assert_eq!(fill.setting("title").await.as_deref(), Some("new"));
    let stamped = here.poll().await;
    assert_eq!(here.stands(fill.as_of, "site"), fill.as_of == stamped);
}

async fn a_cold_start_knows_what_the_log_knows(db: &TestDatabase) {
    let old = Instance::of(db);
    let mut hand = db.hand().await;
    for n in 0..5 {
        hand.execute(&set(&format!("key{n}"), "1")).await;
        old.poll().await;
    }
    let new = Instance::of(db);
    let as_of = new.poll().await;
    assert_eq!(new.watermark(), old.watermark());
    assert!(new.is_valid(as_of.seq, "site"));
    assert!(!new.is_valid(as_of.seq - 1, "site"));
    assert!(new.is_valid(as_of.seq - 1, "post:1"), "the log goes back further than that");
    assert!(!new.is_valid(0, "post:1"), "the migrations changed everything");
}

async fn an_instance_that_slept_beyond_the_pruned_part_begins_anew(db: &TestDatabase) {
    let asleep = Instance::of(db);
    let fell_asleep = asleep.poll().await;
    let awake = Instance::of(db);
    let mut hand = db.hand().await;
    hand.execute(&set("title", "new")).await;
    awake.poll().await;
    for n in 0..5 {
        hand.execute(&upload(&format!("{n}.png"))).await;
        awake.poll().await;
    }
    assert!(awake.follower.prune(2).await.unwrap() > 0);
    assert!(asleep.stands(fell_asleep, "site"), "as far as it knows");
    let woke = asleep.poll().await;
    assert!(!asleep.stands(fell_asleep, "site"), "it was told too late, so it trusts nothing");
    assert!(!asleep.stands(fell_asleep, "post:1"));
    assert!(asleep.stands(woke, "site"));
}

async fn a_poll_finds_what_no_writer_stamped(db: &TestDatabase) {
    let here = Instance::of(db);
    let before = here.poll().await;
    // A hand, or a writer that fell between its commit and its pass.
    db.hand().await.execute(&set("title", "new")).await;
    assert!(here.stands(before, "site"));
    assert_eq!(here.poll().await.seq, before.seq + 1);
    assert!(!here.stands(before, "site"));
}

/// What only PostgreSQL has: several writers, and a number that comes after the commit.
mod on_postgres {
    use std::time::Duration;

    use masthead::content_clock::ChangeLog as _;
    use masthead::db::{Database, Limits};

    use super::*;
    use crate::support::{Engine, Hand};

    async fn database() -> TestDatabase {
        TestDatabase::migrated(Engine::Postgres).await
    }

    /// The id is drawn at the insert, the number at the stamp: who reads the log by id would go past
    /// the lower one for ever.
    #[tokio::test]
    async fn a_lower_id_that_commits_later_is_not_missed() {
        let db = database().await;
        let here = Instance::of(&db);
        let before = here.poll().await;
        let (mut first, mut second) = (db.hand().await, db.hand().await);
        first.execute("begin").await;
        first.execute(&set("first", "1")).await;
        second.execute(&upload("a.png")).await;
        let middle = here.poll().await;
        assert_eq!(middle.seq, before.seq + 1);
        assert!(here.stands(before, "site"), "it is not there yet");
        let mut fill = Fill::begin(&db.url).await;
        assert_eq!(fill.setting("first").await, None);
        first.execute("commit").await;
        let end = here.poll().await;
        assert_eq!(end.seq, before.seq + 2);
        assert!(!here.stands(fill.as_of, "site"));
        let order = "select cast(seq as text) from change_log order by id desc limit 2";
        assert_eq!(second.texts(order).await, [middle.seq.to_string(), end.seq.to_string()]);
    }

    /// A draft and a content tag that has no posts.
    async fn unlisted() -> (TestDatabase, Hand, Hand) {
        let db = database().await;
        let mut hand = db.hand().await;
        hand.execute(
            "insert into posts (id, type, slug, status, visibility, featured, created_at,
                updated_at, published_at, reading_time, title, excerpt, uuid,
                show_title_and_feature_image, trusted, revision, headings, markdown, html,
                plaintext)
             values ('p1', 'post', 'one', 'draft', 'public', false, 1, 1, 1, 1, 'One', '', 'one',
                true, false, 1, '[]', '', '', '');
             insert into tags (id, name, slug, visibility, created_at, updated_at)
             values ('t1', 'One', 'one', 'public', 1, 1)",
        )
        .await;
        let other = db.hand().await;
        (db, hand, other)
    }

    /// One publishes a post, the other gives it a content tag; neither sees the other's row. If the
    /// tags of the log were found by look-up, both would miss the list of the tag, and what was
    /// loaded in between would stay for ever.
    #[tokio::test]
    async fn two_transactions_that_miss_each_other_still_raise_the_list() {
        const PUBLISH: &str = "update posts set status = 'published' where id = 'p1'";
        const TAG: &str = "insert into posts_tags values ('p1', 't1', 0)";
        for (first, second) in [(PUBLISH, TAG), (TAG, PUBLISH)] {
            let (db, mut one, mut other) = unlisted().await;
            let here = Instance::of(&db);
            here.poll().await;
            one.execute("begin").await;
            one.execute(first).await;
            let mut early = Fill::begin(&db.url).await;
            let both = async {
                // It may have to wait for the first to commit; either way it began before.
                other.execute("begin").await;
                other.execute(second).await;
                other.execute("commit").await;
            };
            let commit = async {
                here.poll().await;
                one.execute("commit").await;
            };
            tokio::join!(both, commit);
            let mut late = Fill::begin(&db.url).await;
            assert_eq!(early.listed("tag:t1").await, [""; 0]);
            assert_eq!(late.listed("tag:t1").await, ["p1"]);
            here.poll().await;
            assert!(!here.stands(early.as_of, "listing:tag:t1"), "{first}");
        }
    }

    /// The wrong way. The snapshot of a statement is older than a lock that it waits for, so the
    /// change of a writer who has been acknowledged meanwhile is passed over, and a number is spent
    /// on nothing.
    #[tokio::test]
    async fn a_stamp_in_one_statement_with_its_lock_is_wrong() {
        const WRONG: &str = "with n as (
                update content_clock set seq = seq + 1 where id = 1 returning seq
            )
            update change_log set seq = n.seq from n where change_log.seq is null";
        let db = database().await;
        pass(&db, 1).await;
        let (mut holder, mut wrong, mut writer) =
            (db.hand().await, db.hand().await, db.hand().await);
        writer.execute(&set("first", "1")).await;
        holder.execute("begin").await;
        holder.execute(WRONG).await;
        let waiting = tokio::spawn(async move { wrong.execute(WRONG).await });
        until_somebody_waits(&mut writer).await;
        writer.execute(&set("second", "1")).await;
        holder.execute("commit").await;
        waiting.await.unwrap();
        let unstamped = "select count(*) from change_log where seq is null";
        let spent = "select c.seq - l.seq from content_clock c,
            (select max(seq) as seq from change_log) l";
        assert_eq!(writer.number(unstamped).await, 1, "the second change was there at the end");
        assert_eq!(writer.number(spent).await, 1, "a number without a change: a gap for ever");
    }

    /// The right way, at the same place: what was committed while the pass waited has its number.
    #[tokio::test]
    async fn a_pass_that_waited_stamps_what_came_meanwhile() {
        let db = database().await;
        pass(&db, 1).await;
        let (mut holder, mut writer) = (db.hand().await, db.hand().await);
        writer.execute(&set("first", "1")).await;
        let lock = i64::from_be_bytes(*b"masthead");
        holder.execute(&format!("begin; select pg_advisory_xact_lock({lock})")).await;
        let database = db.clone();
        let waiting = tokio::spawn(async move { pass(&database, 2).await });
        until_somebody_waits(&mut writer).await;
        writer.execute(&set("second", "1")).await;
        holder.execute("commit").await;
        let pass = waiting.await.unwrap();
        let unstamped = "select count(*) from change_log where seq is null";
        assert_eq!(writer.number(unstamped).await, 0);
        let of_the_pass =
            format!("select count(*) from change_log where seq = {}", pass.reading.as_of.seq);
        assert_eq!(writer.number(&of_the_pass).await, 2);
    }

    async fn until_somebody_waits(hand: &mut Hand) {
        let waiting = "select count(*) from pg_locks where not granted and (database is null or
            database = (select oid from pg_database where datname = current_database()))";
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        while hand.number(waiting).await == 0 {
            assert!(tokio::time::Instant::now() < deadline, "nobody waits");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A stamper in `REPEATABLE READ` fails, rather than number by an old snapshot.
    #[tokio::test]
    async fn a_stamper_with_an_old_snapshot_fails_closed() {
        let db = database().await;
        pass(&db, 1).await;
        let (mut old, mut writer) = (db.hand().await, db.hand().await);
        old.execute("begin isolation level repeatable read; select 1 from content_clock").await;
        writer.execute(&set("first", "1")).await;
        pass(&db, 2).await;
        let error = old.try_execute("update content_clock set seq = seq + 1").await.unwrap_err();
        let code = error.as_database_error().and_then(|error| error.code().map(String::from));
        assert_eq!(code.as_deref(), Some("40001"));
    }

    /// Whatever the role has as its default, a pass is `READ COMMITTED`.
    #[tokio::test]
    async fn a_pass_sets_its_isolation_itself() {
        let db = database().await;
        let default = "alter role app in database {} set default_transaction_isolation
            to 'serializable'";
        let name = db.url.rsplit('/').next().unwrap();
        let mut hand = db.hand().await;
        hand.execute(&default.replace("{}", name)).await;
        let strict = Database::connect(&db.url, Limits::default()).await.unwrap();
        hand.execute(
            "create table seen (isolation text);
             create function see() returns trigger language plpgsql as $$ begin
                insert into seen values (current_setting('transaction_isolation')); return null;
             end $$;
             create trigger see after update on content_clock for each row execute function see()",
        )
        .await;
        hand.execute(&set("first", "1")).await;
        pass(&strict, 1).await;
        let seen = hand.texts("select distinct isolation from seen").await;
        assert_eq!(seen, ["read committed"]);
        strict.close().await;
    }

    /// A number that a crash could take back would be given twice.
    #[tokio::test]
    async fn a_pass_waits_for_its_own_disk_at_least() {
        let db = database().await;
        let mut hand = db.hand().await;
        hand.execute(
            "create table seen (setting text);
             create function see() returns trigger language plpgsql as $$ begin
                insert into seen values (current_setting('synchronous_commit')); return null;
             end $$;
             create trigger see after update on content_clock for each row execute function see()",
        )
        .await;
        for (asked, given) in [("off", "local"), ("local", "local"), ("on", "on")] {
            let url = format!("{}?options=-c%20synchronous_commit%3D{asked}", db.url);
            let database = Database::connect(&url, Limits::default()).await.unwrap();
            hand.execute("truncate seen").await;
            hand.execute(&set("first", asked)).await;
            pass(&database, 1).await;
            let seen = hand.texts("select distinct setting from seen").await;
            assert_eq!(seen, [given], "asked for {asked}");
            database.close().await;
        }
    }

    #[tokio::test]
    async fn truncating_a_table_makes_everything_old() {
        let db = database().await;
        let here = Instance::of(&db);
        let before = here.poll().await;
        db.hand().await.execute("truncate media").await;
        here.poll().await;
        assert!(!here.stands(before, "post:1"), "every entry carries `all`");
    }

    #[tokio::test]
    async fn what_was_rolled_back_gets_no_number() {
        let db = database().await;
        let before = pass(&db, 1).await.reading;
        let mut hand = db.hand().await;
        hand.execute(
            "begin; savepoint a; insert into settings values ('a', '1'); rollback to a; commit",
        )
        .await;
        assert_eq!(pass(&db, 2).await.reading, before);
    }

    #[tokio::test]
    async fn what_was_prepared_gets_its_number_when_it_is_committed() {
        let db = database().await;
        let before = pass(&db, 1).await.reading;
        let mut hand = db.hand().await;
        let name = db.url.rsplit('/').next().unwrap();
        let change = set("title", "prepared");
        hand.execute(&format!("begin; {change}; prepare transaction '{name}'")).await;
        assert_eq!(pass(&db, 2).await.reading, before);
        hand.execute(&format!("commit prepared '{name}'")).await;
        assert_eq!(settled(&db, 3).await.seq, before.as_of.seq + 1);
    }

    /// The message of a pass is heard in any order, and doubled; the log says the same.
    #[tokio::test]
    async fn news_and_log_say_the_same() {
        let db = database().await;
        let (telling, listening, reading) =
            (Instance::of(&db), Instance::of(&db), Instance::of(&db));
        for instance in [&telling, &listening, &reading] {
            instance.poll().await;
        }
        let mut hand = db.hand().await;
        let mut told: Vec<News> = Vec::new();
        for n in 0..6 {
            hand.execute(&set("title", &n.to_string())).await;
            hand.execute(&upload(&format!("{n}.png"))).await;
            told.extend(db.pass(fresh(n + 1)).await.unwrap().news);
        }
        assert_eq!(told.len(), 6);
        for n in [2, 0, 0, 1, 5, 2, 4, 3] {
            listening.follower.hear(&told[n]);
        }
        assert!(listening.watermark() < told[5].as_of, "5 came before 3");
        assert_eq!(listening.follower.hear(&told[0]), Heard::Known);
        reading.poll().await;
        listening.poll().await;
        for seq in telling.watermark().seq..=told[5].as_of.seq {
            for tag in ["site", "media:0.png", "media:3.png", "media:5.png", "post:1"] {
                let (heard, read) = (listening.is_valid(seq, tag), reading.is_valid(seq, tag));
                assert_eq!(heard, read, "{tag} at {seq}");
            }
        }
    }
}
