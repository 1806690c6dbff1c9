//! Files that programs bring along: pictures, sound and film, and whatever else the store takes.

use std::sync::Arc;

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRef, FromRequest, Request, State};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::Result;
use super::auth::Integration;
use super::written::Written;
use crate::content_clock::Token;
use crate::media::UploadError;
use crate::services::ServiceError;
use crate::services::media::{MediaLibrary, Purpose, Received};
use crate::web::AppState;
use crate::web::api::description::Operation;
use crate::web::api::error::{ApiError, Doing, Kind};

/// The most parts of a form.
const MAX_PARTS: usize = 8;
/// The longest text in one of them, in bytes (Ghost's limit of a `ref`).
const MAX_TEXT: usize = 2_000;

pub(super) async fn image(_: Integration, State(desk): State<Desk>, form: Form) -> Result {
    const DOING: Doing = Doing::Upload("image");
    let sent = desk.receive(form, DOING).await?;
    let purpose = match sent.purpose.as_deref() {
        None | Some("image") => Purpose::Image,
        Some("profile_image") => Purpose::ProfileImage,
        Some("icon") => Purpose::Icon,
        Some(_) => return Err(DOING.refuses("purpose", "enum")),
    };
    desk.keep(sent, "images", purpose, DOING).await
}

pub(super) async fn media(_: Integration, State(desk): State<Desk>, form: Form) -> Result {
    const DOING: Doing = Doing::Upload("media");
    let sent = desk.receive(form, DOING).await?;
    desk.keep(sent, "media", Purpose::Media, DOING).await
}

pub(super) async fn file(_: Integration, State(desk): State<Desk>, form: Form) -> Result {
    const DOING: Doing = Doing::Upload("file");
    let sent = desk.receive(form, DOING).await?;
    desk.keep(sent, "files", Purpose::File, DOING).await
}

/// A form as it comes (RFC 7578).
pub(super) struct Form(Multipart);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let form = Multipart::from_request(request, state).await;
        form.map(Self)
            .map_err(|_| ApiError::new(Kind::BadRequest, "The body is no form with files"))
    }
}

/// What came in a form.
struct Sent {
    file: Received,
    thumbnail: Option<Received>,
    purpose: Option<String>,
    /// What the client knows the file by; it gets it back.
    reference: Option<String>,
}

/// A file that was taken in.
#[derive(Clone, Serialize, JsonSchema)]
struct KeptFile {
    /// Where it is. What is there never changes.
    url: String,
    /// What the client said it knows it by.
    #[serde(rename = "ref")]
    reference: Option<String>,
}

/// Sound or film that was taken in.
#[derive(Serialize, JsonSchema)]
struct KeptMedia {
    /// The picture that came along.
    thumbnail_url: Option<String>,
    #[serde(flatten)]
    file: KeptFile,
}

/// A form with a file, for the description; [`Desk::receive`] reads it, part by part.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is described, and read by another way")]
struct Upload {
    /// The file. It is known by its bytes, whatever its name is.
    #[schemars(extend("format" = "binary"))]
    file: String,
    /// What a picture is for: one of a person is square, and so is an icon.
    #[schemars(extend("enum" = ["image", "profile_image", "icon"]))]
    purpose: Option<String>,
    /// What the client knows the file by; it gets it back.
    #[serde(rename = "ref")]
    #[schemars(length(max = 2000))]
    reference: Option<String>,
    /// A picture that stands for sound or film.
    #[schemars(extend("format" = "binary"))]
    thumbnail: Option<String>,
}

/// Where files are taken in.
#[derive(Clone)]
pub(super) struct Desk {
    library: MediaLibrary,
    base_url: Arc<str>,
}

impl FromRef<AppState> for Desk {
    fn from_ref(state: &AppState) -> Self {
        Self { library: state.library.clone(), base_url: state.base_url.clone() }
    }
}

impl Desk {
    async fn receive(&self, Form(mut form): Form, doing: Doing) -> Result<Sent> {
        let (mut file, mut thumbnail) = (None, None);
        let (mut purpose, mut reference) = (None, None);
        let mut parts = 0;
        while let Some(part) = form.next_field().await.map_err(|error| unread(doing, &error))? {
            parts += 1;
            if parts > MAX_PARTS {
                return Err(doing.fails(Kind::BadRequest, "The form has too many parts."));
            }
            match part.name().unwrap_or_default() {
                "file" if file.is_none() => file = Some(self.read(part, doing).await?),
                "thumbnail" if thumbnail.is_none() => {
                    thumbnail = Some(self.read(part, doing).await?);
                }
                "purpose" => purpose = Some(text(part, "purpose", doing).await?),
                "ref" => reference = Some(text(part, "ref", doing).await?),
                _ => {}
            }
        }
        let file = file.ok_or_else(|| doing.refuses("file", "required"))?;
        Ok(Sent { file, thumbnail, purpose, reference })
    }

    async fn read(&self, part: Field<'_>, doing: Doing) -> Result<Received> {
        let name = part.file_name().unwrap_or("file").to_owned();
        let received = self.library.receive(&name, part).await;
        received.map_err(|error| refused(doing, error))
    }

    async fn keep(&self, sent: Sent, list: &'static str, purpose: Purpose, doing: Doing) -> Result {
        let thumbnail_url = match sent.thumbnail {
            Some(picture) if purpose == Purpose::Media => {
                Some(self.store(picture, Purpose::Image, doing).await?.0)
            }
            _ => None,
        };
        let (url, token) = self.store(sent.file, purpose, doing).await?;
        let file = KeptFile { url, reference: sent.reference };
        let row = if purpose == Purpose::Media {
            json!(KeptMedia { thumbnail_url, file })
        } else {
            json!(file)
        };
        Ok(Written::one(StatusCode::CREATED, list, &row).owing(token).done())
    }

    /// Keeps a file, and gives its address.
    async fn store(
        &self,
        file: Received,
        purpose: Purpose,
        doing: Doing,
    ) -> Result<(String, Token)> {
        let kept = self.library.keep(file, purpose).await;
        let kept = kept.map_err(|error| refused(doing, error))?;
        Ok((format!("{}{}", self.base_url, kept.value), kept.token))
    }
}

async fn text(mut part: Field<'_>, name: &'static str, doing: Doing) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|error| unread(doing, &error))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_TEXT {
            return Err(doing.refuses(name, "maxLength"));
        }
    }
    String::from_utf8(bytes).map_err(|_| doing.refuses(name, "format"))
}

/// A form that ends in the middle, or is none.
fn unread(doing: Doing, error: &MultipartError) -> ApiError {
    doing.fails(Kind::BadRequest, format!("The form could not be read: {error}."))
}

fn refused(doing: Doing, error: ServiceError) -> ApiError {
    let error = match error {
        ServiceError::Media(error) => error,
        ServiceError::Invalid { field, reason } => {
            return doing.fails(Kind::Validation, format!("The file {reason}.")).of(field);
        }
        error => return doing.failed(&error),
    };
    let kind = match &error {
        UploadError::TooLarge { .. } => Kind::TooLarge,
        UploadError::UnknownType | UploadError::Drawing(_) => Kind::UnsupportedMedia,
        UploadError::Empty | UploadError::Picture(_) => Kind::Validation,
        UploadError::Read(_) => Kind::BadRequest,
    };
    doing.fails(kind, format!("{error}.")).of("file")
}

pub(super) fn operations() -> Vec<Operation> {
    let url = "https://example.org/content/images/harbour-3e914a6631ba.jpg".to_owned();
    let file = KeptFile { url, reference: None };
    let post = |path, summary| Operation::post(path, summary).takes_form::<Upload>();
    let media = KeptMedia { thumbnail_url: None, file: file.clone() };
    vec![
        post("/admin/images/upload/", "Take in a picture").keeps("images", &file),
        post("/admin/files/upload/", "Take in a file").keeps("files", &file),
        post("/admin/media/upload/", "Take in sound or film").keeps("media", &media),
    ]
}
