//! AWS Signature Version 4: proves to AWS who sends a request, without sending the key.
//!
//! Source: *Signature Version 4 signing process*, AWS General Reference. It is written here because
//! it is one page, and an SDK is a hundred crates.

use bytes::Bytes;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderName, HeaderValue, Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::Secret;
use crate::clock::Timestamp;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Everything but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same in a path, whose slashes stay.
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// Who signs.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The name of the key; it is sent.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: Secret,
    /// What belongs to keys that are lent for a time; empty for others.
    pub session_token: Secret,
}

/// What the signature is good for, beside its day.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// `us-east-1`
    pub region: &'a str,
    /// `cloudfront`
    pub service: &'a str,
}

/// Adds `Host`, `X-Amz-Date`, the session token and `Authorization`. Every header that the request
/// has is signed; none may be added or changed afterwards.
///
/// # Errors
/// The address names no host, or a credential is no text that a header can hold.
pub fn sign(
    request: &mut Request<Bytes>,
    credentials: &Credentials,
    scope: Scope<'_>,
    at: Timestamp,
) -> Result<(), http::Error> {
    let moment = at.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string();
    let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::try_from(host)?);
    headers.insert(DATE, HeaderValue::try_from(&moment)?);
    if !credentials.session_token.is_empty() {
        headers.insert(TOKEN, hidden(credentials.session_token.reveal())?);
    }
    let (canonical, signed_headers) = canonical_request(request);
    let day = &moment[..8];
    let scope_words = format!("{day}/{}/{}/aws4_request", scope.region, scope.service);
    let to_sign = format!(
        "{ALGORITHM}\n{moment}\n{scope_words}\n{}",
        HEXLOWER.encode(&Sha256::digest(canonical))
    );
    let key = signing_key(credentials.secret_access_key.reveal(), day, scope);
    let signature = HEXLOWER.encode(&hmac(&key, &to_sign));
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope_words}, SignedHeaders={signed_headers}, Signature={signature}",
        credentials.access_key_id
    );
    request.headers_mut().insert(header::AUTHORIZATION, hidden(&authorization)?);
    Ok(())
}

/// A value that `Debug` does not show.
fn hidden(value: &str) -> Result<HeaderValue, http::Error> {
    let mut value = HeaderValue::try_from(value)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The request in the one form that both sides hash, and the names of its headers.
fn canonical_request(request: &Request<Bytes>) -> (String, String) {
    let mut headers: Vec<(&str, String)> =
        request.headers().iter().map(|(name, value)| (name.as_str(), trimmed(value))).collect();
    headers.sort();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let fields: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    let fields = fields.join("\n");
    let path = utf8_percent_encode(request.uri().path(), ENCODED_IN_PATH);
    let query = canonical_query(request.uri().query().unwrap_or_default());
    let body = HEXLOWER.encode(&Sha256::digest(request.body()));
    (format!("{}\n{path}\n{query}\n{fields}\n\n{names}\n{body}", request.method()), names)
}

/// A value without blanks around it, and with single ones in it.
fn trimmed(value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn canonical_query(query: &str) -> String {
    let encode = |text: &str| {
        let text = percent_decode_str(text).decode_utf8_lossy();
        utf8_percent_encode(&text, ENCODED).to_string()
    };
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
        .collect();
    pairs.sort();
    pairs.join("&")
}

fn signing_key(secret: &str, day: &str, scope: Scope<'_>) -> [u8; 32] {
    let mut key = hmac(format!("AWS4{secret}").as_bytes(), day);
    for part in [scope.region, scope.service, "aws4_request"] {
        key = hmac(&key, part);
    }
    key
}

fn hmac(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key may have any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    // The published examples all use these: the test suite of Signature Version 4, and the example
    // `ListUsers` of the General Reference.
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    /// 2015-08-30T12:36:00Z
    const AT: Timestamp = Timestamp(1_440_938_160_000_000);

    fn signed(method: Method, uri: &str, content_type: Option<&str>, service: &str) -> String {
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(value) = content_type {
            request = request.header(header::CONTENT_TYPE, value);
        }
        let mut request = request.body(Bytes::new()).unwrap();
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Secret::new(SECRET),
            session_token: Secret::default(),
        };
        sign(&mut request, &credentials, Scope { region: "us-east-1", service }, AT).unwrap();
        request.headers()[header::AUTHORIZATION].to_str().unwrap().to_owned()
    }

    #[test]
    fn the_published_examples_come_out() {
        for (method, uri, content_type, service, signed_headers, signature) in [
            (
                Method::GET,
                "https://example.amazonaws.com/",
                None,
                "service",
                "host;x-amz-date",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                Method::POST,
                "https://example.amazonaws.com/",
                None,
                "service",
                "host;x-amz-date",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                Method::GET,
                "https://iam.amazonaws.com/?Version=2010-05-08&Action=ListUsers",
                Some("application/x-www-form-urlencoded; charset=utf-8"),
                "iam",
                "content-type;host;x-amz-date",
                "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            ),
        ] {
            assert_eq!(
                signed(method, uri, content_type, service),
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request, \
                     SignedHeaders={signed_headers}, Signature={signature}"
                ),
                "{uri}"
            );
        }
    }

    #[test]
    fn the_published_key_comes_out() {
        let key = signing_key(SECRET, "20150830", Scope { region: "us-east-1", service: "iam" });
        assert_eq!(
            HEXLOWER.encode(&key),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
    }
}
