//! Posts and pages of the export.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::addresses::Found;
use super::cell::Cell;
use super::export_file::{LinkRow, MetaRow, PostRow, Tables};
use super::{MembersPosts, Reading, html, lexical, mobiledoc, tags};
use crate::domain::ids::derived_uuid;
use crate::domain::post::Draft;
use crate::domain::{PostId, PostKind, Status, Timestamp, Visibility};
use crate::formats::{Problem, SourcePost, SourceSite};

/// Adds every post and page to a site whose authors have been read.
///
/// Each row is dropped once it is read, so that a large export is not held twice.
pub(super) fn read(mut tables: Tables, reading: &Reading, site: &mut SourceSite) {
    let rows = std::mem::take(&mut tables.posts);
    let index = Index::of(&tables);
    let authors: HashSet<&str> = site.authors.iter().map(|author| author.key.as_str()).collect();
    let mut seen = HashSet::new();
    for (number, row) in rows.into_iter().enumerate() {
        let title = row.title.text().or(row.slug.text());
        let origin = title.map_or_else(|| format!("posts, row {}", number + 1), str::to_owned);
        let key = row.uuid.text().or(row.id.text()).or(row.slug.text());
        let Some(key) = key.map(str::to_owned) else {
            let reason = "it has no uuid, no id and no slug".to_owned();
            site.problems.push(Problem { origin, line: None, reason });
            continue;
        };
        if !seen.insert(key.clone()) {
            let reason = format!("another post of the file has the same uuid or id, {key}");
            site.skipped.push(Problem { origin, line: None, reason });
            continue;
        }
        let post = PostReader { row: &row, meta: index.meta(&row), reading, warnings: Vec::new() };
        site.posts.push(post.read(key, origin, &index, &authors));
    }
}

/// The small tables, by the id of the post.
struct Index<'a> {
    meta: HashMap<&'a str, &'a MetaRow>,
    tags: HashMap<&'a str, Vec<&'a LinkRow>>,
    authors: HashMap<&'a str, Vec<&'a LinkRow>>,
    tag_names: HashMap<&'a str, &'a str>,
}

impl<'a> Index<'a> {
    fn of(tables: &'a Tables) -> Self {
        Self {
            meta: tables.posts_meta.iter().filter_map(|m| Some((m.post_id.text()?, m))).collect(),
            tags: by_post(&tables.posts_tags),
            authors: by_post(&tables.posts_authors),
            tag_names: tables
                .tags
                .iter()
                .filter_map(|tag| tag.id.text().zip(tags::name(tag)))
                .collect(),
        }
    }

    fn meta(&self, row: &PostRow) -> Option<&'a MetaRow> {
        self.meta.get(row.id.text()?).copied()
    }
}

/// Links in their order: `sort_order`, and the order of the file where it is missing or equal.
fn by_post(links: &[LinkRow]) -> HashMap<&str, Vec<&LinkRow>> {
    let mut by_post: HashMap<&str, Vec<&LinkRow>> = HashMap::new();
    for link in links {
        if let Some(post) = link.post_id.text() {
            by_post.entry(post).or_default().push(link);
        }
    }
    for links in by_post.values_mut() {
        links.sort_by_key(|link| link.sort_order.number().unwrap_or(i64::MAX));
    }
    by_post
}

/// One post while it is read.
struct PostReader<'a> {
    row: &'a PostRow,
    meta: Option<&'a MetaRow>,
    reading: &'a Reading<'a>,
    warnings: Vec<String>,
}

impl PostReader<'_> {
    fn read(
        mut self,
        key: String,
        origin: String,
        index: &Index,
        known_authors: &HashSet<&str>,
    ) -> SourcePost {
        let row = self.row;
        let mut found = Found::default();
        let draft = self.draft(index, &mut found);
        let authors = self.authors(index, known_authors);
        let created_at = self.date(&row.created_at, "created");
        let updated_at = self.date(&row.updated_at, "updated");
        self.warn_of_missing(&found);
        let old_id = row.id.text();
        let id = old_id.and_then(|id| id.parse().ok());
        let uuid = row.uuid.text().and_then(|uuid| Uuid::parse_str(uuid.trim()).ok());
        let comment_id = row.comment_id.text().or(row.amp.text()).or(old_id);
        // Feeds of versions that counted their posts named them by their uuids.
        let feed_guid = if id.is_some() { old_id } else { row.uuid.text().or(old_id) };
        SourcePost {
            id: id.unwrap_or_else(|| PostId::derived(&key)),
            uuid: uuid.map_or_else(|| derived_uuid(&key), |uuid| uuid.to_string()),
            comment_id: comment_id.map(str::to_owned),
            feed_guid: feed_guid.map(str::to_owned),
            draft,
            authors,
            file_date: None,
            created_at,
            updated_at,
            aliases: Vec::new(),
            files: found.files,
            warnings: self.warnings,
            key,
            origin,
        }
    }

    fn draft(&mut self, index: &Index, found: &mut Found) -> Draft {
        let (row, meta) = (self.row, self.meta);
        let (status, visibility) = self.status();
        let markdown = self.markdown();
        let names = row.id.text().and_then(|id| index.tags.get(id)).into_iter().flatten();
        let names = names.filter_map(|link| index.tag_names.get(link.tag_id.text()?));
        let mut draft = Draft {
            kind: self.kind(),
            title: row.title.text().or(row.slug.text()).unwrap_or("(untitled)").to_owned(),
            slug: row.slug.owned(),
            markdown: self.reading.addresses.localise(&markdown, found),
            status,
            visibility,
            featured: row.featured.flag().unwrap_or(false),
            custom_excerpt: row.custom_excerpt.owned(),
            feature_image: row.feature_image.owned().or_else(|| row.image.owned()),
            feature_image_alt: meta.and_then(|meta| meta.feature_image_alt.owned()),
            feature_image_caption: meta.and_then(|meta| meta.feature_image_caption.owned()),
            locale: row.locale.owned(),
            published_at: self.date(&row.published_at, "published"),
            social: match meta {
                Some(meta) => meta.social.merge(Some(&row.social)),
                None => row.social.merge(None),
            },
            codeinjection_head: row.codeinjection_head.owned(),
            codeinjection_foot: row.codeinjection_foot.owned(),
            custom_template: row.custom_template.owned(),
            show_title_and_feature_image: row.show_title_and_feature_image.flag().unwrap_or(true),
            trusted: self.reading.options.trusted,
            frontmatter: meta.and_then(|meta| meta.frontmatter.text()).map(json),
            tags: names.map(|name| (*name).to_owned()).collect(),
            authors: Vec::new(),
        };
        self.reading.addresses.field(&mut draft.feature_image, found);
        self.reading.social(&mut draft.social, found);
        self.reading.code(&mut draft.feature_image_caption);
        self.reading.code(&mut draft.codeinjection_head);
        self.reading.code(&mut draft.codeinjection_foot);
        draft
    }

    fn kind(&self) -> PostKind {
        let is_page = match self.row.kind.text() {
            Some(kind) => kind == "page",
            None => self.row.page.flag().unwrap_or(false),
        };
        if is_page { PostKind::Page } else { PostKind::Post }
    }

    /// The status and the visibility. What only mails or members saw is not shown to everybody.
    fn status(&mut self) -> (Status, Visibility) {
        let mut status = match self.row.status.text() {
            Some("published") => Status::Published,
            Some("scheduled") => Status::Scheduled,
            Some("draft") | None => Status::Draft,
            Some("sent") => {
                self.warnings.push("it was sent by e-mail only, and is a draft now".to_owned());
                Status::Draft
            }
            Some(other) => {
                self.warnings.push(format!("the status “{other}” is not known; it is a draft now"));
                Status::Draft
            }
        };
        let is_email_only = self.meta.and_then(|meta| meta.email_only.flag()).unwrap_or(false);
        if is_email_only && status != Status::Draft {
            self.warnings.push("it was for e-mail only, and is a draft now".to_owned());
            status = Status::Draft;
        }
        let visibility = match self.row.visibility.text() {
            None | Some("public") => return (status, Visibility::Public),
            Some(visibility) => visibility,
        };
        let keep = self.reading.options.members == MembersPosts::Keep;
        if !keep && status != Status::Draft {
            self.warnings
                .push(format!("it was not for everybody (“{visibility}”), and is a draft now"));
            status = Status::Draft;
        } else if visibility != "members" {
            self.warnings.push(format!("its visibility “{visibility}” is “members” now"));
        }
        (status, Visibility::Members)
    }

    /// The text, from the best source that can be read and says something.
    ///
    /// Versions 0.x wrote Markdown and kept the HTML made of it beside; there the Markdown is the
    /// better source.
    fn markdown(&mut self) -> String {
        let trusted = self.reading.options.trusted;
        let source = |cell: &Cell| cell.text().map(|text| self.reading.addresses.rooted(text));
        let row = self.row;
        let (lexical, mobiledoc) = (source(&row.lexical), source(&row.mobiledoc));
        let (markdown, html) = (source(&row.markdown), source(&row.html));
        let documents = [
            lexical.map(|text| {
                ("lexical", lexical::to_markdown(&text, trusted).map_err(|e| e.to_string()))
            }),
            mobiledoc.map(|text| {
                ("mobiledoc", mobiledoc::to_markdown(&text, trusted).map_err(|e| e.to_string()))
            }),
        ];
        for (name, document) in documents.into_iter().flatten() {
            match document {
                Ok((text, warnings)) if !text.trim().is_empty() || !warnings.is_empty() => {
                    self.warnings.extend(warnings);
                    return text;
                }
                Ok(_) => {}
                Err(error) => self.warnings.push(format!("its {name} could not be read: {error}")),
            }
        }
        markdown.or_else(|| html.map(|html| html::to_markdown(&html))).unwrap_or_default()
    }

    fn authors(&mut self, index: &Index, known: &HashSet<&str>) -> Vec<String> {
        let links = self.row.id.text().and_then(|id| index.authors.get(id));
        let linked: Vec<&str> =
            links.into_iter().flatten().filter_map(|link| link.author_id.text()).collect();
        let named = if linked.is_empty() {
            self.row.author_id.text().into_iter().collect()
        } else {
            linked
        };
        let mut authors: Vec<String> = Vec::new();
        for key in &named {
            if known.contains(key) {
                if !authors.iter().any(|author| author == key) {
                    authors.push((*key).to_owned());
                }
            } else {
                self.warnings.push(format!("the export has no author {key}"));
            }
        }
        if named.is_empty() {
            self.warnings.push("it names no author".to_owned());
        }
        authors
    }

    /// A date; one that cannot be read is the present.
    fn date(&mut self, cell: &Cell, what: &str) -> Option<Timestamp> {
        match cell.date()? {
            Ok(date) => Some(date),
            Err(text) => {
                let text: String = text.chars().take(40).collect();
                self.warnings
                    .push(format!("“{text}” is no date ({what}); the present stands for it"));
                Some(self.reading.now)
            }
        }
    }

    fn warn_of_missing(&mut self, found: &Found) {
        for path in &found.missing {
            self.warnings.push(format!("{path} does not lie beside the export"));
        }
    }
}

/// Front matter as JSON; what is none becomes a text of JSON.
fn json(frontmatter: &str) -> String {
    match serde_json::from_str::<Value>(frontmatter) {
        Ok(_) => frontmatter.to_owned(),
        Err(_) => Value::from(frontmatter).to_string(),
    }
}
