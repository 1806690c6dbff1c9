//! One's account: where one is signed in, and one's password.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse as _};
use http::HeaderMap;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::frame::{Frame, Place};
use super::site::DeskSite;
use super::{DeskError, Result, again, browser, go_on, page, sign_in};
use crate::domain::{SignIn, SignInId, Timestamp};
use crate::services::ServiceError;
use crate::services::accounts::SignInError;
use crate::services::passwords::MIN_PASSWORD;
use crate::web::assets::asset;
use crate::web::session::{ClientAddress, DeskForm, SignedIn};
use crate::web::state::DeskState;

/// Where the page is.
const PAGE: &str = "/desk/sign-ins/";

/// The page: `templates/desk/account.html`.
#[derive(Template)]
#[template(path = "desk/account.html")]
struct AccountPage<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    email: &'a str,
    sign_ins: Vec<Row>,
    shortest: usize,
    /// What was just done.
    done: Option<&'static str>,
    /// Which field of the password will not do, and why.
    problem: Option<(&'static str, String)>,
}

/// A sign-in, as the list shows it.
struct Row {
    id: SignInId,
    is_here: bool,
    browser: String,
    address: String,
    since: Moment,
    seen: Moment,
}

/// An instant, for machines and for people.
struct Moment {
    machine: String,
    words: String,
}

impl AccountPage<'_> {
    /// Why a field will not do.
    fn problem_of(&self, field: &str) -> Option<&str> {
        self.problem.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }

    fn has_others(&self) -> bool {
        self.sign_ins.iter().any(|row| !row.is_here)
    }
}

/// What was just done, as the address says it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Done {
    Ended,
    Others,
    Password,
}

impl Done {
    const fn words(self) -> &'static str {
        match self {
            Self::Ended => "That sign-in has ended.",
            Self::Others => "You are signed out everywhere else.",
            Self::Password => "Your password is changed, and you are signed out everywhere else.",
        }
    }
}

/// What the address of the page may say.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    done: Option<Done>,
}

/// Which button was pressed: the id of a sign-in, or `others`.
#[derive(Debug, Deserialize)]
pub(super) struct Pressed {
    end: String,
}

/// What the form of the password says.
#[derive(Deserialize)]
pub(super) struct Passwords {
    current: String,
    new: String,
}

/// `GET /desk/sign-ins/`
pub(super) async fn show(
    State(desk): State<DeskState>,
    site: DeskSite,
    signed_in: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result {
    let done = asked.ok().and_then(|Query(asked)| asked.done).map(Done::words);
    page(&view(&desk, &site, &signed_in, done, None).await?)
}

/// `POST /desk/sign-ins/`
pub(super) async fn end(
    State(desk): State<DeskState>,
    signed_in: SignedIn,
    DeskForm(Pressed { end }): DeskForm<Pressed>,
) -> Result {
    let user = &signed_in.user.id;
    if end == "others" {
        desk.accounts.end_others(user, &signed_in.sign_in).await?;
        return Ok(go_on("/desk/sign-ins/?done=others"));
    }
    let sign_in = end.parse().map_err(|_| DeskError::Missing)?;
    desk.accounts.end(user, &sign_in).await?;
    Ok(go_on("/desk/sign-ins/?done=ended"))
}

/// `GET /desk/password/`: the form stands on the page of the account.
pub(super) async fn password_page() -> axum::response::Response {
    go_on(PAGE)
}

/// `POST /desk/password/`
pub(super) async fn change_password(
    State(desk): State<DeskState>,
    site: DeskSite,
    signed_in: SignedIn,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    DeskForm(Passwords { current, new }): DeskForm<Passwords>,
) -> Result {
    let client = sign_in::client(address, &headers);
    let (user, here) = (&signed_in.user, &signed_in.sign_in);
    let problem = match desk.accounts.change_password(user, &current, &new, &client, here).await {
        Ok(()) => return Ok(go_on("/desk/sign-ins/?done=password")),
        Err(SignInError::Wrong) => ("current", "This is not your password.".to_owned()),
        Err(SignInError::TooOften(wait)) => {
            let problem = Some(("current", sign_in::too_often(wait)));
            let view = view(&desk, &site, &signed_in, None, problem).await?;
            return Ok(sign_in::wait_for(wait, Html(view.render()?).into_response()));
        }
        Err(SignInError::Failed(ServiceError::Invalid { reason, .. })) => {
            ("new", format!("The new password {reason}."))
        }
        Err(SignInError::Failed(error)) => return Err(error.into()),
    };
    again(&view(&desk, &site, &signed_in, None, Some(problem)).await?)
}

async fn view<'a>(
    desk: &DeskState,
    site: &'a DeskSite,
    signed_in: &'a SignedIn,
    done: Option<&'static str>,
    problem: Option<(&'static str, String)>,
) -> Result<AccountPage<'a>> {
    let zone = site.0.zone();
    let sign_ins = desk.accounts.sign_ins(&signed_in.user.id).await?;
    Ok(AccountPage {
        frame: Frame::new(&site.0.title, "Account", Place::Account, signed_in),
        csrf: &signed_in.csrf,
        email: signed_in.user.email.as_deref().unwrap_or_default(),
        sign_ins: sign_ins.into_iter().map(|it| row(it, &signed_in.sign_in, &zone)).collect(),
        shortest: MIN_PASSWORD,
        done,
        problem,
    })
}

fn row(sign_in: SignIn, here: &SignInId, zone: &TimeZone) -> Row {
    Row {
        is_here: sign_in.id == *here,
        browser: browser::in_words(&sign_in.user_agent),
        since: moment(sign_in.created_at, zone),
        seen: moment(sign_in.seen_at, zone),
        address: sign_in.address,
        id: sign_in.id,
    }
}

/// `24 November 2026, 15:05`, in the time zone of the site.
fn moment(at: Timestamp, zone: &TimeZone) -> Moment {
    let words = at.in_zone(zone).strftime("%-d %B %Y, %H:%M").to_string();
    Moment { machine: at.to_rfc3339(), words }
}
