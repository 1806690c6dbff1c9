//! The grammar, by recursive descent.

use super::filter::{Comparison, Condition, Filter, Place, Test};
use super::limits::{MAX_DEPTH, MAX_LENGTH, MAX_LIST, MAX_TERMS};
use super::scalar;
use super::scanner::Scanner;

/// Why a text is no filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// At a place, counted in bytes, something else was expected.
    #[error("expected {expected} at byte {at}")]
    Expected {
        /// What.
        expected: &'static str,
        /// Where.
        at: usize,
    },
    /// It is longer than [`MAX_LENGTH`].
    #[error("the filter is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// It has more conditions than [`MAX_TERMS`].
    #[error("the filter has more than {MAX_TERMS} conditions")]
    TooManyTerms,
    /// Its parentheses nest deeper than [`MAX_DEPTH`].
    #[error("the parentheses nest deeper than {MAX_DEPTH}")]
    TooDeep,
    /// One of its lists has more values than [`MAX_LIST`].
    #[error("a list has more than {MAX_LIST} values")]
    ListTooLong,
}

/// Reads a filter; `None` where there is nothing but space.
///
/// # Errors
/// It is none, or asks for too much.
pub fn parse(text: &str) -> Result<Option<Filter>, Error> {
    if text.len() > MAX_LENGTH {
        return Err(Error::TooLong);
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { scanner: Scanner::new(text), terms: 0 };
    let filter = parser.any(0)?;
    parser.scanner.skip_space();
    if !parser.scanner.rest().is_empty() {
        return Err(parser.expected("the end, a comma or a plus"));
    }
    Ok(Some(filter))
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    terms: usize,
}

impl Parser<'_> {
    fn expected(&self, expected: &'static str) -> Error {
        Error::Expected { expected, at: self.scanner.at() }
    }

    fn any(&mut self, depth: usize) -> Result<Filter, Error> {
        let first = self.all(depth)?;
        let mut filters = vec![first];
        while self.scanner.takes(",") {
            filters.push(self.all(depth)?);
        }
        Ok(one_or(filters, Filter::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Filter, Error> {
        let first = self.term(depth)?;
        let mut filters = vec![first];
        while self.scanner.takes("+") {
            filters.push(self.term(depth)?);
        }
        Ok(one_or(filters, Filter::All))
    }

    fn term(&mut self, depth: usize) -> Result<Filter, Error> {
        if self.scanner.takes("(") {
            if depth == MAX_DEPTH {
                return Err(Error::TooDeep);
            }
            let filter = self.any(depth + 1)?;
            if !self.scanner.takes(")") {
                return Err(self.expected("a closing parenthesis"));
            }
            return Ok(filter);
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(Error::TooManyTerms);
        }
        let field = self.field()?;
        let (is_negated, test) = self.test()?;
        Ok(Filter::Is(Condition { field, is_negated, test }))
    }

    fn field(&mut self) -> Result<String, Error> {
        let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
        if !self.scanner.rest().starts_with(begins) {
            return Err(self.expected("a field"));
        }
        let name = self.scanner.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        if !self.scanner.takes(":") {
            return Err(self.expected("a colon"));
        }
        Ok(name.to_ascii_lowercase())
    }

    fn test(&mut self) -> Result<(bool, Test), Error> {
        for (sign, comparison) in [
            (">=", Comparison::GreaterOrEqual),
            ("<=", Comparison::LessOrEqual),
            (">", Comparison::Greater),
            ("<", Comparison::Less),
        ] {
            if self.scanner.takes(sign) {
                return Ok((false, Test::Compares(comparison, self.scalar()?)));
            }
        }
        let is_negated = self.scanner.takes("-");
        for (sign, place) in [("~^", Place::Start), ("~$", Place::End), ("~", Place::Anywhere)] {
            if self.scanner.takes(sign) {
                let text = scalar::take_string(&mut self.scanner);
                let text = text.ok_or_else(|| self.expected("a text in single quotes"))?;
                return Ok((is_negated, Test::Has(place, text)));
            }
        }
        let test =
            if self.scanner.takes("[") { self.list(is_negated)? } else { Test::Is(self.scalar()?) };
        Ok((is_negated, test))
    }

    /// The rest of a list, whose bracket is open. One sign separates all of it; only `,` where the list
    /// is negated.
    fn list(&mut self, is_negated: bool) -> Result<Test, Error> {
        let mut values = vec![self.scalar()?];
        let wants_all = !is_negated && self.scanner.takes("+");
        let sign = if wants_all { "+" } else { "," };
        let mut goes_on = wants_all || self.scanner.takes(sign);
        while goes_on {
            if values.len() == MAX_LIST {
                return Err(Error::ListTooLong);
            }
            values.push(self.scalar()?);
            goes_on = self.scanner.takes(sign);
        }
        if !self.scanner.takes("]") {
            return Err(self.expected("a closing bracket"));
        }
        Ok(if wants_all { Test::AllOf(values) } else { Test::OneOf(values) })
    }

    fn scalar(&mut self) -> Result<super::Scalar, Error> {
        scalar::take(&mut self.scanner).ok_or_else(|| self.expected("a value"))
    }
}

/// A group of one is that one.
fn one_or(mut filters: Vec<Filter>, group: fn(Vec<Filter>) -> Filter) -> Filter {
    match filters.pop() {
        Some(one) if filters.is_empty() => one,
        Some(last) => {
            filters.push(last);
            group(filters)
        }
        None => group(filters),
    }
}
