//! What a save does to a text: Markdown to HTML, and the terms of the search.

use divan::{Bencher, black_box, counter::BytesCount};
use masthead::domain::Slug;
use masthead::domain::slug::SlugStyle;
use masthead::text;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::support::prose::Prose;

/// How often a section is repeated: a note, a post, a long tutorial.
const SECTIONS: [usize; 3] = [1, 8, 80];

/// A text with all that posts have: headings, prose, links, a list, code and a table.
fn markdown(sections: usize) -> String {
    const CODE: &str = "```rust\nfn main() {\n    let words = [\"one\", \"two\"];\n    \
        for (n, word) in words.iter().enumerate() {\n        println!(\"{n}: {word}\"); // shown\n    \
        }\n}\n```";
    const TABLE: &str = "| Name | Value |\n|---|--:|\n| one | 1 |\n| two | 2 |";
    let (prose, mut random) = (Prose::new(), StdRng::seed_from_u64(1));
    let section = |n| {
        let mut paragraph = || prose.paragraph(&mut random);
        format!(
            "## Section {n}\n\n{} \"Quoted\" and [linked](https://example.org/{n}).\n\n{}\n\n\
             - one\n- *two*\n- `three`\n\n{CODE}\n\n{}\n\n{TABLE}\n",
            paragraph(),
            paragraph(),
            paragraph()
        )
    };
    (0..sections).map(section).collect::<Vec<_>>().join("\n")
}

#[divan::bench(args = SECTIONS)]
fn render(bencher: Bencher, sections: usize) {
    let markdown = markdown(sections);
    let options = text::Options {
        trusted: false,
        locale: "en",
        has_feature_image: false,
        custom_excerpt: None,
        picture: &|_| None,
    };
    bencher
        .counter(BytesCount::of_str(&markdown))
        .bench_local(|| text::render(black_box(&markdown), &options));
}

#[divan::bench(args = SECTIONS)]
fn search_terms(bencher: Bencher, sections: usize) {
    let markdown = markdown(sections);
    bencher
        .counter(BytesCount::of_str(&markdown))
        .bench_local(|| text::search::terms(black_box(&markdown), "en"));
}

#[divan::bench(args = ["A plain title of a post", "Ein Städtchen, größer als Łódź?", "東京で働く"])]
fn slugify(title: &str) -> Option<Slug> {
    Slug::from_text(black_box(title), SlugStyle::Ascii)
}
