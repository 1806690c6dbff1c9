//! JSON for documents that are made of strings, numbers and lists.

use serde::Serialize;

/// A value as JSON, on one line.
#[must_use]
pub(super) fn render(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and lists always serialise")
}
