//! Tokens of the Admin API: JSON Web Tokens (RFC 7519) that an integration signs with the secret of its key,
//! by HMAC with SHA-256 and by nothing else.
//!
//! A token that names another algorithm is refused before anything of it is believed, and so is one that
//! is older than five minutes, whatever it says of its end.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use crate::domain::Timestamp;

/// No token is half as long.
const MAX_LENGTH: usize = 4_096;
/// Seconds for which a token is good.
const LIFETIME: i64 = 300;
/// Seconds by which clocks may differ.
const LEEWAY: i64 = 10;

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is none.
    NoToken,
    /// It does not say which key signed it.
    NoKey,
    /// It is one, and does not hold; for this reason.
    Invalid(&'static str),
}

/// A token of which nothing is believed yet but which key it names.
#[derive(Debug)]
pub(super) struct Unverified<'a> {
    /// What was signed.
    signed: &'a str,
    signature: Vec<u8>,
    /// The id of the key.
    pub(super) key: String,
    algorithm: String,
    claims: Claims,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: Option<String>,
    kid: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iat: Option<i64>,
    exp: Option<i64>,
    aud: Option<Audience>,
}

/// One, or a list (RFC 7519, section 4.1.3).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl<'a> Unverified<'a> {
    /// Reads a token in its compact form.
    pub(super) fn read(token: &'a str) -> Result<Self, Refusal> {
        if token.len() > MAX_LENGTH {
            return Err(Refusal::NoToken);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::NoToken)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::NoToken)?;
        let decoded = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes());
        let signature = decoded(signature).map_err(|_| Refusal::NoToken)?;
        let header: Header = json(decoded(header).ok())?;
        let claims: Claims = json(decoded(claims).ok())?;
        Ok(Self {
            signed,
            signature,
            key: header.kid.filter(|key| !key.is_empty()).ok_or(Refusal::NoKey)?,
            algorithm: header.alg.unwrap_or_default(),
            claims,
        })
    }

    /// Whether it was signed with a secret, for us, and not long ago.
    pub(super) fn verify(&self, secret: &str, now: Timestamp) -> Result<(), Refusal> {
        if self.algorithm != "HS256" {
            return Err(Refusal::Invalid("the algorithm is not HS256"));
        }
        let secret = HEXLOWER_PERMISSIVE.decode(secret.as_bytes());
        let secret = secret.map_err(|_| Refusal::Invalid("the key is none"))?;
        let mac = Hmac::<Sha256>::new_from_slice(&secret);
        let mut mac = mac.expect("HMAC takes a key of any length");
        mac.update(self.signed.as_bytes());
        // In the same time, however much of it is right.
        mac.verify_slice(&self.signature).map_err(|_| Refusal::Invalid("invalid signature"))?;
        self.claims.hold(now.as_seconds())
    }
}

impl Claims {
    fn hold(&self, now: i64) -> Result<(), Refusal> {
        let expires = self.exp.ok_or(Refusal::Invalid("exp is missing"))?;
        if now >= expires.saturating_add(LEEWAY) {
            return Err(Refusal::Invalid("jwt expired"));
        }
        let issued = self.iat.ok_or(Refusal::Invalid("iat is missing"))?;
        if now >= issued.saturating_add(LIFETIME + LEEWAY) {
            return Err(Refusal::Invalid("maxAge exceeded"));
        }
        if issued > now.saturating_add(LEEWAY) {
            return Err(Refusal::Invalid("jwt not active"));
        }
        let is_ours = match &self.aud {
            Some(Audience::One(audience)) => is_ours(audience),
            Some(Audience::Several(audiences)) => audiences.iter().any(|one| is_ours(one)),
            None => false,
        };
        if is_ours { Ok(()) } else { Err(Refusal::Invalid("jwt audience invalid")) }
    }
}

/// `/admin/`, with or without its slashes, and with whatever version stands before it.
fn is_ours(audience: &str) -> bool {
    audience.strip_suffix('/').unwrap_or(audience).ends_with("admin")
}

fn json<T: serde::de::DeserializeOwned>(bytes: Option<Vec<u8>>) -> Result<T, Refusal> {
    let bytes = bytes.ok_or(Refusal::NoToken)?;
    serde_json::from_slice(&bytes).map_err(|_| Refusal::NoToken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const SECRET: &str = "00ff10";
    const NOW: i64 = 1_777_636_800;

    fn signed(header: &Value, claims: &Value, secret: &str) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let secret = HEXLOWER_PERMISSIVE.decode(secret.as_bytes()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
    }

    fn verdict(token: &str) -> Result<String, Refusal> {
        let token = Unverified::read(token)?;
        token.verify(SECRET, Timestamp(NOW * 1_000_000))?;
        Ok(token.key)
    }

    fn header() -> Value {
        json!({ "alg": "HS256", "typ": "JWT", "kid": "k1" })
    }

    fn claims() -> Value {
        json!({ "iat": NOW, "exp": NOW + 300, "aud": "/admin/" })
    }

    #[test]
    fn a_token_that_holds_names_its_key() {
        assert_eq!(verdict(&signed(&header(), &claims(), SECRET)), Ok("k1".to_owned()));
        for audience in ["/admin/", "admin", "/v3/admin/", "/admin"] {
            let claims = json!({ "iat": NOW, "exp": NOW + 300, "aud": audience });
            assert!(verdict(&signed(&header(), &claims, SECRET)).is_ok(), "{audience}");
        }
        // Clocks differ a little, and a token may say that it is good for longer than it is.
        for (issued, expires) in
            [(NOW + 9, NOW + 309), (NOW - 300, NOW + 300), (NOW - 305, NOW - 5)]
        {
            let claims = json!({ "iat": issued, "exp": expires, "aud": ["x", "/admin/"] });
            assert!(verdict(&signed(&header(), &claims, SECRET)).is_ok(), "{issued}");
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        let long = "a".repeat(10_000);
        for token in ["", ".", "..", "a.b", "a.b.c", "e30.e30", &long, "e30.e30.!", "\u{e9}.a.b"] {
            assert_eq!(verdict(token), Err(Refusal::NoToken), "{token:.20}");
        }
        assert_eq!(verdict("e30.e30."), Err(Refusal::NoKey));
        let nameless = signed(&json!({ "alg": "HS256", "kid": "" }), &claims(), SECRET);
        assert_eq!(verdict(&nameless), Err(Refusal::NoKey));
    }

    #[test]
    fn what_does_not_hold_is_refused() {
        let invalid = |reason| Err(Refusal::Invalid(reason));
        for algorithm in ["none", "None", "HS512", "RS256", "hs256", ""] {
            let header = json!({ "alg": algorithm, "kid": "k1" });
            let token = signed(&header, &claims(), SECRET);
            assert_eq!(verdict(&token), invalid("the algorithm is not HS256"), "{algorithm}");
            let (unsigned, _) = token.rsplit_once('.').unwrap();
            assert!(verdict(&format!("{unsigned}.")).is_err(), "{algorithm}");
        }
        assert_eq!(verdict(&signed(&header(), &claims(), "00ff11")), invalid("invalid signature"));
        for (claims, reason) in [
            (json!({ "iat": NOW, "aud": "/admin/" }), "exp is missing"),
            (json!({ "exp": NOW + 300, "aud": "/admin/" }), "iat is missing"),
            (json!({ "iat": NOW - 60, "exp": NOW - 10, "aud": "/admin/" }), "jwt expired"),
            (json!({ "iat": NOW - 310, "exp": NOW + 600, "aud": "/admin/" }), "maxAge exceeded"),
            (json!({ "iat": NOW + 11, "exp": NOW + 300, "aud": "/admin/" }), "jwt not active"),
            (json!({ "iat": NOW, "exp": NOW + 300 }), "jwt audience invalid"),
            (json!({ "iat": NOW, "exp": NOW + 300, "aud": "/content/" }), "jwt audience invalid"),
            (json!({ "iat": NOW, "exp": NOW + 300, "aud": "/admin/x" }), "jwt audience invalid"),
            (json!({ "iat": i64::MAX, "exp": i64::MAX, "aud": "/admin/" }), "jwt not active"),
            (json!({ "iat": i64::MIN, "exp": i64::MAX, "aud": "/admin/" }), "maxAge exceeded"),
        ] {
            assert_eq!(verdict(&signed(&header(), &claims, SECRET)), invalid(reason), "{claims}");
        }
    }
}
