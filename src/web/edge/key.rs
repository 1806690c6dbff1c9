//! The key of an answer in the response cache: the path, and the declared parameters.
//!
//! Whatever else a request says is not in it, and does not reach the handler either: see
//! [`mod@super::strip`].

use http::request::Parts;

use super::query::declared;
use super::{Audience, Table};
use crate::http_cache::{Decision, Keyer};

/// Finds keys by what the routes declare.
#[derive(Clone)]
pub struct Keys(pub(super) Table);

impl Keys {
    /// Keys for the routes of a table.
    #[must_use]
    pub const fn new(table: Table) -> Self {
        Self(table)
    }
}

impl Keyer for Keys {
    fn decide(&self, request: &Parts) -> Decision {
        let declaration = self.0.find(request.uri.path());
        if declaration.audience == Audience::Private {
            return Decision::Bypass("private");
        }
        if !declaration.kept {
            return Decision::Bypass("file");
        }
        let query = declared(request.uri.query(), declaration.query);
        let path = request.uri.path();
        if query.is_empty() {
            Decision::Key(path.to_owned())
        } else {
            // There are as many queries as anybody likes to make up.
            Decision::KeyOnSecondSight(format!("{path}?{query}"))
        }
    }
}
