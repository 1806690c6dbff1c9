//! `Server-Timing`: how long things took, for whoever debugs.
//!
//! Source: <https://www.w3.org/TR/server-timing/>.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Says how long a thing took, in milliseconds.
pub(crate) fn add(headers: &mut HeaderMap, what: &'static str, took: Duration) {
    let text = format!("{what};dur={:.3}", took.as_secs_f64() * 1000.0);
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(SERVER_TIMING, value);
    }
}
