//! A place in the text of a filter, and what can be read there.

/// Reads from the front to the end, and never goes back further than one word.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes are behind.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// What is still ahead.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Goes on by what was found at the front of the rest.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Leaves out what only separates.
    pub(super) fn skip_space(&mut self) {
        let rest = self.rest();
        self.advance(rest.len() - rest.trim_start().len());
    }

    /// Takes a sign if it is next, and the space in front of it in any case.
    pub(super) fn takes(&mut self, sign: &str) -> bool {
        self.skip_space();
        let is_next = self.rest().starts_with(sign);
        if is_next {
            self.advance(sign.len());
        }
        is_next
    }

    /// Takes the characters from here on for which something holds.
    pub(super) fn take_while(&mut self, holds: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !holds(c)).unwrap_or(rest.len());
        self.advance(end);
        &rest[..end]
    }
}
