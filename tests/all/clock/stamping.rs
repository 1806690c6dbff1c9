//! Numbers: each once, none left out, and none for what nobody can see.

use masthead::content_clock::{ChangeLog, LogCursor, TagHash};
use masthead::db::{Database, Intent, Limits};

use super::{fresh, pass, settled};
use crate::support::{Engine, Hand, TestDatabase, on_both};

on_both!(
    a_pass_numbers_what_was_committed,
    a_pass_with_nothing_to_do_moves_nothing,
    the_log_is_read_in_pages,
    a_page_tells_where_the_clock_stood,
    a_row_without_a_number_is_never_pruned,
    writers_and_stampers_leave_no_gap,
    an_epoch_is_renewed_once,
);

async fn a_pass_numbers_what_was_committed(db: &TestDatabase) {
    let before = settled(db, 1).await;
    let mut hand = db.hand().await;
    hand.execute("insert into settings values ('title', '1')").await;
    let pass = pass(db, 2).await;
    assert_eq!(pass.reading.as_of.seq, before.seq + 1);
    assert_eq!(pass.reading.as_of.epoch, before.epoch);
    let page = db.since(LogCursor::behind(before.seq), 9).await.unwrap();
    let [change] = &page.changes[..] else { panic!("{page:?}") };
    assert_eq!(change.tags().collect::<Vec<_>>(), ["site"]);
    assert_eq!(change.mark, pass.reading.mark, "the row has the mark of its pass");
    if db.engine == Engine::Postgres {
        let news = pass.news.unwrap();
        assert_eq!((news.as_of, Some(news.mark)), (pass.reading.as_of, pass.reading.mark));
        assert_eq!(news.tags, Some(vec![TagHash::of("site")]));
    }
}

async fn a_pass_with_nothing_to_do_moves_nothing(db: &TestDatabase) {
    let first = pass(db, 1).await;
    let second = pass(db, 2).await;
    assert_eq!(first.reading, second.reading);
    assert_eq!(second.news, None);
}

/// Some changes, each with a number of its own.
async fn with_changes(db: &TestDatabase, how_many: u64) -> Hand {
    let mut hand = db.hand().await;
    for n in 1..=how_many {
        hand.execute(&format!("insert into settings values ('key{n}', '1')")).await;
        settled(db, n).await;
    }
    hand
}

async fn the_log_is_read_in_pages(db: &TestDatabase) {
    let start = settled(db, 100).await;
    with_changes(db, 5).await;
    let (mut place, mut seqs) = (LogCursor::behind(start.seq), Vec::new());
    loop {
        let page = db.since(place, 2).await.unwrap();
        assert!(page.changes.len() <= 2);
        let Some(last) = page.changes.last() else { break };
        place = last.cursor;
        seqs.extend(page.changes.iter().map(|change| change.cursor.seq - start.seq));
    }
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
    let newest = db.newest(2).await.unwrap();
    let seqs: Vec<_> = newest.changes.iter().map(|c| c.cursor.seq - start.seq).collect();
    assert_eq!(seqs, [5, 4]);
    let from = db.since(LogCursor::before(start.seq + 4), 9).await.unwrap();
    assert_eq!(from.changes.len(), 2, "the row at the number and the one behind it");
}

async fn a_page_tells_where_the_clock_stood(db: &TestDatabase) {
    with_changes(db, 2).await;
    let reading = pass(db, 9).await.reading;
    assert_eq!(db.newest(1).await.unwrap().reading, reading);
    let page = db.since(LogCursor::behind(reading.as_of.seq), 9).await.unwrap();
    assert_eq!((page.reading, page.changes), (reading, vec![]));
}

async fn a_row_without_a_number_is_never_pruned(db: &TestDatabase) {
    let mut hand = with_changes(db, 3).await;
    let reading = pass(db, 9).await.reading;
    hand.execute("insert into settings values ('late', '1')").await;
    let below = reading.as_of.seq;
    assert!(db.prune(below).await.unwrap() > 0);
    let left = hand.number("select count(*) from change_log").await;
    assert_eq!(left, 2, "the newest number, and what has none yet or got a higher one");
    db.prune(u64::MAX).await.unwrap();
    let unstamped = hand.number("select count(*) from change_log where seq is null").await;
    assert_eq!(unstamped, i64::from(db.engine == Engine::Postgres));
    assert_eq!(settled(db, 10).await.seq, below + 1, "the clock does not go back");
}

/// Eight write, four stamp. Whatever happens in between, the numbers go up by one, and each writer
/// finds its change at or below the number that a pass gave after its commit.
async fn writers_and_stampers_leave_no_gap(db: &TestDatabase) {
    let start = settled(db, 1).await;
    let mut hand = db.hand().await;
    for n in 0..8 {
        hand.execute(&format!("insert into settings values ('writer{n}', '0')")).await;
    }
    let database = Database::connect(&db.url, Limits { writers: 8, ..Limits::default() });
    let database = database.await.unwrap();
    let write = async |writer: u64| {
        for turn in 1..=10 {
            let mut t = database.write().await.unwrap();
            let key = format!("writer{writer}");
            masthead::db::settings::set(&mut t, &key, &turn.to_string()).await.unwrap();
            t.commit().await.unwrap();
            let as_of = settled(&database, writer * 100 + turn).await;
            let mut snapshot = database.read(Intent::Primary).await.unwrap();
            let all = masthead::db::settings::all(&mut snapshot).await.unwrap();
            assert!(all.contains(&(key, turn.to_string())), "turn {turn} at {as_of}");
        }
    };
    tokio::join!(write(1), write(2), write(3), write(4), write(5), write(6), write(7), write(0));
    let end = settled(db, 9999).await;
    let numbers = "select cast(seq as text) from change_log group by seq order by change_log.seq";
    let numbers = hand.texts(numbers).await;
    let first: u64 = numbers[0].parse().unwrap();
    let counted: Vec<_> = (first..=end.seq).map(|n| n.to_string()).collect();
    assert_eq!(numbers, counted);
    assert!(end.seq > start.seq);
    let distinct = |column| {
        format!(
            "select cast(count(distinct {column}) as bigint) from change_log where seq > {}",
            start.seq
        )
    };
    let marks = hand.number(&distinct("mark")).await;
    assert_eq!(marks, hand.number(&distinct("seq")).await, "one mark a number");
    database.close().await;
}

async fn an_epoch_is_renewed_once(db: &TestDatabase) {
    let reading = pass(db, 1).await.reading;
    let old = reading.as_of.epoch;
    // Two instances notice at once that the history broke.
    db.renew(old, fresh(2).epoch).await.unwrap();
    db.renew(old, fresh(3).epoch).await.unwrap();
    let renewed = pass(db, 4).await.reading;
    assert_eq!(renewed.as_of.epoch, fresh(2).epoch);
    assert_eq!((renewed.as_of.seq, renewed.mark), (reading.as_of.seq, reading.mark));
}
