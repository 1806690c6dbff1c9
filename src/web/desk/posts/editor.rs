//! The editor: a sheet to write on, and beside it what else belongs to a post.

use askama::Template;
use axum::response::{Html, IntoResponse as _};
use http::{HeaderValue, StatusCode, header};

use super::fields::{Fault, Fields};
use super::{Done, address, list, moment, new_address};
use crate::content_clock::Token;
use crate::domain::paths;
use crate::domain::{PostId, PostKind, Settings, Status};
use crate::services::editing::{AtDesk, Edit, Rights};
use crate::web::assets::asset;
use crate::web::desk::Result;
use crate::web::desk::frame::{Frame, Place};
use crate::web::session::SignedIn;

/// What is edited.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    /// A post or a page that was never saved.
    New(PostKind, Rights),
    /// One that was, as it is now.
    Saved(&'a AtDesk),
    /// One of which nothing is known just now: nobody could be asked.
    Unknown(Where<'a>),
}

/// Where a form is sent.
#[derive(Clone, Copy)]
pub(super) enum Where<'a> {
    /// To where something begins.
    New(PostKind),
    /// To what is there already.
    Post(&'a PostId),
}

/// What went wrong, and how it goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alarm {
    pub status: StatusCode,
    pub title: &'static str,
    pub text: &'static str,
    /// Where to go first, in another window.
    pub way_out: Option<(&'static str, &'static str)>,
}

/// The page: `templates/desk/editor.html`.
#[derive(Template)]
#[template(path = "desk/editor.html")]
pub(super) struct EditorPage<'a> {
    frame: Frame<'a>,
    heading: &'static str,
    csrf: &'a str,
    address: String,
    fields: &'a Fields,
    kind: PostKind,
    zone: &'a str,
    /// In which state the post is, in words.
    state: String,
    buttons: Vec<Button>,
    /// Whether the words can be changed.
    is_open: bool,
    /// Where readers see it.
    public: Option<String>,
    /// Where it is shown as it was saved, and where it is deleted.
    preview: Option<String>,
    delete: Option<String>,
    done: Option<Done>,
    alarm: Option<Alarm>,
    faults: Vec<Fault>,
    /// What somebody else saved meanwhile.
    theirs: Vec<Difference>,
    /// What the site owes to whoever sees this.
    token: Option<Token>,
}

/// A button of the form.
struct Button {
    action: &'static str,
    words: &'static str,
    is_strong: bool,
}

/// A field that somebody else left otherwise.
struct Difference {
    id: &'static str,
    name: &'static str,
    value: String,
}

impl<'a> EditorPage<'a> {
    /// The editor for somebody; for nobody that is known where there is no writer.
    pub(super) fn new(
        settings: &'a Settings,
        writer: Option<&'a SignedIn>,
        subject: Subject<'a>,
        fields: &'a Fields,
    ) -> Self {
        let (kind, known, address) = match subject {
            Subject::New(kind, _) | Subject::Unknown(Where::New(kind)) => {
                (kind, None, new_address(kind).to_owned())
            }
            Subject::Saved(at) => {
                let summary = &at.full.post.summary;
                (summary.kind, Some(summary), address(&summary.id))
            }
            Subject::Unknown(Where::Post(id)) => (PostKind::Post, None, address(id)),
        };
        let title = fields.title.as_deref().filter(|title| !title.trim().is_empty());
        let title = title.unwrap_or("Untitled");
        let is_published = known.is_some_and(|summary| summary.status == Status::Published);
        let can_delete = matches!(subject, Subject::Saved(at) if at.rights.delete);
        Self {
            frame: match writer {
                Some(writer) => Frame::new(&settings.title, title, Place::Posts, writer),
                None => Frame::for_a_stranger(&settings.title, title),
            },
            heading: match (kind, known.is_some()) {
                (PostKind::Post, false) => "Write a post",
                (PostKind::Post, true) => "Edit a post",
                (PostKind::Page, false) => "Write a page",
                (PostKind::Page, true) => "Edit a page",
            },
            csrf: writer.map_or("", |writer| &writer.csrf),
            zone: &settings.timezone,
            state: state(subject, settings),
            buttons: buttons(subject, fields),
            is_open: match subject {
                Subject::New(..) | Subject::Unknown(_) => true,
                Subject::Saved(at) => at.rights.edit,
            },
            public: known.filter(|_| is_published).map(|summary| paths::post(&summary.slug)),
            preview: known.map(|_| format!("{address}preview/")),
            delete: known.filter(|_| can_delete).map(|_| format!("{address}delete/")),
            kind,
            address,
            fields,
            done: None,
            alarm: None,
            faults: Vec::new(),
            theirs: Vec::new(),
            token: match subject {
                Subject::Saved(at) => Some(at.token),
                Subject::New(..) | Subject::Unknown(_) => None,
            },
        }
    }

    /// The same, and what was just done.
    pub(super) fn done(mut self, done: Option<Done>) -> Self {
        self.done = done;
        self
    }

    /// The same, and what went wrong.
    pub(super) fn alarmed(mut self, alarm: Alarm) -> Self {
        self.alarm = Some(alarm);
        self
    }

    /// The same, and what is wrong with which field.
    pub(super) fn faulty(self, faults: Vec<Fault>) -> Self {
        let alarm = Alarm {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            title: "Nothing is saved yet",
            text: "Something in it will not do. What you wrote is still here.",
            way_out: None,
        };
        Self { faults, ..self.alarmed(alarm) }
    }

    /// The same beside what somebody else saved meanwhile.
    pub(super) fn against(mut self, theirs: &AtDesk) -> Self {
        let zone = theirs.settings.zone();
        let saved = Fields::of(&Edit::of(&theirs.full), 0, &zone);
        self.theirs = DIFFERENCES
            .iter()
            .filter(|(_, _, of)| {
                let typed = of(self.fields).map(|text| text.replace("\r\n", "\n"));
                typed.is_some_and(|typed| Some(typed.as_str()) != of(&saved))
            })
            .map(|(id, name, of)| Difference {
                id,
                name,
                value: of(&saved).unwrap_or_default().to_owned(),
            })
            .collect();
        self
    }

    /// The answer, with the status of what went wrong.
    pub(super) fn answer(&self) -> Result {
        let status = self.alarm.map_or(StatusCode::OK, |alarm| alarm.status);
        let mut response = (status, Html(self.render()?)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if let Some(token) = self.token {
            response.extensions_mut().insert(token);
        }
        Ok(response)
    }

    /// What is wrong with a field.
    fn fault(&self, field: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.field == field).map(|fault| fault.words.as_str())
    }

    /// Whether the page holds words that are saved nowhere.
    fn is_unsaved(&self) -> bool {
        self.alarm.is_some()
    }
}

/// Gives a field out of the others.
type Field = fn(&Fields) -> Option<&str>;

/// The fields that are compared, and what they are called.
const DIFFERENCES: [(&str, &str, Field); 8] = [
    ("title", "Title", |fields| fields.title.as_deref()),
    ("text", "Text", |fields| fields.text.as_deref()),
    ("slug", "Address", |fields| fields.slug.as_deref()),
    ("published_at", "Date", |fields| fields.published_at.as_deref()),
    ("tags", "Tags", |fields| fields.tags.as_deref()),
    ("excerpt", "Excerpt", |fields| fields.excerpt.as_deref()),
    ("feature_image", "Picture", |fields| fields.feature_image.as_deref()),
    ("feature_image_alt", "What the picture shows", |fields| fields.feature_image_alt.as_deref()),
];

fn state(subject: Subject<'_>, settings: &Settings) -> String {
    match subject {
        Subject::New(..) => "Not saved yet".to_owned(),
        Subject::Unknown(_) => "Not saved".to_owned(),
        Subject::Saved(at) => {
            let post = &at.full.post.summary;
            let (words, at) = list::standing(post.status, post.published_at, post.updated_at);
            format!("{words} {}", moment::in_words(at, &settings.zone()))
        }
    }
}

/// The buttons. The first is the one that the Enter key presses, so it shows readers nothing new.
fn buttons(subject: Subject<'_>, fields: &Fields) -> Vec<Button> {
    let button = |action, words, is_strong| Button { action, words, is_strong };
    let preview = button("preview", "Preview", false);
    let (status, rights) = match subject {
        Subject::New(_, rights) => (Status::Draft, rights),
        Subject::Saved(at) => (at.full.post.summary.status, at.rights),
        Subject::Unknown(_) => {
            let action = match fields.action.as_deref() {
                Some("publish") => "publish",
                Some("unpublish") => "unpublish",
                _ => "save",
            };
            return vec![button(action, "Try again", true)];
        }
    };
    let mut buttons = Vec::new();
    if rights.edit {
        let words = match status {
            Status::Draft => "Save draft",
            Status::Scheduled => "Save",
            Status::Published => "Update",
        };
        buttons.push(button("save", words, status != Status::Draft || !rights.publish));
    }
    if rights.edit && rights.publish {
        buttons.push(match status {
            Status::Draft => button("publish", "Publish", true),
            Status::Scheduled => button("unpublish", "Unschedule", false),
            Status::Published => button("unpublish", "Unpublish", false),
        });
    }
    if rights.edit {
        buttons.push(preview);
    }
    buttons
}
