//! What the response cache keeps in the layered cache, and how it is written down for the layer that
//! all instances share: a short head, the fields line by line, then the bodies as they are.

use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::encoding::Coding;
use super::freshness::Freshness;
use super::stored::{Head, Stored, is_absent};
use super::vary::{Selected, Variants};
use crate::cache::{Admission, Class};

/// What stands behind a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// A response.
    Response(Box<Stored>),
    /// Several, by what a request says beside its target.
    Variants(Variants),
}

/// The class of what is kept.
#[derive(Debug)]
pub struct Responses;

impl Class for Responses {
    const NAME: &'static str = "response";
    const VERSION: u32 = 1;
    const COMPRESSIBLE: bool = false;
    type Value = Kept;

    fn weight(value: &Kept) -> usize {
        match value {
            Kept::Response(stored) => stored.weight(),
            Kept::Variants(variants) => variants.keys.iter().map(|key| key.len() + 24).sum(),
        }
    }

    fn is_negative(value: &Kept) -> bool {
        let Kept::Response(stored) = value else { return false };
        is_absent(stored.head.status)
    }

    fn admission(value: &Kept) -> Admission {
        match value {
            Kept::Response(stored) if stored.head.is_made_up => Admission::SecondSight,
            _ => Admission::FirstSight,
        }
    }

    fn encode(value: &Kept) -> Vec<u8> {
        let head = match value {
            Kept::Response(stored) => Written::Response(Box::new(WrittenHead::of(stored))),
            Kept::Variants(variants) => Written::Variants(variants.clone()),
        };
        let head = rmp_serde::to_vec(&head).expect("a head is data without a fault");
        let mut bytes = BytesMut::new();
        bytes.put_u32(u32::try_from(head.len()).unwrap_or(u32::MAX));
        bytes.extend_from_slice(&head);
        if let Kept::Response(stored) = value {
            write_fields(&mut bytes, &stored.head.headers);
            bytes.extend_from_slice(&stored.body);
            for (_, coded) in &stored.coded {
                bytes.extend_from_slice(coded);
            }
        }
        bytes.into()
    }

    fn decode(mut bytes: Bytes) -> Option<Kept> {
        let length = take(&mut bytes, 4)?;
        let length = u32::from_be_bytes(length.as_ref().try_into().ok()?);
        let head = take(&mut bytes, usize::try_from(length).ok()?)?;
        let head = match rmp_serde::from_slice(&head).ok()? {
            Written::Variants(variants) => return Some(Kept::Variants(variants)),
            Written::Response(head) => head,
        };
        let headers = read_fields(&take(&mut bytes, head.fields)?)?;
        let body = take(&mut bytes, head.body)?;
        let coded = head
            .coded
            .iter()
            .map(|(coding, length)| Some((*coding, take(&mut bytes, *length)?)))
            .collect::<Option<Vec<_>>>()?;
        if !bytes.is_empty() {
            return None;
        }
        let head = Head {
            status: StatusCode::from_u16(head.status).ok()?,
            headers,
            selected: head.selected,
            freshness: head.freshness,
            must_ask: head.must_ask,
            forbids_stale: head.forbids_stale,
            is_negotiated: head.is_negotiated,
            is_made_up: false,
        };
        Some(Kept::Response(Box::new(Stored::new(head, body, coded))))
    }
}

/// The head in its written form.
#[derive(Serialize, Deserialize)]
enum Written {
    Response(Box<WrittenHead>),
    Variants(Variants),
}

#[derive(Serialize, Deserialize)]
struct WrittenHead {
    status: u16,
    selected: Vec<Selected>,
    freshness: Freshness,
    must_ask: bool,
    forbids_stale: bool,
    is_negotiated: bool,
    /// How many bytes the fields take up.
    fields: usize,
    body: usize,
    coded: Vec<(Coding, usize)>,
}

impl WrittenHead {
    fn of(stored: &Stored) -> Self {
        let head = &stored.head;
        Self {
            status: head.status.as_u16(),
            selected: head.selected.clone(),
            freshness: head.freshness,
            must_ask: head.must_ask,
            forbids_stale: head.forbids_stale,
            is_negotiated: head.is_negotiated,
            fields: head.headers.iter().map(|(name, value)| line_length(name, value)).sum(),
            body: stored.body.len(),
            coded: stored.coded.iter().map(|(coding, bytes)| (*coding, bytes.len())).collect(),
        }
    }
}

/// The first bytes of a text; `None` where it has fewer.
fn take(bytes: &mut Bytes, length: usize) -> Option<Bytes> {
    (length <= bytes.len()).then(|| bytes.split_to(length))
}

/// A field is `name:value` and a line feed, which stands in no value.
fn write_fields(bytes: &mut BytesMut, headers: &HeaderMap) {
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.put_u8(b':');
        bytes.extend_from_slice(value.as_bytes());
        bytes.put_u8(b'\n');
    }
}

fn line_length(name: &HeaderName, value: &HeaderValue) -> usize {
    name.as_str().len() + value.len() + 2
}

fn read_fields(text: &Bytes) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let mut start = 0;
    while start < text.len() {
        let end = start + text[start..].iter().position(|&b| b == b'\n')?;
        let colon = start + text[start..end].iter().position(|&b| b == b':')?;
        let name = HeaderName::from_bytes(&text[start..colon]).ok()?;
        let value = HeaderValue::from_maybe_shared(text.slice(colon + 1..end)).ok()?;
        headers.try_append(name, value).ok()?;
        start = end + 1;
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::header::{CONTENT_TYPE, ETAG, VARY};
    use proptest::prelude::*;

    use super::*;
    use crate::clock::Timestamp;

    fn response() -> Kept {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
        headers.insert(ETAG, HeaderValue::from_static("\"a\""));
        headers.append(VARY, HeaderValue::from_static("foo"));
        headers.append(VARY, HeaderValue::from_static("bar"));
        headers.insert("x-obs", HeaderValue::from_bytes(b"a: \xff").unwrap());
        let seconds = Duration::from_secs;
        let head = Head {
            status: StatusCode::OK,
            headers,
            selected: vec![
                Selected { name: "foo".to_owned(), value: Some(vec![1, 200]) },
                Selected { name: "bar".to_owned(), value: None },
            ],
            freshness: Freshness {
                lifetime: seconds(60),
                is_heuristic: false,
                initial_age: seconds(1),
                received: Timestamp(5),
                stale_while_revalidate: seconds(2),
                stale_if_error: seconds(3),
            },
            must_ask: false,
            forbids_stale: true,
            is_negotiated: true,
            is_made_up: false,
        };
        let coded = vec![(Coding::Brotli, Bytes::from_static(b"br"))];
        Kept::Response(Box::new(Stored::new(head, Bytes::from_static(b"plain"), coded)))
    }

    #[test]
    fn what_is_written_is_read() {
        let mut variants = Variants::new(7);
        assert_eq!(variants.put("key".to_owned()), None);
        for kept in [response(), Kept::Variants(variants)] {
            assert_eq!(Responses::decode(Responses::encode(&kept).into()), Some(kept));
        }
    }

    #[test]
    fn the_body_is_a_slice_of_what_was_read() {
        let bytes = Bytes::from(Responses::encode(&response()));
        let Some(Kept::Response(stored)) = Responses::decode(bytes.clone()) else { panic!() };
        assert!(bytes.as_ptr_range().contains(&stored.body.as_ptr()));
    }

    proptest! {
        #[test]
        fn a_damaged_text_is_no_response(at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
            let mut bytes = Responses::encode(&response());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = Responses::decode(bytes.clone().into());
            bytes.truncate(cut.index(bytes.len()));
            prop_assert_eq!(Responses::decode(bytes.into()), None);
        }

        #[test]
        fn any_text_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Responses::decode(bytes.into());
        }
    }
}
