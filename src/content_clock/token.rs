//! Tokens: a writer carries along what they have to see, and every layer obeys.
//!
//! A token stands in a cookie, so whoever has it could change it. A number from the future would
//! pass every cache by and lead straight to the primary; so tokens are signed.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{AsOf, Epoch};

/// What a writer has to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// Everything up to this moment.
    Settled(AsOf),
    /// A change that was saved and has no number yet. Only the primary is sure to show it. To settle
    /// gives a number that covers it.
    Pending,
}

impl Token {
    /// Whether what has seen everything up to `seen` may be shown.
    #[must_use]
    pub fn allows(self, seen: AsOf) -> bool {
        match self {
            Self::Settled(as_of) => seen.covers(as_of),
            Self::Pending => false,
        }
    }
}

const SETTLED: u8 = 1;
const PENDING: u8 = 2;
/// Bytes of an epoch, and of a number.
const EPOCH: usize = 16;
const SEQ: usize = 8;
/// Bytes of the signature: half of what HMAC-SHA256 gives, as RFC 2104, section 5, allows.
const SIGNATURE: usize = 16;
/// Characters of the longest token.
const LONGEST: usize = (1 + EPOCH + SEQ + SIGNATURE).div_ceil(3) * 4;

/// Signs tokens, and knows its own.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey")
    }
}

impl TokenKey {
    /// A key from random bytes, which every instance of a site shares.
    #[must_use]
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The token as a cookie carries it: letters, digits, `-` and `_`.
    #[must_use]
    pub fn sign(&self, token: Token) -> String {
        let mut bytes = Vec::with_capacity(LONGEST);
        match token {
            Token::Settled(as_of) => {
                bytes.push(SETTLED);
                bytes.extend(as_of.epoch.0.to_be_bytes());
                bytes.extend(as_of.seq.to_be_bytes());
            }
            Token::Pending => bytes.push(PENDING),
        }
        let signature = self.mac(&bytes).finalize().into_bytes();
        bytes.extend(&signature[..SIGNATURE]);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads a token that this key has signed; `None` for anything else.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Token> {
        if text.len() > LONGEST {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (said, signature) = bytes.split_at_checked(bytes.len().checked_sub(SIGNATURE)?)?;
        // In constant time.
        self.mac(said).verify_truncated_left(signature).ok()?;
        match said.split_first()? {
            (&SETTLED, rest) => {
                let (epoch, seq) = rest.split_at_checked(EPOCH)?;
                let epoch = Epoch(u128::from_be_bytes(epoch.try_into().ok()?));
                let seq = u64::from_be_bytes(seq.try_into().ok()?);
                Some(Token::Settled(AsOf { epoch, seq }))
            }
            (&PENDING, []) => Some(Token::Pending),
            _ => None,
        }
    }

    fn mac(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        // What this key signs for another purpose is no token.
        mac.update(b"content clock token");
        mac.update(bytes);
        mac
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: TokenKey = TokenKey::new([7; 32]);
    const AT: AsOf = AsOf { epoch: Epoch(u128::MAX - 1), seq: 1 << 40 };

    #[test]
    fn a_token_comes_back() {
        for token in [Token::Settled(AT), Token::Pending] {
            let text = KEY.sign(token);
            assert!(text.len() <= LONGEST, "{text}");
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            assert_eq!(KEY.read(&text), Some(token));
        }
    }

    #[test]
    fn a_token_of_another_key_is_none() {
        let text = TokenKey::new([8; 32]).sign(Token::Settled(AT));
        assert_eq!(KEY.read(&text), None);
        assert_eq!(format!("{KEY:?}"), "TokenKey", "the key is not shown");
    }

    #[test]
    fn no_byte_can_be_changed_added_or_left_out() {
        for token in [Token::Settled(AT), Token::Pending] {
            let bytes = BASE64URL_NOPAD.decode(KEY.sign(token).as_bytes()).unwrap();
            for at in 0..bytes.len() {
                for flip in [1, 0x80] {
                    let mut changed = bytes.clone();
                    changed[at] ^= flip;
                    assert_eq!(KEY.read(&BASE64URL_NOPAD.encode(&changed)), None, "{at}");
                }
                assert_eq!(KEY.read(&BASE64URL_NOPAD.encode(&bytes[..at])), None, "{at}");
            }
            let longer = [&bytes[..], &[0]].concat();
            assert_eq!(KEY.read(&BASE64URL_NOPAD.encode(&longer)), None);
        }
    }

    #[test]
    fn a_token_allows_what_has_seen_enough() {
        let token = Token::Settled(AT);
        assert!(token.allows(AT));
        assert!(token.allows(AsOf { seq: AT.seq + 1, ..AT }));
        assert!(!token.allows(AsOf { seq: AT.seq - 1, ..AT }));
        assert!(!token.allows(AsOf { epoch: Epoch(1), seq: u64::MAX }));
        assert!(!Token::Pending.allows(AsOf { seq: u64::MAX, ..AT }), "the primary only");
    }

    proptest! {
        #[test]
        fn nothing_that_was_not_signed_is_a_token(text in "\\PC{0,90}|[A-Za-z0-9_-]{0,60}") {
            prop_assert_eq!(KEY.read(&text), None);
        }

        #[test]
        fn every_token_comes_back(epoch: u128, seq: u64) {
            let token = Token::Settled(AsOf { epoch: Epoch(epoch), seq });
            prop_assert_eq!(KEY.read(&KEY.sign(token)), Some(token));
        }
    }
}
