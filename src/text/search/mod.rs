//! The analyser of the full-text search: the same words for the index and for the questions.
//!
//! Both databases store the [`terms`] of a text and look for the terms of a [`Query`]; neither
//! takes texts apart itself, so both give the same answers. A term has letters and digits only
//! (with the marks that are part of letters), lower case, its accents folded and its ending taken
//! off. Scripts without blanks give pairs of neighbouring characters.

mod fold;
mod query;
mod snippet;
mod tokens;

pub use query::{Query, QueryTerm};
pub use snippet::{Fragment, highlight, snippet};
pub use tokens::{MAX_TERMS, terms};
