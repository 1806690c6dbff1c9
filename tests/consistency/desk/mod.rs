//! How a writer writes: at the desk of the site, or by hand in `psql`.

mod forms;
mod hand;

pub use forms::{Forms, OWNER};
pub use hand::Hand;

use crate::counters::Span;
use crate::session::Session;
use crate::topology::Topology;

/// Makes the writers' account; the first user owns the site.
pub fn add_owner(topology: &Topology) {
    let (email, name, password) = OWNER;
    topology.run(&["user", "add", email, "--name", name], password);
}

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
    pub id: String,
    pub slug: String,
    /// The title while the counter stood lower.
    pub before: String,
    /// The title with the new value.
    pub title: String,
    /// The titles of all posts of the group before.
    pub all_before: Vec<String>,
    /// And behind.
    pub all_behind: Vec<String>,
}

/// The place at which somebody writes.
pub enum Desk {
    /// The desk of the site. Who saves there is owed what they saved.
    Forms(Box<Forms>),
    /// A hand in `psql`, to whom nobody owes anything.
    Hand(Hand),
}

impl Desk {
    /// Raises a counter, unless that was done already.
    pub async fn save(&mut self, session: &mut Session, post: &Post) -> Saved {
        match self {
            Self::Forms(forms) => forms.save(session, post).await.unwrap_or(Saved::Unknown),
            Self::Hand(hand) => hand.save(post).await,
        }
    }

    /// Where a group stands, as far as a writer can tell who found less than what they had written.
    pub async fn standing(&mut self, group: usize) -> Option<Span> {
        match self {
            Self::Forms(_) => None,
            Self::Hand(hand) => hand.standing(group).await,
        }
    }

    /// Whether the site owes writers what they wrote here.
    pub const fn is_owed(&self) -> bool {
        matches!(self, Self::Forms(_))
    }
}
