//! Cache tags as a CDN gets them: spelled so that every provider can hold them, and with their kinds.

use std::borrow::Cow;
use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

/// The tag that stands on every answer: purging it purges everything.
pub(super) const ALL: &str = "all";

/// The longest spelling, in bytes; `CloudFront` holds the shortest ones, of 256 characters.
const LONGEST: usize = 200;

/// What a list of tags may not have in it: blanks and commas separate, and `%` spells the others.
const NOT_IN_A_TAG: &AsciiSet = &CONTROLS.add(b' ').add(b',').add(b'%');

/// The spelling of a tag, on an answer and in a purge alike: visible ASCII without a comma. One that
/// would be too long is named by its hash.
pub(super) fn spelled(tag: &str) -> String {
    let spelling: Cow<'_, str> = utf8_percent_encode(tag, NOT_IN_A_TAG).into();
    if spelling.len() <= LONGEST {
        return spelling.into_owned();
    }
    let hash = HEXLOWER.encode(&Sha256::digest(tag)[..16]);
    match kind(tag).map(spelled) {
        Some(kind) if kind.len() <= LONGEST / 2 => format!("{kind}:{hash}"),
        _ => hash,
    }
}

/// The kind of a tag: `post` of `post:42`. It stands on an answer that has too many tags to name each
/// of that kind, and every purge of one of the kind names it too.
pub(super) fn kind(tag: &str) -> Option<&str> {
    tag.split_once(':').map(|(kind, _)| kind).filter(|kind| !kind.is_empty())
}

/// What a purge of some tags has to name: each once, and their kinds. Where `all` is among them, it
/// alone.
pub(super) fn to_purge<'a>(tags: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut set = BTreeSet::new();
    for tag in tags {
        if tag == ALL {
            return BTreeSet::from([ALL.to_owned()]);
        }
        set.insert(spelled(tag));
        set.extend(kind(tag).map(spelled));
    }
    set
}

/// What two purges name together.
pub(super) fn joined(one: &BTreeSet<String>, mut other: BTreeSet<String>) -> BTreeSet<String> {
    if one.contains(ALL) || other.contains(ALL) {
        return BTreeSet::from([ALL.to_owned()]);
    }
    other.extend(one.iter().cloned());
    other
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_is_spelled_in_visible_ascii() {
        for (tag, spelling) in [
            ("post:42", "post:42"),
            ("slug:zürich", "slug:z%C3%BCrich"),
            ("path:/a,b c", "path:/a%2Cb%20c"),
            ("path:/a%2Cb", "path:/a%252Cb"),
        ] {
            assert_eq!(spelled(tag), spelling);
        }
    }

    #[test]
    fn two_long_tags_have_two_spellings() {
        let long = |last: &str| spelled(&format!("slug:{}{last}", "東".repeat(180)));
        assert_ne!(long("a"), long("b"));
        assert!(long("a").starts_with("slug:"));
    }

    #[test]
    fn a_purge_names_kinds_and_nothing_twice() {
        let purged = to_purge(["post:2", "post:1", "post:2", "site"]);
        assert_eq!(purged.into_iter().collect::<Vec<_>>(), ["post", "post:1", "post:2", "site"]);
        assert_eq!(to_purge(["post:1", "all", "site"]), BTreeSet::from(["all".to_owned()]));
    }

    proptest! {
        #[test]
        fn every_spelling_can_be_held(tag in any::<String>()) {
            let spelling = spelled(&tag);
            prop_assert!(spelling.len() <= LONGEST);
            prop_assert!(spelling.bytes().all(|b| b.is_ascii_graphic() && b != b','));
        }
    }
}
