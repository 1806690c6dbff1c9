//! Where a read goes: by what it has to see, and by what the replicas have.

use std::time::Duration;

use masthead::db::{Intent, Source};
use masthead::domain::Slug;

use super::topology::{Asked, Topology, page, until};
use crate::instance::published;
use crate::support::fixtures::{NOON, OWNER};

/// Two standbys; the replay of one is paused, then that of both.
#[tokio::test]
async fn a_read_goes_where_there_is_enough() {
    let topology = Topology::with_replicas(2).await;
    let here = topology.instance().await;
    let start = here.settle().await;
    assert_eq!(here.source(Intent::Any).await.0, Source::Primary, "nobody was probed");
    topology.catch_up_all().await;
    here.probe_until(0, true).await;
    here.probe_until(1, true).await;
    assert_eq!(here.source(Intent::Primary).await.0, Source::Primary);
    assert_ne!(here.source(Intent::AtLeast(start)).await.0, Source::Primary);

    topology.hand_at(0).await.execute("select pg_wal_replay_pause()").await;
    topology.hand().await.execute("insert into settings values ('title', '\"new\"')").await;
    let new = here.settle().await;
    assert!(new.seq > start.seq);
    topology.catch_up(1).await;
    for _ in 0..16 {
        let (source, as_of) = here.source(Intent::AtLeast(new)).await;
        assert_eq!((source, as_of.covers(new)), (Source::Replica(1), true));
        let (source, as_of) = here.source(Intent::AtLeast(start)).await;
        assert!(source != Source::Primary && as_of.covers(start), "either will do");
    }

    topology.hand_at(1).await.execute("select pg_wal_replay_pause()").await;
    topology.hand().await.execute("update settings set value = '\"newest\"'").await;
    let newest = here.settle().await;
    let (source, as_of) = here.source(Intent::AtLeast(newest)).await;
    assert_eq!((source, as_of.covers(newest)), (Source::Primary, true));

    // One lags for longer than is allowed, by this instance's own watch.
    here.prober().step().await;
    assert_ne!(here.source(Intent::Any).await.0, Source::Primary);
    here.clock.pass(Duration::from_secs(11));
    assert_eq!(here.source(Intent::Any).await.0, Source::Primary);
    topology.hand_at(1).await.execute("select pg_wal_replay_resume()").await;
    topology.catch_up(1).await;
    here.probe_until(1, true).await;
    assert_eq!(here.source(Intent::AtLeast(newest)).await.0, Source::Replica(1));

    // The primary is away: what lags is better than nothing, where nobody asks for more.
    topology.replicas[1].stop().await;
    topology.primary.kill().await;
    here.probe_until(0, true).await;
    assert_eq!(here.source(Intent::AtLeast(start)).await.0, Source::Replica(0));
    let error = here.app.db.read(Intent::AtLeast(newest)).await.unwrap_err();
    assert!(matches!(error, masthead::db::DbError::Behind), "{error}");
    here.app.db.close().await;
}

/// What decides is what was read: a post that did not change is read at the replica, lag or not.
#[tokio::test]
async fn what_changed_is_never_answered_old() {
    let topology = Topology::with_replicas(1).await;
    let here = topology.instance().await;
    topology.hand().await.execute(OWNER).await;
    let changing = here.create(&published("Changing", NOON)).await;
    here.create(&published("Standing", NOON.plus_seconds(-86_400 * 400))).await;
    topology.catch_up_all().await;
    here.probe_until(0, true).await;
    topology.hand_at(0).await.execute("select pg_wal_replay_pause()").await;

    let slug = |slug: &str| Slug::parse(slug).unwrap();
    for round in 1..=5 {
        let title = format!("Round {round}");
        let sql =
            format!("update posts set title = '{title}' where id = '{}'", changing.summary.id);
        topology.hand().await.execute(&sql).await;
        here.settle().await;
        let seen = here.app.reading.post_alone(&slug("changing")).await.unwrap();
        assert_eq!(seen.content.unwrap().post.summary.title, title);
        assert!(page(&here, "/changing/").await.contains(&title));
        // What nothing has changed comes from where it was before.
        let old = here.app.reading.post_alone(&slug("standing")).await.unwrap();
        assert_eq!(old.content.unwrap().post.summary.title, "Standing");
        let at = old.seen.as_of().unwrap();
        assert!(at.seq < seen.seen.as_of().unwrap().seq, "read at the replica");
    }
    // Whoever asks for the newest does not get it there.
    let newest = here.settle().await;
    let strict = here.app.reading.at_least(newest);
    let standing = strict.post_alone(&slug("standing")).await.unwrap();
    assert!(standing.seen.as_of().unwrap().covers(newest));

    topology.hand_at(0).await.execute("select pg_wal_replay_resume()").await;
    topology.catch_up_all().await;
    until("the replica answers for all", async || {
        here.source(Intent::AtLeast(newest)).await.0 == Source::Replica(0)
    })
    .await;
    here.app.db.close().await;
}
