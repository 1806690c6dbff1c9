//! The words of code, sorted into a dozen classes.
//!
//! A grammar names every character in great detail; the page gets the few distinctions that a
//! reader sees, so that it stays small. The grammars are read at the first use.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// Lines longer than this, in bytes, are not parsed: nobody reads them, and they cost the most.
const MAX_LINE: usize = 2_000;

/// A piece of code that is of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// Its class in the HTML.
    pub(super) class: Option<&'static str>,
    /// The characters, not escaped.
    pub(super) text: &'a str,
}

/// What the names of grammars mean to a reader. The first line that fits a name decides; `None`
/// ends the search (code within a string is not a string).
const MEANINGS: &[(&str, Option<&str>)] = &[
    ("comment", Some("hl-comment")),
    ("meta.diff.header", Some("hl-comment")),
    ("meta.interpolation", None),
    ("meta.template.expression", None),
    ("meta.embedded", None),
    ("constant.numeric", Some("hl-number")),
    ("keyword.other.unit", Some("hl-number")),
    ("meta.diff.range", Some("hl-number")),
    ("constant", Some("hl-constant")),
    ("support.constant", Some("hl-constant")),
    ("variable.other.constant", Some("hl-constant")),
    ("string", Some("hl-string")),
    ("keyword.operator.word", Some("hl-keyword")),
    ("keyword.operator.logical.python", Some("hl-keyword")),
    ("keyword.operator", Some("hl-operator")),
    ("keyword", Some("hl-keyword")),
    ("storage.type.numeric", Some("hl-number")),
    ("storage", Some("hl-keyword")),
    ("variable.language", Some("hl-keyword")),
    ("entity.name.tag.yaml", Some("hl-attr")),
    ("punctuation.definition.tag", Some("hl-tag")),
    ("entity.name.tag", Some("hl-tag")),
    ("entity.other.attribute-name", Some("hl-attr")),
    ("support.type.property-name", Some("hl-attr")),
    ("meta.annotation", Some("hl-attr")),
    ("variable.annotation", Some("hl-attr")),
    ("entity.name.type", Some("hl-type")),
    ("entity.name.class", Some("hl-type")),
    ("entity.name.struct", Some("hl-type")),
    ("entity.name.enum", Some("hl-type")),
    ("entity.name.union", Some("hl-type")),
    ("entity.name.trait", Some("hl-type")),
    ("entity.name.impl", Some("hl-type")),
    ("entity.name.interface", Some("hl-type")),
    ("entity.name.namespace", Some("hl-type")),
    ("entity.other.inherited-class", Some("hl-type")),
    ("support.type", Some("hl-type")),
    ("support.class", Some("hl-type")),
    ("entity.name", Some("hl-name")),
    ("support.function", Some("hl-name")),
    ("support.macro", Some("hl-name")),
    ("variable.function", Some("hl-name")),
    ("markup.inserted", Some("hl-inserted")),
    ("markup.deleted", Some("hl-deleted")),
    ("markup.heading", Some("hl-name")),
    ("markup.raw", Some("hl-string")),
];

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

static SCOPES: LazyLock<Vec<(Scope, Option<&'static str>)>> = LazyLock::new(|| {
    MEANINGS.iter().filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class))).collect()
});

static KEY: LazyLock<Scope> =
    LazyLock::new(|| Scope::new("meta.mapping.key").expect("has few enough atoms"));

/// Sorts the words of code, or gives `None` where its language is not known or too much for its
/// grammar. The pieces put together are the code.
pub(super) fn pieces<'a>(code: &'a str, language: &str) -> Option<Vec<Piece<'a>>> {
    let mut state = ParseState::new(syntax(language)?);
    let mut stack = ScopeStack::new();
    let mut pieces = Pieces { code, list: Vec::new(), written: 0 };
    let mut line_start = 0;
    for line in code.split_inclusive('\n') {
        if line.len() > MAX_LINE {
            line_start += line.len();
            pieces.extend_to(line_start, None);
            continue;
        }
        for (offset, operation) in state.parse_line(line, &SYNTAXES).ok()? {
            pieces.extend_to(line_start + offset, class(stack.as_slice()));
            stack.apply(&operation).ok()?;
        }
        line_start += line.len();
        pieces.extend_to(line_start, class(stack.as_slice()));
    }
    Some(pieces.list)
}

/// The grammar of a language, by the names and file extensions people use for it.
fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let name = match language {
        "console" | "sh-session" | "shell" | "shell-session" | "shellscript" | "zsh" => "bash",
        "csharp" => "c#",
        "fsharp" => "f#",
        "golang" => "go",
        "json5" | "jsonc" => "json",
        "cjs" | "mjs" | "node" => "js",
        "objc" => "objective-c",
        "javascriptreact" | "jsx" => "typescriptreact",
        "docker" => "dockerfile",
        "patch" => "diff",
        "plain" | "plaintext" | "text" | "txt" | "none" => return None,
        name => name,
    };
    SYNTAXES.find_syntax_by_token(name)
}

/// What the innermost name that means anything to a reader means.
fn class(stack: &[Scope]) -> Option<&'static str> {
    let class = stack.iter().rev().find_map(|&scope| {
        SCOPES.iter().find(|(name, _)| name.is_prefix_of(scope)).map(|(_, class)| *class)
    })?;
    // The name of a member is written as a string in JSON, but it is not a value.
    let is_key = class == Some("hl-string") && stack.iter().any(|&scope| KEY.is_prefix_of(scope));
    if is_key { Some("hl-attr") } else { class }
}

/// Pieces of a code, side by side; neighbours of one class are one piece.
struct Pieces<'a> {
    code: &'a str,
    list: Vec<Piece<'a>>,
    written: usize,
}

impl Pieces<'_> {
    fn extend_to(&mut self, end: usize, class: Option<&'static str>) {
        let start = self.written;
        // Offsets come in order and between characters; anything else adds nothing.
        let Some(text) = self.code.get(start..end).filter(|text| !text.is_empty()) else { return };
        self.written = end;
        let is_blank = text.trim().is_empty();
        match self.list.last_mut() {
            // Blanks have no colour, so they may belong to what they follow.
            Some(last) if last.class == class || is_blank => {
                let from = start - last.text.len();
                last.text = &self.code[from..end];
            }
            _ => self.list.push(Piece { class: class.filter(|_| !is_blank), text }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(code: &str, language: &str) -> Vec<(&'static str, String)> {
        let pieces = pieces(code, language).expect("the language is known");
        let whole: String = pieces.iter().map(|piece| piece.text).collect();
        assert_eq!(whole, code);
        pieces
            .iter()
            .filter_map(|piece| Some((piece.class?, piece.text.trim().to_owned())))
            .collect()
    }

    fn has(code: &str, language: &str, class: &str, text: &str) {
        let classes = classes(code, language);
        assert!(
            classes.iter().any(|(c, t)| *c == class && t == text),
            "no {class} {text:?} in {classes:?}"
        );
    }

    #[test]
    fn every_class_occurs() {
        has("// a\n", "rust", "hl-comment", "// a");
        has("fn a() {}\n", "rust", "hl-keyword", "fn");
        has("fn a() {}\n", "rust", "hl-name", "a");
        has("let a = \"b\";\n", "rust", "hl-string", "\"b\"");
        has("let a = 12;\n", "rust", "hl-number", "12");
        has("let a = true;\n", "rust", "hl-constant", "true");
        has("let a = 1;\n", "rust", "hl-operator", "=");
        has("struct A;\n", "rust", "hl-type", "A");
        has("{\"a\": \"b\"}\n", "json", "hl-attr", "\"a\"");
        has("{\"a\": \"b\"}\n", "json", "hl-string", "\"b\"");
        has("a: b\n", "yaml", "hl-attr", "a");
        has("<a href=\"b\">\n", "html", "hl-attr", "href");
        has("<a href=\"b\">\n", "html", "hl-tag", "<a");
        has("+ a\n- b\n", "diff", "hl-inserted", "+ a");
        has("+ a\n- b\n", "diff", "hl-deleted", "- b");
    }

    #[test]
    fn the_languages_of_blogs_are_known() {
        let languages = [
            "bash",
            "c",
            "cpp",
            "cs",
            "css",
            "diff",
            "dockerfile",
            "elixir",
            "go",
            "haskell",
            "html",
            "ini",
            "java",
            "javascript",
            "js",
            "json",
            "jsx",
            "kotlin",
            "lua",
            "make",
            "markdown",
            "md",
            "nix",
            "php",
            "python",
            "r",
            "rb",
            "rs",
            "ruby",
            "rust",
            "scala",
            "scss",
            "sh",
            "shell",
            "sql",
            "swift",
            "toml",
            "ts",
            "tsx",
            "typescript",
            "vue",
            "xml",
            "yaml",
            "yml",
            "zig",
            "console",
            "graphql",
            "less",
        ];
        for language in languages {
            assert!(syntax(language).is_some(), "{language}");
        }
        assert!(syntax("text").is_none());
    }
}
