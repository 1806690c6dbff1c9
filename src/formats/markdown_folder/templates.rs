//! Template tags in a text: Liquid, Hugo's shortcodes and Zola's, turned into Markdown.
//!
//! One walk from left to right, so that what a tag became is not read as a tag again. Code stays
//! as it is, except that Jekyll's `raw` and `highlight` act in it too, as they do in Jekyll.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Map, Value};

use super::code;
use super::config::{Config, Engine};
use super::embed::{self, Call};
use super::liquid;

/// The longest tag, in bytes.
const MAX_TAG: usize = 4_000;
/// The longest body of a shortcode, in bytes.
const MAX_BODY: usize = 128 << 10;

/// What tags may ask for.
pub struct Scope<'a> {
    /// The site.
    pub config: &'a Config,
    /// The front matter of the page.
    pub page: &'a Map<String, Value>,
    /// Whether embeds stay.
    pub trusted: bool,
    /// The address of another page by what a tag names it with.
    pub link: &'a dyn Fn(&str) -> Option<String>,
}

/// The text without tags, and what was not understood, each kind once.
pub fn expand(text: &str, scope: &Scope<'_>) -> (String, BTreeSet<String>) {
    let mut walk = Walk { text, scope, out: String::new(), unknown: BTreeSet::new() };
    if !text.contains('{') {
        return (text.to_owned(), walk.unknown);
    }
    let code = code::ranges(text);
    let mut at = 0;
    while let Some(next) = text[at..].find('{').map(|offset| at + offset) {
        walk.out.push_str(&text[at..next]);
        at = walk.step(next, &code).unwrap_or_else(|| {
            walk.out.push('{');
            next + 1
        });
    }
    walk.out.push_str(&text[at..]);
    (walk.out, walk.unknown)
}

struct Walk<'a> {
    text: &'a str,
    scope: &'a Scope<'a>,
    out: String,
    unknown: BTreeSet<String>,
}

impl Walk<'_> {
    /// Handles what opens at a brace; tells where the walk goes on, or `None` to keep the brace.
    fn step(&mut self, at: usize, code: &[Range<usize>]) -> Option<usize> {
        let rest = &self.text[at..];
        let engine = self.scope.config.engine;
        let in_code = code::end_of(code, at).is_some();
        let reads_liquid = matches!(engine, Engine::Jekyll | Engine::Eleventy | Engine::Unknown);
        if reads_liquid && rest.starts_with("{%") {
            let tag = liquid::tag(rest)?;
            match tag.name {
                "raw" | "verbatim" => return self.raw(at, &tag),
                "highlight" | "codeblock" if !in_code || engine == Engine::Jekyll => {
                    return self.highlight(at, &tag);
                }
                _ => {}
            }
        }
        if in_code {
            return None;
        }
        if rest.starts_with("{{<") || rest.starts_with("{{%") {
            return self.hugo(at);
        }
        if rest.starts_with("{{") {
            return self.output(at);
        }
        if rest.starts_with("{%") {
            return self.tag(at);
        }
        if rest.starts_with("{:") && matches!(engine, Engine::Jekyll | Engine::Unknown) {
            return self.attributes(at);
        }
        None
    }

    /// `{% raw %}…{% endraw %}`: the tags go, what is between them stays.
    fn raw(&mut self, at: usize, tag: &liquid::Tag<'_>) -> Option<usize> {
        let inner = &self.text[at + tag.length..];
        let (body, close) = liquid::up_to(inner, &format!("end{}", tag.name))?;
        self.out.push_str(body);
        Some(at + tag.length + close)
    }

    /// `{% highlight ruby %}…{% endhighlight %}`: a fenced block, as far in as the tag stood.
    fn highlight(&mut self, at: usize, tag: &liquid::Tag<'_>) -> Option<usize> {
        let inner = &self.text[at + tag.length..];
        let end = format!("end{}", tag.name);
        let (body, close) = liquid::up_to(inner, &end)?;
        let language = tag.arguments.split_whitespace().next().unwrap_or_default();
        let language = language.strip_prefix("lang:").unwrap_or(language);
        let body = liquid::without_raw(body);
        let line_start = self.out.rfind('\n').map_or(0, |at| at + 1);
        let indent = self.out[line_start..].to_owned();
        let fence = embed::fence(language, &body);
        if indent.is_empty() {
            self.out.push_str(&fence);
        } else if indent.trim().is_empty() {
            let indented = body.lines().all(|l| l.trim().is_empty() || l.starts_with(&indent));
            for (number, line) in fence.lines().enumerate() {
                if number > 0 {
                    self.out.push('\n');
                    let is_last = number + 1 == fence.lines().count();
                    if !indented || is_last {
                        self.out.push_str(&indent);
                    }
                }
                self.out.push_str(line);
            }
        } else {
            self.out.push_str("\n\n");
            self.out.push_str(&fence);
        }
        let after = at + tag.length + close;
        if !self.text[after..].starts_with(['\n', '\r']) {
            self.out.push('\n');
        }
        Some(after)
    }

    /// `{{< name … >}}` and `{{% name … %}}`, with a body where a closing tag follows.
    fn hugo(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let close = if rest.starts_with("{{<") { ">}}" } else { "%}}" };
        let end = 3 + bounded(&rest[3..]).find(close)?;
        let inner = rest[3..end].trim();
        let mut after = at + end + close.len();
        if let Some(escaped) = inner.strip_prefix("/*").and_then(|i| i.strip_suffix("*/")) {
            // How Hugo writes a shortcode that is to be shown, not run.
            self.out.push_str(&rest[..3]);
            self.out.push_str(escaped);
            self.out.push_str(close);
            return Some(after);
        }
        let inner = inner.trim_end_matches('/').trim();
        let mut call = Call::parse(inner)?;
        if let Some((body, end)) = hugo_body(&self.text[after..], &call.name) {
            call.body = Some(body.to_owned());
            after += end;
        }
        if matches!(call.name.as_str(), "ref" | "relref") {
            let target = call.get_or_at(&["path"], 0).unwrap_or_default();
            let address = self.link_to(target);
            self.out.push_str(&address);
            return Some(after);
        }
        self.call(&call, &self.text[at..after]);
        Some(after)
    }

    /// `{{ … }}`: a shortcode of Zola where it is a call, else an expression of Liquid.
    fn output(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let end = bounded(rest).find("}}")?;
        let inner = rest[2..end].trim_matches('-').trim();
        let after = at + end + 2;
        if let Some(escaped) = inner.strip_prefix("/*").and_then(|i| i.strip_suffix("*/")) {
            self.out.push_str("{{");
            self.out.push_str(escaped);
            self.out.push_str("}}");
            return Some(after);
        }
        if is_call(inner) {
            self.call(&Call::parse(inner)?, &self.text[at..after]);
            return Some(after);
        }
        let scope = self.scope;
        if let Some(value) = liquid::evaluate(inner, scope.config, scope.page) {
            self.out.push_str(&value);
        } else {
            let name = inner.split(['|', ' ']).next().unwrap_or_default();
            self.leave(format!("`{{{{ {name} }}}}`"), &self.text[at..after]);
        }
        Some(after)
    }

    /// `{% … %}`: a block of Zola where it is a call, else a tag of Liquid.
    fn tag(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let tag = liquid::tag(rest)?;
        let after = at + tag.length;
        if tag.arguments.starts_with('(') || is_call(tag.name) {
            let mut call = Call::parse(rest[2..tag.length - 2].trim_matches('-').trim())?;
            let (body, close) = liquid::up_to(&self.text[after..], "end")?;
            call.body = Some(body.to_owned());
            self.call(&call, &self.text[at..after + close]);
            return Some(after + close);
        }
        match tag.name {
            "post_url" | "link" => {
                let address = self.link_to(tag.arguments);
                self.out.push_str(&address);
                return Some(after);
            }
            "comment" => {
                if let Some((_, close)) = liquid::up_to(&self.text[after..], "endcomment") {
                    return Some(after + close);
                }
            }
            "include" | "include_relative" | "include_cached" => {
                if let Some(known) =
                    Call::parse(tag.arguments).and_then(|c| embed::known(&c, self.scope.trusted))
                {
                    self.out.push_str(&known);
                    return Some(after);
                }
            }
            _ => {
                let call = Call::parse(&format!("{} {}", tag.name, tag.arguments))?;
                if let Some(known) = embed::known(&call, self.scope.trusted) {
                    self.out.push_str(&known);
                    return Some(after);
                }
            }
        }
        if !tag.name.starts_with("end") {
            self.unknown.insert(format!("`{{% {} %}}`", tag.name));
        }
        self.out.push_str(&self.text[at..after]);
        Some(after)
    }

    /// Attribute lists of kramdown: `{:.wide}`, `{: #id title="x" }`, `{:toc}`.
    fn attributes(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let end = bounded(rest).find('}')?;
        let inner = rest[2..end].trim();
        let is_attribute = |word: &str| {
            word.starts_with(['.', '#']) && word.len() > 1
                || word.contains("=\"")
                || word.contains("='")
        };
        let is_toc = inner == "toc";
        if !is_toc && !inner.split_whitespace().next().is_some_and(is_attribute) {
            return None;
        }
        let line_start = self.out.rfind('\n').map_or(0, |at| at + 1);
        let alone = self.out[line_start..].trim().is_empty();
        let mut after = at + end + 1;
        if alone {
            self.out.truncate(line_start);
            if self.text[after..].starts_with('\n') {
                after += 1;
            }
            if is_toc {
                // The list item above is only there to be replaced.
                let kept = self.out.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
                if self.out[kept..].trim_start().starts_with(['*', '-', '1']) {
                    self.out.truncate(kept);
                }
            }
        }
        Some(after)
    }

    fn call(&mut self, call: &Call, source: &str) {
        match embed::known(call, self.scope.trusted) {
            Some(known) => self.out.push_str(&known),
            None => self.leave(format!("the shortcode `{}`", call.name), source),
        }
    }

    fn leave(&mut self, kind: String, source: &str) {
        self.unknown.insert(kind);
        self.out.push_str(source);
    }

    /// The address of what `post_url`, `link` or `ref` names, with its fragment.
    fn link_to(&mut self, target: &str) -> String {
        let target = target.trim().trim_matches(['"', '\'']);
        let (path, fragment) = match target.split_once('#') {
            Some((path, fragment)) => (path, format!("#{fragment}")),
            None => (target, String::new()),
        };
        if path.is_empty() {
            return fragment;
        }
        let address = (self.scope.link)(path).unwrap_or_else(|| {
            let path = path.trim_start_matches(['_', '/']);
            match path.strip_suffix(".md").or_else(|| path.strip_suffix(".markdown")) {
                Some(page) => {
                    self.unknown.insert(format!("a link to `{path}`, which is not in the folder"));
                    format!("/{page}/")
                }
                None => format!("/{path}"),
            }
        });
        format!("{address}{fragment}")
    }
}

/// The part of a text that a tag may reach over.
fn bounded(text: &str) -> &str {
    liquid::cut(text, MAX_TAG)
}

/// `name(…)`.
fn is_call(text: &str) -> bool {
    let name = text.split('(').next().unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-:".contains(c);
    name.len() < text.len() && !name.is_empty() && name.chars().all(is_name) && text.ends_with(')')
}

/// What stands before `{{< /name >}}`, and where that ends.
fn hugo_body<'a>(text: &'a str, name: &str) -> Option<(&'a str, usize)> {
    let text = liquid::cut(text, MAX_BODY);
    let mut at = 0;
    // Another tag of that name begins another body, so the search ends there.
    while let Some(next) = text[at..].find("{{").map(|offset| at + offset) {
        let inner = text[next + 2..].trim_start_matches(['<', '%']).trim_start();
        if let Some(closing) = inner.strip_prefix('/') {
            if closing.trim_start().starts_with(name) {
                let end = text[next..].find("}}")? + next + 2;
                return Some((&text[..next], end));
            }
        } else if inner.starts_with(name) {
            return None;
        }
        at = next + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn expand_in(engine: Engine, text: &str) -> (String, Vec<String>) {
        let Value::Object(values) =
            json!({"repository": "https://code.example/r", "url": "https://a.example"})
        else {
            unreachable!()
        };
        let config = Config { engine, values, ..Config::default() };
        let link = |name: &str| (name.contains("one")).then(|| "/one/".to_owned());
        let page = Map::from_iter([("version".to_owned(), json!("1.2"))]);
        let scope = Scope { config: &config, page: &page, trusted: false, link: &link };
        let (text, unknown) = expand(text, &scope);
        (text, unknown.into_iter().collect())
    }

    #[test]
    fn liquid_becomes_markdown() {
        for (text, expected) in [
            ("{% highlight ruby %}\nputs 1\n{% endhighlight %}\n", "```ruby\nputs 1\n```\n"),
            (
                "- a\n\n  {% highlight sh %}\n  b\n  {% endhighlight %}\n",
                "- a\n\n  ```sh\n  b\n  ```\n",
            ),
            ("`{% raw %}{{ x }}{% endraw %}`", "`{{ x }}`"),
            ("[a]({% post_url 2013-05-06-one %}#x)", "[a](/one/#x)"),
            ("[a]({% link _posts/one.md %})", "[a](/one/)"),
            ("{{ site.baseurl }}/x {{ site.url }}/y", "/x /y"),
            ("{{ \"/x\" | relative_url }} {{ '/y' | absolute_url }}", "/x /y"),
            (
                "{{ site.repository }}/issues {{ page.version }}",
                "https://code.example/r/issues 1.2",
            ),
            ("a\n{:.wide}\nb {: #id}\n", "a\nb \n"),
            ("* toc\n{:toc}\nText", "Text"),
            ("`{{ site.url }}` {:?}", "`{{ site.url }}` {:?}"),
            ("a{% comment %}b{% endcomment %}c", "ac"),
            ("{% gist 123 %}", "<https://gist.github.com/123>"),
        ] {
            assert_eq!(expand_in(Engine::Jekyll, text), (expected.to_owned(), vec![]), "{text}");
        }
    }

    #[test]
    fn shortcodes_become_markdown() {
        for (text, expected) in [
            ("{{< figure src=\"a.png\" >}}", "<img src=\"a.png\" alt=\"\">"),
            ("{{< highlight go >}}\nx\n{{< /highlight >}}", "```go\nx\n```"),
            ("{{% note %}}\nx\n{{% /note %}}", "> x"),
            ("{{</* youtube 1 */>}}", "{{< youtube 1 >}}"),
            ("[a]({{< ref \"one.md#b\" >}})", "[a](/one/#b)"),
            ("{{ youtube(id=\"a\") }}", "<https://www.youtube.com/watch?v=a>"),
            ("{% quote(author=\"B\") %}\nx\n{% end %}", "> x\n>\n> — B"),
            ("```\n{{< figure src=\"a.png\" >}}\n```", "```\n{{< figure src=\"a.png\" >}}\n```"),
        ] {
            assert_eq!(expand_in(Engine::Unknown, text), (expected.to_owned(), vec![]), "{text}");
        }
    }

    #[test]
    fn what_is_unknown_stays_and_is_told_once() {
        let text = "{{< chart 1 >}} {{< chart 2 >}} {{ x.y }} {% for a in b %}{% endfor %}";
        let (expanded, unknown) = expand_in(Engine::Unknown, text);
        assert_eq!(expanded, text);
        assert_eq!(unknown, ["`{% for %}`", "`{{ x.y }}`", "the shortcode `chart`"]);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\{\\{|\\{%|\\{\\{%|\\{\\{<|%\\}|\\}\\}|<|>|/|raw|endraw|highlight|end| |\n|`|\\{:|\\.a|\"|é|a\\(|\\)){0,40}") {
            for engine in [Engine::Jekyll, Engine::Hugo, Engine::Unknown] {
                let _ = expand_in(engine, &text);
            }
        }
    }
}
