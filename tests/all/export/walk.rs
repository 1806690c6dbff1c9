//! Everything that a site holds, to be compared field by field.

use std::collections::BTreeMap;

use masthead::db::{self, Intent};
use masthead::domain::{Author, Media, PostId, Tag};
use masthead::services::settings;
use serde_json::Value;

use crate::instance::Instance;

/// More rows than any test makes.
const ALL: u32 = 1_000;

/// A whole site.
#[derive(Debug)]
pub struct Everything {
    pub settings: Value,
    pub authors: Vec<Author>,
    pub tags: Vec<Tag>,
    /// Posts and pages with their tags and authors in order and their former addresses.
    pub posts: BTreeMap<PostId, Value>,
    /// What the database knows of each file, and its bytes.
    pub files: Vec<(Media, Vec<u8>)>,
}

/// Reads a site through the doors of the database, past every service.
pub async fn everything(site: &Instance) -> Everything {
    let mut c = site.app.db.read(Intent::Primary).await.unwrap();
    let settings = serde_json::to_value(settings::load(&mut c).await.unwrap()).unwrap();
    let authors = db::users::after(&mut c, None, ALL).await.unwrap();
    let tags = db::tags::after(&mut c, None, ALL).await.unwrap();
    let mut posts = BTreeMap::new();
    for post in db::posts::after(&mut c, None, ALL).await.unwrap() {
        let id = post.summary.id.clone();
        let one = std::slice::from_ref(&id);
        let tags = db::posts::tags_of(&mut c, one).await.unwrap();
        let authors = db::posts::authors_of(&mut c, one).await.unwrap();
        let mut value = serde_json::to_value(&post).unwrap();
        value["tags"] = tags.iter().map(|(_, tag)| tag.slug.to_string()).collect();
        value["authors"] = authors.iter().map(|(_, author)| author.slug.to_string()).collect();
        value["aliases"] = db::redirects::of_post(&mut c, &id).await.unwrap().into();
        posts.insert(id, value);
    }
    let mut files = Vec::new();
    for media in db::media::after(&mut c, "", ALL).await.unwrap() {
        let bytes = site.app.media.store().read(&media.path).await.unwrap();
        files.push((media, bytes.to_vec()));
    }
    Everything { settings, authors, tags, posts, files }
}

impl Everything {
    /// Holds two sites side by side; a difference names its field.
    pub fn assert_same(&self, other: &Self) {
        assert_fields("settings", &self.settings, &other.settings);
        assert_eq!(self.authors, other.authors);
        assert_eq!(self.tags, other.tags);
        let ids = |site: &Self| site.posts.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ids(self), ids(other));
        for (id, post) in &self.posts {
            assert_fields(&post["title"].to_string(), post, &other.posts[id]);
        }
        let files = |site: &Self| {
            let row = |(media, bytes): &(Media, Vec<u8>)| {
                let Media { path, content_type, size, width, height, .. } = media.clone();
                (path, content_type, size, width, height, bytes.clone())
            };
            site.files.iter().map(row).collect::<Vec<_>>()
        };
        assert_eq!(files(self), files(other));
    }
}

/// Holds two objects side by side.
pub fn assert_fields(name: &str, ours: &Value, theirs: &Value) {
    let (Value::Object(ours), Value::Object(theirs)) = (ours, theirs) else {
        panic!("{name}: no object")
    };
    let keys = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(ours), keys(theirs), "{name}");
    for (key, value) in ours {
        assert_eq!(value, &theirs[key], "{name}, {key}");
    }
}
