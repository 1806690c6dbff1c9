//! Small pieces of SQL text.

use std::fmt::Write as _;

/// `$2, $3, $4`: as many placeholders as there are values, from a number on.
pub(super) fn placeholders(first: usize, how_many: usize) -> String {
    let mut list = String::with_capacity(how_many * 5);
    for n in first..first + how_many {
        let separator = if n == first { "" } else { ", " };
        let _ = write!(list, "{separator}${n}");
    }
    list
}
