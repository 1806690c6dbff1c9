use proptest::prelude::*;

use super::*;
use crate::formats::ghost::html::tests::rendered_words;

fn document(children: &Value) -> String {
    json!({"root": {"children": children, "type": "root", "version": 1}}).to_string()
}

fn run(text: &str, format: u64) -> Value {
    json!({"type": "extended-text", "version": 1, "text": text, "format": format})
}

fn markdown(children: &Value) -> String {
    to_markdown(&document(children), false).unwrap().0
}

#[test]
fn blocks_become_markdown() {
    for (node, expected) in [
        (json!({"type": "paragraph", "children": [run("1. a *b*", 0)]}), "1\\. a \\*b\\*"),
        (json!({"type": "paragraph", "children": []}), ""),
        (
            json!({"type": "extended-heading", "tag": "h3", "children": [run("Head", 0)]}),
            "### Head",
        ),
        (json!({"type": "heading", "tag": "script", "children": [run("Head", 0)]}), "## Head"),
        (json!({"type": "quote", "children": [run("said", 0)]}), "> said"),
        (
            json!({"type": "aside", "children": [run("said", 0)]}),
            "<blockquote class=\"kg-blockquote-alt\">said</blockquote>",
        ),
        (json!({"type": "horizontalrule"}), "---"),
        (
            json!({"type": "codeblock", "code": "a ``` b", "language": "rust"}),
            "````rust\na ``` b\n````",
        ),
        (json!({"type": "image", "src": "/a.png", "alt": "al"}), "![al](/a.png)"),
        (
            json!({"type": "html", "html": "<div class=\"raw\">*raw*</div>"}),
            "<div class=\"raw\">*raw*</div>",
        ),
        (
            json!({"type": "code", "language": "js", "children": [
                {"type": "code-highlight", "text": "a"}, {"type": "linebreak"}, {"type": "code-highlight", "text": "b"}]}),
            "```js\na\nb\n```",
        ),
        (
            json!({"type": "paragraph", "children": [run("a", 0), {"type": "linebreak"}, run("b", 0)]}),
            "a\\\nb",
        ),
        (
            json!({"type": "paragraph", "children": [
                {"type": "link", "url": "/x", "title": "t", "children": [run("a ", 0), run("b", 1)]}]}),
            "[a **b**](/x \"t\")",
        ),
    ] {
        assert_eq!(markdown(&json!([node])), expected, "{node}");
    }
}

#[test]
fn formats_nest_in_one_order() {
    let line = |runs: Value| markdown(&json!([{"type": "paragraph", "children": runs}]));
    assert_eq!(
        line(json!([run("a ", 0), run("b ", 1), run("c", 3), run(" d", 0)])),
        "a **b *c*** d"
    );
    assert_eq!(line(json!([run("s", 4), run(" c", 0), run("x", 16)])), "~~s~~ c`x`");
    assert_eq!(
        line(json!([run("u", 8), run("l", 32), run("h", 64), run("m", 128)])),
        "<u>u</u><sub>l</sub><sup>h</sup><mark>m</mark>"
    );
}

#[test]
fn lists_nest_in_the_item_before() {
    let item = |children: Value| json!({"type": "listitem", "children": children});
    let inner =
        json!({"type": "list", "listType": "number", "children": [item(json!([run("b", 0)]))]});
    let outer = json!({"type": "list", "listType": "bullet", "children": [
        item(json!([run("a", 0)])), item(json!([inner])), item(json!([run("c", 0)]))]});
    assert_eq!(markdown(&json!([outer])), "- a\n  1. b\n- c");
    let tasks = json!({"type": "list", "listType": "check", "children": [
        {"type": "listitem", "checked": true, "children": [run("done", 0)]}, item(json!([run("open", 0)]))]});
    assert_eq!(markdown(&json!([tasks])), "- [x] done\n- [ ] open");
}

#[test]
fn unknown_nodes_leave_their_text_and_a_warning() {
    for (node, text) in [
        (
            json!({"type": "poll", "children": [{"type": "paragraph", "children": [run("deep", 0)]}]}),
            "deep",
        ),
        (json!({"type": "poll", "children": [run("flat", 0)]}), "flat"),
        (json!({"type": "poll", "text": "bare"}), "bare"),
        (json!({"type": "poll", "html": "<p class=\"a\">x</p>"}), "<p class=\"a\">x</p>"),
        (
            json!({"type": "paragraph", "children": [{"type": "poll", "children": [run("in", 0)]}]}),
            "in",
        ),
        (json!({"type": "signup"}), ""),
    ] {
        let (markdown, warnings) = to_markdown(&document(&json!([node])), false).unwrap();
        assert_eq!(markdown, text);
        assert_eq!(warnings.len(), 1, "{node}");
    }
}

#[test]
fn what_is_no_document_is_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in
        ["", "null", "{}", "{\"root\":{}}", "{\"root\":{\"children\":{}}}", "{\"root\":", &deep]
    {
        assert!(to_markdown(text, false).is_err());
    }
    assert_eq!(markdown(&json!([1, null, "x", [], {}])), "");
}

fn any_text() -> impl Strategy<Value = String> {
    "[ -~é東“”\u{a0}]{1,24}"
}

fn any_line() -> impl Strategy<Value = Vec<Value>> {
    let node = prop_oneof![
        6 => (any_text(), 0_u64..256).prop_map(|(text, format)| run(&text, format)),
        1 => Just(json!({"type": "linebreak"})),
        1 => any_text().prop_map(|text| json!({"type": "link", "url": "/x_y_(z)", "children": [run(&text, 0)]})),
    ];
    prop::collection::vec(node, 0..6)
}

fn any_block() -> impl Strategy<Value = Value> {
    prop_oneof![
        any_line().prop_map(|line| json!({"type": "paragraph", "children": line})),
        any_line().prop_map(|line| json!({"type": "heading", "tag": "h2", "children": line})),
        any_line().prop_map(|line| json!({"type": "quote", "children": line})),
        prop::collection::vec(any_line(), 1..4).prop_map(|items| {
            let items: Vec<Value> = items
                .into_iter()
                .map(|line| json!({"type": "listitem", "children": line}))
                .collect();
            json!({"type": "list", "listType": "number", "children": items})
        }),
        Just(json!({"type": "horizontalrule"})),
        any_text().prop_map(|code| json!({"type": "codeblock", "code": code})),
    ]
}

/// The words of a tree, without a look at how it becomes HTML.
fn tree_words(node: &Value) -> String {
    let mut words = match kind(node) {
        "linebreak" => " ".to_owned(),
        "codeblock" => text(node, "code").to_owned(),
        _ => text(node, "text").to_owned(),
    };
    for child in children(node) {
        words.push_str(&tree_words(child));
    }
    if matches!(kind(node), "extended-text" | "link") { words } else { format!(" {words} ") }
}

proptest! {
    #[test]
    fn markdown_comes_back_letter_by_letter(markdown in "\\PC{0,60}|[ \\n#*`<>-]{1,20}") {
        let (back, warnings) = to_markdown(&of_markdown(&markdown), false).unwrap();
        prop_assert_eq!(back, markdown);
        prop_assert!(warnings.is_empty());
    }

    #[test]
    fn the_words_survive(blocks in prop::collection::vec(any_block(), 0..5)) {
        let tree = json!({"type": "root", "children": blocks});
        let expected = tree_words(&tree).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        let markdown = markdown(&json!(blocks));
        prop_assert_eq!(rendered_words(&markdown), expected, "{}", markdown);
    }

    #[test]
    fn no_json_panics(json in "(\\{|\\}|\\[|\\]|,|:|\"(root|children|type|text|list|link|image|gallery)\"|[0-9]){0,40}") {
        let _ = to_markdown(&json, false);
        let _ = to_markdown(&format!("{{\"root\":{{\"children\":[{json}]}}}}"), false);
    }
}
