//! Parts that many pages share, as the data cache keeps them: settings, posts, tags, authors, counts.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cache::{Admission, Class};
use crate::domain::post::{FullPost, PostCard};
use crate::domain::{Author, CacheTag, Settings, Tag};

/// A part, and the cache tags of what it was made from: a page that has the part has the tags.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Part<T> {
    pub(super) value: T,
    pub(super) tags: Vec<CacheTag>,
}

/// Makes a class of the data cache.
macro_rules! class {
    ($(#[$doc:meta])* $name:ident: $value:ty, $label:literal $(, shared: $shared:literal)? $(, negative: $negative:expr)?) => {
        $(#[$doc])*
        pub(super) enum $name {}

        impl Class for $name {
            const NAME: &'static str = $label;
            const VERSION: u32 = 2;
            $(const SHARED: bool = $shared;)?
            type Value = Part<$value>;

            fn weight(part: &Self::Value) -> usize {
                weight(part)
            }

            $(fn is_negative(part: &Self::Value) -> bool {
                $negative(&part.value)
            }

            fn admission(part: &Self::Value) -> Admission {
                if $negative(&part.value) { Admission::SecondSight } else { Admission::FirstSight }
            })?

            fn encode(part: &Self::Value) -> Vec<u8> {
                encode(part)
            }

            fn decode(bytes: Bytes) -> Option<Self::Value> {
                rmp_serde::from_slice(&bytes).ok()
            }
        }
    };
}

class!(
    /// The settings; there is one key, the empty one.
    SettingsPart: Settings, "settings"
);
class!(
    /// How many posts a scope lists, by the scope.
    CountPart: u64, "count"
);
class!(
    /// A published post or page with all of its text, by its slug; or that there is none.
    PostPart: Option<FullPost>, "post", negative: Option::is_none
);
class!(
    /// A post as lists show it, by its id. A list asks for many at once, and the database answers as
    /// fast as Redis would.
    CardPart: PostCard, "card", shared: false
);
class!(
    /// A public content tag, by its slug; or that there is none.
    TagPart: Option<Tag>, "tag", negative: Option::is_none
);
class!(
    /// An author, by their slug; or that there is none.
    AuthorPart: Option<Author>, "author", negative: Option::is_none
);

/// Written by the names of fields, since some of the types flatten others.
fn encode(part: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(part).expect("strings, numbers and lists always serialise")
}

/// The written form is about as long as the texts in memory, which is what a part mostly is.
fn weight<T: Serialize + DeserializeOwned>(part: &Part<T>) -> usize {
    encode(part).len() + size_of::<Part<T>>()
}
