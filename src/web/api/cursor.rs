//! Cursors: where in a list somebody goes on, whatever came and went meanwhile.
//!
//! A cursor holds the place of the last row, and a seal over that and the list that it is of: another
//! list, or a place that somebody made up, does not open it. The seal keeps no secret, since a place can
//! be asked for anyway; it tells a mistake from a place.

use std::fmt::Write as _;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};

use crate::services::reading::Place;

/// Bytes of the seal.
const SEAL: usize = 8;

/// A list that somebody goes through: of what, for whom, by which filter and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Walk(String);

impl Walk {
    /// The list with these parts, in one order.
    pub(super) fn through(parts: &[&str]) -> Self {
        let mut text = String::new();
        for part in parts {
            let _ = write!(text, "{}:{part},", part.len());
        }
        Self(text)
    }

    /// The cursor of a place in it.
    pub(super) fn cursor(&self, Place(values): &Place) -> String {
        let place = serde_json::to_vec(values).expect("strings always serialise");
        BASE64URL_NOPAD.encode(&[&self.seal(&place)[..], &place].concat())
    }

    /// The place of a cursor; nothing written is the beginning. `None` for what is no cursor of this list.
    pub(super) fn place(&self, cursor: &str) -> Option<Place> {
        if cursor.is_empty() {
            return Some(Place::default());
        }
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let (seal, place) = bytes.split_at_checked(SEAL)?;
        let values: Vec<Option<String>> =
            (seal == self.seal(place)).then(|| serde_json::from_slice(place).ok())??;
        Some(Place(values)).filter(|Place(values)| !values.is_empty())
    }

    fn seal(&self, place: &[u8]) -> [u8; SEAL] {
        let digest = Sha256::new().chain_update(&self.0).chain_update(place).finalize();
        let mut seal = [0; SEAL];
        seal.copy_from_slice(&digest[..SEAL]);
        seal
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_leads_to_its_place_and_nothing_else_does(
            values in prop::collection::vec(prop::option::of(".{0,20}"), 1..5),
            at: prop::sample::Index,
            noise: String,
        ) {
            let walk = Walk::through(&["posts", "a", "b"]);
            let place = Place(values);
            let cursor = walk.cursor(&place);
            prop_assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(walk.place(&cursor), Some(place));
            for other in [["posts", "ab", ""], ["pages", "a", "b"]] {
                prop_assert_eq!(Walk::through(&other).place(&cursor), None);
            }
            let mut forged = cursor.clone().into_bytes();
            let at = at.index(forged.len());
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            prop_assert_eq!(walk.place(&String::from_utf8(forged).unwrap()), None);
            prop_assert_eq!(walk.place(&cursor[..at]).filter(|_| at > 0), None);
            prop_assert_eq!(walk.place(&noise).filter(|_| !noise.is_empty()), None);
        }
    }
}
