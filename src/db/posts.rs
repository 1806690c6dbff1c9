//! Posts and pages, their tags and their authors.

use sqlx::FromRow;

use super::connection::on;
use super::sql::fetch_among;
use super::{Connection, DbError, Result, Transaction};
use crate::domain::{
    Author, Post, PostId, PostKind, PostSummary, Slug, Tag, TagId, Timestamp, UserId,
};

macro_rules! summary_columns {
    () => {
        "p.id, p.type, p.slug, p.status, p.visibility, p.featured, p.published_at, p.created_at, \
         p.updated_at, p.reading_time, p.title, p.custom_excerpt, p.excerpt, p.feature_image, \
         p.feature_image_alt, p.feature_image_caption, p.locale"
    };
}

macro_rules! columns {
    () => {
        concat!(
            summary_columns!(),
            ", p.uuid, p.comment_id, p.feed_guid, p.meta_title, p.meta_description, p.og_image, \
             p.og_title, p.og_description, p.twitter_image, p.twitter_title, \
             p.twitter_description, p.canonical_url, p.custom_template, \
             p.show_title_and_feature_image, p.trusted, p.revision, p.codeinjection_head, \
             p.codeinjection_foot, p.frontmatter, p.headings, p.markdown, p.html, p.plaintext"
        )
    };
}

/// The columns of a post, by the alias `p`, for statements that are put together.
pub(super) const COLUMNS: &str = columns!();

/// The post or page with a slug, in whatever state.
///
/// # Errors
/// The database does not answer.
pub async fn by_slug(c: &mut Connection, kind: PostKind, slug: &Slug) -> Result<Option<Post>> {
    const SQL: &str =
        concat!("select ", columns!(), " from posts p where p.type = $1 and p.slug = $2");
    Ok(on!(c, c => sqlx::query_as(SQL).bind(kind).bind(slug).fetch_optional(c).await)?)
}

/// The post or page with an id, in whatever state.
///
/// # Errors
/// The database does not answer.
pub async fn by_id(c: &mut Connection, id: &PostId) -> Result<Option<Post>> {
    const SQL: &str = concat!("select ", columns!(), " from posts p where p.id = $1");
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// The id of the post or page with a uuid.
///
/// # Errors
/// The database does not answer.
pub async fn id_by_uuid(c: &mut Connection, uuid: &str) -> Result<Option<PostId>> {
    const SQL: &str = "select id from posts where uuid = $1";
    Ok(on!(c, c => sqlx::query_scalar(SQL).bind(uuid).fetch_optional(c).await)?)
}

/// Posts and pages by their ids, in any order; those that are not there are left out.
///
/// # Errors
/// The database does not answer.
pub async fn summaries(c: &mut Connection, ids: &[PostId]) -> Result<Vec<PostSummary>> {
    const SQL: &str = concat!("select ", summary_columns!(), " from posts p where p.id in ");
    Ok(fetch_among!(c, SQL, ids)?)
}

/// What everybody may read of posts, without markup: see [`Post::open_text`].
///
/// # Errors
/// The database does not answer.
pub async fn open_texts(c: &mut Connection, ids: &[PostId]) -> Result<Vec<(PostId, String)>> {
    const SQL: &str = "select id, case visibility when 'public' then plaintext else excerpt end \
        from posts where id in ";
    Ok(fetch_among!(c, SQL, ids)?)
}

/// The newest published post that is featured.
///
/// # Errors
/// The database does not answer.
pub async fn newest_featured(c: &mut Connection) -> Result<Option<PostId>> {
    // `|| ''` keeps the planner of SQLite from walking every post by its type: few are featured,
    // and their index has them in order.
    const SQL: &str = "select id from posts \
        where featured and type || '' = 'post' and status || '' = 'published' \
        order by published_at desc, id desc limit 1";
    Ok(on!(c, c => sqlx::query_scalar(SQL).fetch_optional(c).await)?)
}

/// Published pages by title, behind a title and an id, for sitemaps and exports.
///
/// # Errors
/// The database does not answer.
pub async fn published_pages(c: &mut Connection, limit: u32) -> Result<Vec<PostSummary>> {
    const SQL: &str = concat!(
        "select ",
        summary_columns!(),
        " from posts p where p.type = 'page' and p.status = 'published' \
          order by lower(p.title), p.id limit $1"
    );
    Ok(on!(c, c => sqlx::query_as(SQL).bind(i64::from(limit)).fetch_all(c).await)?)
}

/// Every post and page in the order of ids, behind an id: for walks over everything.
///
/// # Errors
/// The database does not answer.
pub async fn after(c: &mut Connection, id: Option<&PostId>, limit: u32) -> Result<Vec<Post>> {
    const SQL: &str =
        concat!("select ", columns!(), " from posts p where p.id > $1 order by p.id limit $2");
    let id = id.map_or("", PostId::as_str);
    Ok(on!(c, c => sqlx::query_as(SQL).bind(id).bind(i64::from(limit)).fetch_all(c).await)?)
}

/// Whether there is any post or page, in whatever state.
///
/// # Errors
/// The database does not answer.
pub async fn exists(c: &mut Connection) -> Result<bool> {
    const SQL: &str = "select id from posts limit 1";
    let first: Option<PostId> = on!(c, c => sqlx::query_scalar(SQL).fetch_optional(c).await)?;
    Ok(first.is_some())
}

/// Scheduled posts whose time has come, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn due(c: &mut Connection, now: Timestamp, limit: u32) -> Result<Vec<PostId>> {
    const SQL: &str = "select id from posts where status = 'scheduled' and published_at <= $1 \
        order by published_at limit $2";
    Ok(on!(c, c => sqlx::query_scalar(SQL).bind(now).bind(i64::from(limit)).fetch_all(c).await)?)
}

/// Makes a scheduled post published; `false` where somebody else did it, or it was taken back.
///
/// # Errors
/// The database does not answer.
pub async fn publish_due(t: &mut Transaction, id: &PostId, now: Timestamp) -> Result<bool> {
    const SQL: &str = "update posts set status = 'published', revision = revision + 1 \
        where id = $1 and status = 'scheduled' and published_at <= $2";
    let done = on!(t, c => sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(|r| r.rows_affected()))?;
    Ok(done == 1)
}

/// Who has a slug.
///
/// # Errors
/// The database does not answer.
pub async fn slug_holder(
    c: &mut Connection,
    kind: PostKind,
    slug: &Slug,
) -> Result<Option<PostId>> {
    const SQL: &str = "select id from posts where type = $1 and slug = $2";
    Ok(on!(c, c => sqlx::query_scalar(SQL).bind(kind).bind(slug).fetch_optional(c).await)?)
}

/// Saves a new post. Its tags and authors are saved by [`set_tags`] and [`set_authors`].
///
/// # Errors
/// [`DbError::Taken`] where the id, the uuid or the slug is taken.
pub async fn insert(t: &mut Transaction, post: &Post) -> Result<()> {
    const SQL: &str = "insert into posts (id, type, slug, status, visibility, featured, \
        published_at, created_at, updated_at, reading_time, title, custom_excerpt, excerpt, \
        feature_image, feature_image_alt, feature_image_caption, locale, uuid, comment_id, \
        feed_guid, meta_title, meta_description, og_image, og_title, og_description, \
        twitter_image, twitter_title, twitter_description, canonical_url, custom_template, \
        show_title_and_feature_image, trusted, revision, codeinjection_head, codeinjection_foot, \
        frontmatter, headings, markdown, html, plaintext) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
        $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, \
        $37, $38, $39, $40)";
    on!(t, c => bind_post!(sqlx::query(SQL), post).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Saves a changed post, if it still has the revision that it was read with, and counts it up.
///
/// # Errors
/// [`DbError::Changed`] where it has another revision by now; [`DbError::Taken`] where the slug is
/// taken.
pub async fn update(t: &mut Transaction, post: &Post) -> Result<()> {
    const SQL: &str = "update posts set type = $2, slug = $3, status = $4, visibility = $5, \
        featured = $6, published_at = $7, created_at = $8, updated_at = $9, reading_time = $10, \
        title = $11, custom_excerpt = $12, excerpt = $13, feature_image = $14, \
        feature_image_alt = $15, feature_image_caption = $16, locale = $17, uuid = $18, \
        comment_id = $19, feed_guid = $20, meta_title = $21, meta_description = $22, \
        og_image = $23, og_title = $24, og_description = $25, twitter_image = $26, \
        twitter_title = $27, twitter_description = $28, canonical_url = $29, \
        custom_template = $30, show_title_and_feature_image = $31, trusted = $32, \
        revision = $33 + 1, codeinjection_head = $34, codeinjection_foot = $35, \
        frontmatter = $36, headings = $37, markdown = $38, html = $39, plaintext = $40 \
        where id = $1 and revision = $33";
    let changed = on!(t, c => bind_post!(sqlx::query(SQL), post).execute(c).await.map(|r| r.rows_affected()))?;
    if changed == 1 { Ok(()) } else { Err(DbError::Changed) }
}

/// Binds every column of a post, in the order in which [`insert`] and [`update`] number them.
macro_rules! bind_post {
    ($query:expr, $post:expr) => {{
        let (post, s, m) = ($post, &$post.summary, &$post.social);
        $query
            .bind(&s.id)
            .bind(s.kind)
            .bind(&s.slug)
            .bind(s.status)
            .bind(s.visibility)
            .bind(s.featured)
            .bind(s.published_at)
            .bind(s.created_at)
            .bind(s.updated_at)
            .bind(s.reading_time)
            .bind(&s.title)
            .bind(&s.custom_excerpt)
            .bind(&s.excerpt)
            .bind(&s.feature_image)
            .bind(&s.feature_image_alt)
            .bind(&s.feature_image_caption)
            .bind(&s.locale)
            .bind(&post.uuid)
            .bind(&post.comment_id)
            .bind(&post.feed_guid)
            .bind(&m.meta_title)
            .bind(&m.meta_description)
            .bind(&m.og_image)
            .bind(&m.og_title)
            .bind(&m.og_description)
            .bind(&m.twitter_image)
            .bind(&m.twitter_title)
            .bind(&m.twitter_description)
            .bind(&m.canonical_url)
            .bind(&post.custom_template)
            .bind(post.show_title_and_feature_image)
            .bind(post.trusted)
            .bind(post.revision)
            .bind(&post.codeinjection_head)
            .bind(&post.codeinjection_foot)
            .bind(&post.frontmatter)
            .bind(&post.headings)
            .bind(&post.markdown)
            .bind(&post.html)
            .bind(&post.plaintext)
    }};
}
use bind_post;

/// Deletes a post with its tags, authors, redirects and place in the search index.
///
/// # Errors
/// The database does not answer.
pub async fn delete(t: &mut Transaction, id: &PostId) -> Result<()> {
    const SQL: &str = "delete from posts where id = $1";
    on!(t, c => sqlx::query(SQL).bind(id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Gives a post its tags, in order.
///
/// # Errors
/// The database does not answer.
pub async fn set_tags(t: &mut Transaction, post: &PostId, tags: &[TagId]) -> Result<()> {
    const DELETE: &str = "delete from posts_tags where post_id = $1";
    const INSERT: &str = "insert into posts_tags (post_id, tag_id, sort_order) values ($1, $2, $3)";
    on!(t, c => sqlx::query(DELETE).bind(post).execute(c).await.map(|_| ()))?;
    for (order, tag) in (0_i32..).zip(tags) {
        on!(t, c => sqlx::query(INSERT).bind(post).bind(tag).bind(order).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Gives a post its authors, in order.
///
/// # Errors
/// The database does not answer.
pub async fn set_authors(t: &mut Transaction, post: &PostId, authors: &[UserId]) -> Result<()> {
    const DELETE: &str = "delete from posts_authors where post_id = $1";
    const INSERT: &str =
        "insert into posts_authors (post_id, user_id, sort_order) values ($1, $2, $3)";
    on!(t, c => sqlx::query(DELETE).bind(post).execute(c).await.map(|_| ()))?;
    for (order, author) in (0_i32..).zip(authors) {
        on!(t, c => sqlx::query(INSERT).bind(post).bind(author).bind(order).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Something that belongs to a post.
#[derive(FromRow)]
struct Of<T> {
    post_id: PostId,
    sort_order: i32,
    #[sqlx(flatten)]
    thing: T,
}

/// The tags of posts, each post's in order.
///
/// # Errors
/// The database does not answer.
pub async fn tags_of(c: &mut Connection, posts: &[PostId]) -> Result<Vec<(PostId, Tag)>> {
    const SQL: &str = "select pt.post_id, pt.sort_order, t.* from posts_tags pt join tags t on t.id = pt.tag_id \
        where pt.post_id in ";
    let mut rows: Vec<Of<Tag>> = fetch_among!(c, SQL, posts)?;
    rows.sort_by_key(|row| row.sort_order);
    Ok(rows.into_iter().map(|row| (row.post_id, row.thing)).collect())
}

/// The authors of posts, each post's in order.
///
/// # Errors
/// The database does not answer.
pub async fn authors_of(c: &mut Connection, posts: &[PostId]) -> Result<Vec<(PostId, Author)>> {
    const SQL: &str = "select pa.post_id, pa.sort_order, u.* from posts_authors pa \
        join users u on u.id = pa.user_id where pa.post_id in ";
    let mut rows: Vec<Of<Author>> = fetch_among!(c, SQL, posts)?;
    rows.sort_by_key(|row| row.sort_order);
    Ok(rows.into_iter().map(|row| (row.post_id, row.thing)).collect())
}
