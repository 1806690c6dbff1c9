//! A file that comes in: bounded while it is read, then checked, cleaned and named.

use std::path::Path;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{Stream, StreamExt};
use tokio::io::AsyncReadExt;

use super::file_type::{FileType, Kind};
use super::inspect::{InspectError, pixel_size};
use super::name::StoredName;
use super::store::{Store, StoreError};
use super::svg::{self, InvalidSvg};
use crate::domain::{Media, MediaId, Timestamp};

/// How much may come in, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest picture.
    pub picture: u64,
    /// The largest file of any other type. An upload is held in memory until it is stored.
    pub other: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { picture: 20 * 1024 * 1024, other: 100 * 1024 * 1024 }
    }
}

impl Limits {
    fn for_kind(&self, kind: Kind) -> u64 {
        if kind.is_picture() { self.picture } else { self.other }
    }

    /// The most that may be read before the type is known.
    fn most(&self) -> u64 {
        self.picture.max(self.other)
    }
}

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// It is larger than a file of its type may be.
    #[error("the file is larger than {} MB", limit / 1_048_576)]
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Its bytes are of no type that the store takes.
    #[error("files of this type are not taken")]
    UnknownType,
    /// It is a picture that cannot be used.
    #[error(transparent)]
    Picture(#[from] InspectError),
    /// It is a drawing that cannot be read.
    #[error(transparent)]
    Drawing(#[from] InvalidSvg),
    /// It could not be read to its end.
    #[error("the file could not be read: {0}")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A file that may be stored.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The name that it will have.
    pub name: StoredName,
    /// The name that it came with.
    pub original_name: String,
    /// Its type.
    pub file_type: &'static FileType,
    /// Width and height in pixels, where they are known.
    pub size: Option<(u32, u32)>,
    /// What will be stored; a drawing is cleaned already.
    pub bytes: Bytes,
    /// Whether there were scripts in a drawing before that.
    pub held_scripts: bool,
}

impl Upload {
    /// Checks, cleans and names a file that is in memory. Takes as long as reading the bytes a
    /// few times over: on an async task, call it in `spawn_blocking`.
    pub fn new(original_name: &str, bytes: Bytes, limits: &Limits) -> Result<Self, UploadError> {
        if bytes.is_empty() {
            return Err(UploadError::Empty);
        }
        let file_type = FileType::sniff(&bytes, original_name).ok_or(UploadError::UnknownType)?;
        let limit = limits.for_kind(file_type.kind);
        if bytes.len() as u64 > limit {
            return Err(UploadError::TooLarge { limit });
        }
        let is_drawing = file_type.kind == Kind::Vector;
        let held_scripts = is_drawing && svg::holds_scripts(&bytes);
        let bytes = if is_drawing { Bytes::from(svg::clean(&bytes)?) } else { bytes };
        let size = pixel_size(&bytes, file_type)?;
        let name = StoredName::new(original_name, &bytes, file_type);
        let original_name = original_name.to_owned();
        Ok(Self { name, original_name, file_type, size, bytes, held_scripts })
    }

    /// Reads a file of this machine. One that is too large is refused by its length, unread.
    pub async fn from_file(path: &Path, limits: &Limits) -> Result<Self, UploadError> {
        let read = |e: std::io::Error| UploadError::Read(Box::new(e));
        let file = tokio::fs::File::open(path).await.map_err(read)?;
        let length = file.metadata().await.map_err(read)?.len();
        let limit = limits.most();
        if length > limit {
            return Err(UploadError::TooLarge { limit });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        // The file may grow while it is read.
        let count = file.take(limit + 1).read_to_end(&mut bytes).await.map_err(read)?;
        if count as u64 > limit {
            return Err(UploadError::TooLarge { limit });
        }
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Self::checked_aside(name, bytes.into(), *limits).await
    }

    /// Reads the body of a request. `declared` is its `Content-Length`: one that is too large is
    /// refused before the first byte, and one that lies as soon as it passes the limit.
    pub async fn from_stream<E>(
        original_name: &str,
        declared: Option<u64>,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
        limits: &Limits,
    ) -> Result<Self, UploadError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limit = limits.most();
        if declared.is_some_and(|length| length > limit) {
            return Err(UploadError::TooLarge { limit });
        }
        let mut bytes = BytesMut::new();
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|e| UploadError::Read(e.into()))?;
            if (bytes.len() + piece.len()) as u64 > limit {
                return Err(UploadError::TooLarge { limit });
            }
            bytes.extend_from_slice(&piece);
        }
        Self::checked_aside(original_name.to_owned(), bytes.freeze(), *limits).await
    }

    /// [`Upload::new`] on a thread where it holds up no other task.
    async fn checked_aside(
        original_name: String,
        bytes: Bytes,
        limits: Limits,
    ) -> Result<Self, UploadError> {
        tokio::task::spawn_blocking(move || Self::new(&original_name, bytes, &limits))
            .await
            .map_err(|e| UploadError::Read(Box::new(e)))?
    }

    /// Puts the bytes into the store. The same file twice is one file.
    pub async fn store(&self, store: &Store) -> Result<(), StoreError> {
        store.put(self.name.as_str(), self.bytes.clone()).await
    }

    /// What the site remembers of the file. The id follows from the name, so that the same file
    /// twice is one file here too.
    #[must_use]
    pub fn media(&self, created_at: Timestamp) -> Media {
        let side = |pixels: u32| i32::try_from(pixels).ok();
        Media {
            id: MediaId::derived(self.name.as_str()),
            path: self.name.to_string(),
            name: self.original_name.clone(),
            content_type: self.file_type.content_type.to_owned(),
            size: i64::try_from(self.bytes.len()).unwrap_or(i64::MAX),
            width: self.size.and_then(|(width, _)| side(width)),
            height: self.size.and_then(|(_, height)| side(height)),
            created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;
    use crate::media::testing;

    #[test]
    fn a_picture_is_named_and_measured() {
        let png = Bytes::from(testing::png(30, 20));
        let upload = Upload::new("My Photo.jpeg", png.clone(), &Limits::default()).unwrap();
        let media = upload.media(Timestamp(5));
        assert!(media.path.starts_with("my-photo-"), "{}", media.path);
        assert_eq!(upload.name.file_type().extension, "png");
        assert_eq!((media.width, media.height), (Some(30), Some(20)));
        assert_eq!(media.content_type, "image/png");
        assert_eq!(upload.bytes, png);
        let again = Upload::new("My Photo.jpeg", png, &Limits::default()).unwrap();
        assert_eq!(again.media(Timestamp(5)), media);
    }

    #[test]
    fn a_drawing_is_stored_clean() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"3\">\
                   <script>alert(1)</script><path d=\"M0 0\"/></svg>";
        let upload = Upload::new("x.svg", svg.into(), &Limits::default()).unwrap();
        assert!(!upload.bytes.windows(5).any(|w| w == b"alert"));
        assert_eq!(upload.size, Some((4, 3)));
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let limits = Limits { picture: 100, other: 200 };
        let refuse = |bytes: Vec<u8>| Upload::new("x", bytes.into(), &limits).unwrap_err();
        assert!(matches!(refuse(vec![]), UploadError::Empty));
        assert!(matches!(refuse(vec![0, 1, 2]), UploadError::UnknownType));
        assert!(matches!(refuse(vec![b'a'; 201]), UploadError::TooLarge { limit: 200 }));
        let large_png = testing::noise_png(30, 30);
        assert!(matches!(refuse(large_png), UploadError::TooLarge { limit: 100 }));
        assert!(matches!(refuse(b"<math></math>".to_vec()), UploadError::UnknownType));
        assert!(matches!(refuse(b"<svg><unclosed>".to_vec()), UploadError::Drawing(_)));
        assert!(matches!(refuse(b"\x89PNG\r\n\x1a\n".to_vec()), UploadError::Picture(_)));
    }

    #[tokio::test]
    async fn two_gigabytes_are_refused_unread() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.png");
        std::fs::File::create(&path).unwrap().set_len(2 << 30).unwrap();
        let refused = Upload::from_file(&path, &Limits::default()).await.unwrap_err();
        assert!(matches!(refused, UploadError::TooLarge { .. }));

        let untouched =
            stream::poll_fn(|_| -> std::task::Poll<Option<Result<Bytes, Infallible>>> {
                panic!("the body must not be read")
            });
        let refused = Upload::from_stream("x", Some(2 << 30), untouched, &Limits::default()).await;
        assert!(matches!(refused, Err(UploadError::TooLarge { .. })));
    }

    #[tokio::test]
    async fn an_endless_body_is_read_only_to_the_limit() {
        let limits = Limits { picture: 1000, other: 1000 };
        let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b'a'; 64])));
        let refused = Upload::from_stream("x", None, endless, &limits).await;
        assert!(matches!(refused, Err(UploadError::TooLarge { limit: 1000 })));
    }

    #[tokio::test]
    async fn a_body_in_pieces_is_one_file() {
        let pieces = ["just ", "words"].map(|p| Ok::<_, Infallible>(Bytes::from(p)));
        let upload =
            Upload::from_stream("a.txt", None, stream::iter(pieces), &Limits::default()).await;
        assert_eq!(&upload.unwrap().bytes[..], b"just words");
    }
}
