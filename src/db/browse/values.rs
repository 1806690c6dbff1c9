//! The values of a statement that is put together: text never goes into SQL, a placeholder does.

use std::fmt;

/// A value that is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number, or an instant.
    Number(i64),
    /// True or false.
    Bool(bool),
}

/// Values in the order of their placeholders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(Vec<Value>);

/// What stands in SQL for a value: `$1`, and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placeholder(usize);

impl Values {
    /// Takes a value, and gives what stands for it.
    pub fn bind(&mut self, value: Value) -> Placeholder {
        self.0.push(value);
        Placeholder(self.0.len())
    }

    /// Takes a text.
    pub fn text(&mut self, text: impl Into<String>) -> Placeholder {
        self.bind(Value::Text(text.into()))
    }

    /// Takes a number.
    pub fn number(&mut self, number: impl Into<i64>) -> Placeholder {
        self.bind(Value::Number(number.into()))
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", self.0)
    }
}

impl IntoIterator for Values {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Fetches all rows of a statement with such values.
macro_rules! fetch_with {
    ($connection:expr, $sql:expr, $values:expr) => {
        on!($connection, c => {
            let mut query = sqlx::query_as(sqlx::AssertSqlSafe($sql));
            for value in $values {
                query = match value {
                    $crate::db::browse::values::Value::Text(text) => query.bind(text),
                    $crate::db::browse::values::Value::Number(number) => query.bind(number),
                    $crate::db::browse::values::Value::Bool(is) => query.bind(is),
                };
            }
            query.fetch_all(c).await
        })
    };
}
pub(super) use fetch_with;
