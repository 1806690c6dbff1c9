//! The body of an answer: bytes that are stored, or a stream that passes through.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;

/// Any error of the service behind the cache.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer.
#[derive(Debug)]
pub enum ResponseBody {
    /// These bytes, which others may share; `None` once they are taken.
    Whole(Option<Bytes>),
    /// What comes.
    Stream(UnsyncBoxBody<Bytes, BoxError>),
}

impl ResponseBody {
    /// No bytes.
    #[must_use]
    pub const fn empty() -> Self {
        Self::Whole(None)
    }

    /// These bytes.
    #[must_use]
    pub fn whole(bytes: Bytes) -> Self {
        Self::Whole((!bytes.is_empty()).then_some(bytes))
    }

    /// What another body yields.
    pub fn stream<B>(body: B) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self::Stream(body.map_err(Into::into).boxed_unsync())
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_none(),
            Self::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Stream(body) => body.size_hint(),
        }
    }
}

/// What came of reading a body.
#[derive(Debug)]
pub enum Read {
    /// All of it.
    Whole(Bytes),
    /// It is too large, breaks off, or is not as long as it said: this is to be passed on, with all
    /// that was read of it so far.
    Unfit(ResponseBody),
}

/// Reads a body of at most `largest` bytes. One that said how long it is must be exactly that.
pub async fn read<B>(mut body: B, largest: u64, said: Option<u64>) -> Read
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    if said.is_some_and(|said| said > largest) {
        return Read::Unfit(ResponseBody::stream(body));
    }
    let mut parts: Vec<Bytes> = Vec::new();
    let mut length = 0_u64;
    while let Some(frame) = body.frame().await {
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) => {
                length += data.len() as u64;
                parts.push(data);
                if length > largest {
                    return Read::Unfit(ResponseBody::stream(Resumed { parts, error: None, body }));
                }
            }
            // Trailers are not stored (RFC 9110, section 6.5.1).
            Ok(Err(_)) => {}
            Err(error) => {
                let error = Some(error.into());
                return Read::Unfit(ResponseBody::stream(Resumed { parts, error, body }));
            }
        }
    }
    if said.is_some_and(|said| said != length) {
        return Read::Unfit(ResponseBody::stream(Resumed { parts, error: None, body }));
    }
    Read::Whole(join(parts))
}

fn join(mut parts: Vec<Bytes>) -> Bytes {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    parts.concat().into()
}

/// A body of which some was read: that first, then an error if one came, else the rest.
struct Resumed<B> {
    parts: Vec<Bytes>,
    error: Option<BoxError>,
    body: B,
}

impl<B> Body for Resumed<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if !self.parts.is_empty() {
            let data = join(std::mem::take(&mut self.parts));
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if let Some(error) = self.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let frame = Pin::new(&mut self.body).poll_frame(context);
        frame.map(|frame| frame.map(|frame| frame.map_err(Into::into)))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use http_body_util::StreamBody;

    use super::*;

    type Part = Result<Frame<Bytes>, BoxError>;

    fn body(parts: Vec<Part>) -> impl Body<Data = Bytes, Error = BoxError> + Send + Unpin {
        StreamBody::new(stream::iter(parts))
    }

    fn data(texts: &[&'static str]) -> Vec<Part> {
        let frame = |text: &&'static str| Ok(Frame::data(Bytes::from_static(text.as_bytes())));
        texts.iter().map(frame).collect()
    }

    async fn rest(read: Read) -> Result<Bytes, BoxError> {
        let Read::Unfit(body) = read else { panic!("it was stored") };
        body.collect().await.map(http_body_util::Collected::to_bytes)
    }

    #[tokio::test]
    async fn a_whole_body_is_read() {
        let read = read(body(data(&["ab", "c"])), 3, Some(3)).await;
        assert!(matches!(read, Read::Whole(bytes) if bytes == "abc"));
    }

    #[tokio::test]
    async fn a_large_body_passes_whole() {
        let parts = || body(data(&["ab", "cd", "e"]));
        assert_eq!(rest(read(parts(), 3, None).await).await.unwrap(), "abcde");
        assert_eq!(rest(read(parts(), 3, Some(5)).await).await.unwrap(), "abcde");
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_breaks_off_for_the_client() {
        let mut cut = data(&["ab"]);
        cut.push(Err("cut".into()));
        assert!(rest(read(body(cut), 9, None).await).await.is_err());
        assert_eq!(rest(read(body(data(&["ab"])), 9, Some(3)).await).await.unwrap(), "ab");
    }

    #[tokio::test]
    async fn stored_bytes_are_sent_once() {
        let body = ResponseBody::whole(Bytes::from_static(b"ab"));
        assert_eq!(body.size_hint().exact(), Some(2));
        assert_eq!(body.collect().await.unwrap().to_bytes(), "ab");
        assert!(ResponseBody::whole(Bytes::new()).is_end_stream());
        let stream = http_body_util::Full::new(Bytes::from_static(b"c"));
        let stream = ResponseBody::stream(stream.map_err(|never: Infallible| match never {}));
        assert_eq!(stream.collect().await.unwrap().to_bytes(), "c");
    }
}
