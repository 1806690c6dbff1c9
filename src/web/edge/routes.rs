//! The table of routes: a path, its handler, and what it declares. There is no other way to add one.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{get, post};

use super::Declaration;

/// Routes under construction.
pub struct Routes<S> {
    router: Router<S>,
    declared: Vec<(String, Declaration)>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { router: Router::new(), declared: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// A path that is read with `GET` and `HEAD`.
    #[must_use]
    pub fn get<H, T>(mut self, path: &str, declaration: Declaration, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.router = self.router.route(path, get(handler));
        self.declared.push((path.to_owned(), declaration));
        self
    }

    /// A form of a path that is read as well: what the path declares holds for it too.
    #[must_use]
    pub fn post<H, T>(mut self, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.router = self.router.route(path, post(handler));
        self
    }

    /// These routes and those of another table.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.declared.extend(other.declared);
        self
    }

    /// What the paths declare.
    pub fn declared(&self) -> impl Iterator<Item = (String, Declaration)> {
        self.declared.iter().cloned()
    }

    /// The routes as axum knows them.
    pub fn into_router(self) -> Router<S> {
        self.router
    }
}

#[cfg(test)]
impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// These routes and nothing else, under the layer that writes their headers.
    pub fn alone(self) -> Router<S> {
        let table = Table::new(self.declared(), Declaration::PRIVATE);
        let edge = super::Edge { table, cdn: None, says_timing: false };
        self.router.layer(axum::middleware::from_fn_with_state(edge, super::write_headers))
    }
}

/// What each path declares.
#[derive(Clone)]
pub struct Table(Arc<Tables>);

struct Tables {
    paths: matchit::Router<(String, Declaration)>,
    declared: Vec<(String, Declaration)>,
    fallback: Declaration,
}

impl Table {
    /// The table of some routes; `fallback` is for every other path.
    ///
    /// # Panics
    /// Two paths are in each other's way; axum panics at the same.
    pub fn new(
        declared: impl IntoIterator<Item = (String, Declaration)>,
        fallback: Declaration,
    ) -> Self {
        let declared: Vec<_> = declared.into_iter().collect();
        let mut paths = matchit::Router::new();
        for (path, declaration) in &declared {
            paths.insert(path.clone(), (path.clone(), *declaration)).expect("axum took this path");
        }
        Self(Arc::new(Tables { paths, declared, fallback }))
    }

    /// What the route of a path declares.
    #[must_use]
    pub fn find(&self, path: &str) -> Declaration {
        self.0.paths.at(path).map_or(self.0.fallback, |found| found.value.1)
    }

    /// The route of a path, as the table has it.
    #[must_use]
    pub fn route(&self, path: &str) -> Option<&str> {
        self.0.paths.at(path).ok().map(|found| found.value.0.as_str())
    }

    /// Every route and its declaration, a line each, as Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let rest = ("anything else".to_owned(), self.0.fallback);
        let mut rows: Vec<String> = self
            .0
            .declared
            .iter()
            .chain(std::iter::once(&rest))
            .map(|(path, declaration)| format!("| `{path}` | {declaration} |\n"))
            .collect();
        rows.sort();
        format!(
            "| path | audience | browsers | caches that hear of changes | the same for a 404 | query | kept here |\n\
             |---|---|---|---|---|---|---|\n{}",
            rows.concat()
        )
    }
}
