//! What kinds of things are kept, each in a namespace of its own.

use bytes::Bytes;

/// A kind of thing that is kept. Its name and version make the namespace of its keys: two builds
/// that disagree on how a value is written do not read each other's.
pub trait Class: Send + Sync + 'static {
    /// The name, in the keys of the shared layer and in the metrics.
    const NAME: &'static str;
    /// Goes up when the written form changes.
    const VERSION: u32;
    /// Whether a written value may get smaller by compression. A class whose values are compressed
    /// already says no.
    const COMPRESSIBLE: bool = true;
    /// Whether instances share the values. A class of small values of which many are asked for at
    /// once says no: each would be a round trip.
    const SHARED: bool = true;
    /// What is kept.
    type Value: Send + Sync + 'static;

    /// About how many bytes a value takes up in memory.
    fn weight(value: &Self::Value) -> usize;

    /// Whether a value says that there is nothing. Such values live in a small region of their own,
    /// so that questions after what never was push out nothing that is.
    fn is_negative(_value: &Self::Value) -> bool {
        false
    }

    /// When a value is let in.
    fn admission(_value: &Self::Value) -> Admission {
        Admission::FirstSight
    }

    /// Writes a value down for the shared layer.
    fn encode(value: &Self::Value) -> Vec<u8>;

    /// Reads what [`Class::encode`] wrote; `None` where it did not write this. Parts may be slices
    /// of `bytes`, which copies nothing.
    fn decode(bytes: Bytes) -> Option<Self::Value>;
}

/// When a key has earned a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// At once: there are only so many keys.
    FirstSight,
    /// When it is asked for a second time: anybody can make up keys, and most of those are never
    /// asked for again.
    SecondSight,
}
