//! Signing in: cookies, sign-ins, forms and limits, asked over HTTP as browsers, and as strangers, ask.

mod ending;
mod forms;
mod limits;
mod proxies;
mod readers;
mod redis;
mod set_up;
mod signing_in;
mod source;
mod visitor;

use masthead::domain::Author;
use masthead::domain::author::Role;
use masthead::services::users::NewUser;

use crate::instance::Instance;
use visitor::Visitor;

/// With what Ann signs in.
const EMAIL: &str = "ann@example.org";
const PASSWORD: &str = "correct horse battery";
/// The origin of the site, as browsers name it.
const ORIGIN: &str = "https://example.org";

/// Makes Ann the owner of a site.
async fn ann(site: &Instance) -> Author {
    let user = NewUser { name: "Ann".to_owned(), email: EMAIL.to_owned(), role: Role::Owner };
    site.app.users.add(&user, PASSWORD).await.unwrap()
}

/// A site with an owner, and her at it.
async fn signed_in(site: &Instance) -> Visitor {
    ann(site).await;
    let mut visitor = Visitor::new();
    visitor.sign_in(site, PASSWORD).await;
    visitor
}
