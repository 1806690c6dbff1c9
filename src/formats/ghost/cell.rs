//! A cell of a table of the export, whatever JSON type it was written as.
//!
//! Databases and versions disagree: a flag is `1`, `true`, `"1"` or `"true"`, an id a number or a
//! text, a list JSON or a text of JSON. A cell takes them all, so that one odd value spoils no
//! file.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::dates;
use crate::domain::Timestamp;

/// A value of a row; absent and `null` are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cell(Option<String>);

impl Cell {
    /// The text, unless there is nothing to read in it.
    pub(super) fn text(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.trim().is_empty())
    }

    /// An owned [`Cell::text`].
    pub(super) fn owned(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// The flag, where it is one.
    pub(super) fn flag(&self) -> Option<bool> {
        match self.text()?.trim() {
            "0" | "0.0" | "false" => Some(false),
            "1" | "1.0" | "true" => Some(true),
            _ => None,
        }
    }

    /// The whole number, where it is one.
    pub(super) fn number(&self) -> Option<i64> {
        self.text()?.trim().parse().ok()
    }

    /// The instant; `Some(Err)` where something stands there that is no date.
    pub(super) fn date(&self) -> Option<Result<Timestamp, &str>> {
        self.text().map(|text| dates::parse(text).ok_or(text))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyType)
    }
}

struct AnyType;

impl<'de> Visitor<'de> for AnyType {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell(None))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Cell, E> {
        Ok(Cell(Some(flag.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell(Some(number.to_string())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Cell, E> {
        Ok(Cell(Some(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Cell, E> {
        Ok(Cell(Some(number.to_string())))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell(Some(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Cell, E> {
        Ok(Cell(Some(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Cell, A::Error> {
        let value = serde_json::Value::deserialize(SeqAccessDeserializer::new(list))?;
        Ok(Cell(Some(value.to_string())))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell, A::Error> {
        let value = serde_json::Value::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Cell(Some(value.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_read_in_every_spelling() {
        for (json, flag) in [
            ("1", Some(true)),
            ("0", Some(false)),
            ("true", Some(true)),
            ("\"0\"", Some(false)),
            ("\"true\"", Some(true)),
            ("1.0", Some(true)),
            ("null", None),
            ("\"\"", None),
            ("[]", None),
        ] {
            let cell: Cell = serde_json::from_str(json).unwrap();
            assert_eq!(cell.flag(), flag, "{json}");
        }
    }

    #[test]
    fn what_is_not_a_scalar_stays_json() {
        let cell: Cell = serde_json::from_str(r#"{"root": {"children": []}}"#).unwrap();
        assert_eq!(cell.text(), Some(r#"{"root":{"children":[]}}"#));
    }
}
