//! The change log: no change of content without its cache tags, whoever makes it.

use std::collections::BTreeSet;

use crate::support::hand::cache_tags;
use crate::support::{Engine, Hand, TestDatabase, on_both};

on_both!(
    every_table_tells_of_every_change,
    no_table_is_forgotten,
    a_new_slug_raises_the_old_one_too,
    deleting_a_post_raises_its_lists,
    deleting_a_tag_raises_the_posts_that_had_it,
    deleting_without_a_condition_is_told,
    a_statement_that_changes_nothing_is_silent,
    what_is_rolled_back_was_never_logged,
    every_change_gets_its_number,
);

/// Tables whose rows no reader sees, or that follow from others.
const SILENT: [&str; 17] = [
    "_sqlx_migrations",
    "api_key_uses",
    "change_log",
    "content_clock",
    "deliveries",
    "events",
    "import_sources",
    "instances",
    "integrations",
    "listing_counts",
    "passwords",
    "purge_cursors",
    "secrets",
    "sessions",
    "sign_in_failures",
    "sign_ins",
    "webhooks",
];

/// One table: what a hand does to it, and what the log then says.
struct Case {
    table: &'static str,
    insert: &'static str,
    inserted: &'static str,
    update: &'static str,
    updated: &'static str,
    delete: &'static str,
    deleted: &'static str,
}

const CASES: [Case; 11] = [
    Case {
        table: "users",
        insert: "insert into users (id, name, slug, role, status, created_at, updated_at)
            values ('u9', 'Nine', 'nine', 'author', 'locked', 1, 1)",
        inserted: "author:u9 author-slug:nine authors",
        update: "update users set bio = 'Writes.' where id = 'u9'",
        updated: "author:u9 author-slug:nine authors",
        delete: "delete from users where id = 'u9'",
        deleted: "author:u9 author-slug:nine authors",
    },
    Case {
        table: "tags",
        insert: "insert into tags (id, name, slug, visibility, created_at, updated_at)
            values ('t9', 'Nine', 'nine', 'public', 1, 1)",
        inserted: "tag:t9 tag-slug:nine tags",
        update: "update tags set id = 't10' where id = 't9'",
        updated: "tag:t9 tag:t10 tag-slug:nine tags",
        delete: "delete from tags where id = 't10'",
        deleted: "tag:t10 tag-slug:nine tags",
    },
    Case {
        table: "posts",
        insert: "insert into posts (id, type, slug, status, visibility, featured, created_at,
                updated_at, reading_time, title, excerpt, uuid, show_title_and_feature_image,
                trusted, revision, headings, markdown, html, plaintext)
            values ('p9', 'post', 'nine', 'draft', 'public', false, 1, 1, 1, 'Nine', '', 'nine',
                true, false, 1, '[]', '', '', '')",
        inserted: "post:p9 slug:nine posts",
        update: "update posts set html = '<p>Nine</p>' where id = 'p9'",
        updated: "post:p9 slug:nine posts",
        delete: "delete from posts where id = 'p9'",
        deleted: "post:p9 slug:nine posts",
    },
    Case {
        table: "posts_tags",
        insert: "insert into posts_tags values ('p1', 't2', 1)",
        inserted: "post:p1 members:t2 members",
        update: "update posts_tags set post_id = 'p2' where post_id = 'p1' and tag_id = 't2'",
        updated: "post:p1 post:p2 members:t2 members",
        delete: "delete from posts_tags where post_id = 'p2'",
        deleted: "post:p2 members:t2 members",
    },
    Case {
        table: "posts_authors",
        insert: "insert into posts_authors values ('p1', 'u2', 1)",
        inserted: "post:p1 members:u2 members",
        update: "update posts_authors set user_id = 'u1' where post_id = 'p1'",
        updated: "post:p1 members:u1 members:u2 members",
        delete: "delete from posts_authors where post_id = 'p1'",
        deleted: "post:p1 members:u1 members",
    },
    Case {
        table: "listings",
        insert: "insert into listings (scope, listed_at, post_id) values ('tag:t1', 1, 'p1')",
        inserted: "listing:tag:t1 listing:tag:t1/0 listings",
        update: "update listings set scope = 'tag:t2', listed_at = 2592000000000 \
                 where scope = 'tag:t1'",
        updated: "listing:tag:t1 listing:tag:t1/0 listing:tag:t2 listing:tag:t2/1 listings",
        delete: "delete from listings where scope = 'tag:t2'",
        deleted: "listing:tag:t2 listing:tag:t2/1 listings",
    },
    Case {
        table: "redirects",
        insert: "insert into redirects (path, post_id, created_at) values ('/old', 'p1', 1)",
        inserted: "path:/old",
        update: "update redirects set path = '/older' where path = '/old'",
        updated: "path:/old path:/older",
        delete: "delete from redirects",
        deleted: "path:/older",
    },
    Case {
        table: "api_keys",
        insert: "insert into api_keys (id, integration_id, kind, secret, created_at)
            values ('k9', 'i1', 'content', 'nine', 1)",
        inserted: "integrations",
        update: "update api_keys set secret = 'ten' where id = 'k9'",
        updated: "integrations",
        delete: "delete from api_keys where id = 'k9'",
        deleted: "integrations",
    },
    Case {
        table: "settings",
        insert: "insert into settings values ('title', '\"Nine\"')",
        inserted: "site",
        update: "update settings set value = '\"Ten\"'",
        updated: "site",
        delete: "delete from settings",
        deleted: "site",
    },
    Case {
        table: "media",
        insert: "insert into media (id, path, name, content_type, size, created_at)
            values ('m1', 'a-1.png', 'a.png', 'image/png', 1, 1)",
        inserted: "media:a-1.png",
        update: "update media set path = 'b-1.png'",
        updated: "media:a-1.png media:b-1.png",
        delete: "delete from media",
        deleted: "media:b-1.png",
    },
    Case {
        table: "search_documents",
        insert: "insert into search_documents (post_id) values ('p1')",
        inserted: "search",
        update: "update search_documents set post_id = 'p2'",
        updated: "search",
        delete: "delete from search_documents",
        deleted: "search",
    },
];

/// Two drafts, two tags, two authors, an integration; nothing belongs together yet.
async fn with_content(db: &TestDatabase) -> Hand {
    let mut hand = db.hand().await;
    for n in 1..=2 {
        let rename =
            |sql: &str| sql.replace("9'", &format!("{n}'")).replace("nine", &format!("n{n}"));
        for case in &CASES[..3] {
            hand.execute(&rename(case.insert)).await;
        }
    }
    hand.execute("insert into integrations values ('i1', 'One', 1)").await;
    if db.engine == Engine::Postgres {
        hand.execute("alter table search_documents alter column document set default ''").await;
    }
    hand
}

async fn every_table_tells_of_every_change(db: &TestDatabase) {
    let mut hand = with_content(db).await;
    for case in CASES {
        assert_eq!(hand.logged(case.insert).await, cache_tags(case.inserted), "{}", case.insert);
        assert_eq!(hand.logged(case.update).await, cache_tags(case.updated), "{}", case.update);
        assert_eq!(hand.logged(case.delete).await, cache_tags(case.deleted), "{}", case.delete);
    }
}

async fn no_table_is_forgotten(db: &TestDatabase) {
    let mut hand = db.hand().await;
    let tables = match db.engine {
        Engine::Sqlite => {
            "select name from sqlite_schema where type = 'table'
             and name not like 'sqlite_%' and name not like 'search_index%'"
        }
        Engine::Postgres => {
            "select cast(table_name as text) from information_schema.tables
             where table_schema = 'public' and table_type = 'BASE TABLE'"
        }
    };
    let tables: BTreeSet<_> = hand.texts(tables).await.into_iter().collect();
    let known = CASES.iter().map(|case| case.table).chain(SILENT).map(str::to_owned).collect();
    assert_eq!(tables, known, "a new table belongs into CASES, or among the SILENT ones");
}

async fn a_new_slug_raises_the_old_one_too(db: &TestDatabase) {
    let mut hand = with_content(db).await;
    for (table, id, tags) in [
        ("posts", "p1", "post:p1 slug:n1 slug:new posts"),
        ("tags", "t1", "tag:t1 tag-slug:n1 tag-slug:new tags"),
        ("users", "u1", "author:u1 author-slug:n1 author-slug:new authors"),
    ] {
        let rename = format!("update {table} set slug = 'new' where id = '{id}'");
        assert_eq!(hand.logged(&rename).await, cache_tags(tags), "{rename}");
    }
}

/// A published post in a tag and by an author, found by search, with an old address.
const JOINED: &str = "insert into posts_tags values ('p1', 't1', 0);
    insert into posts_authors values ('p1', 'u1', 0);
    insert into redirects (path, post_id, created_at) values ('/old', 'p1', 1);
    insert into search_documents (post_id) values ('p1');
    update posts set status = 'published', published_at = 7 where id = 'p1'";

async fn deleting_a_post_raises_its_lists(db: &TestDatabase) {
    let mut hand = with_content(db).await;
    hand.execute(JOINED).await;
    let raised = hand.logged("delete from posts where id = 'p1'").await;
    let expected = "post:p1 slug:n1 posts members members:t1 members:u1 path:/old search \
        listing:site listing:site/0 listing:tag:t1 listing:tag:t1/0 \
        listing:author:u1 listing:author:u1/0 listings";
    assert_eq!(raised, cache_tags(expected));
}

async fn deleting_a_tag_raises_the_posts_that_had_it(db: &TestDatabase) {
    let mut hand = with_content(db).await;
    hand.execute(JOINED).await;
    let raised = hand.logged("delete from tags where id = 't1'").await;
    let expected = "tag:t1 tag-slug:n1 tags post:p1 members:t1 members listing:tag:t1 listing:tag:t1/0 listings";
    assert_eq!(raised, cache_tags(expected));
}

async fn deleting_without_a_condition_is_told(db: &TestDatabase) {
    let mut hand = with_content(db).await;
    let raised = hand.logged("delete from posts").await;
    assert_eq!(raised, cache_tags("post:p1 slug:n1 post:p2 slug:n2 posts"));
}

async fn a_statement_that_changes_nothing_is_silent(db: &TestDatabase) {
    let mut hand = with_content(db).await;
    let raised = hand.logged("update posts set title = '' where id = 'nobody'").await;
    assert_eq!(raised, BTreeSet::new());
}

async fn what_is_rolled_back_was_never_logged(db: &TestDatabase) {
    let mut hand = with_content(db).await;
    let clock = "select cast(seq as bigint) from content_clock";
    let (before, seq) = (hand.log_end().await, hand.number(clock).await);
    let raised = hand.logged("begin; delete from posts; rollback").await;
    assert_eq!(raised, BTreeSet::new());
    assert_eq!((hand.log_end().await, hand.number(clock).await), (before, seq));
}

/// SQLite has one writer, so its trigger numbers the change; on PostgreSQL a stamping pass does it
/// later, and until then the number is null.
async fn every_change_gets_its_number(db: &TestDatabase) {
    let mut hand = with_content(db).await;
    hand.execute("begin; update posts set title = 'x'; rollback").await;
    hand.execute("update posts set title = 'y'").await;
    let rows = hand.number("select count(*) from change_log").await;
    assert!(rows > 6, "{rows}");
    match db.engine {
        Engine::Sqlite => {
            let numbers = hand.texts("select cast(seq as text) from change_log order by id").await;
            let counted: Vec<_> = (1..=rows).map(|n| n.to_string()).collect();
            assert_eq!(numbers, counted);
            assert_eq!(hand.number("select seq from content_clock").await, rows);
        }
        Engine::Postgres => {
            let unstamped = "select count(*) from change_log where seq is null";
            assert_eq!(hand.number(unstamped).await, rows);
        }
    }
}

/// What only PostgreSQL has: statements on many rows, `TRUNCATE`, and settings of a session that
/// would keep triggers or the disk from doing their work.
mod on_postgres {
    use super::{CASES, cache_tags, with_content};
    use crate::support::{Engine, Hand, TestDatabase};

    async fn content() -> (TestDatabase, Hand) {
        let db = TestDatabase::migrated(Engine::Postgres).await;
        let hand = with_content(&db).await;
        (db, hand)
    }

    #[tokio::test]
    async fn a_statement_is_one_row_and_many_rows_are_all() {
        let (_db, mut hand) = content().await;
        let insert = |rows: u32| {
            format!(
                "delete from media;
                 insert into media (id, path, name, content_type, size, created_at)
                 select 'm' || n, n || '.png', 'a.png', 'image/png', 1, 1
                 from generate_series(1, {rows}) n"
            )
        };
        for (rows, tags) in [(199, 199), (200, 200), (201, 1), (300, 1)] {
            hand.execute("delete from media").await;
            let before = hand.log_end().await;
            hand.execute(&insert(rows)).await;
            let logged = format!("select count(*) from change_log where id > {before}");
            assert_eq!(hand.number(&logged).await, 1);
            let raised = hand.logged_since(before).await;
            assert_eq!(raised.len(), tags, "{rows} rows");
            assert_eq!(raised.contains("all"), rows > 200, "{rows} rows");
        }
    }

    #[tokio::test]
    async fn truncating_any_table_raises_all() {
        let (_db, mut hand) = content().await;
        for case in CASES {
            let raised = hand.logged(&format!("truncate {} cascade", case.table)).await;
            assert_eq!(raised, cache_tags("all"), "{}", case.table);
        }
    }

    #[tokio::test]
    async fn a_replicating_session_is_no_exception() {
        let (_db, mut hand) = content().await;
        hand.execute("set session_replication_role = replica").await;
        for case in CASES {
            assert_eq!(hand.logged(case.insert).await, cache_tags(case.inserted), "{}", case.table);
            assert_eq!(hand.logged(case.update).await, cache_tags(case.updated), "{}", case.table);
            assert_eq!(hand.logged(case.delete).await, cache_tags(case.deleted), "{}", case.table);
        }
    }

    #[tokio::test]
    async fn a_change_waits_for_its_own_disk_at_least() {
        let (_db, mut hand) = content().await;
        for (asked, given) in [("off", "local"), ("local", "local"), ("on", "on")] {
            hand.execute(&format!("set synchronous_commit = {asked}; begin")).await;
            hand.execute("update posts set title = 'x'").await;
            let setting = "select current_setting('synchronous_commit')";
            assert_eq!(hand.texts(setting).await, [given], "asked for {asked}");
            hand.execute("commit").await;
            assert_eq!(hand.texts(setting).await, [asked], "afterwards");
        }
    }
}
