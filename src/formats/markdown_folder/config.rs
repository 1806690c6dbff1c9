//! Which generator a folder was made for, and what its configuration says of the site.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::fields::{list_of, text_of};
use super::front_matter;
use super::walk::MAX_BYTES;

/// A site generator whose conventions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// `_posts`, Liquid, kramdown.
    Jekyll,
    /// `content/`, shortcodes, page bundles, permalinks by section.
    Hugo,
    /// `content/`, TOML, Tera.
    Zola,
    /// Any layout; addresses are computed by code.
    Eleventy,
    /// `blog/`, MDX.
    Docusaurus,
    /// None of these, or not to be known.
    #[default]
    Unknown,
}

/// What a folder says of itself.
#[derive(Debug, Default)]
pub struct Config {
    /// The generator.
    pub engine: Engine,
    /// Every value, for templates that ask for `site.x`.
    pub values: Map<String, Value>,
    /// The folders to look in for data and assets: the root, then its parents.
    pub bases: Vec<PathBuf>,
    /// What could not be read.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads the configuration beside a root, or in up to three folders above it.
    pub fn read(root: &Path) -> Self {
        let mut config = Self { bases: bases(root), ..Self::default() };
        for base in config.bases.clone() {
            if let Some((engine, path)) = find(&base) {
                config.engine = engine;
                match read_data(&path) {
                    Ok(Value::Object(values)) => config.values = values,
                    Ok(_) => {}
                    Err(reason) => config.warnings.push(format!("{}: {reason}", path.display())),
                }
                if matches!(config.engine, Engine::Zola | Engine::Hugo) {
                    let is_zola = config.values.contains_key("base_url");
                    config.engine = if is_zola { Engine::Zola } else { Engine::Hugo };
                }
                break;
            }
        }
        config
    }

    /// The address of the site, without a slash at its end.
    pub fn base_url(&self) -> Option<String> {
        let url = ["url", "base_url", "baseURL", "baseurl"]
            .iter()
            .filter_map(|key| self.values.get(*key).and_then(text_of))
            .find(|url| url.starts_with("http"))?;
        Some(url.trim_end_matches('/').to_owned())
    }

    /// The path that the site lies under (`/blog`), empty at the top of its host.
    pub fn base_path(&self) -> String {
        let path = match self.engine {
            Engine::Jekyll => self.values.get("baseurl").and_then(text_of).unwrap_or_default(),
            _ => self
                .base_url()
                .and_then(|url| Some(url.split_once("://")?.1.split_once('/')?.1.to_owned()))
                .unwrap_or_default(),
        };
        let path = path.trim_matches('/');
        if path.is_empty() { String::new() } else { format!("/{path}") }
    }

    /// The language of the site.
    pub fn locale(&self) -> Option<String> {
        let keys = [
            "lang",
            "locale",
            "language",
            "default_language",
            "languageCode",
            "defaultContentLanguage",
        ];
        let found = keys.iter().find_map(|key| self.values.get(*key).and_then(text_of))?;
        Some(found.replace('_', "-"))
    }

    /// The languages that the site is written in, beside its own.
    pub fn languages(&self) -> Vec<String> {
        match self.values.get("languages") {
            Some(Value::Object(map)) => map.keys().cloned().collect(),
            Some(list) => list_of(list).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    /// The pattern of the addresses of posts in a section, where the site sets one.
    pub fn permalink(&self, section: &str) -> Option<String> {
        if let Some(pattern) = self.values.get("permalink").and_then(text_of) {
            return Some(pattern);
        }
        let permalinks = self.values.get("permalinks")?;
        let permalinks = permalinks.get("page").unwrap_or(permalinks);
        permalinks.get(section).or_else(|| permalinks.get("/")).and_then(text_of)
    }

    /// The settings of the site, by the keys of [`crate::domain::Settings`].
    pub fn settings(&self) -> Map<String, Value> {
        let mut settings = Map::new();
        let value = |key: &str| self.values.get(key).and_then(text_of);
        let nested = |key: &str| {
            let nest = self.values.get("extra").or_else(|| self.values.get("params"));
            nest.and_then(|nest| nest.get(key)).and_then(text_of)
        };
        let mut set = |key: &str, text: Option<String>| {
            if let Some(text) = text {
                settings.insert(key.to_owned(), Value::String(text));
            }
        };
        set("title", value("title").or_else(|| value("name")));
        set("description", value("description").or_else(|| nested("description")));
        set("locale", self.locale());
        let zone = value("timezone").or_else(|| value("timeZone"));
        set("timezone", zone.filter(|name| jiff::tz::TimeZone::get(name).is_ok()));
        set("twitter", value("twitter_username").or_else(|| nested("twitter")));
        let links = self.navigation();
        if !links.is_empty() {
            settings.insert("navigation".to_owned(), Value::Array(links));
        }
        settings
    }

    /// The main menu of a Hugo site.
    fn navigation(&self) -> Vec<Value> {
        let menu = ["menu", "menus"].iter().find_map(|key| self.values.get(*key)?.get("main"));
        let Some(Value::Array(items)) = menu else { return Vec::new() };
        let mut items: Vec<&Value> = items.iter().collect();
        items.sort_by_key(|item| item.get("weight").and_then(Value::as_i64).unwrap_or(0));
        let link = |item: &Value| {
            let label = item.get("name").and_then(text_of)?;
            let url = item.get("url").or_else(|| item.get("pageRef")).and_then(text_of)?;
            Some(serde_json::json!({ "label": label, "url": url }))
        };
        items.into_iter().filter_map(link).take(50).collect()
    }
}

/// Reads a data file of a bounded size.
pub fn read_data(path: &Path) -> Result<Value, String> {
    let size = std::fs::metadata(path).map_err(|e| e.to_string())?.len();
    if size > MAX_BYTES {
        return Err("the file is too large".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let text = front_matter::decode(bytes).map_err(|fault| fault.reason)?;
    front_matter::data(&text, extension).map_err(|fault| fault.reason)
}

/// The root, and the folders above it as far as the site can reach.
fn bases(root: &Path) -> Vec<PathBuf> {
    let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let mut bases = Vec::new();
    for base in root.ancestors().take(4) {
        bases.push(base.to_owned());
        if base.join(".git").exists() || base.join(super::MARKER).exists() || find(base).is_some() {
            return bases;
        }
    }
    // Without a sign of where the site begins, what lies above may belong to others.
    let inside = root.ancestors().take(3).take_while(|base| base.file_name().is_some_and(is_inner));
    let inner = inside.count();
    bases.truncate(inner + 1);
    bases
}

/// Names of folders that lie within a site, so that the site begins above them.
fn is_inner(name: &std::ffi::OsStr) -> bool {
    ["content", "_posts", "posts", "post", "blog", "src", "docs", "source", "articles", "news"]
        .iter()
        .any(|inner| name == *inner)
}

fn find(base: &Path) -> Option<(Engine, PathBuf)> {
    use Engine::{Docusaurus, Eleventy, Hugo, Jekyll, Zola};
    let names = [
        (Jekyll, "_config.yml"),
        (Jekyll, "_config.yaml"),
        (Jekyll, "_config.toml"),
        (Zola, "zola.toml"),
        (Hugo, "hugo.toml"),
        (Hugo, "hugo.yaml"),
        (Hugo, "hugo.yml"),
        (Hugo, "hugo.json"),
        (Hugo, "config.toml"),
        (Hugo, "config.yaml"),
        (Hugo, "config.yml"),
        (Hugo, "config.json"),
        (Hugo, "config/_default/hugo.toml"),
        (Hugo, "config/_default/hugo.yaml"),
        (Hugo, "config/_default/config.toml"),
        (Hugo, "config/_default/config.yaml"),
        (Eleventy, ".eleventy.js"),
        (Eleventy, "eleventy.config.js"),
        (Eleventy, "eleventy.config.mjs"),
        (Eleventy, "eleventy.config.cjs"),
        (Docusaurus, "docusaurus.config.js"),
        (Docusaurus, "docusaurus.config.ts"),
    ];
    let found = names.into_iter().find(|(_, name)| base.join(name).is_file());
    found.map(|(engine, name)| (engine, base.join(name)))
}
