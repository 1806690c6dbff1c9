//! The whole way from Markdown to what is stored: exact HTML, attacks, and bounds.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn options<'a>() -> Options<'a> {
    Options {
        trusted: false,
        locale: "en",
        has_feature_image: true,
        custom_excerpt: None,
        picture: &|_| None,
    }
}

fn html(markdown: &str) -> String {
    render(markdown, &options()).html
}

#[test]
fn small_texts_give_exactly_this_html() {
    let cases = [
        ("", ""),
        ("It's \"so\".", "<p>It’s “so”.</p>\n"),
        (
            "# A\n\n## B",
            "<h2 id=\"a\">A<a class=\"anchor\" href=\"#a\" aria-labelledby=\"a\"></a></h2>\n\
             <h3 id=\"b\">B<a class=\"anchor\" href=\"#b\" aria-labelledby=\"b\"></a></h3>\n",
        ),
        (
            "| A | B |\n|:-:|--:|\n| c | d |",
            "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"A, B\"><table>\n<thead>\n\
             <tr>\n<th class=\"align-center\">A</th>\n<th class=\"align-right\">B</th>\n</tr>\n\
             </thead>\n<tbody>\n<tr>\n<td class=\"align-center\">c</td>\n\
             <td class=\"align-right\">d</td>\n</tr>\n</tbody>\n</table></div>\n",
        ),
        (
            "- [x] a\n- [ ] b",
            "<ul class=\"contains-task-list\">\n\
             <li class=\"task-list-item\"><label><input type=\"checkbox\" \
             class=\"task-list-item-checkbox\" checked disabled> a</label></li>\n\
             <li class=\"task-list-item\"><label><input type=\"checkbox\" \
             class=\"task-list-item-checkbox\" disabled> b</label></li>\n</ul>\n",
        ),
        (
            "a[^1]\n\n[^1]: b",
            "<p>a<sup class=\"footnote-ref\"><a href=\"#fn-1\" id=\"fnref-1\" \
             role=\"doc-noteref\">1</a></sup></p>\n\
             <div class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n<li id=\"fn-1\">\n\
             <p>b <a href=\"#fnref-1\" class=\"footnote-backref\" role=\"doc-backlink\">↩</a></p>\n\
             </li>\n</ol>\n</div>\n",
        ),
        (
            "```rust,no_run\nlet a = 1;\n```",
            "<pre tabindex=\"0\"><code class=\"language-rust\"><span class=\"hl-keyword\">let</span> \
             a <span class=\"hl-operator\">= </span><span class=\"hl-number\">1</span>;\n</code></pre>\n",
        ),
        ("```\n<a>\n```", "<pre tabindex=\"0\"><code>&lt;a&gt;\n</code></pre>\n"),
        (
            "![a](b.png \"C\")",
            "<figure><img src=\"b.png\" alt=\"a\" loading=\"lazy\" decoding=\"async\">\
             <figcaption>C</figcaption></figure>\n",
        ),
        (
            "> [!NOTE]\n> a",
            "<div class=\"markdown-alert markdown-alert-note\">\n\
             <p class=\"markdown-alert-title\">Note</p>\n<p>a</p>\n</div>\n",
        ),
        (
            "<details><summary>a</summary>\n\n**b**\n\n</details>",
            "<details><summary>a</summary>\n<p><strong>b</strong></p>\n</details>\n",
        ),
        ("a<br/>b <kbd>c</kbd>", "<p>a<br>b <kbd>c</kbd></p>\n"),
        ("a <div>b</div> c", "<p>a </p><div>b</div> c\n"),
    ];
    for (markdown, expected) in cases {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
}

#[test]
fn all_that_is_stored_comes_of_one_text() {
    let rendered = render("# A\n\nb\n\n<!-- more -->\n\nc", &options());
    assert_eq!(rendered.plaintext, "A\n\nb\n\nc");
    assert_eq!(rendered.excerpt, "A b");
    assert_eq!(rendered.headings, [Heading { level: 2, id: "a".into(), text: "A".into() }]);
    assert_eq!(rendered.reading_time, 1);
    assert!(!rendered.html.contains("more"));
    assert_eq!(render("", &options()), Rendered::default());
}

#[test]
fn embeds_stay_where_the_text_is_trusted() {
    let embed = "<iframe src=\"https://e.com/v\" onload=\"x()\" width=\"560\"></iframe>";
    assert_eq!(html(embed).trim(), "");
    let trusted = render(embed, &Options { trusted: true, ..options() }).html;
    assert!(trusted.starts_with("<iframe src=\"https://e.com/v\" width=\"560\" title=\"e.com\""));
    assert!(trusted.contains("sandbox=") && !trusted.contains("onload"), "{trusted}");
}

/// Attacks that people have used on other systems.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror = 'alert(1)'>",
    "<img/src=x/onerror=alert(1)>",
    "<IMG SRC=\"jav&#x09;ascript:alert(1);\">",
    "<img src=\"x\" alt=\"`><script>alert(1)</script>`\">",
    "<a href=\"javascript:alert(1)\">a</a>",
    "<a href=\" &#14; javascript:alert(1)\">a</a>",
    "<a href=\"JaVaScRiPt:alert(1)\">a</a>",
    "<a href=\"java\nscript:alert(1)\">a</a>",
    "<a href=\"&#106;avascript:alert(1)\">a</a>",
    "<a href=\"vbscript:msgbox(1)\">a</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">a</a>",
    "[a](javascript:alert(1))",
    "[a](<java&#115;cript:alert(1)>)",
    "[a](JAVASCRIPT&colon;alert(1))",
    "![a](javascript:alert(1))",
    "![a](\"onerror=\"alert(1))",
    "![a\"onload=\"alert(1)](x)",
    "[a]: javascript:alert(1)\n\n[a]",
    "<javascript:alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>a</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><a xlink:href=\"javascript:alert(1)\">a</a></math>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<iframe src=\"https://e.com\"><script>alert(1)</script></iframe>",
    "<object data=\"javascript:alert(1)\"></object>",
    "<embed src=\"javascript:alert(1)\">",
    "<form action=\"javascript:alert(1)\"><button>a</button></form>",
    "<button formaction=\"javascript:alert(1)\">a</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video src=x onerror=alert(1)></video>",
    "<video poster=\"javascript:alert(1)\"></video>",
    "<video><source onerror=\"alert(1)\"></video>",
    "<body onload=alert(1)>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<p style=\"background:url(javascript:alert(1))\">a</p>",
    "<link rel=stylesheet href=\"javascript:alert(1)\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<base href=\"javascript:alert(1)//\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<textarea><p title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
    "<title><p title=\"</title><script>alert(1)</script>\"></title>",
    "<plaintext><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml <script>alert(1)</script> ?>",
    "```\"><script>alert(1)</script>\na\n```",
    "```x\" onload=\"alert(1)\na\n```",
    "| <script>alert(1)</script> |\n|-|\n| <img src=x onerror=alert(1)> |",
    "# <img src=x onerror=alert(1)> {#\"onload=\"alert(1)}",
    "[^a\"onload=\"alert(1)]\n\n[^a\"onload=\"alert(1)]: b",
    "- [ ] <input onfocus=alert(1) autofocus>",
    "<div class=\"footnotes\"><sup class=\"footnote-ref\"><a href=\"javascript:alert(1)\">1</a></sup></div>",
    "<a href=\"x\" target=\"_blank\" rel=\"opener\">a</a>",
];

/// What could run in a page, as a browser would find it: by tags, not by letters.
fn dangers(html: &str) -> Vec<String> {
    let tree = Tree::parse(html);
    let mut dangers = Vec::new();
    for id in tree.ids() {
        let Some(element) = tree.element(id) else { continue };
        let name = &*element.name;
        if matches!(
            name,
            "base"
                | "embed"
                | "form"
                | "link"
                | "math"
                | "meta"
                | "object"
                | "script"
                | "style"
                | "svg"
        ) {
            dangers.push(name.to_owned());
        }
        for (attribute, value) in element.attributes() {
            let address: String =
                value.chars().filter(|c| *c > ' ').collect::<String>().to_lowercase();
            let is_address = matches!(attribute, "cite" | "href" | "poster" | "src" | "srcset");
            let runs = ["javascript:", "vbscript:", "data:"].iter().any(|s| address.starts_with(s));
            if attribute.starts_with("on") || attribute == "style" || is_address && runs {
                dangers.push(format!("{name} {attribute}={value}"));
            }
        }
    }
    if html.to_lowercase().contains("<script") {
        dangers.push("<script".to_owned());
    }
    dangers
}

#[test]
fn attacks_do_not_reach_the_page() {
    for attack in ATTACKS {
        for markdown in
            [(*attack).to_owned(), format!("a {attack} b"), format!("> - {attack}\n\nc")]
        {
            for trusted in [false, true] {
                let html = render(&markdown, &Options { trusted, ..options() }).html;
                assert_eq!(dangers(&html), [""; 0], "{markdown}\n{html}");
            }
        }
        assert_eq!(dangers(&sanitize::caption(attack)), [""; 0], "{attack}");
    }
}

#[test]
fn a_danger_would_be_noticed() {
    let bad = "<a href=\" java\nscript:x\" onclick=\"y\">a</a><script></script>";
    assert_eq!(dangers(bad).len(), 4);
}

#[test]
fn what_was_sanitised_stays_the_same() {
    for attack in ATTACKS {
        let once = sanitize::document(attack, true);
        assert_eq!(sanitize::document(&once, true), once, "{attack}");
        let once = sanitize::caption(attack);
        assert_eq!(sanitize::caption(&once), once, "{attack}");
    }
}

#[test]
fn ids_stand_once() {
    let text = "# a\n\n# a\n\n<p id=\"a\"></p>\n\nb[^a] c[^a] d[^b]\n\n[^a]: e\n[^b]: f\n\n## fn-a";
    let html = html(text);
    let tree = Tree::parse(&html);
    let mut ids: Vec<&str> = tree.ids().filter_map(|id| tree.element(id)?.get("id")).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{html}");
    assert_eq!(count, 9, "{html}");
}

#[test]
fn costly_texts_take_a_moment() {
    let deep_list: String = (0..10_000).map(|n| " ".repeat(n) + "- a\n").take(1_500).collect();
    let notes =
        (0..5_000).fold(String::new(), |text, n| text + &format!("[^{n}]\n\n[^{n}]: a\n\n"));
    let cases = [
        ("quotes", ">".repeat(100_000)),
        ("quotes in lines", format!("{}a\n", ">".repeat(90)).repeat(2_000)),
        ("brackets", "[".repeat(100_000)),
        ("pictures", "![".repeat(50_000)),
        ("links", "[a](".repeat(50_000)),
        ("nested links", format!("{}{}", "[".repeat(50_000), "](a)".repeat(50_000))),
        ("references", "[a][b]".repeat(20_000)),
        ("stars", "*".repeat(100_000)),
        ("emphasis", "*a **b ".repeat(20_000)),
        ("closed emphasis", format!("{}{}", "*a **b ".repeat(20_000), "c** d*".repeat(20_000))),
        ("strikes", "~a~~b".repeat(10_000)),
        ("backticks", (1..500).map(|n| "`".repeat(n) + "a").collect()),
        ("angles", "<".repeat(100_000)),
        ("declarations", "<!A ".repeat(50_000)),
        ("comments", "<!--".repeat(50_000)),
        ("entities", "&".repeat(200_000)),
        ("blanks", "\u{a0}a".repeat(300_000)),
        ("autolinks", "a@".repeat(100_000)),
        ("addresses", "www.".repeat(50_000)),
        (
            "tables",
            format!("{}\n{}\n{}", "|a".repeat(3_000), "|-".repeat(3_000), "|\n".repeat(20_000)),
        ),
        ("footnotes", "[^a]".repeat(50_000) + "\n\n[^a]: b"),
        ("notes", notes),
        ("list", "- ".repeat(100_000)),
        ("list in lines", deep_list),
        ("list and blank lines", "- ".repeat(90) + "a" + &"\n".repeat(500_000)),
        ("headings", "# a\n".repeat(20_000)),
        ("html", "<div>".repeat(50_000)),
        ("closed html", "<div>".repeat(50_000) + &"</div>".repeat(50_000)),
        ("formatting", "<b><i><u>".repeat(50_000)),
        ("formatting anew", "<p><b a><i b>".repeat(50_000)),
        ("tables in tables", "<table><tr><td>".repeat(20_000)),
        ("foreign", "<svg><math>".repeat(20_000)),
        ("attributes", format!("<a {}>", "b ".repeat(100_000))),
        ("words", "word ".repeat(1_000_000)),
        ("one word", "a".repeat(1_900_000)),
        ("lines", "a\n\n".repeat(50_000)),
        ("code", format!("```rust\n{}\n```", "((((\"".repeat(19_000))),
        ("code lines", format!("```js\n{}\n```", "((((\"/[\n".repeat(3_000))),
        ("quotation marks", "'a ".repeat(100_000)),
        ("nothing", "\0".repeat(100_000)),
    ];
    for (name, text) in cases {
        let start = Instant::now();
        let _ = render(&text, &options());
        let time = start.elapsed();
        // Without the bounds these take minutes; the machine may be busy.
        assert!(time < Duration::from_mins(1), "{name} took {time:?}");
    }
}

/// Texts made of what Markdown and HTML are made of.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        " ",
        "\n",
        "\n\n",
        "*",
        "**",
        "_",
        "`",
        "```",
        "```rust\n",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "<",
        ">",
        "/",
        "\"",
        "'",
        "=",
        "&",
        "#",
        "# ",
        "- ",
        "1. ",
        "- [ ] ",
        "> ",
        "|",
        "|-|\n",
        "[^a]",
        "[^a]: ",
        "<script",
        "<img src=x ",
        "onerror=",
        "javascript:",
        "<a href=\"",
        "<div ",
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<table>",
        "<td>",
        "<svg>",
        "<math>",
        "<style>",
        "</style>",
        "<!--",
        "-->",
        "<!-- more -->",
        "<iframe src=\"//e.com\"",
        "<input ",
        "class=\"footnote-ref\" ",
        "<li class=\"task-list-item\">",
        "<h1>",
        "</h1>",
        "<pre>",
        "<code class=\"language-js\">",
        "é",
        "日本",
        "\u{202e}",
        "\t",
        "\\",
        "~~",
        "https://e.com",
        "{#id}",
        "id=\"a\" ",
        "--",
        "...",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_panics_or_runs(markdown in hostile(), trusted: bool) {
        let rendered = render(&markdown, &Options { trusted, ..options() });
        prop_assert_eq!(dangers(&rendered.html), Vec::<String>::new());
        prop_assert!(rendered.excerpt.chars().count() <= 500);
        // A browser may read broken nesting in another way than it was written.
        let once = sanitize::document(&markdown, false);
        prop_assert_eq!(dangers(&sanitize::document(&once, false)), Vec::<String>::new());
        prop_assert_eq!(dangers(&sanitize::caption(&markdown)), Vec::<String>::new());
    }

    #[test]
    fn no_characters_panic(markdown in "\\PC{0,300}", locale in "[a-z]{2}") {
        let rendered = render(&markdown, &Options { locale: &locale, ..options() });
        prop_assert_eq!(dangers(&rendered.html), Vec::<String>::new());
        let _ = sanitize::plain(&markdown);
    }
}
