//! Writing and saving. Whatever goes wrong, what was typed is in the answer.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use super::editor::{Alarm, EditorPage, Subject, Where};
use super::fields::{Fault, Fields};
use super::{Asked, Done, address, post_id, preview};
use crate::domain::{Author, Post, PostKind, Settings, Status};
use crate::services::Saved;
use crate::services::editing::{AtDesk, Edit, Editing, EditingError, Step};
use crate::web::desk::{DeskError, DeskSite, Result, go_on};
use crate::web::session::{KeptForm, Sender, SignedIn};
use crate::web::state::SiteState;

/// Which button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Do(Step),
    Preview,
}

impl Action {
    /// A form without a button, or with one that is not known, is saved as it is.
    fn of(fields: &Fields) -> Self {
        match fields.action.as_deref() {
            Some("publish") => Self::Do(Step::Publish),
            Some("unpublish") => Self::Do(Step::Unpublish),
            Some("preview") => Self::Preview,
            _ => Self::Do(Step::Keep),
        }
    }
}

/// `GET /desk/posts/new/`
pub(super) async fn begin(
    State(editing): State<Editing>,
    writer: SignedIn,
    asked: Asked,
) -> Result {
    let kind = asked.kind();
    let (settings, rights) = editing.begin(&writer.user, kind).await?;
    let fields = Fields::default();
    EditorPage::new(&settings, Some(&writer), Subject::New(kind, rights), &fields).answer()
}

/// `GET /desk/posts/{id}/`
pub(super) async fn open(
    State(editing): State<Editing>,
    writer: SignedIn,
    Path(id): Path<String>,
    asked: Asked,
) -> Result {
    let at = editing.open(&writer.user, &post_id(&id)?).await?;
    let fields = Fields::of(&Edit::of(&at.full), at.full.post.revision, &at.settings.zone());
    EditorPage::new(&at.settings, Some(&writer), Subject::Saved(&at), &fields)
        .done(asked.done())
        .answer()
}

/// `POST /desk/posts/new/`
pub(super) async fn create(
    State(editing): State<Editing>,
    site: SiteState,
    DeskSite(settings): DeskSite,
    asked: Asked,
    KeptForm { form: fields, sender }: KeptForm<Fields>,
) -> Result {
    let kind = asked.kind();
    let to = Where::New(kind);
    let writer = match sender {
        Sender::Known(writer) => writer,
        other => return give_back(&settings, &other, to, &fields),
    };
    let (settings, rights) = match editing.begin(&writer.user, kind).await {
        Ok(begun) => begun,
        Err(error) => return refuse(&settings, &writer, Subject::Unknown(to), &fields, error),
    };
    let mut edit = Edit::default();
    let faults = fields.change(&mut edit, &settings.zone());
    let again = EditorPage::new(&settings, Some(&writer), Subject::New(kind, rights), &fields);
    if !faults.is_empty() {
        return again.faulty(faults).answer();
    }
    let result = match Action::of(&fields) {
        Action::Preview => match editing.preview_new(&writer.user, kind, edit).await {
            Ok(at) => return preview::render(&site, &at),
            Err(error) => Err(error),
        },
        Action::Do(step) => {
            editing.create(&writer.user, kind, edit, step).await.map(|saved| (saved, step))
        }
    };
    match result {
        Ok((saved, step)) => Ok(done(&saved, step)),
        Err(EditingError::Invalid { field, reason }) => {
            again.faulty(vec![Fault::new(field, &reason)]).answer()
        }
        Err(error) => refuse(&settings, &writer, Subject::New(kind, rights), &fields, error),
    }
}

/// `POST /desk/posts/{id}/`
pub(super) async fn save(
    State(editing): State<Editing>,
    site: SiteState,
    DeskSite(settings): DeskSite,
    Path(id): Path<String>,
    KeptForm { form: fields, sender }: KeptForm<Fields>,
) -> Result {
    let id = post_id(&id)?;
    let to = Where::Post(&id);
    let writer = match sender {
        Sender::Known(writer) => writer,
        other => return give_back(&settings, &other, to, &fields),
    };
    let user = &writer.user;
    let at = match editing.open(user, &id).await {
        Ok(at) => at,
        Err(EditingError::Missing) => return gone(&editing, &settings, &writer, &fields).await,
        Err(error) => return refuse(&settings, &writer, Subject::Unknown(to), &fields, error),
    };
    let mut edit = Edit::of(&at.full);
    let faults = fields.change(&mut edit, &at.settings.zone());
    let again = EditorPage::new(&at.settings, Some(&writer), Subject::Saved(&at), &fields);
    if !faults.is_empty() {
        return again.faulty(faults).answer();
    }
    let result = match Action::of(&fields) {
        Action::Preview => match editing.preview(user, &id, edit).await {
            Ok(at) => return preview::render(&site, &at),
            Err(error) => Err(error),
        },
        Action::Do(step) => {
            let saved = editing.save(user, &id, fields.revision(), edit, step).await;
            saved.map(|saved| (saved, step))
        }
    };
    match result {
        Ok((saved, step)) => Ok(done(&saved, step)),
        Err(EditingError::Invalid { field, reason }) => {
            again.faulty(vec![Fault::new(field, &reason)]).answer()
        }
        Err(EditingError::Changed) => conflict(&editing, user, &at, &writer, fields).await,
        Err(error) => refuse(&at.settings, &writer, Subject::Saved(&at), &fields, error),
    }
}

/// It is saved: the browser goes on to the editor, and a reload repeats nothing.
fn done(saved: &Saved<Post>, step: Step) -> Response {
    let post = &saved.value.summary;
    let done = match (step, post.status) {
        (Step::Keep, _) => Done::Saved,
        (Step::Unpublish, _) => Done::Unpublished,
        (Step::Publish, Status::Scheduled) => Done::Scheduled,
        (Step::Publish, _) => Done::Published,
    };
    let next = go_on(&format!("{}?done={}", address(&post.id), done.parameter()));
    (Extension(saved.token), next).into_response()
}

/// Somebody else saved it meanwhile: both are shown, and the writer decides. What they save next is
/// saved over what they were shown, and over nothing later.
async fn conflict(
    editing: &Editing,
    user: &Author,
    before: &AtDesk,
    writer: &SignedIn,
    mut fields: Fields,
) -> Result {
    const ALARM: Alarm = Alarm {
        status: StatusCode::CONFLICT,
        title: "Somebody else saved this meanwhile",
        text: "Nothing is overwritten, and nothing of yours is lost: what was saved is shown \
               first, and your words behind it. Save again to put yours in its place.",
        way_out: None,
    };
    let theirs = match editing.open(user, &before.full.post.summary.id).await {
        Ok(theirs) => theirs,
        Err(error) => {
            return refuse(&before.settings, writer, Subject::Saved(before), &fields, error);
        }
    };
    fields.revision = Some(theirs.full.post.revision.to_string());
    EditorPage::new(&theirs.settings, Some(writer), Subject::Saved(&theirs), &fields)
        .against(&theirs)
        .alarmed(ALARM)
        .answer()
}

/// Somebody else deleted it meanwhile: the words can become a post of their own.
async fn gone(
    editing: &Editing,
    settings: &Settings,
    writer: &SignedIn,
    fields: &Fields,
) -> Result {
    const ALARM: Alarm = Alarm {
        status: StatusCode::NOT_FOUND,
        title: "This is not there any more",
        text: "It was deleted meanwhile, or it is not yours any more. What you wrote is below: save it, \
               and it is a new post.",
        way_out: None,
    };
    let kind = PostKind::Post;
    match editing.begin(&writer.user, kind).await {
        Ok((settings, rights)) => {
            EditorPage::new(&settings, Some(writer), Subject::New(kind, rights), fields)
                .alarmed(ALARM)
                .answer()
        }
        Err(error) => refuse(settings, writer, Subject::Unknown(Where::New(kind)), fields, error),
    }
}

/// It could not be saved.
fn refuse(
    settings: &Settings,
    writer: &SignedIn,
    subject: Subject<'_>,
    fields: &Fields,
    error: EditingError,
) -> Result {
    let (title, text) = match &error {
        EditingError::Forbidden => {
            ("This is not saved", "Your role does not allow it. What you wrote is still here.")
        }
        EditingError::Late => (
            "This may not be saved",
            "The database took too long to say so. What you wrote is still here: try again in a moment. \
             If it was saved after all, you will be told.",
        ),
        _ => (
            "This is not saved yet",
            "The database does not answer just now. What you wrote is still here: try again in a \
             moment.",
        ),
    };
    // It logs what failed.
    let status = DeskError::from(error).status();
    let alarm = Alarm { status, title, text, way_out: None };
    EditorPage::new(settings, Some(writer), subject, fields).alarmed(alarm).answer()
}

/// The form was not taken from who sent it: they get back what is theirs.
fn give_back(settings: &Settings, sender: &Sender, to: Where<'_>, fields: &Fields) -> Result {
    const SIGN_IN: Option<(&str, &str)> = Some(("/desk/sign-in/", "Sign in, in another window"));
    let (writer, status, title, text, way_out) = match sender {
        Sender::Known(writer) | Sender::Anew(writer) => (
            Some(writer),
            StatusCode::FORBIDDEN,
            "This is not saved yet",
            "You signed in anew since you began to write. What you wrote is still here: look at it once \
             more, and send it again.",
            None,
        ),
        Sender::Unknown(DeskError::SignedOut) => (
            None,
            StatusCode::FORBIDDEN,
            "This is not saved yet, since you are signed out",
            "What you wrote is still here. Sign in in another window, then come back and try again.",
            SIGN_IN,
        ),
        Sender::Unknown(error) => (
            None,
            error.status(),
            "This is not saved yet",
            "Something that the desk needs does not answer just now. What you wrote is still here: try \
             again in a moment.",
            None,
        ),
    };
    let alarm = Alarm { status, title, text, way_out };
    EditorPage::new(settings, writer, Subject::Unknown(to), fields).alarmed(alarm).answer()
}
