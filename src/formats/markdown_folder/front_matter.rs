//! Front matter: the fields in front of a text, in YAML, TOML, JSON or Pelican's headers.
//!
//! Every form becomes one JSON object, so that no later step asks which one a file was written in.
//! Sizes and depths are bounded here, where the bytes come in.

use serde_json::{Map, Value};

/// The longest front matter, in bytes. Real ones stay below 10 kB.
const MAX_BYTES: usize = 1 << 20;
/// The most nodes that a YAML document may hold once its aliases are expanded.
const MAX_NODES: usize = 20_000;

/// A file taken apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// The fields; empty where the file has none.
    pub fields: Map<String, Value>,
    /// The text below them.
    pub body: String,
    /// The line of the file on which the body starts, from 1.
    pub body_line: usize,
}

/// Why the front matter of a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file, from 1.
    pub line: Option<usize>,
    /// What is wrong, in a sentence.
    pub reason: String,
}

impl Fault {
    fn at(line: usize, reason: impl Into<String>) -> Self {
        Self { line: Some(line), reason: reason.into() }
    }
}

/// The text of a file: UTF-8, with or without a byte order mark.
pub fn decode(bytes: Vec<u8>) -> Result<String, Fault> {
    let mut text = String::from_utf8(bytes).map_err(|e| {
        let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        Fault::at(1 + newlines(good), "the text is not UTF-8; save it as UTF-8 and try again")
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

/// Takes a file apart.
pub fn parse(text: &str) -> Result<Parsed, Fault> {
    match text.lines().next().map(str::trim_end) {
        Some("---") => fenced(text, &["---", "..."], yaml),
        Some("+++") => fenced(text, &["+++"], toml),
        Some(first) if first.starts_with('{') && opens_json(text) => json(text),
        Some(first) if is_header(first) => Ok(headers(text)),
        _ => Ok(without(text)),
    }
}

fn without(text: &str) -> Parsed {
    Parsed { fields: Map::new(), body: text.to_owned(), body_line: 1 }
}

type Parser = fn(&str) -> Result<Option<Map<String, Value>>, Fault>;

/// Fields between two lines of a fence; `parser` counts lines from the one below the first fence.
fn fenced(text: &str, fences: &[&str], parser: Parser) -> Result<Parsed, Fault> {
    let opening = text.find('\n').map_or(text.len(), |at| at + 1);
    let mut at = opening;
    let mut line_number = 1;
    let mut found = None;
    for line in text[opening..].split_inclusive('\n') {
        line_number += 1;
        if fences.contains(&line.trim_end()) {
            found = Some(at);
            at += line.len();
            break;
        }
        at += line.len();
        if at - opening > MAX_BYTES {
            return Err(Fault::at(1, format!("the front matter is longer than {MAX_BYTES} bytes")));
        }
    }
    let Some(end) = found else {
        // A thematic break is written like a fence; it has an empty line, or nothing, below it.
        if text[opening..].lines().next().is_none_or(|line| line.trim().is_empty()) {
            return Ok(without(text));
        }
        let fence = fences[0];
        return Err(Fault::at(1, format!("the front matter has no closing `{fence}`")));
    };
    let fields = parser(&text[opening..end]).map_err(|mut fault| {
        fault.line = fault.line.map(|line| line + 1);
        fault
    })?;
    Ok(match fields {
        Some(fields) => Parsed { fields, body: text[at..].to_owned(), body_line: line_number + 1 },
        None => without(text),
    })
}

/// A data file by its extension: YAML, TOML or JSON.
pub fn data(text: &str, extension: &str) -> Result<Value, Fault> {
    match extension {
        "yml" | "yaml" => yaml_value(text),
        "toml" => Ok(toml(text)?.map_or(Value::Null, Value::Object)),
        "json" => serde_json::from_str(text)
            .map_err(|e| Fault::at(e.line().max(1), format!("JSON: {}", first_line(&e)))),
        _ => Ok(Value::Null),
    }
}

/// YAML, or `None` where it is a plain text: two thematic breaks around a paragraph.
fn yaml(text: &str) -> Result<Option<Map<String, Value>>, Fault> {
    match yaml_value(text)? {
        Value::Object(fields) => Ok(Some(fields)),
        Value::Null => Ok(Some(Map::new())),
        Value::String(_) => Ok(None),
        _ => Err(Fault::at(1, "the front matter is a list, not a map of names to values")),
    }
}

fn yaml_value(text: &str) -> Result<Value, Fault> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: MAX_NODES, max_events: MAX_NODES * 4, max_documents: 1 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_saphyr::from_str_with_options(text, options).map_err(|e| {
        let line = e.location().and_then(|l| usize::try_from(l.line()).ok());
        Fault { line: line.or(Some(1)), reason: format!("YAML: {}", first_line(&e)) }
    })
}

fn toml(text: &str) -> Result<Option<Map<String, Value>>, Fault> {
    if nesting(text) > 64 {
        return Err(Fault::at(1, "TOML: nested more than 64 levels deep"));
    }
    let table: toml::Table = toml::from_str(text).map_err(|e| {
        let start = e.span().map_or(0, |span| span.start).min(text.len());
        let before = &text.as_bytes()[..start];
        Fault::at(1 + newlines(before), format!("TOML: {}", e.message().replace('\n', ", ")))
    })?;
    Ok(Some(table.into_iter().map(|(key, value)| (key, of_toml(value))).collect()))
}

fn of_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(yes) => yes.into(),
        toml::Value::Datetime(instant) => Value::String(instant.to_string()),
        toml::Value::Array(items) => items.into_iter().map(of_toml).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, of_toml(value))).collect())
        }
    }
}

/// The deepest nesting of brackets, which bounds the parser's recursion.
fn nesting(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Whether a brace opens an object with a key, not a template tag such as `{{ x }}` or `{% x %}`.
fn opens_json(text: &str) -> bool {
    let rest = text[1..].trim_start();
    rest.starts_with('"') || rest.starts_with('}')
}

fn json(text: &str) -> Result<Parsed, Fault> {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut values = serde_json::Deserializer::from_str(&text[..end]).into_iter::<Map<_, _>>();
    match values.next() {
        Some(Ok(fields)) => {
            let end = values.byte_offset();
            let rest = &text[end..];
            let gap = rest.find('\n').map_or(rest.len(), |at| at + 1);
            let skipped = if rest[..gap].trim().is_empty() { gap } else { 0 };
            let body_line = 1 + newlines(&text.as_bytes()[..end + skipped]);
            Ok(Parsed { fields, body: rest[skipped..].to_owned(), body_line })
        }
        Some(Err(e)) => Err(Fault::at(e.line().max(1), format!("JSON: {}", first_line(&e)))),
        None => Ok(without(text)),
    }
}

/// `Key: value`, with a key that Pelican knows, so that a text that opens with `Note: …` is none.
fn is_header(line: &str) -> bool {
    const KEYS: [&str; 12] = [
        "title", "date", "modified", "category", "tags", "keywords", "slug", "author", "authors",
        "summary", "status", "lang",
    ];
    header(line).is_some_and(|(key, _)| KEYS.contains(&key.as_str()))
}

fn header(line: &str) -> Option<(String, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (!key.is_empty() && key.chars().all(is_name)).then(|| (key.to_ascii_lowercase(), value.trim()))
}

/// Pelican's headers: up to the first line that is none; an indented line goes on with the last.
fn headers(text: &str) -> Parsed {
    let mut fields: Map<String, Value> = Map::new();
    let mut last: Option<String> = None;
    let mut at = 0;
    let mut body_line = 1;
    for line in text.split_inclusive('\n') {
        if let Some((key, value)) = header(line.trim_end()) {
            fields.insert(key.clone(), Value::String(value.to_owned()));
            last = Some(key);
        } else if let Some(Value::String(value)) =
            last.as_ref().filter(|_| line.starts_with([' ', '\t'])).and_then(|k| fields.get_mut(k))
            && !line.trim().is_empty()
            && value.len() < MAX_BYTES
        {
            value.push(' ');
            value.push_str(line.trim());
        } else {
            break;
        }
        at += line.len();
        body_line += 1;
        if at > MAX_BYTES {
            break;
        }
    }
    Parsed { fields, body: text[at..].to_owned(), body_line }
}

fn first_line(error: &impl ToString) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.split(|b| *b == b'\n').count() - 1
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn title(text: &str) -> (Option<String>, String, usize) {
        let parsed = parse(text).unwrap();
        let title = parsed.fields.get("title").and_then(Value::as_str).map(str::to_owned);
        (title, parsed.body, parsed.body_line)
    }

    #[test]
    fn all_forms_read_alike() {
        for text in [
            "---\ntitle: A\n---\nText",
            "---\r\ntitle: A\r\n---\r\nText",
            "+++\ntitle = \"A\"\n+++\nText",
            "{\n\"title\":\n\"A\"}\nText",
            "Title: A\nDate: 2020-01-01\n\nText",
        ] {
            let (title, body, _) = title(text);
            assert_eq!((title.as_deref(), body.trim()), (Some("A"), "Text"), "{text}");
        }
        assert_eq!(title("---\ntitle: A\n---\nText").2, 4);
    }

    #[test]
    fn a_text_without_front_matter_is_all_body() {
        for text in
            ["# A\n", "---\n\nA rule above.", "---\n\nWords\n\n---\nMore", "{{ x }}", "Note: x"]
        {
            assert_eq!(parse(text).unwrap(), without(text), "{text}");
        }
    }

    #[test]
    fn faults_name_the_line_of_the_file() {
        for (text, line) in [
            ("---\na: 1\nb: [1, 2\n---\n", 4),
            ("+++\na = 1\nb = \n+++\n", 3),
            ("{\"a\": 1,\n \"b\": }\n", 2),
            ("---\ntitle: A\n", 1),
            ("+++\ntitle = 'A'\n", 1),
        ] {
            let fault = parse(text).unwrap_err();
            assert!(fault.line.unwrap().abs_diff(line) <= 1, "{text}: {fault:?}");
        }
        let fault = decode(b"a\nb\n\xff".to_vec()).unwrap_err();
        assert_eq!(fault.line, Some(3));
    }

    #[test]
    fn bombs_are_refused() {
        let mut bomb = "---\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
            writeln!(bomb, "a{n}: &a{n} [{aliases}]").unwrap();
        }
        assert!(parse(&format!("{bomb}---\n")).is_err());
        let long = format!("---\ntitle: {}\n---\n", "x".repeat(10 << 20));
        assert!(parse(&long).is_err());
        let deep = format!("+++\na = {}{}\n+++\n", "[".repeat(9_000), "]".repeat(9_000));
        assert!(parse(&deep).is_err());
        let deep = format!("---\na: {}{}\n---\n", "[".repeat(9_000), "]".repeat(9_000));
        assert!(parse(&deep).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(text) = decode(bytes) {
                let _ = parse(&text);
            }
        }

        #[test]
        fn no_fields_panic(fence in "(---|\\+\\+\\+|\\{)\n?", text in "[-a-c:=\\[\\]{}\"'&*!|>#+\n ]{0,120}", close in "(---|\\+\\+\\+|\\})?") {
            let _ = parse(&format!("{fence}{text}\n{close}\nText"));
        }
    }
}
