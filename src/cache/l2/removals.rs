//! News of what was removed by hand, from one instance to the others, as a message over Redis.
//!
//! Redis may lose messages. Where a content clock follows a database, it says anyway what is no
//! longer valid; where it does not, whoever was out of touch knows nothing, and clears all.

use redis::{PushInfo, PushKind, Value};

/// A removal, as it goes over the wire: who sent it, the class, the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// A random number of the instance, so that it passes over its own.
    pub from: u64,
    /// The name of the class.
    pub class: String,
    /// The key.
    pub key: String,
}

/// What Redis said unasked.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// Something was removed.
    Removed(Removal),
    /// The connection was lost.
    Lost,
    /// The channel is heard from here on.
    Subscribed,
}

impl Removal {
    /// As one message: eight bytes, the class, a zero, the key.
    pub fn encode(&self) -> Vec<u8> {
        [&self.from.to_be_bytes(), self.class.as_bytes(), b"\0", self.key.as_bytes()].concat()
    }

    fn decode(message: &[u8]) -> Option<Self> {
        let (from, rest) = message.split_first_chunk()?;
        let (class, key) = std::str::from_utf8(rest).ok()?.split_once('\0')?;
        Some(Self { from: u64::from_be_bytes(*from), class: class.into(), key: key.into() })
    }
}

/// What a push means; `None` where it means nothing here.
pub fn news(push: &PushInfo) -> Option<News> {
    match (&push.kind, push.data.last()) {
        (PushKind::Message, Some(Value::BulkString(message))) => {
            Removal::decode(message).map(News::Removed)
        }
        (PushKind::Disconnection, _) => Some(News::Lost),
        (PushKind::Subscribe, _) => Some(News::Subscribed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_survives_the_wire_and_nonsense_is_none() {
        let removal = Removal { from: 7, class: "page".into(), key: "/a\0b".into() };
        let push = |message: &[u8]| PushInfo {
            kind: PushKind::Message,
            data: vec![Value::Nil, Value::BulkString(message.to_vec())],
        };
        assert_eq!(news(&push(&removal.encode())), Some(News::Removed(removal)));
        for nonsense in [&b""[..], b"1234567", b"12345678", b"12345678page", b"12345678\xFF\0"] {
            assert_eq!(news(&push(nonsense)), None);
        }
    }
}
