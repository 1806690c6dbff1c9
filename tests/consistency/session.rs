//! A session: somebody with cookies, like a browser, who asks whom they like.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::Full;
use tokio::time::timeout;

use crate::support::reader::{Answer, Reader};

/// No answer may take longer: somebody who waits would have left.
pub const BEARABLE: Duration = Duration::from_secs(20);

/// Somebody who asks.
pub struct Session {
    reader: Reader,
    cookies: BTreeMap<String, String>,
    /// What a browser calls the origin of a form.
    origin: String,
}

impl Session {
    /// Somebody without a cookie, with connections of their own.
    pub fn new() -> Self {
        Self::at("")
    }

    /// The same of somebody who stands on a page of this origin.
    pub fn at(origin: &str) -> Self {
        Self { reader: Reader::new(), cookies: BTreeMap::new(), origin: origin.to_owned() }
    }

    /// The token that it carries as a writer; empty where it carries none.
    pub fn token(&self) -> &str {
        self.cookies.get("masthead_token").map_or("", String::as_str)
    }

    /// Asks for an address.
    pub async fn get(&mut self, url: &str) -> Option<Answer> {
        self.send(Method::GET, url, None).await
    }

    /// Sends the fields of a form.
    pub async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, url, Some(form)).await
    }

    async fn send(&mut self, method: Method, url: &str, form: Option<String>) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(url);
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(header::COOKIE, pairs.collect::<Vec<_>>().join("; "));
        }
        if form.is_some() {
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ORIGIN, &self.origin);
        }
        let body = form.map_or_else(Bytes::new, Bytes::from);
        let request = request.body(Full::new(body)).unwrap();
        let answer = timeout(BEARABLE, self.reader.send(request)).await.ok()??;
        self.keep_cookies(&answer.headers);
        Some(answer)
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for field in headers.get_all(header::SET_COOKIE) {
            let Ok(field) = field.to_str() else { continue };
            let mut parts = field.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let is_over = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
            if is_over || value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
