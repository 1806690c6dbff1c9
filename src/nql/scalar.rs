//! Values: what stands behind the colon, or in a list.

use super::filter::{Scalar, Unit};
use super::scanner::Scanner;

/// What ends a literal, unless a backslash stands before it.
const SPECIAL: &[char] = &['\'', '"', '+', ',', '(', ')', '>', '<', '=', '[', ']', '~'];

/// Takes the value that is next, if one is.
pub(super) fn take(scanner: &mut Scanner) -> Option<Scalar> {
    scanner.skip_space();
    if scanner.rest().starts_with('\'') {
        return take_string(scanner).map(Scalar::Text);
    }
    if let Some((relative, length)) = relative(scanner.rest()) {
        scanner.advance(length);
        return Some(relative);
    }
    take_literal(scanner)
}

/// Takes a text in quotes: it is not empty, and quotes in it stand behind a backslash.
pub(super) fn take_string(scanner: &mut Scanner) -> Option<String> {
    scanner.skip_space();
    let inside = scanner.rest().strip_prefix('\'')?;
    let mut text = String::new();
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' if text.is_empty() => return None,
            '\'' => {
                scanner.advance(at + 2);
                return Some(text);
            }
            '"' => return None,
            '\\' if inside[at + 1..].starts_with(['\'', '"']) => {
                text.extend(characters.next().map(|(_, quote)| quote));
            }
            other => text.push(other),
        }
    }
    None
}

/// `now-30d`: only where nothing follows that would make a longer word of it.
fn relative(rest: &str) -> Option<(Scalar, usize)> {
    let behind = rest.strip_prefix("now")?;
    let (sign, behind) = match behind.as_bytes().first()? {
        b'-' => (-1, &behind[1..]),
        b'+' => (1, &behind[1..]),
        _ => return None,
    };
    let digits = behind.find(|c: char| !c.is_ascii_digit())?;
    let count: i64 = behind[..digits].parse().ok()?;
    let unit = match behind.as_bytes()[digits] {
        b's' => Unit::Seconds,
        b'm' => Unit::Minutes,
        b'h' => Unit::Hours,
        b'd' => Unit::Days,
        b'w' => Unit::Weeks,
        b'M' => Unit::Months,
        b'y' => Unit::Years,
        _ => return None,
    };
    let behind = &behind[digits + 1..];
    let ends = |c: char| c.is_whitespace() || ['+', ',', '(', ')', '[', ']'].contains(&c);
    let is_over = behind.chars().next().is_none_or(ends);
    is_over.then(|| (Scalar::Relative(sign * count, unit), rest.len() - behind.len()))
}

/// A word without quotes: a keyword, a number, or itself.
fn take_literal(scanner: &mut Scanner) -> Option<Scalar> {
    let rest = scanner.rest();
    if rest.starts_with('-') {
        return None;
    }
    let mut word = String::new();
    let mut end = rest.len();
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            let (_, escaped) = characters.next()?;
            if !escaped.is_whitespace() && !SPECIAL.contains(&escaped) && !"-^$".contains(escaped) {
                return None;
            }
            // Of these only the quotes lose their backslash, as in Ghost.
            if escaped != '\'' && escaped != '"' {
                word.push('\\');
            }
            word.push(escaped);
        } else if character.is_whitespace() || SPECIAL.contains(&character) {
            end = at;
            break;
        } else {
            word.push(character);
        }
    }
    if word.is_empty() {
        return None;
    }
    scanner.advance(end);
    Some(match word.as_str() {
        "null" | "NULL" | "Null" => Scalar::Null,
        "true" | "TRUE" | "True" => Scalar::Bool(true),
        "false" | "FALSE" | "False" => Scalar::Bool(false),
        _ => number(&word).map_or(Scalar::Text(word), Scalar::Number),
    })
}

/// A number of digits alone, perhaps with a point and more digits, which count for nothing. What no
/// column can hold counts as the most that one can.
fn number(word: &str) -> Option<i64> {
    let (whole, fraction) = word.split_once('.').unwrap_or((word, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (is_digits(whole) && is_digits(fraction)).then(|| whole.parse().unwrap_or(i64::MAX))
}
