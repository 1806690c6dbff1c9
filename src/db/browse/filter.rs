//! A filter becomes a condition in SQL. Its names are looked up, its values are bound: not a letter of
//! it goes into the text.
//!
//! A condition on a column is what SQL makes of it, so a row without a value is neither this nor that.
//! A condition on what belongs to a row holds if one of these fits; negated, if none does.

use super::fields::{Asker, Column, Field, Kind, Relation, Resource};
use super::relative;
use super::values::{Value, Values};
use crate::clock::Timestamp;
use crate::db::sql::escaped;
use crate::domain::Instants;
use crate::nql::{Comparison, Condition, Filter, Place, Scalar, Test};

/// Why a filter cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// There is nothing of this name.
    #[error("there is no field `{0}`")]
    Unknown(String),
    /// A field that holds instants is compared with something else.
    #[error("`{0}` is no date")]
    NoDate(String),
    /// A place to go on at is none in this order.
    #[error("there is no such place in this order")]
    NoPlace,
}

/// Says what holds of no row.
const NEVER: &str = "1 = 0";

/// Makes conditions of filters.
pub(super) struct Compiler<'a> {
    pub(super) resource: Resource,
    pub(super) asker: Asker,
    pub(super) now: Timestamp,
    pub(super) values: &'a mut Values,
}

/// What a value of a filter is to a column.
enum Typed {
    Null,
    /// No row can have it.
    Never,
    Value(Value),
    Instants(Instants),
}

impl Compiler<'_> {
    /// The condition; `None` where there is none, or nothing of it counts.
    pub(super) fn compile(&mut self, filter: &Filter) -> Result<Option<String>, FilterError> {
        match filter {
            Filter::All(filters) => self.join(filters, " and "),
            Filter::Any(filters) => self.join(filters, " or "),
            Filter::Is(condition) => self.condition(condition),
        }
    }

    fn join(&mut self, filters: &[Filter], word: &str) -> Result<Option<String>, FilterError> {
        let mut conditions = Vec::new();
        for filter in filters {
            conditions.extend(self.compile(filter)?);
        }
        Ok((!conditions.is_empty()).then(|| format!("({})", conditions.join(word))))
    }

    fn condition(&mut self, condition: &Condition) -> Result<Option<String>, FilterError> {
        let Condition { field, is_negated, test } = condition;
        let found = self.resource.field(self.asker, field);
        match found.ok_or_else(|| FilterError::Unknown(field.clone()))? {
            Field::Hidden => Ok(None),
            Field::Column(column) => self.column(column, *is_negated, test).map(Some),
            Field::Related(relation, column) => {
                self.related(relation, column, *is_negated, test).map(Some)
            }
        }
    }

    fn related(
        &mut self,
        relation: Relation,
        column: Column,
        is_negated: bool,
        test: &Test,
    ) -> Result<String, FilterError> {
        let id = self.resource.id();
        let posts = relation.posts();
        let has_none = format!("{id} not in ({posts}true)");
        let has_any = format!("{id} in ({posts}true)");
        // A column that always has a value is missing where there is no row.
        let means_no_row = !column.is_nullable;
        match test {
            Test::Is(Scalar::Null) if means_no_row => {
                Ok(if is_negated { has_any } else { has_none })
            }
            Test::AllOf(scalars) => {
                let mut each = Vec::new();
                for scalar in scalars {
                    let test = Test::Is(scalar.clone());
                    each.push(self.related(relation, column, is_negated, &test)?);
                }
                Ok(format!("({})", each.join(" and ")))
            }
            Test::OneOf(scalars) if means_no_row && scalars.contains(&Scalar::Null) => {
                let rest = scalars.iter().filter(|scalar| **scalar != Scalar::Null).cloned();
                let rest = Test::OneOf(rest.collect());
                let rest = self.related(relation, column, is_negated, &rest)?;
                Ok(if is_negated {
                    format!("({rest} and {has_any})")
                } else {
                    format!("({rest} or {has_none})")
                })
            }
            _ => {
                let fits = self.column(column, false, test)?;
                let word = if is_negated { "not in" } else { "in" };
                Ok(format!("{id} {word} ({posts}{fits})"))
            }
        }
    }

    fn column(
        &mut self,
        column: Column,
        is_negated: bool,
        test: &Test,
    ) -> Result<String, FilterError> {
        match test {
            Test::Is(scalar) => {
                let typed = self.typed(column, scalar)?;
                Ok(self.is(column, is_negated, typed))
            }
            Test::Compares(comparison, scalar) => {
                let typed = self.typed(column, scalar)?;
                Ok(self.compares(column, *comparison, typed))
            }
            Test::Has(place, part) => Ok(self.has(column, is_negated, *place, part)),
            Test::OneOf(scalars) => self.one_of(column, is_negated, scalars),
            Test::AllOf(scalars) => {
                let mut each = Vec::new();
                for scalar in scalars {
                    each.push(self.column(column, is_negated, &Test::Is(scalar.clone()))?);
                }
                Ok(format!("({})", each.join(" and ")))
            }
        }
    }

    fn typed(&self, column: Column, scalar: &Scalar) -> Result<Typed, FilterError> {
        let text = match scalar {
            Scalar::Null => return Ok(Typed::Null),
            Scalar::Relative(count, unit) => {
                return Ok(match column.kind {
                    Kind::Instant => relative::instants(self.now, *count, *unit)
                        .map_or(Typed::Never, Typed::Instants),
                    _ => Typed::Never,
                });
            }
            Scalar::Bool(is) => is.to_string(),
            Scalar::Number(number) => number.to_string(),
            Scalar::Text(text) => text.clone(),
        };
        // PostgreSQL takes no text with a zero in it, and no row has one.
        if text.contains('\0') {
            return Ok(Typed::Never);
        }
        Ok(match column.kind {
            Kind::Text => Typed::Value(Value::Text(text)),
            Kind::Number => {
                text.parse().map_or(Typed::Never, |number| Typed::Value(Value::Number(number)))
            }
            Kind::Bool => match text.as_str() {
                "true" | "1" => Typed::Value(Value::Bool(true)),
                "false" | "0" => Typed::Value(Value::Bool(false)),
                _ => Typed::Never,
            },
            Kind::Instant => {
                let instants = Instants::parse(&text).ok_or(FilterError::NoDate(text))?;
                Typed::Instants(instants)
            }
        })
    }

    fn is(&mut self, column: Column, is_negated: bool, typed: Typed) -> String {
        let sql = column.sql;
        match (typed, is_negated) {
            (Typed::Null, false) => format!("{sql} is null"),
            (Typed::Null | Typed::Never, true) => format!("{sql} is not null"),
            (Typed::Never, false) => NEVER.to_owned(),
            (Typed::Value(value), false) => format!("{sql} = {}", self.values.bind(value)),
            (Typed::Value(value), true) => format!("{sql} <> {}", self.values.bind(value)),
            (Typed::Instants(instants), _) => {
                let from = self.values.number(instants.from.0);
                let until = self.values.number(instants.until.0);
                if is_negated {
                    format!("({sql} < {from} or {sql} >= {until})")
                } else {
                    format!("({sql} >= {from} and {sql} < {until})")
                }
            }
        }
    }

    fn compares(&mut self, column: Column, comparison: Comparison, typed: Typed) -> String {
        let sql = column.sql;
        let (sign, value) = match (comparison, typed) {
            (_, Typed::Null | Typed::Never) => return NEVER.to_owned(),
            (Comparison::Greater, Typed::Value(value)) => (">", value),
            (Comparison::GreaterOrEqual, Typed::Value(value)) => (">=", value),
            (Comparison::Less, Typed::Value(value)) => ("<", value),
            (Comparison::LessOrEqual, Typed::Value(value)) => ("<=", value),
            // A span of instants has an end, which is outside.
            (Comparison::Greater, Typed::Instants(them)) => (">=", Value::Number(them.until.0)),
            (Comparison::GreaterOrEqual, Typed::Instants(them)) => {
                (">=", Value::Number(them.from.0))
            }
            (Comparison::Less, Typed::Instants(them)) => ("<", Value::Number(them.from.0)),
            (Comparison::LessOrEqual, Typed::Instants(them)) => ("<", Value::Number(them.until.0)),
        };
        format!("{sql} {sign} {}", self.values.bind(value))
    }

    fn has(&mut self, column: Column, is_negated: bool, place: Place, text: &str) -> String {
        if column.kind != Kind::Text || text.contains('\0') {
            return self.is(column, is_negated, Typed::Never);
        }
        let text = escaped(text);
        let pattern = self.values.text(match place {
            Place::Anywhere => format!("%{text}%"),
            Place::Start => format!("{text}%"),
            Place::End => format!("%{text}"),
        });
        let not = if is_negated { "not " } else { "" };
        // The database folds both, so that both are folded alike.
        format!("lower({}) {not}like lower({pattern}) escape '\\'", column.sql)
    }

    fn one_of(
        &mut self,
        column: Column,
        is_negated: bool,
        scalars: &[Scalar],
    ) -> Result<String, FilterError> {
        let (mut values, mut others) = (Vec::new(), Vec::new());
        for scalar in scalars {
            match self.typed(column, scalar)? {
                Typed::Value(value) => values.push(self.values.bind(value).to_string()),
                other => others.push(self.is(column, is_negated, other)),
            }
        }
        if !values.is_empty() {
            let word = if is_negated { "not in" } else { "in" };
            others.push(format!("{} {word} ({})", column.sql, values.join(", ")));
        }
        let word = if is_negated { " and " } else { " or " };
        Ok(match others.as_slice() {
            [] if is_negated => format!("{} is not null", column.sql),
            [] => NEVER.to_owned(),
            [one] => one.clone(),
            _ => format!("({})", others.join(word)),
        })
    }
}
