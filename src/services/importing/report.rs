//! What an import did, in numbers and names.

use crate::formats::Problem;

/// What became of a post of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was not here.
    Created,
    /// It was here, and had changed in the source.
    Updated,
    /// It was here, and had not.
    Unchanged,
}

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Posts and pages that were not here.
    pub created: usize,
    /// Posts and pages that had changed in the source.
    pub updated: usize,
    /// Posts and pages that had not.
    pub unchanged: usize,
    /// Different pictures and other files of the source, in the media store now.
    pub files: usize,
    /// Authors of the source.
    pub authors: usize,
    /// Welcome posts that made room, since nobody had changed them.
    pub made_room: usize,
    /// What could not be imported, and why.
    pub problems: Vec<Problem>,
    /// What was left out on purpose, and why.
    pub skipped: Vec<Problem>,
    /// What was imported, but not as it was.
    pub warnings: Vec<Problem>,
}

impl Report {
    pub(super) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
        }
    }
}
