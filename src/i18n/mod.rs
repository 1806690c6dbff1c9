//! The words that readers see, and how their languages write dates and numbers.
//!
//! Every word of the interface stands in a Fluent file of `locales/`, one a language. A file is
//! parsed once, when the first page in its language is made. What a language does not say is said
//! in English, and a test holds that every language says everything.

mod dates;
mod direction;
mod strings;

pub use direction::{Direction, is_latin};
pub use strings::Strings;
