//! How a writer writes: at the desk of the site, or by hand in `psql`.

mod hand;

pub use hand::Hand;

/// What became of an attempt to save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// The counter stands at the new value, and the writer was told so.
    Acknowledged,
    /// Nothing is known, or nothing was done: try again.
    Unknown,
    /// The counter stands where it must not: something that was acknowledged is gone.
    Lost,
}

/// A post whose counter is raised.
#[derive(Debug, Clone)]
pub struct Post {
    pub slug: String,
    /// The title while the counter stood lower.
    pub before: String,
    /// The title with the new value.
    pub title: String,
}
