//! Setting up: the first owner comes in, by the code that the program says when it starts.

use askama::Template;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use tower_sessions::Session;

use super::frame::Frame;
use super::site::DeskSite;
use super::{Result, again, go_on, page, sign_in};
use crate::domain::author::Role;
use crate::services::ServiceError;
use crate::services::passwords::MIN_PASSWORD;
use crate::services::users::NewUser;
use crate::web::assets::asset;
use crate::web::session::{ClientAddress, Next, OpenForm};
use crate::web::state::DeskState;

/// The form: `templates/desk/set_up.html`.
#[derive(Template)]
#[template(path = "desk/set_up.html")]
struct SetUpPage<'a> {
    frame: Frame<'a>,
    csrf: String,
    shortest: usize,
    code: &'a str,
    name: &'a str,
    email: &'a str,
    /// Which field will not do, and why.
    problem: Option<(&'static str, String)>,
}

impl SetUpPage<'_> {
    /// Why a field will not do.
    fn problem_of(&self, field: &str) -> Option<&str> {
        self.problem.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
}

/// What the form says.
#[derive(Default, Deserialize)]
pub(super) struct Filled {
    code: String,
    name: String,
    email: String,
    password: String,
}

/// `GET /desk/set-up/`
pub(super) async fn show(State(desk): State<DeskState>, site: DeskSite) -> Result {
    if !desk.accounts.awaits_owner().await? {
        return Ok(go_on("/desk/sign-in/"));
    }
    page(&form(&desk, &site, &Filled::default(), None))
}

/// `POST /desk/set-up/`
pub(super) async fn take(
    State(desk): State<DeskState>,
    site: DeskSite,
    ClientAddress(address): ClientAddress,
    session: Session,
    headers: HeaderMap,
    OpenForm(filled): OpenForm<Filled>,
) -> Result {
    if !desk.accounts.awaits_owner().await? {
        return Ok(go_on("/desk/sign-in/"));
    }
    let user =
        NewUser { name: filled.name.clone(), email: filled.email.clone(), role: Role::Owner };
    match desk.accounts.set_up(&filled.code, &user, &filled.password).await {
        Ok(owner) => {
            let client = sign_in::client(address, &headers);
            sign_in::begin(&desk, &session, None, &owner.id, &client).await?;
            Ok(go_on(Next::DESK))
        }
        Err(ServiceError::Invalid { field, reason }) => {
            again(&form(&desk, &site, &filled, Some((field, sentence(field, &reason)))))
        }
        Err(error) => Err(error.into()),
    }
}

/// A rule as a sentence about a field: "The code is not the one in the log."
fn sentence(field: &str, rule: &str) -> String {
    match field {
        "email" => format!("The address {rule}."),
        field => format!("The {field} {rule}."),
    }
}

fn form<'a>(
    desk: &DeskState,
    site: &'a DeskSite,
    filled: &'a Filled,
    problem: Option<(&'static str, String)>,
) -> SetUpPage<'a> {
    SetUpPage {
        frame: Frame::for_a_stranger(&site.0.title, "Set up"),
        csrf: desk.form_key.open_token(desk.clock.now()),
        shortest: MIN_PASSWORD,
        code: &filled.code,
        name: &filled.name,
        email: &filled.email,
        problem,
    }
}
