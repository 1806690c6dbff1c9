//! Which bytes of a Markdown text are code, so that no rewriting touches them.

use std::ops::Range;

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};

/// The longest code span that is looked for, in bytes; it bounds the search for the closing run.
const MAX_SPAN: usize = 16 << 10;

/// The ranges of code blocks and code spans, in order and apart.
pub fn ranges(text: &str) -> Vec<Range<usize>> {
    if !text.contains(['`', '~']) && !text.contains("    ") && !text.contains('\t') {
        return Vec::new();
    }
    let blocks = blocks(text);
    let mut ranges = Vec::new();
    let mut at = 0;
    for block in blocks {
        spans(text, at..block.start.max(at), &mut ranges);
        at = block.end.max(at);
        ranges.push(block);
    }
    spans(text, at..text.len(), &mut ranges);
    ranges
}

/// Whether a place lies in one of the ranges; if so, where that range ends.
pub fn end_of(ranges: &[Range<usize>], at: usize) -> Option<usize> {
    let after = ranges.partition_point(|range| range.end <= at);
    ranges.get(after).filter(|range| range.start <= at).map(|range| range.end)
}

/// Fenced and indented code, by whole lines.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1));
    let start_of = |line: usize| starts.get(line).copied().unwrap_or(text.len());
    let arena = Arena::new();
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.footnotes = true;
    let root = parse_document(&arena, text, &options);
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for node in root.descendants() {
        let data = node.data.borrow();
        if matches!(data.value, NodeValue::CodeBlock(_)) {
            let lines = data.sourcepos;
            let range = start_of(lines.start.line.saturating_sub(1))..start_of(lines.end.line);
            if blocks.last().is_none_or(|last| last.end <= range.start) && !range.is_empty() {
                blocks.push(range);
            }
        }
    }
    blocks
}

/// Code spans: a run of backticks up to the next run of the same length in the same paragraph.
fn spans(text: &str, within: Range<usize>, ranges: &mut Vec<Range<usize>>) {
    let bytes = &text.as_bytes()[..within.end];
    let run = |at: usize| bytes[at..].iter().take_while(|&&b| b == b'`').count();
    let mut at = within.start;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'`' => {
                let length = run(at);
                let mut close = at + length;
                let mut end = None;
                let limit = bytes.len().min(close + MAX_SPAN);
                while close < limit && !ends_paragraph(bytes, close) {
                    if bytes[close] == b'`' {
                        let other = run(close);
                        if other == length {
                            end = Some(close + other);
                            break;
                        }
                        close += other;
                    } else {
                        close += 1;
                    }
                }
                match end {
                    Some(end) => {
                        ranges.push(at..end);
                        at = end;
                    }
                    None => at += length,
                }
            }
            _ => at += 1,
        }
    }
}

/// Whether an empty line stands here.
fn ends_paragraph(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'\n'
        && bytes[at + 1..]
            .iter()
            .find(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'>'))
            .is_none_or(|b| *b == b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn code_is_found() {
        let text = "a `b` c\n\n```rust\nd `e\n```\n\n    f\n\ng ``h ` i`` j\n\n- k\n\n  ~~~\n  l\n  ~~~\n\nm `n\n\no p \\`q r";
        let found: Vec<&str> = ranges(text).into_iter().map(|range| text[range].trim()).collect();
        assert_eq!(found, ["`b`", "```rust\nd `e\n```", "f", "``h ` i``", "~~~\n  l\n  ~~~"]);
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_on_characters(text in "[`~ \n>a\\\\é-]{0,200}") {
            let ranges = ranges(&text);
            let mut at = 0;
            for range in ranges {
                prop_assert!(at <= range.start && range.start < range.end);
                prop_assert!(text.get(range.clone()).is_some());
                at = range.end;
            }
        }
    }
}
