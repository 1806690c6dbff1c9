//! News: what a stamping pass tells the other instances, so that they need not wait for their poll.
//!
//! News is a courtesy. It may be lost, doubled, late or out of order; the log is the truth.

use serde::{Deserialize, Serialize};

use super::{AsOf, Epoch, Mark, TagHash};

/// What one stamping pass did. Its number follows the one before it without a gap, so that a missing
/// piece of news shows in the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The number that the pass gave, and its epoch.
    pub as_of: AsOf,
    /// The mark that it left.
    pub mark: Mark,
    /// The mark of the number before.
    pub before: Option<Mark>,
    /// The tags that changed; `None` where they are too many to be told, and stand in the log only.
    pub tags: Option<Vec<TagHash>>,
}

impl News {
    /// More tags than these are left to the log.
    pub const MAX_TAGS: usize = 1000;
    /// The longest message that is looked at, in bytes.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// The message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let message = Message {
            version: VERSION,
            epoch: self.as_of.epoch.0,
            seq: self.as_of.seq,
            mark: self.mark.0,
            before: self.before.map(|mark| mark.0),
            tags: self.tags.as_ref().map(|tags| tags.iter().map(|tag| tag.0).collect()),
        };
        // Numbers and lists of numbers can always be written; nothing at all would be ignored.
        rmp_serde::to_vec(&message).unwrap_or_default()
    }

    /// Reads a message; `None` where it is none, or of another build.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > Self::MAX_BYTES {
            return None;
        }
        let message: Message = rmp_serde::from_slice(bytes).ok()?;
        if message.version != VERSION {
            return None;
        }
        Some(Self {
            as_of: AsOf { epoch: Epoch(message.epoch), seq: message.seq },
            mark: Mark(message.mark),
            before: message.before.map(Mark),
            tags: message.tags.map(|tags| tags.into_iter().map(TagHash).collect()),
        })
    }
}

/// Changes whenever the form of a message does.
const VERSION: u8 = 1;

/// News as it travels, in `MessagePack`.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    version: u8,
    epoch: u128,
    seq: u64,
    mark: u64,
    before: Option<u64>,
    tags: Option<Vec<u64>>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn news(tags: Option<Vec<TagHash>>) -> News {
        let as_of = AsOf { epoch: Epoch(u128::MAX - 7), seq: 9 };
        News { as_of, mark: Mark(3), before: Some(Mark(2)), tags }
    }

    #[test]
    fn what_is_told_is_heard() {
        let most = (0..News::MAX_TAGS as u64).map(|n| TagHash(u64::MAX - n)).collect();
        for tags in [None, Some(vec![]), Some(vec![TagHash(1)]), Some(most)] {
            let news = news(tags);
            let message = news.encode();
            assert!(message.len() <= News::MAX_BYTES, "{}", message.len());
            assert_eq!(News::decode(&message), Some(news));
        }
    }

    #[test]
    fn another_build_and_a_long_message_are_not_heard() {
        let mut message = news(Some(vec![])).encode();
        message[1] = VERSION + 1;
        assert_eq!(News::decode(&message), None);
        let long = news(Some(vec![TagHash(u64::MAX); News::MAX_BYTES])).encode();
        assert_eq!(News::decode(&long), None);
    }

    proptest! {
        #[test]
        fn no_message_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = News::decode(&bytes);
        }

        #[test]
        fn a_message_that_was_damaged_does_not_panic(at in 0..60_usize, byte in any::<u8>()) {
            let mut message = news(Some(vec![TagHash(1), TagHash(2)])).encode();
            let at = at % message.len();
            message[at] = byte;
            let _ = News::decode(&message);
        }
    }
}
