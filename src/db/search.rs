//! The search index: the one place where the two databases need two texts.
//!
//! Both get terms that Rust has made (`text::search`), so that they find the same posts.
//! Of what matches, only the [`CANDIDATES`] newest documents are ranked: a word that stands in
//! every post would otherwise make the database weigh all of them. The newest are those that came
//! into the index last.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use sqlx::FromRow;

use super::connection::Inner;
use super::{Connection, Result, Transaction};
use crate::domain::PostId;

/// How many matching documents are ranked at most: twice as many as the pages of a search show.
const CANDIDATES: i64 = 1_000;

/// How many terms are looked up at most: the cost of ranking grows with their square.
const MAX_TERMS: usize = 16;

/// The longest term, in bytes; PostgreSQL refuses a lexeme of more than 2,046. What is longer is
/// no word of any language, and is not found.
const MAX_TERM_BYTES: usize = 1_024;

/// A term that a document must have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term<'a> {
    /// Letters and digits only.
    pub text: &'a str,
    /// Whether longer terms that begin so count as well.
    pub prefix: bool,
}

/// Whether a document needs all terms or one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// All of them: a search.
    All,
    /// One of them: what is close.
    Any,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Found {
    /// The post or page.
    pub post_id: PostId,
    /// How many documents were found in all, at most [`CANDIDATES`].
    pub total: i64,
}

/// Only what [`Term`] promises goes into the language of the index.
fn is_term(text: &str) -> bool {
    (1..=MAX_TERM_BYTES).contains(&text.len()) && !text.contains(['\'', '"', '\\', ' ', '\0'])
}

/// Puts a post into the index, in place of what stood there for it.
///
/// # Errors
/// The database does not answer.
pub async fn index(
    t: &mut Transaction,
    post: &PostId,
    title: &[String],
    body: &[String],
) -> Result<()> {
    match &mut t.inner {
        Inner::Postgres(c) => {
            const SQL: &str = "insert into search_documents (post_id, document) \
                values ($1, cast($2 as tsvector)) \
                on conflict (post_id) do update set document = excluded.document";
            sqlx::query(SQL).bind(post).bind(tsvector(title, body)).execute(&mut **c).await?;
        }
        Inner::Sqlite(c) => {
            const DOCUMENT: &str = "insert into search_documents (post_id) values ($1) \
                on conflict (post_id) do update set post_id = excluded.post_id returning doc";
            const INDEX: &str = "insert or replace into search_index (rowid, title, body) \
                values ($1, $2, $3)";
            let doc: i64 = sqlx::query_scalar(DOCUMENT).bind(post).fetch_one(&mut **c).await?;
            sqlx::query(INDEX)
                .bind(doc)
                .bind(title.join(" "))
                .bind(body.join(" "))
                .execute(&mut **c)
                .await?;
        }
    }
    Ok(())
}

/// Takes a post out of the index.
///
/// # Errors
/// The database does not answer.
pub async fn remove(t: &mut Transaction, post: &PostId) -> Result<()> {
    const SQL: &str = "delete from search_documents where post_id = $1";
    super::connection::on!(t, c => sqlx::query(SQL).bind(post).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Published posts and pages that match, best first. Of the terms the first [`MAX_TERMS`] count.
///
/// # Errors
/// The database does not answer.
pub async fn find(
    c: &mut Connection,
    terms: &[Term<'_>],
    how: Match,
    limit: u32,
    skip: u32,
) -> Result<Vec<Found>> {
    let mut seen = HashSet::new();
    let different = terms.iter().filter(|term| is_term(term.text) && seen.insert(*term));
    let terms: Vec<_> = different.take(MAX_TERMS).collect();
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let (limit, skip) = (i64::from(limit), i64::from(skip));
    match &mut c.inner {
        Inner::Postgres(c) => {
            const SQL: &str = "select found.post_id, count(*) over () as total from ( \
                    select post_id, ts_rank_cd('{0.1, 0.1, 0.1, 1.0}', document, \
                        cast($1 as tsquery), 1) as rank \
                    from search_documents where document @@ cast($1 as tsquery) \
                    order by doc desc limit $4 \
                ) found join posts p on p.id = found.post_id and p.status = 'published' \
                order by found.rank desc, p.published_at desc, found.post_id limit $2 offset $3";
            let joiner = if how == Match::All { " & " } else { " | " };
            let spell = |t: &&Term<'_>| format!("'{}'{}", t.text, if t.prefix { ":*" } else { "" });
            let query = terms.iter().map(spell).collect::<Vec<_>>().join(joiner);
            // Planned anew for each search: whether to walk the newest documents or to ask the index
            // first depends on how frequent the terms are.
            Ok(sqlx::query_as(SQL)
                .persistent(false)
                .bind(query)
                .bind(limit)
                .bind(skip)
                .bind(CANDIDATES)
                .fetch_all(&mut **c)
                .await?)
        }
        Inner::Sqlite(c) => {
            const SQL: &str = "select d.post_id, count(*) over () as total from ( \
                    select rowid as doc, bm25(search_index, 10.0, 1.0) as rank from search_index \
                    where search_index match $1 order by rowid desc limit $4 \
                ) found join search_documents d on d.doc = found.doc \
                join posts p on p.id = d.post_id and p.status = 'published' \
                order by found.rank, p.published_at desc, d.post_id limit $2 offset $3";
            let joiner = if how == Match::All { " AND " } else { " OR " };
            let spell =
                |t: &&Term<'_>| format!("\"{}\"{}", t.text, if t.prefix { " *" } else { "" });
            let query = terms.iter().map(spell).collect::<Vec<_>>().join(joiner);
            Ok(sqlx::query_as(SQL)
                .bind(query)
                .bind(limit)
                .bind(skip)
                .bind(CANDIDATES)
                .fetch_all(&mut **c)
                .await?)
        }
    }
}

/// A document in the notation of `tsvector`.
///
/// PostgreSQL counts positions to 16,383, keeps a lexeme's first 256, and refuses a document of
/// more than 1 MiB. A text with more different words than that is found by those it begins with.
fn tsvector(title: &[String], body: &[String]) -> String {
    const LAST_POSITION: usize = 16_383;
    const POSITIONS: usize = 256;
    const MAX_BYTES: usize = (1 << 20) - MAX_TERM_BYTES;
    let weighted = title.iter().map(|t| (t, "A")).chain(body.iter().map(|t| (t, "")));
    let mut lexemes: Vec<(&str, usize, String)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut bytes = 0;
    for (n, (term, weight)) in weighted.enumerate().filter(|(_, (term, _))| is_term(term)) {
        // What PostgreSQL needs: the lexeme, a count after at most one byte of padding, positions.
        let place = *places.entry(term).or_insert_with(|| {
            bytes += term.len() + 3;
            lexemes.push((term, 0, String::new()));
            lexemes.len() - 1
        });
        let (_, positions, list) = &mut lexemes[place];
        if *positions < POSITIONS {
            bytes += 2;
            let separator = if *positions == 0 { "" } else { "," };
            let _ = write!(list, "{separator}{}{weight}", (n + 1).min(LAST_POSITION));
            *positions += 1;
        }
        if bytes > MAX_BYTES {
            break;
        }
    }
    let mut text = String::new();
    for (term, _, positions) in lexemes {
        let _ = write!(text, "'{term}':{positions} ");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn a_document_is_spelled_with_positions_and_weights() {
        let text = tsvector(&words(&["rust", "o'clock"]), &words(&["web", "rust"]));
        assert_eq!(text, "'rust':1A,4 'web':3 ");
    }

    #[test]
    fn a_document_is_bounded() {
        let long = "x".repeat(MAX_TERM_BYTES + 1);
        assert_eq!(tsvector(&words(&[&long]), &words(&["a"; 300])).matches(',').count(), 255);
        let different: Vec<_> = (0..300_000).map(|n| n.to_string()).collect();
        let text = tsvector(&[], &different);
        assert!(text.starts_with("'0':1 ") && text.len() < 2 << 20, "{}", text.len());
    }
}
