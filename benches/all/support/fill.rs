//! Fills a database with posts, through the schema's own triggers, as fast as these allow.

use std::fmt::Write as _;

use masthead::db::{self, Database, Intent};
use masthead::domain::{Author, Post, Scope, Tag, TagId, Timestamp, UserId};
use masthead::text;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sqlx::{Connection as _, PgConnection};

use super::prose::{Prose, slug};

/// How many tags and authors a site has, however many posts.
const TAGS: usize = 200;
const AUTHORS: usize = 50;
/// How many posts are saved together.
const BATCH: usize = 5_000;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A post with what belongs to it.
struct Filed {
    post: Post,
    tags: Vec<TagId>,
    author: UserId,
}

/// Fills a migrated database up to so many posts; a PostgreSQL also needs its address, for its bulk
/// protocol.
pub async fn fill(database: &Database, postgres: Option<&str>, posts: u32) -> Result<()> {
    let (tags, authors) = people_and_topics(database).await?;
    let mut bulk = match postgres {
        Some(url) => Some(Bulk::open(url).await?),
        None => None,
    };
    let prose = Prose::new();
    let there =
        db::listings::count(&mut *database.read(Intent::Primary).await?, &Scope::Site).await?;
    let numbers: Vec<u32> = (u32::try_from(there)?..posts).collect();
    for batch in numbers.chunks(BATCH) {
        let filed: Vec<Filed> = batch
            .iter()
            .map(|&number| file(prose.post(number, posts), number, &tags, &authors))
            .collect();
        match &mut bulk {
            Some(bulk) => bulk.save(&filed).await?,
            None => save(database, &filed).await?,
        }
        if let Some(last) = batch.last().filter(|_| posts > 10_000) {
            eprintln!("{} of {posts} posts", last + 1);
        }
    }
    match bulk {
        Some(bulk) => bulk.close().await,
        None => Ok(()),
    }
}

async fn people_and_topics(database: &Database) -> Result<(Vec<TagId>, Vec<UserId>)> {
    let now = Timestamp(0);
    let mut transaction = database.write().await?;
    let (mut tags, mut authors) = (Vec::new(), Vec::new());
    for number in 0..TAGS {
        let name = format!("Topic {number}");
        let tag = Tag::named(TagId::derived(&name), &name, slug(&name), now);
        db::tags::save(&mut transaction, &tag).await?;
        tags.push(tag.id);
    }
    for number in 0..AUTHORS {
        let name = format!("Author {number}");
        let author = Author::named(UserId::derived(&name), &name, slug(&name), now);
        db::users::save(&mut transaction, &author).await?;
        authors.push(author.id);
    }
    transaction.commit().await?;
    Ok((tags, authors))
}

/// Gives a post an author and one to four tags; a few tags have most posts.
fn file(post: Post, number: u32, tags: &[TagId], authors: &[UserId]) -> Filed {
    let mut random = StdRng::seed_from_u64(u64::from(number) << 32);
    let mut own: Vec<TagId> = Vec::new();
    for _ in 0..random.random_range(1..5) {
        let below = random.random_range(1..=tags.len());
        let tag = &tags[random.random_range(0..below)];
        if !own.contains(tag) {
            own.push(tag.clone());
        }
    }
    Filed { post, tags: own, author: authors[random.random_range(0..authors.len())].clone() }
}

async fn save(database: &Database, filed: &[Filed]) -> Result<()> {
    let mut transaction = database.write().await?;
    for Filed { post, tags, author } in filed {
        db::posts::insert(&mut transaction, post).await?;
        db::posts::set_tags(&mut transaction, &post.summary.id, tags).await?;
        let author = std::slice::from_ref(author);
        db::posts::set_authors(&mut transaction, &post.summary.id, author).await?;
        let [title, body] = terms_of(post);
        db::search::index(&mut transaction, &post.summary.id, &title, &body).await?;
    }
    Ok(transaction.commit().await?)
}

/// The terms of the title and of the text.
fn terms_of(post: &Post) -> [Vec<String>; 2] {
    [&post.summary.title, &post.plaintext].map(|text| text::search::terms(text, "en"))
}

/// A PostgreSQL that is written in bulk. The triggers that look at one row at a time are off
/// meanwhile, and one statement lists a whole batch; those of the change log and of the counts work
/// by statements, and stay. The large index is made anew at the end.
struct Bulk {
    connection: PgConnection,
}

impl Bulk {
    const BEFORE: &str = "drop index if exists search_documents_index; \
        alter table posts disable trigger posts_move_in_listings; \
        alter table posts_tags disable trigger move_in_listings; \
        alter table posts_authors disable trigger move_in_listings; \
        create temporary table terms (post_id text, title text, body text)";
    const POSTS: &str = "posts (id, type, slug, status, visibility, featured, published_at, \
        created_at, updated_at, reading_time, title, excerpt, uuid, \
        show_title_and_feature_image, trusted, revision, headings, markdown, html, plaintext)";
    const PUBLISH: &str = "insert into listings (scope, listed_at, post_id) \
            select scope, published_at, id from terms join posts p on p.id = terms.post_id \
            cross join lateral ( \
                select 'site' as scope \
                union all select 'tag:' || tag_id from posts_tags where post_id = p.id \
                union all select 'author:' || user_id from posts_authors where post_id = p.id \
            ) scopes; \
        insert into search_documents (post_id, document) \
            select post_id, setweight(to_tsvector('simple', title), 'A') \
                || to_tsvector('simple', body) from terms; \
        update posts set status = 'published' from terms where id = terms.post_id; \
        truncate terms";
    const AFTER: [&str; 3] = [
        "alter table posts enable always trigger posts_move_in_listings; \
         alter table posts_tags enable always trigger move_in_listings; \
         alter table posts_authors enable always trigger move_in_listings",
        "set maintenance_work_mem = '512MB'; \
         create index search_documents_index on search_documents using gin (document)",
        "vacuum analyze",
    ];

    async fn open(url: &str) -> Result<Self> {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::raw_sql(Self::BEFORE).execute(&mut connection).await?;
        Ok(Self { connection })
    }

    async fn save(&mut self, filed: &[Filed]) -> Result<()> {
        let mut transaction = self.connection.begin().await?;
        for (what, rows) in Self::rows(filed)? {
            let mut copy = transaction.copy_in_raw(&format!("copy {what} from stdin")).await?;
            copy.send(rows.into_bytes()).await?;
            copy.finish().await?;
        }
        sqlx::raw_sql(Self::PUBLISH).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// The rows of each table as `copy` reads them.
    fn rows(filed: &[Filed]) -> Result<[(&'static str, String); 4]> {
        let [mut posts, mut tags, mut authors, mut terms] = [const { String::new() }; 4];
        for Filed { post, tags: own, author } in filed {
            let (p, id) = (&post.summary, &post.summary.id);
            let at = p.created_at.0;
            let texts =
                [&post.markdown, &post.html, &post.plaintext].map(|t| t.replace('\n', "\\n"));
            writeln!(
                posts,
                "{id}\tpost\t{}\tdraft\tpublic\t{}\t{at}\t{at}\t{at}\t1\t{}\t{}\t{}\ttrue\tfalse\t1\t[]\t{}",
                p.slug,
                p.featured,
                p.title,
                p.excerpt,
                post.uuid,
                texts.join("\t")
            )?;
            for (order, tag) in own.iter().enumerate() {
                writeln!(tags, "{id}\t{tag}\t{order}")?;
            }
            writeln!(authors, "{id}\t{author}\t0")?;
            let [title, body] = terms_of(post).map(|terms| terms.join(" "));
            writeln!(terms, "{id}\t{title}\t{body}")?;
        }
        Ok([
            (Self::POSTS, posts),
            ("posts_tags", tags),
            ("posts_authors", authors),
            ("terms", terms),
        ])
    }

    async fn close(mut self) -> Result<()> {
        for sql in Self::AFTER {
            sqlx::raw_sql(sql).execute(&mut self.connection).await?;
        }
        Ok(self.connection.close().await?)
    }
}
