//! Tokens of forms: a form is taken only from whom it was made for.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::clock::Timestamp;
use crate::domain::SignInId;

/// Characters of the longest token.
const LONGEST: usize = 100;
/// Seconds that a form for strangers may lie open.
const OPEN: i64 = 24 * 3600;

/// Signs forms, and knows its own.
#[derive(Clone)]
pub struct FormKey([u8; 32]);

impl std::fmt::Debug for FormKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FormKey")
    }
}

impl FormKey {
    /// A key from random bytes, which every instance of a site shares.
    #[must_use]
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The token for every form of somebody who has signed in, for as long as that counts.
    #[must_use]
    pub fn token(&self, sign_in: &SignInId) -> String {
        self.sign("signed in", sign_in.as_str())
    }

    /// Whether a token is the one for somebody who has signed in.
    #[must_use]
    pub fn is_token(&self, token: &str, sign_in: &SignInId) -> bool {
        self.is_signed(token, "signed in", sign_in.as_str())
    }

    /// The token for a form that anybody may fill in.
    #[must_use]
    pub fn open_token(&self, now: Timestamp) -> String {
        let made = now.as_seconds().to_string();
        let signature = self.sign("open", &made);
        format!("{made}.{signature}")
    }

    /// Whether a token is one of those, and not too old.
    #[must_use]
    pub fn is_open_token(&self, token: &str, now: Timestamp) -> bool {
        let Some((made, signature)) = token.split_once('.').filter(|_| token.len() <= LONGEST)
        else {
            return false;
        };
        let age = made.parse().map(|made: i64| now.as_seconds().saturating_sub(made));
        // The watches of two instances may differ a little.
        self.is_signed(signature, "open", made) && age.is_ok_and(|age| (-60..OPEN).contains(&age))
    }

    fn sign(&self, kind: &str, bearer: &str) -> String {
        BASE64URL_NOPAD.encode(&self.mac(kind, bearer).finalize().into_bytes())
    }

    fn is_signed(&self, signature: &str, kind: &str, bearer: &str) -> bool {
        let bytes = (signature.len() <= LONGEST)
            .then(|| BASE64URL_NOPAD.decode(signature.as_bytes()))
            .and_then(Result::ok);
        // In constant time.
        bytes.is_some_and(|bytes| self.mac(kind, bearer).verify_slice(&bytes).is_ok())
    }

    fn mac(&self, kind: &str, bearer: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        // What this key signs for another purpose is no token.
        for part in ["desk form", kind, bearer] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: FormKey = FormKey::new([7; 32]);
    const NOON: Timestamp = Timestamp(1_777_636_800_000_000);

    #[test]
    fn a_token_is_for_one_sign_in() {
        let (ann, bob) = (SignInId::derived("ann"), SignInId::derived("bob"));
        let token = KEY.token(&ann);
        assert!(KEY.is_token(&token, &ann));
        assert!(!KEY.is_token(&token, &bob));
        assert!(!FormKey::new([8; 32]).is_token(&token, &ann));
        assert!(!KEY.is_open_token(&token, NOON));
        assert_eq!(format!("{KEY:?}"), "FormKey", "the key is not shown");
    }

    #[test]
    fn a_token_for_strangers_is_good_for_a_day() {
        let token = KEY.open_token(NOON);
        for (seconds, is_good) in
            [(0, true), (OPEN - 1, true), (OPEN, false), (-60, true), (-61, false)]
        {
            assert_eq!(KEY.is_open_token(&token, NOON.plus_seconds(seconds)), is_good, "{seconds}");
        }
        let (_, signature) = token.split_once('.').unwrap();
        let older = format!("{}.{signature}", NOON.as_seconds() + 1);
        assert!(!KEY.is_open_token(&older, NOON), "the time is signed");
    }

    proptest! {
        #[test]
        fn nothing_that_was_not_signed_is_a_token(text in "\\PC{0,120}|-?[0-9]{0,20}\\.[A-Za-z0-9_-]{0,60}") {
            prop_assert!(!KEY.is_open_token(&text, NOON));
            prop_assert!(!KEY.is_token(&text, &SignInId::derived("ann")));
        }
    }
}
