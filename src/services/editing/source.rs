//! The text of a post in the forms in which programs bring it along. Whatever it comes in, it is kept as
//! Markdown.

use super::{EditingError, Result};
use crate::formats::ghost;

/// A text in some form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// As it is kept.
    Markdown(String),
    /// As readers see it.
    Html(String),
    /// A document of Ghost's editor.
    Lexical(String),
    /// One of its editor of old.
    Mobiledoc(String),
}

impl Source {
    /// The Markdown of it, on a thread where a long text holds up no other task. Addresses on the site
    /// at `base_url` become paths.
    ///
    /// # Errors
    /// [`EditingError::Invalid`] where it is no such document.
    pub async fn into_markdown(self, base_url: &str) -> Result<String> {
        if let Self::Markdown(markdown) = self {
            return Ok(markdown);
        }
        let base_url = base_url.to_owned();
        let converted = tokio::task::spawn_blocking(move || self.convert(&base_url)).await;
        converted.unwrap_or_else(|error| {
            tracing::error!(%error, "a text could not be converted");
            Err(EditingError::invalid("html", "it cannot be read"))
        })
    }

    fn convert(self, base_url: &str) -> Result<String> {
        let rooted = |text: &str| ghost::rooted(text, base_url);
        let (markdown, warnings) = match self {
            Self::Markdown(markdown) => (markdown, Vec::new()),
            Self::Html(html) => (ghost::html::to_markdown(&rooted(&html)), Vec::new()),
            Self::Lexical(document) => ghost::lexical::to_markdown(&rooted(&document), true)
                .map_err(|error| EditingError::invalid("lexical", error.to_string()))?,
            Self::Mobiledoc(document) => ghost::mobiledoc::to_markdown(&rooted(&document), true)
                .map_err(|error| EditingError::invalid("mobiledoc", error.to_string()))?,
        };
        for warning in warnings {
            tracing::warn!(%warning, "a text lost something on its way in");
        }
        Ok(markdown)
    }
}

/// A document of Ghost's editor that holds a text as it was written: [`Source::Lexical`] gives it back
/// letter by letter.
#[must_use]
pub fn lexical(markdown: &str) -> String {
    ghost::lexical::of_markdown(markdown)
}
