//! What a receiver is told: the body of a request, and what signs it.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::domain::{EventKind, Timestamp};

/// The body: the event, and of what it happened to how it is and what it was. `current` is an empty object
/// where it is gone.
pub(super) fn body(kind: EventKind, current: Option<Value>, previous: &Value) -> String {
    let mut body = Map::new();
    body.insert("event".to_owned(), kind.to_string().into());
    if let Some(subject) = kind.subject() {
        let current = current.unwrap_or_else(|| json!({}));
        body.insert(subject.to_owned(), json!({ "current": current, "previous": previous }));
    }
    Value::Object(body).to_string()
}

/// The value of `X-Ghost-Signature`: an HMAC over the body and, behind it, the milliseconds since the Unix
/// epoch in decimal digits. The key is the secret as it was written.
pub(super) fn signature(secret: &str, body: &str, at: Timestamp) -> String {
    let milliseconds = at.0.div_euclid(1000).to_string();
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key may have any length");
    mac.update(body.as_bytes());
    mac.update(milliseconds.as_bytes());
    format!("sha256={}, t={milliseconds}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_says_what_happened_to_what() {
        let of =
            |name: &str, current| body(name.parse().unwrap(), current, &json!({ "title": "Old" }));
        assert_eq!(of("site.changed", None), r#"{"event":"site.changed"}"#);
        assert_eq!(
            of("page.edited", Some(json!({ "title": "New" }))),
            r#"{"event":"page.edited","page":{"current":{"title":"New"},"previous":{"title":"Old"}}}"#
        );
        assert_eq!(
            of("tag.deleted", None),
            r#"{"event":"tag.deleted","tag":{"current":{},"previous":{"title":"Old"}}}"#
        );
    }

    /// The digest is what `openssl dgst -sha256 -hmac` says of the same bytes.
    #[test]
    fn a_signature_is_over_the_body_and_the_time() {
        let signed =
            signature("secret", r#"{"event":"site.changed"}"#, Timestamp(1_700_000_000_123_999));
        assert_eq!(
            signed,
            "sha256=20869bc164e61a51e2b71e40d81ad9395b7b312f975f7a3ea9bd5e5793c0ef4a, t=1700000000123"
        );
    }
}
