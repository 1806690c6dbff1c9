//! A post as Markdown, for whom its source is easier to read than its page.

use serde::Serialize;

use crate::domain::Timestamp;
use crate::domain::paths;
use crate::domain::post::{FullPost, Visibility};
use crate::web::absolute;

/// The content type of Markdown (RFC 7763).
pub const CONTENT_TYPE: &str = "text/markdown; charset=utf-8";

/// What stands above the text, as YAML.
#[derive(Serialize)]
struct FrontMatter<'a> {
    title: &'a str,
    authors: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    updated: String,
    canonical_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
}

impl FrontMatter<'_> {
    fn to_yaml(&self) -> String {
        serde_saphyr::to_string(self).expect("strings and lists always serialise")
    }
}

/// The post: front matter, the title as a heading, the source with links to the site made absolute.
///
/// Where only members may read the text, its excerpt stands there and a link to the page with the
/// words `members_only`. `base_url` has no slash at its end.
#[must_use]
pub fn render(full: &FullPost, base_url: &str, members_only: &str) -> String {
    let post = &full.post;
    let summary = &post.summary;
    let url = format!("{base_url}{}", paths::post(&summary.slug));
    let front_matter = FrontMatter {
        title: &summary.title,
        authors: full.authors.iter().map(|author| author.name.as_str()).collect(),
        date: summary.published_at.map(Timestamp::to_rfc3339),
        updated: summary.updated_at.to_rfc3339(),
        canonical_url: post.social.canonical_url.as_deref().unwrap_or(&url),
        language: summary.locale.as_deref(),
        tags: full.tags.iter().filter(|t| t.is_public()).map(|t| t.name.as_str()).collect(),
    };
    let title = escape(&one_line(&summary.title));
    let text = match summary.visibility {
        Visibility::Public => absolute::markdown(&post.markdown, base_url),
        Visibility::Members => {
            let words = escape(&one_line(members_only));
            format!("{}\n\n[{words}]({url})", escape(&one_line(&summary.excerpt)))
        }
    };
    format!("---\n{}\n---\n\n# {title}\n\n{}\n", front_matter.to_yaml().trim_end(), text.trim_end())
}

/// A text on one line, its blanks single.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A plain text as Markdown that reads the same. Only what could be markup in the middle of a line
/// is escaped, so that a language model sees few backslashes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::web::fixtures::{self, BASE_URL};

    #[test]
    fn a_post_is_its_source_under_its_title() {
        let mut post = fixtures::rich_post();
        post.post.markdown = "See [this](/that/).\n".to_owned();
        assert_eq!(
            render(&post, BASE_URL, ""),
            "---\n\
             title: Größe & <Ärger> ]]>\n\
             authors:\n\
             - Ada Löwe\n\
             - Bo\n\
             date: \"2026-11-23T19:21:49Z\"\n\
             updated: \"2026-11-23T19:22:49Z\"\n\
             canonical_url: https://a.example/gr%C3%B6%C3%9Fe-%C3%A4rger/\n\
             language: ar\n\
             tags:\n\
             - Äpfel & Birnen\n\
             ---\n\
             \n\
             # Größe & \\<Ärger> \\]\\]>\n\
             \n\
             See [this](https://a.example/that/).\n"
        );
    }

    #[test]
    fn what_members_read_stays_on_the_site() {
        let text = render(&fixtures::members_post(), BASE_URL, "Read on");
        assert!(
            text.ends_with("\n\nAbout Inside\n\n[Read on](https://a.example/inside/)\n"),
            "{text}"
        );
        assert!(!text.contains("secret"));
    }

    proptest! {
        #[test]
        fn any_title_reads_back(title in any::<String>()) {
            let mut post = fixtures::post("Plain", "");
            post.post.summary.title.clone_from(&title);
            let text = render(&post, BASE_URL, "");
            let yaml = text.strip_prefix("---\n").unwrap().split("\n---\n").next().unwrap();
            let front: serde_json::Value = serde_saphyr::from_str(yaml).unwrap();
            prop_assert_eq!(front["title"].as_str(), Some(title.as_str()));
        }
    }
}
