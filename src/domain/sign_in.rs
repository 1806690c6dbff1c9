//! Sign-ins: each time that somebody signed in, for as long as that counts.

use std::time::Duration;

use super::ids::{SignInId, UserId};
use crate::clock::Timestamp;

/// The longest description of a browser that is kept, in bytes.
const MAX_USER_AGENT: usize = 300;

/// One time that somebody signed in.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SignIn {
    /// Its id.
    pub id: SignInId,
    /// Who signed in.
    pub user_id: UserId,
    /// When they did.
    pub created_at: Timestamp,
    /// When they were last seen, to the minute.
    pub seen_at: Timestamp,
    /// What their browser says of itself (RFC 9110, section 10.1.5); empty where it says nothing.
    pub user_agent: String,
    /// The address that they came from.
    pub address: String,
}

/// How long a sign-in counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// After this time without a request it has ended.
    pub idle: Duration,
    /// After this time it has ended, whatever came.
    pub absolute: Duration,
}

impl Lifetime {
    /// Whether a sign-in still counts.
    #[must_use]
    pub fn covers(self, sign_in: &SignIn, now: Timestamp) -> bool {
        now.since(sign_in.seen_at) < self.idle && now.since(sign_in.created_at) < self.absolute
    }
}

/// What a browser says of itself, cut to what is kept.
#[must_use]
pub fn bounded_user_agent(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !c.is_control()).collect();
    let end = visible.floor_char_boundary(MAX_USER_AGENT);
    visible[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_ends_when_it_rests_too_long_and_when_it_is_too_old() {
        let lifetime = Lifetime { idle: Duration::from_secs(10), absolute: Duration::from_mins(1) };
        let sign_in = |created, seen| SignIn {
            id: SignInId::derived("s"),
            user_id: UserId::derived("u"),
            created_at: Timestamp(0).plus_seconds(created),
            seen_at: Timestamp(0).plus_seconds(seen),
            user_agent: String::new(),
            address: String::new(),
        };
        let now = Timestamp(0).plus_seconds(100);
        for (created, seen, counts) in
            [(90, 99, true), (90, 91, true), (90, 90, false), (41, 99, true), (40, 99, false)]
        {
            assert_eq!(lifetime.covers(&sign_in(created, seen), now), counts, "{created} {seen}");
        }
        assert!(lifetime.covers(&sign_in(101, 101), now), "a watch that was set back ends nothing");
    }

    #[test]
    fn a_long_description_is_cut_between_characters() {
        assert_eq!(bounded_user_agent("a\r\nb"), "ab");
        assert!(bounded_user_agent(&"€".repeat(1_000)).len() <= MAX_USER_AGENT);
    }
}
