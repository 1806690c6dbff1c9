//! Fills a database with posts, through the schema's own triggers, as fast as these allow.

use std::fmt::Write as _;

use masthead::db::{self, Database};
use masthead::domain::{Author, Post, Tag, TagId, Timestamp, UserId};
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

/// Fills a migrated database; a PostgreSQL also needs its address, for its bulk protocol.
pub async fn fill(database: &Database, postgres: Option<&str>, posts: u32) -> Result<()> {
    let (tags, authors) = people_and_topics(database).await?;
    let mut bulk = match postgres {
        Some(url) => Some(Bulk::open(url).await?),
        None => None,
    };
    let prose = Prose::new();
    let numbers: Vec<u32> = (0..posts).collect();
    for batch in numbers.chunks(BATCH) {
        let filed: Vec<Filed> = batch
            .iter()
            .map(|&number| file(prose.post(number, posts), number, &tags, &authors))
            .collect();
        match &mut bulk {
            Some(bulk) => bulk.save(&filed).await?,
            None => save(database, &filed).await?,
        }
        index(database, &filed).await?;
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
    }
    Ok(transaction.commit().await?)
}

async fn index(database: &Database, filed: &[Filed]) -> Result<()> {
    let mut transaction = database.write().await?;
    for Filed { post, .. } in filed {
        let title = text::search::terms(&post.summary.title, "en");
        let body = text::search::terms(&post.plaintext, "en");
        db::search::index(&mut transaction, &post.summary.id, &title, &body).await?;
    }
    Ok(transaction.commit().await?)
}

/// A PostgreSQL that is written with `copy`. Its large index is made anew at the end, which takes
/// a fraction of the time.
struct Bulk {
    connection: PgConnection,
}

impl Bulk {
    const DROP: &str = "drop index search_documents_index";
    const CREATE: &str = "set maintenance_work_mem = '512MB'; \
        create index search_documents_index on search_documents using gin (document); \
        vacuum analyze";

    async fn open(url: &str) -> Result<Self> {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::raw_sql(Self::DROP).execute(&mut connection).await?;
        Ok(Self { connection })
    }

    /// Saves posts as drafts with their tags and authors, then publishes them: so each enters all
    /// its listings at once.
    async fn save(&mut self, filed: &[Filed]) -> Result<()> {
        let (mut posts, mut tags, mut authors) = (String::new(), String::new(), String::new());
        for Filed { post, tags: own, author } in filed {
            let (p, id) = (&post.summary, &post.summary.id);
            let at = p.created_at.0;
            let line =
                [&post.markdown, &post.html, &post.plaintext].map(|t| t.replace('\n', "\\n"));
            writeln!(
                posts,
                "{id}\tpost\t{}\tdraft\tpublic\t{}\t{at}\t{at}\t{at}\t1\t{}\t{}\t{}\ttrue\tfalse\t1\t[]\t{}",
                p.slug,
                p.featured,
                p.title,
                p.excerpt,
                post.uuid,
                line.join("\t")
            )?;
            for (order, tag) in own.iter().enumerate() {
                writeln!(tags, "{id}\t{tag}\t{order}")?;
            }
            writeln!(authors, "{id}\t{author}\t0")?;
        }
        let mut transaction = self.connection.begin().await?;
        for (what, rows) in [
            (
                "posts (id, type, slug, status, visibility, featured, published_at, created_at, \
                 updated_at, reading_time, title, excerpt, uuid, show_title_and_feature_image, \
                 trusted, revision, headings, markdown, html, plaintext)",
                posts,
            ),
            ("posts_tags", tags),
            ("posts_authors", authors),
        ] {
            let mut copy = transaction.copy_in_raw(&format!("copy {what} from stdin")).await?;
            copy.send(rows.into_bytes()).await?;
            copy.finish().await?;
        }
        sqlx::raw_sql("update posts set status = 'published' where status = 'draft'")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn close(mut self) -> Result<()> {
        for statement in Self::CREATE.split(';') {
            sqlx::raw_sql(statement).execute(&mut self.connection).await?;
        }
        Ok(self.connection.close().await?)
    }
}
