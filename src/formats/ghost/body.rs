//! The text of a post while it is put together from the blocks of an editor's document.

use super::html;

/// Blocks of Markdown, and what could not be kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    blocks: Vec<String>,
    /// What could not be kept as it was.
    pub(super) warnings: Vec<String>,
}

impl Body {
    /// Adds a block that was written in Markdown.
    pub(super) fn push_markdown(&mut self, markdown: &str) {
        if !markdown.is_empty() {
            self.blocks.push(markdown.to_owned());
        }
    }

    /// Adds HTML, as Markdown where Markdown can hold it.
    pub(super) fn push_html(&mut self, html: &str) {
        self.push_markdown(&html::to_markdown(html));
    }

    /// Adds HTML that is to stay HTML.
    pub(super) fn push_raw(&mut self, html: &str) {
        self.push_markdown(&html::raw_block(html));
    }

    /// Adds source code; the fence is longer than any within it.
    pub(super) fn push_code(&mut self, code: &str, language: &str) {
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let language = language.split_ascii_whitespace().next().unwrap_or("").replace('`', "");
        self.blocks.push(format!("{fence}{language}\n{}\n{fence}", code.trim_end_matches('\n')));
    }

    /// Says, once, that something could not be kept.
    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        let warning = warning.into();
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The whole text. A single block comes out letter by letter as it went in.
    pub(super) fn into_markdown(mut self) -> (String, Vec<String>) {
        let markdown = match self.blocks.as_mut_slice() {
            [only] => std::mem::take(only),
            _ => html::join(self.blocks),
        };
        (markdown, self.warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let mut body = Body::default();
        body.push_code("a\n````\nb\n", "rust ignore");
        assert_eq!(body.into_markdown().0, "`````rust\na\n````\nb\n`````");
    }

    #[test]
    fn a_lone_block_is_verbatim_and_several_are_parted() {
        let mut body = Body::default();
        body.push_markdown("\n a  \n");
        body.push_html("<p> </p>");
        assert_eq!(body.into_markdown().0, "\n a  \n");
        let mut body = Body::default();
        body.push_markdown("a\n\n");
        body.push_html("<hr>");
        assert_eq!(body.into_markdown().0, "a\n\n---");
    }
}
