//! NQL, the language of Ghost's `filter` parameter: a string of an address becomes a tree.
//!
//! ```text
//! any       := all ("," all)*                    one of them holds
//! all       := term ("+" term)*                  all of them hold
//! term      := "(" any ")" | field ":" condition
//! condition := ["-"] scalar
//!            | (">" | ">=" | "<" | "<=") scalar
//!            | ["-"] ("~" | "~^" | "~$") string
//!            | ["-"] "[" scalar ("," scalar)* "]"      one of
//!            | "[" scalar ("+" scalar)+ "]"            all of
//! scalar    := null | true | false | number | now±count unit | literal | string
//! ```
//!
//! What the names of fields mean is not known here: whoever answers knows its columns.

mod filter;
mod limits;
mod parser;
mod scalar;
mod scanner;
#[cfg(test)]
mod tests;

pub use filter::{Comparison, Condition, Filter, Place, Scalar, Test, Unit};
pub use limits::{MAX_DEPTH, MAX_LENGTH, MAX_LIST, MAX_TERMS};
pub use parser::{Error, parse};
