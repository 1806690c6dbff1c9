//! The table of routes: a path, its handler, and what it declares. There is no other way to add one.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, delete, get, post, put};
use http::Method;

use super::Declaration;

/// Routes under construction.
pub struct Routes<S> {
    router: Router<S>,
    declared: Vec<(String, Declaration)>,
    /// What may be done at a path.
    methods: Vec<(String, Method)>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { router: Router::new(), declared: Vec::new(), methods: Vec::new() }
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
        self.declared.push((path.to_owned(), declaration));
        self.method(path, Method::GET, get(handler))
    }

    /// What is sent to a path that is read as well: what the path declares holds for it too.
    #[must_use]
    pub fn post<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.method(path, Method::POST, post(handler))
    }

    /// What is put in place of what a path shows, likewise.
    #[must_use]
    pub fn put<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.method(path, Method::PUT, put(handler))
    }

    /// What removes what a path shows, likewise.
    #[must_use]
    pub fn delete<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.method(path, Method::DELETE, delete(handler))
    }

    /// A path that nobody reads: it is followed by what is sent there.
    #[must_use]
    pub fn unread(mut self, path: &str, declaration: Declaration) -> Self {
        self.declared.push((path.to_owned(), declaration));
        self
    }

    fn method(mut self, path: &str, method: Method, handler: MethodRouter<S>) -> Self {
        self.router = self.router.route(path, handler);
        self.methods.push((path.to_owned(), method));
        self
    }

    /// These routes and those of another table.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.declared.extend(other.declared);
        self.methods.extend(other.methods);
        self
    }

    /// What the paths declare, and what may be done at each.
    pub fn table(self, fallback: Declaration) -> Table {
        Table::new(self.declared, &self.methods, fallback)
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
        let router = self.router.clone();
        let table = self.table(Declaration::PRIVATE);
        let edge = super::Edge { table, cdn: None, says_timing: false, shows_tags: false };
        router.layer(axum::middleware::from_fn_with_state(edge, super::write_headers))
    }
}

/// What each path declares.
#[derive(Clone)]
pub struct Table(Arc<Tables>);

struct Tables {
    paths: matchit::Router<Route>,
    declared: Vec<(String, Declaration)>,
    fallback: Declaration,
}

struct Route {
    path: String,
    declaration: Declaration,
    methods: Vec<Method>,
}

impl Table {
    /// The table of some routes; `fallback` is for every other path.
    ///
    /// # Panics
    /// Two paths are in each other's way; axum panics at the same.
    fn new(
        declared: Vec<(String, Declaration)>,
        methods: &[(String, Method)],
        fallback: Declaration,
    ) -> Self {
        let mut paths = matchit::Router::new();
        for (path, declaration) in &declared {
            let here = methods.iter().filter(|(at, _)| at == path);
            let methods = here.map(|(_, method)| method.clone()).collect();
            let route = Route { path: path.clone(), declaration: *declaration, methods };
            paths.insert(path.clone(), route).expect("axum took this path");
        }
        Self(Arc::new(Tables { paths, declared, fallback }))
    }

    /// What the route of a path declares.
    #[must_use]
    pub fn find(&self, path: &str) -> Declaration {
        self.0.paths.at(path).map_or(self.0.fallback, |found| found.value.declaration)
    }

    /// The route of a path, as the table has it, if this may be done there.
    #[must_use]
    pub fn route(&self, method: &Method, path: &str) -> Option<&str> {
        let route = self.0.paths.at(path).ok()?.value;
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        route.methods.contains(method).then_some(route.path.as_str())
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
