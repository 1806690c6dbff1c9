//! Signing in and out.

use std::time::Duration;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use tower_sessions::Session;

use super::frame::Frame;
use super::site::DeskSite;
use super::{Result, go_on, page};
use crate::domain::UserId;
use crate::services::accounts::{Client, SignInError};
use crate::web::assets::asset;
use crate::web::session::{ClientAddress, DeskForm, Next, OpenForm, SIGN_IN, SignedIn};
use crate::web::state::DeskState;

/// The form: `templates/desk/sign_in.html`.
#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct SignInPage<'a> {
    frame: Frame<'a>,
    csrf: String,
    next: &'a Next,
    email: &'a str,
    /// Why it is shown again.
    problem: Option<String>,
}

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    next: Next,
}

/// What the form says.
#[derive(Deserialize)]
pub(super) struct Filled {
    email: String,
    password: String,
    #[serde(default)]
    next: Next,
}

/// Nothing but the token.
#[derive(Debug, Deserialize)]
pub(super) struct Token {}

/// `GET /desk/sign-in/`
pub(super) async fn show(
    State(desk): State<DeskState>,
    site: DeskSite,
    signed_in: Option<SignedIn>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result {
    let next = asked.map(|Query(asked)| asked.next).unwrap_or_default();
    if signed_in.is_some() {
        return Ok(go_on(next.as_str()));
    }
    if desk.accounts.awaits_owner().await? {
        return Ok(go_on("/desk/set-up/"));
    }
    page(&form(&desk, &site, &next, "", None))
}

/// `POST /desk/sign-in/`
pub(super) async fn take(
    State(desk): State<DeskState>,
    site: DeskSite,
    ClientAddress(address): ClientAddress,
    before: Option<SignedIn>,
    session: Session,
    headers: HeaderMap,
    OpenForm(filled): OpenForm<Filled>,
) -> Result {
    let client = client(address, &headers);
    let Filled { email, password, next } = filled;
    match desk.accounts.prove(&email, &password, &client).await {
        Ok(user) => {
            begin(&desk, &session, before, &user.id, &client).await?;
            Ok(go_on(next.as_str()))
        }
        Err(SignInError::Failed(error)) => Err(error.into()),
        Err(SignInError::Wrong) => {
            let problem = "This address and this password do not belong together.".to_owned();
            let view = form(&desk, &site, &next, &email, Some(problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view.render()?)).into_response())
        }
        Err(SignInError::TooOften(wait)) => {
            let view = form(&desk, &site, &next, &email, Some(too_often(wait)));
            Ok(wait_for(wait, Html(view.render()?).into_response()))
        }
    }
}

/// `GET /desk/sign-out/`: who comes by the address bar finds the button on the desk.
pub(super) async fn leave_page() -> Response {
    go_on(Next::DESK)
}

/// `POST /desk/sign-out/`
pub(super) async fn leave(
    State(desk): State<DeskState>,
    signed_in: SignedIn,
    session: Session,
    DeskForm(Token {}): DeskForm<Token>,
) -> Result {
    desk.accounts.end(&signed_in.user.id, &signed_in.sign_in).await?;
    // Without its row it is worth nothing, whether it can be removed or not.
    if let Err(error) = session.flush().await {
        tracing::warn!(%error, "a session was not removed");
    }
    Ok(go_on("/desk/sign-in/"))
}

/// Signs somebody in: a new sign-in, under a new id. Whatever session the browser brought along ends, so
/// nobody can have put it there for them.
pub(super) async fn begin(
    desk: &DeskState,
    session: &Session,
    before: Option<SignedIn>,
    user: &UserId,
    client: &Client,
) -> Result<()> {
    session.clear().await;
    session.cycle_id().await?;
    if let Some(before) = before {
        desk.accounts.end(&before.user.id, &before.sign_in).await?;
    }
    let sign_in = desk.accounts.begin(user, client).await?;
    session.insert(SIGN_IN, sign_in.id.as_str()).await?;
    if let Err(error) = session.save().await {
        desk.accounts.end(user, &sign_in.id).await?;
        return Err(error.into());
    }
    Ok(())
}

/// Where a request comes from.
pub(super) fn client(address: std::net::IpAddr, headers: &HeaderMap) -> Client {
    let user_agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Client { address, user_agent: user_agent.unwrap_or_default().to_owned() }
}

/// What to say to somebody who has to wait.
pub(super) fn too_often(wait: Duration) -> String {
    let time = match wait.as_secs() {
        0 | 1 => "a second".to_owned(),
        seconds @ 2..90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    };
    format!("It went wrong too often. Try again in {time}.")
}

/// An answer that asks to wait (RFC 6585, section 4).
pub(super) fn wait_for(wait: Duration, mut response: Response) -> Response {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
    response
}

fn form<'a>(
    desk: &DeskState,
    site: &'a DeskSite,
    next: &'a Next,
    email: &'a str,
    problem: Option<String>,
) -> SignInPage<'a> {
    SignInPage {
        frame: Frame::for_a_stranger(&site.0.title, "Sign in"),
        csrf: desk.form_key.open_token(desk.clock.now()),
        next,
        email,
        problem,
    }
}
