//! The header in which a provider reads the cache tags of an answer, as data for the web.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderName, HeaderValue};

use super::tags::{ALL, kind, spelled};

/// Where a provider reads the tags of an answer, and how much it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagHeader {
    /// The name of the header.
    pub name: HeaderName,
    /// What stands between two tags.
    pub separator: char,
    /// The longest value, in bytes.
    pub max_bytes: usize,
    /// The most tags of one answer.
    pub max_tags: usize,
}

impl TagHeader {
    /// The name that a setting gives, or `Cache-Tag`: one that is no name was refused with the
    /// configuration.
    pub(super) fn name_or_default(setting: &str) -> HeaderName {
        HeaderName::try_from(setting).unwrap_or(HeaderName::from_static("cache-tag"))
    }

    /// The one in which answers of the API say it to whoever keeps them, whatever stands in front.
    #[must_use]
    pub fn shown() -> Self {
        let name = HeaderName::from_static("cache-tag");
        Self { name, separator: ',', max_bytes: 8 << 10, max_tags: 500 }
    }

    /// The value of the header for an answer with these tags; `all` is added.
    ///
    /// Where they are too many, kinds take the place of tags, the largest first: `post` for every
    /// `post:…`. A purge names the kinds of its tags, so such an answer is purged too often and never
    /// too seldom. `None` where even the kinds are too many: no shared cache may keep the answer.
    #[must_use]
    pub fn value<'a>(&self, tags: impl IntoIterator<Item = &'a str>) -> Option<HeaderValue> {
        // By kind; what has no kind cannot be folded.
        let mut kinds: BTreeMap<Option<&str>, BTreeSet<String>> = BTreeMap::new();
        kinds.entry(None).or_default().insert(ALL.to_owned());
        for tag in tags {
            kinds.entry(kind(tag)).or_default().insert(spelled(tag));
        }
        while !self.holds(kinds.values()) {
            let (kind, largest) = kinds
                .iter_mut()
                .filter_map(|(kind, tags)| Some(((*kind)?, tags)))
                .filter(|(_, tags)| tags.len() > 1)
                .max_by_key(|(_, tags)| length(tags))?;
            *largest = BTreeSet::from([spelled(kind)]);
        }
        let mut value = String::new();
        for tag in kinds.values().flatten() {
            if !value.is_empty() {
                value.push(self.separator);
            }
            value.push_str(tag);
        }
        HeaderValue::from_str(&value).ok()
    }

    fn holds<'a>(&self, kinds: impl Iterator<Item = &'a BTreeSet<String>> + Clone) -> bool {
        kinds.clone().map(BTreeSet::len).sum::<usize>() <= self.max_tags
            && kinds.map(length).sum::<usize>() <= self.max_bytes
    }
}

/// The bytes of some tags, with what separates them.
fn length(tags: &BTreeSet<String>) -> usize {
    tags.iter().map(|tag| tag.len() + 1).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tags::to_purge;
    use super::*;

    fn header(max_bytes: usize, max_tags: usize) -> TagHeader {
        let name = HeaderName::from_static("cache-tag");
        TagHeader { name, separator: ',', max_bytes, max_tags }
    }

    #[test]
    fn every_tag_is_named_as_long_as_they_fit() {
        let value = header(100, 10).value(["post:2", "site", "post:1", "site"]).unwrap();
        assert_eq!(value, "all,site,post:1,post:2");
    }

    #[test]
    fn the_largest_kind_is_folded_first() {
        let tags = ["post:1", "post:2", "post:3", "tag:1", "site"];
        assert_eq!(header(100, 5).value(tags).unwrap(), "all,site,post,tag:1");
        assert_eq!(header(21, 9).value(tags).unwrap(), "all,site,post,tag:1");
        assert_eq!(header(100, 3).value(tags), None);
    }

    proptest! {
        /// However an answer was shortened, a purge of any of its tags finds it.
        #[test]
        fn a_purge_of_any_tag_finds_the_answer(
            tags in proptest::collection::vec("(post|tag|slug|path):[a-zü, ]{1,9}|site|posts", 0..60),
            max_tags in 1..40_usize,
            max_bytes in 10..400_usize,
        ) {
            let Some(value) = header(max_bytes, max_tags).value(tags.iter().map(String::as_str)) else {
                return Ok(());
            };
            let named: BTreeSet<&str> = value.to_str().unwrap().split(',').collect();
            prop_assert!(value.len() <= max_bytes && named.len() <= max_tags);
            prop_assert!(named.contains("all"));
            for tag in &tags {
                let purged = to_purge([tag.as_str()]);
                prop_assert!(purged.iter().any(|purged| named.contains(purged.as_str())), "{tag}");
            }
        }
    }
}
