//! Somebody at the desk: a browser that has signed in, and sends the forms that it was given.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use masthead::domain::author::Role;
use masthead::services::users::NewUser;
use url::form_urlencoded::Serializer;

use crate::instance::{Answer, Instance};

const PASSWORD: &str = "correct horse battery";
const ORIGIN: &str = "https://example.org";

/// A writer, and the browser that they sit at.
pub struct Writer<'a> {
    site: &'a Instance,
    pub cookie: String,
    /// The token of every form of theirs.
    pub csrf: String,
}

impl<'a> Writer<'a> {
    /// Somebody new, who signs in. The first of a site is its owner.
    pub async fn new(site: &'a Instance, name: &str, role: Role) -> Self {
        let email = format!("{}@example.org", name.to_lowercase());
        let new = NewUser { name: name.to_owned(), email: email.clone(), role };
        site.app.users.add(&new, PASSWORD).await.unwrap();
        let mut writer = Self { site, cookie: String::new(), csrf: String::new() };
        writer.sign_in(&email).await;
        writer
    }

    /// Signs in, anew where they are signed in already.
    pub async fn sign_in(&mut self, email: &str) {
        self.cookie.clear();
        self.csrf = token(&self.get("/desk/sign-in/").await.text());
        let fields = [("email", email), ("password", PASSWORD), ("next", "/desk/")];
        let answer = self.send("/desk/sign-in/", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let cookie = answer.field("set-cookie").split(';').next().unwrap();
        cookie.clone_into(&mut self.cookie);
        self.csrf = token(&self.get("/desk/posts/new/").await.text());
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, String::new()).await
    }

    /// Sends a form.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf).extend_pairs(fields);
        self.ask(Method::POST, path, form.finish()).await
    }

    /// Sends a form, which must be taken. Gives where it leads.
    pub async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.send(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text());
        answer.field("location").to_owned()
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "example.org")
            .header(header::ORIGIN, ORIGIN)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.site.ask(request).await
    }
}

/// The token of the last form of a page.
fn token(page: &str) -> String {
    value(page, "csrf").unwrap_or_else(|| panic!("no token in {page}"))
}

/// The value of the last hidden field with a name.
pub fn value(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.rsplit_once(&format!("name=\"{name}\" value=\""))?;
    rest.split('"').next().map(str::to_owned)
}
