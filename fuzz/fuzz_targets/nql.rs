//! Filters: whatever somebody writes, the parser comes to an end, keeps its bounds, and gives a tree that says
//! the same when it is written down and read again.

#![no_main]

use std::fmt::Write as _;

use libfuzzer_sys::fuzz_target;
use nql::{Comparison, Condition, Filter, Place, Scalar, Test, Unit};

#[path = "../../src/nql/mod.rs"]
#[allow(dead_code, unused_imports)]
mod nql;

/// Outside of all parentheses and within each there may be an or, of ands; at the end stands a condition.
const MAX_DEPTH: usize = 2 * (nql::MAX_DEPTH + 1) + 1;

fuzz_target!(|text: &str| {
    let Ok(Some(filter)) = nql::parse(text) else { return };
    assert!(depth(&filter) <= MAX_DEPTH, "too deep");
    assert!(terms(&filter) <= nql::MAX_TERMS, "too many terms");
    let _ = filter.is_relative();
    let mut written = String::new();
    if write(&filter, &mut written).is_some() && written.len() <= nql::MAX_LENGTH {
        assert_eq!(nql::parse(&written), Ok(Some(filter)), "{text:?} is {written:?}");
    }
});

fn depth(filter: &Filter) -> usize {
    match filter {
        Filter::All(filters) | Filter::Any(filters) => {
            1 + filters.iter().map(depth).max().unwrap_or(0)
        }
        Filter::Is(_) => 1,
    }
}

fn terms(filter: &Filter) -> usize {
    match filter {
        Filter::All(filters) | Filter::Any(filters) => filters.iter().map(terms).sum(),
        Filter::Is(_) => 1,
    }
}

/// Writes a filter down; `None` where a text in it cannot stand between quotes.
fn write(filter: &Filter, to: &mut String) -> Option<()> {
    let (filters, mark) = match filter {
        Filter::Is(condition) => return condition_to(condition, to),
        Filter::All(filters) => (filters, '+'),
        Filter::Any(filters) => (filters, ','),
    };
    for (at, inner) in filters.iter().enumerate() {
        if at > 0 {
            to.push(mark);
        }
        let is_bare = matches!(inner, Filter::Is(_))
            || matches!((filter, inner), (Filter::Any(_), Filter::All(_)));
        if is_bare {
            write(inner, to)?;
        } else {
            to.push('(');
            write(inner, to)?;
            to.push(')');
        }
    }
    Some(())
}

fn condition_to(condition: &Condition, to: &mut String) -> Option<()> {
    to.push_str(&condition.field);
    to.push(':');
    if condition.is_negated {
        to.push('-');
    }
    match &condition.test {
        Test::Is(scalar) => scalar_to(scalar, to),
        Test::Compares(comparison, scalar) => {
            to.push_str(match comparison {
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
            });
            scalar_to(scalar, to)
        }
        Test::Has(place, text) => {
            to.push_str(match place {
                Place::Anywhere => "~",
                Place::Start => "~^",
                Place::End => "~$",
            });
            text_to(text, to)
        }
        Test::OneOf(scalars) => list_to(scalars, ',', to),
        Test::AllOf(scalars) => list_to(scalars, '+', to),
    }
}

fn list_to(scalars: &[Scalar], mark: char, to: &mut String) -> Option<()> {
    assert!(scalars.len() <= nql::MAX_LIST, "too long a list");
    to.push('[');
    for (at, scalar) in scalars.iter().enumerate() {
        if at > 0 {
            to.push(mark);
        }
        scalar_to(scalar, to)?;
    }
    to.push(']');
    Some(())
}

fn scalar_to(scalar: &Scalar, to: &mut String) -> Option<()> {
    match scalar {
        Scalar::Null => to.push_str("null"),
        Scalar::Bool(value) => write!(to, "{value}").ok()?,
        Scalar::Number(value) => write!(to, "{value}").ok()?,
        Scalar::Text(text) => text_to(text, to)?,
        Scalar::Relative(count, unit) => {
            let unit = match unit {
                Unit::Seconds => 's',
                Unit::Minutes => 'm',
                Unit::Hours => 'h',
                Unit::Days => 'd',
                Unit::Weeks => 'w',
                Unit::Months => 'M',
                Unit::Years => 'y',
            };
            write!(to, "now{count:+}{unit}").ok()?;
        }
    }
    Some(())
}

fn text_to(text: &str, to: &mut String) -> Option<()> {
    if text.is_empty() || text.contains(['\'', '"', '\\']) {
        return None;
    }
    write!(to, "'{text}'").ok()
}
