//! L2: what all instances share, in Redis. It may be away, hang, be full or answer nonsense at any
//! time: then there is nothing in it.

mod settings;

pub use settings::{InvalidRedisUrl, L2Settings};
