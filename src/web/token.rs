//! The token of a writer, in a small signed cookie: until their change has come everywhere, every
//! layer owes it to them.
//!
//! It stands beside the session, so that a hit loads no session, and a CDN can be told by its name
//! to pass such a request on. Nobody else has one: an answer to an anonymous reader never sets it.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, header};
use tower_sessions::cookie::time::Duration;
use tower_sessions::cookie::{Cookie, SameSite};

use super::http::cookies;
use crate::content_clock::{Stamper, Token, TokenKey};
use crate::http_cache::Need;
use crate::services::reach::Reach;

/// The name of the cookie. It has no prefix, so that a CDN knows it by one name; and it needs none,
/// since nobody else can sign.
const NAME: &str = "masthead_token";
/// A day: longer than anything takes to come everywhere. A cookie that ends sooner breaks a promise.
const MAX_AGE: Duration = Duration::days(1);
/// No token is half as long.
const MAX_COOKIE: usize = 512;

/// Reads and writes the cookie.
#[derive(Debug, Clone)]
pub struct Tokens(Arc<Parts>);

/// What that takes.
#[derive(Debug)]
pub struct Parts {
    /// Whether it goes over TLS alone.
    pub is_secure: bool,
    /// What signs it, the same in every instance.
    pub key: TokenKey,
    /// Numbers changes that have no number yet.
    pub stamper: Stamper,
    /// Knows which changes have come to all instances.
    pub reach: Reach,
}

impl Tokens {
    /// Tokens in a cookie.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The token that a request brings along.
    pub(super) fn of(&self, headers: &HeaderMap) -> Option<Token> {
        token_in(headers, &self.0.key)
    }

    /// The change that whoever has this token needs to see, where it is known without a question.
    pub(super) fn need(&self, token: Token) -> Option<Need> {
        match token {
            Token::Settled(as_of) if self.0.reach.epoch() == Some(as_of.epoch) => Some(Need(as_of)),
            Token::Settled(_) | Token::Pending => None,
        }
    }

    /// The same by a question to the primary. A number of another epoch says nothing any more; one that
    /// is given now covers whatever is left of that change.
    pub(super) async fn settle(&self) -> Option<Need> {
        match self.0.stamper.settle().await {
            Ok(as_of) => Some(Need(as_of)),
            Err(error) => {
                tracing::warn!(%error, "a writer cannot be shown their change yet");
                None
            }
        }
    }

    /// Whether all instances and the CDN show a change to everybody.
    pub(super) fn is_everywhere(&self, token: Token) -> bool {
        let Token::Settled(as_of) = token else { return false };
        self.0.reach.is_everywhere(as_of)
    }

    /// Gives a writer the token of what they saved, or saw at the desk, just now.
    pub(super) fn give(&self, headers: &mut HeaderMap, token: Token) {
        self.set(headers, self.0.key.sign(token), MAX_AGE);
    }

    /// Gives a writer back what they are owed; or takes it from them, once it is everywhere.
    pub(super) fn give_back(&self, headers: &mut HeaderMap, owed: Need) {
        let token = Token::Settled(owed.0);
        if self.is_everywhere(token) {
            self.set(headers, String::new(), Duration::ZERO);
        } else {
            self.give(headers, token);
        }
    }

    fn set(&self, headers: &mut HeaderMap, value: String, max_age: Duration) {
        let cookie = Cookie::build((NAME, value))
            .path("/")
            .secure(self.0.is_secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(max_age)
            .build();
        let cookie = HeaderValue::from_str(&cookie.to_string()).expect("tokens are visible ASCII");
        headers.append(header::SET_COOKIE, cookie);
    }
}

fn token_in(headers: &HeaderMap, key: &TokenKey) -> Option<Token> {
    cookies(headers)
        .filter(|(name, value)| *name == NAME && value.len() <= MAX_COOKIE)
        .find_map(|(_, value)| key.read(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content_clock::{AsOf, Epoch};

    const KEY: TokenKey = TokenKey::new([7; 32]);
    const TOKEN: Token = Token::Settled(AsOf { epoch: Epoch(1), seq: 42 });

    fn carried(cookies: &[&str]) -> Option<Token> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        token_in(&headers, &KEY)
    }

    #[test]
    fn a_token_is_found_among_other_cookies() {
        let signed = KEY.sign(TOKEN);
        for cookies in [
            vec![format!("masthead_token={signed}")],
            vec![format!("a=b; masthead_token={signed};c")],
            vec!["a=b".to_owned(), format!("masthead_token={signed}")],
            // Somebody else's in front of it takes nothing away.
            vec![format!("masthead_token=x; masthead_token={signed}")],
        ] {
            let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
            assert_eq!(carried(&cookies), Some(TOKEN), "{cookies:?}");
        }
    }

    #[test]
    fn what_is_no_token_of_ours_is_none() {
        let forged = TokenKey::new([8; 32]).sign(TOKEN);
        let long = "a".repeat(100_000);
        for cookie in [
            "",
            "masthead_token",
            "masthead_token=",
            "not_masthead_token=1",
            &format!("masthead_token={forged}"),
            &format!("masthead_token={long}"),
        ] {
            assert_eq!(carried(&[cookie]), None, "{cookie:.40}");
        }
    }
}
