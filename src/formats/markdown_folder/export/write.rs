//! Writes a site as a folder of Markdown.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::super::MARKER;
use super::{MEDIA, VERSION};
use crate::domain::post::{FullPost, Post};
use crate::domain::{Author, PostKind, Settings, Status, Tag, Timestamp};

/// A folder that a site is written to.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Opens a folder, which is made where it does not exist.
    ///
    /// # Errors
    /// One that holds anything but an earlier export is refused, as [`io::ErrorKind::AlreadyExists`].
    pub fn create(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let marker = root.join(MARKER);
        if !marker.is_file() && fs::read_dir(root)?.next().is_some() {
            let reason = format!("{} is not empty and no earlier export", root.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, reason));
        }
        // What an earlier export left would come back as posts that no longer exist.
        for name in ["content/posts", "content/pages", "data", MEDIA] {
            match fs::remove_dir_all(root.join(name)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => fs::create_dir_all(root.join(name))?,
            }
        }
        fs::write(marker, format!("# A site, as Masthead exports it.\nversion = {VERSION}\n"))?;
        Ok(Self { root: root.to_owned() })
    }

    /// Writes the settings.
    pub fn settings(&self, settings: &Settings) -> io::Result<()> {
        self.data("settings", settings)
    }

    /// Writes all authors.
    pub fn authors(&self, authors: &[Author]) -> io::Result<()> {
        self.data("authors", authors)
    }

    /// Writes all content tags.
    pub fn tags(&self, tags: &[Tag]) -> io::Result<()> {
        self.data("tags", tags)
    }

    /// Writes a post or a page; `aliases` are the paths under which it was found before.
    pub fn post(&self, post: &FullPost, aliases: &[String]) -> io::Result<PathBuf> {
        let (path, text) = render_post(post, aliases);
        fs::write(self.root.join(&path), text)?;
        Ok(path)
    }

    /// Writes an uploaded file under the name that it is served by.
    ///
    /// # Errors
    /// A name that leads out of the folder is refused, as [`io::ErrorKind::InvalidInput`].
    pub fn media(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = Path::new(name);
        let is_plain = path.components().all(|c| matches!(c, std::path::Component::Normal(_)));
        if !is_plain || name.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no name of a media file"));
        }
        let target = self.root.join(MEDIA).join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(target, bytes)
    }

    fn data(&self, name: &str, value: &(impl serde::Serialize + ?Sized)) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        fs::write(self.root.join("data").join(format!("{name}.json")), text)
    }
}

/// The file of a post below the root, and what stands in it.
///
/// The front matter is YAML whose every value is also JSON, so that any text keeps every character
/// and other tools still read it.
#[must_use]
pub fn render_post(full: &FullPost, aliases: &[String]) -> (PathBuf, String) {
    let post = &full.post;
    let mut text = "---\n".to_owned();
    for (key, value) in common_fields(full, aliases) {
        let _ = writeln!(text, "{key}: {}", spelled(&value));
    }
    text.push_str("masthead:\n");
    for (key, value) in own_fields(post) {
        let _ = writeln!(text, "  {key}: {}", spelled(&value));
    }
    text.push_str("---\n\n");
    text.push_str(&post.markdown);
    text.push('\n');
    (path_of(post), text)
}

fn path_of(post: &Post) -> PathBuf {
    let summary = &post.summary;
    match (summary.kind, summary.published_at) {
        (PostKind::Page, _) => format!("content/pages/{}.md", summary.slug),
        (PostKind::Post, Some(date)) => {
            let day = date.to_jiff().strftime("%Y-%m-%d");
            format!("content/posts/{day}-{}.md", summary.slug)
        }
        (PostKind::Post, None) => format!("content/posts/{}.md", summary.slug),
    }
    .into()
}

/// Fields under the names that other tools know.
fn common_fields(full: &FullPost, aliases: &[String]) -> Map<String, Value> {
    let post = &full.post;
    let summary = &post.summary;
    let names: Vec<&str> = full.tags.iter().map(|tag| tag.name.as_str()).collect();
    let authors: Vec<&str> = full.authors.iter().map(|author| author.slug.as_str()).collect();
    let mut fields = Map::new();
    let mut set = |key: &str, value: Value| {
        if !value.is_null() {
            fields.insert(key.to_owned(), value);
        }
    };
    set("title", json!(summary.title));
    set("slug", json!(summary.slug));
    set("date", summary.published_at.map_or(Value::Null, instant));
    set("lastmod", instant(summary.updated_at));
    if summary.status == Status::Draft {
        set("draft", json!(true));
    }
    if summary.kind == PostKind::Page {
        set("layout", json!("page"));
    }
    set("description", json!(summary.custom_excerpt));
    set("tags", json!(names));
    set("authors", json!(authors));
    set("image", json!(summary.feature_image));
    set("image_alt", json!(summary.feature_image_alt));
    set("image_caption", json!(summary.feature_image_caption));
    set("lang", json!(summary.locale));
    set("canonical_url", json!(post.social.canonical_url));
    if !aliases.is_empty() {
        set("aliases", json!(aliases));
    }
    fields
}

/// Fields that only we have.
fn own_fields(post: &Post) -> Map<String, Value> {
    let summary = &post.summary;
    let social = &post.social;
    let fields = json!({
        "id": summary.id,
        "uuid": post.uuid,
        "type": summary.kind,
        "status": summary.status,
        "visibility": summary.visibility,
        "featured": summary.featured,
        "created_at": instant(summary.created_at),
        "comment_id": post.comment_id,
        "feed_guid": post.feed_guid,
        "meta_title": social.meta_title,
        "meta_description": social.meta_description,
        "og_image": social.og_image,
        "og_title": social.og_title,
        "og_description": social.og_description,
        "twitter_image": social.twitter_image,
        "twitter_title": social.twitter_title,
        "twitter_description": social.twitter_description,
        "codeinjection_head": post.codeinjection_head,
        "codeinjection_foot": post.codeinjection_foot,
        "custom_template": post.custom_template,
        "show_title_and_feature_image": post.show_title_and_feature_image,
        "trusted": post.trusted,
        "frontmatter": post.frontmatter,
    });
    let Value::Object(mut fields) = fields else { return Map::new() };
    fields.retain(|_, value| !value.is_null());
    fields
}

/// RFC 3339 in UTC, with a fraction where there is one.
fn instant(at: Timestamp) -> Value {
    Value::String(at.to_jiff().to_string())
}

/// JSON that YAML reads alike: what YAML calls not printable is escaped.
fn spelled(value: &Value) -> String {
    let json = value.to_string();
    let mut spelled = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                let _ = write!(spelled, "\\u{:04x}", u32::from(c));
            }
            c => spelled.push(c),
        }
    }
    spelled
}
