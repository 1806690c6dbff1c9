//! Identifiers in the form that Ghost's clients check: 24 lower-case hexadecimal characters.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 24 hexadecimal characters")]
pub struct InvalidId;

/// Makes ids: 4 bytes of seconds, then 8 random bytes, so that ids sort roughly by age.
#[must_use]
fn object_id(now: Timestamp, random: u64) -> String {
    // The seconds of an ObjectId are 32 bits; they wrap in 2106, which costs only the order.
    format!("{:08x}{random:016x}", now.as_seconds() & 0xffff_ffff)
}

/// The first 12 bytes of a hash over a kind of thing and its key.
fn derived_id(kind: &str, key: &str) -> String {
    let hash = Sha256::new().chain_update(kind).chain_update([0]).chain_update(key).finalize();
    HEXLOWER.encode(&hash[..12])
}

/// The uuid that a key always gives, in the form of a v4 UUID, which is what Ghost's clients check.
#[must_use]
pub fn derived_uuid(key: &str) -> String {
    let hash = Sha256::digest(key);
    let bytes = std::array::from_fn(|i| hash[i]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new id from the present and eight random bytes.
            #[must_use]
            pub fn new(now: Timestamp, random: u64) -> Self {
                Self(object_id(now, random))
            }

            /// The id that a key always gives, for what comes from a source that has no ids.
            #[must_use]
            pub fn derived(key: &str) -> Self {
                Self(derived_id(stringify!($name), key))
            }

            /// The 24 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                if text.len() == 24 && text.bytes().all(is_hex) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId)
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// The id of a post or a page.
    PostId
);
id!(
    /// The id of a content tag.
    TagId
);
id!(
    /// The id of a user: an author, or somebody who may sign in, or both.
    UserId
);
id!(
    /// The id of an uploaded file.
    MediaId
);
id!(
    /// The id of a sign-in. It is no secret, and opens nothing.
    SignInId
);
id!(
    /// The id of an integration.
    IntegrationId
);
id!(
    /// The id of a key of an integration. It is no secret.
    KeyId
);
id!(
    /// The id of a webhook.
    WebhookId
);
id!(
    /// The id of what one webhook is told of one event.
    DeliveryId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_reads_back() {
        let id = PostId::new(Timestamp(1_795_461_846_000_000), 7);
        assert_eq!(id.as_str(), "6b0492d60000000000000007");
        assert_eq!(id.as_str().parse(), Ok(id));
    }

    #[test]
    fn what_is_not_24_hex_is_refused() {
        for text in ["", "1", "6B0492D60000000000000007", "6b0492d6000000000000000g"] {
            assert_eq!(text.parse::<PostId>(), Err(InvalidId), "{text}");
        }
    }
}
