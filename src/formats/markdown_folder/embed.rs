//! What shortcodes and includes put on a page: pictures, videos, posts from elsewhere, code, quotes.

use crate::domain::slug::encode;

/// A shortcode, whichever generator wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// Arguments without a name, in order.
    pub arguments: Vec<String>,
    /// Arguments with a name, in order.
    pub named: Vec<(String, String)>,
    /// What stands between its opening and its closing tag.
    pub body: Option<String>,
}

impl Call {
    /// Reads `name "argument" key="value"`, with spaces or commas between the arguments.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|c: char| c.is_whitespace() || c == '(').unwrap_or(text.len());
        let (name, mut rest) = text.split_at(end);
        let is_name = |c: char| c.is_alphanumeric() || "-_./:".contains(c);
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        rest = rest.trim_start_matches('(').trim_end_matches(')');
        let mut call = Self { name: name.to_owned(), ..Self::default() };
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            if rest.is_empty() || call.arguments.len() + call.named.len() > 50 {
                return Some(call);
            }
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, ',' | '=' | '"' | '\'' | '`'))
                .unwrap_or(rest.len());
            let is_name = rest[..end].chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
            let end = if is_name {
                end
            } else {
                // An address may hold an equals sign; it is no name.
                rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len())
            };
            let word = &rest[..end];
            rest = &rest[end..];
            match rest.trim_start().strip_prefix('=') {
                Some(after) if !word.is_empty() => {
                    let (value, after) = value(after.trim_start());
                    call.named.push((word.to_lowercase(), value));
                    rest = after;
                }
                _ if word.is_empty() => {
                    let (value, after) = value(rest);
                    call.arguments.push(value);
                    rest = after;
                }
                _ => call.arguments.push(word.to_owned()),
            }
        }
    }

    /// The first of the named arguments.
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        let find = |name: &&str| self.named.iter().find(|(key, _)| key == name);
        names.iter().find_map(find).map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
    }

    /// The first of the named arguments, else the one at a place.
    pub fn get_or_at(&self, names: &[&str], place: usize) -> Option<&str> {
        self.get(names).or_else(|| self.arguments.get(place).map(String::as_str))
    }
}

/// A quoted value, or a bare one up to a space; and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
        let end = text.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len());
        // Something is always taken, so that the caller's loop comes to its end.
        let end = end.max(text.chars().next().map_or(0, char::len_utf8));
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut taken = String::new();
    let mut characters = text[1..].char_indices();
    while let Some((at, c)) = characters.next() {
        if c == quote {
            return (taken, &text[1 + at + 1..]);
        }
        match c {
            '\\' if quote != '`' => taken.extend(characters.next().map(|(_, c)| c)),
            _ => taken.push(c),
        }
    }
    (taken, "")
}

/// The Markdown or HTML that a shortcode stands for, where it is one that many sites have.
pub fn known(call: &Call, trusted: bool) -> Option<String> {
    let name = call.name.rsplit('/').next().unwrap_or_default();
    let name = name.strip_suffix(".html").unwrap_or(name).to_lowercase();
    let body = call.body.as_deref();
    match name.as_str() {
        "figure" | "fig" | "image" | "img" | "picture" | "imgproc" | "resize_image" => figure(call),
        "youtube" | "yt" | "youtubeplayer" => {
            let id = video_id(call.get_or_at(&["id", "youtubeid", "video_id"], 0)?)?;
            Some(video(
                &format!("https://www.youtube.com/watch?v={id}"),
                &format!("https://www.youtube-nocookie.com/embed/{id}"),
                trusted,
            ))
        }
        "vimeo" => {
            let id = video_id(call.get_or_at(&["id", "video_id"], 0)?)?;
            let player = format!("https://player.vimeo.com/video/{id}");
            Some(video(&format!("https://vimeo.com/{id}"), &player, trusted))
        }
        "gist" => {
            let path = match (call.get_or_at(&["user", "url"], 0)?, call.get_or_at(&["id"], 1)) {
                (url, _) if url.starts_with("http") => return Some(link(url)),
                (user, Some(id)) if !user.contains('/') => {
                    format!("{}/{}", encode(user), encode(id))
                }
                (id, _) => id.split('/').map(encode).collect::<Vec<_>>().join("/"),
            };
            Some(link(&format!("https://gist.github.com/{path}")))
        }
        "tweet" | "twitter" | "x" => {
            match (call.get_or_at(&["user"], 0)?, call.get_or_at(&["id"], 1)) {
                (url, _) if url.starts_with("http") => Some(link(url)),
                (user, Some(id)) => {
                    Some(link(&format!("https://x.com/{}/status/{}", encode(user), encode(id))))
                }
                (id, None) => Some(link(&format!("https://x.com/i/status/{}", encode(id)))),
            }
        }
        "instagram" => {
            let id = video_id(call.get_or_at(&["id"], 0)?)?;
            Some(link(&format!("https://www.instagram.com/p/{id}/")))
        }
        "video" | "audio" => {
            let source = call.get_or_at(&["src", "url", "file", "mp4"], 0)?;
            Some(format!("<{name} src=\"{}\" controls></{name}>", attribute(source)))
        }
        "highlight" | "codeblock" | "code" => {
            let language = call.get_or_at(&["lang", "language"], 0).unwrap_or_default();
            Some(fence(language, body?))
        }
        "quote" | "blockquote" | "pullquote" => {
            let author = call.get(&["author", "source", "cite"]);
            let credit = author.map_or(String::new(), |author| format!("\n\n— {author}"));
            Some(quote(&format!("{}{credit}", body?.trim())))
        }
        "note" | "notice" | "tip" | "info" | "warning" | "caution" | "danger" | "important"
        | "alert" | "callout" | "admonition" | "hint" => {
            let title = call.get(&["title", "heading"]);
            let title = title.map_or(String::new(), |title| format!("**{title}**\n\n"));
            Some(quote(&format!("{title}{}", body?.trim())))
        }
        "details" | "expand" | "collapse" | "spoiler" => {
            let summary = call.get_or_at(&["summary", "title"], 0).unwrap_or("Details");
            let summary = attribute(summary);
            let body = body?.trim();
            Some(format!("<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"))
        }
        "rawhtml" | "raw_html" | "raw-html" | "html" | "raw" => body.map(str::to_owned),
        _ => None,
    }
}

/// A fenced code block, with a fence that the code does not hold.
pub fn fence(language: &str, code: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in code.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    let is_word = |c: &char| c.is_alphanumeric() || "+#-_.".contains(*c);
    let language: String = language.chars().take_while(is_word).collect();
    format!("{fence}{language}\n{}\n{fence}", code.trim_matches(['\n', '\r']).trim_end())
}

fn figure(call: &Call) -> Option<String> {
    let names = ["src", "url", "image_path", "image", "file", "path", "filename", "link"];
    let source = call.get_or_at(&names, 0)?;
    let caption = call.get(&["caption", "description", "title"]);
    let alt = call.get(&["alt"]).or_else(|| caption.filter(|_| call.get(&["alt"]).is_none()));
    let picture = format!(
        "<img src=\"{}\" alt=\"{}\">",
        attribute(source),
        attribute(alt.unwrap_or_default())
    );
    let Some(caption) = caption else { return Some(picture) };
    Some(format!("<figure>{picture}<figcaption>{}</figcaption></figure>", attribute(caption)))
}

fn video(address: &str, player: &str, trusted: bool) -> String {
    if trusted {
        format!(
            "<iframe src=\"{player}\" title=\"Video\" loading=\"lazy\" allowfullscreen></iframe>"
        )
    } else {
        link(address)
    }
}

fn link(address: &str) -> String {
    format!("<{}>", address.replace(['<', '>', ' ', '\n'], ""))
}

/// The id of a video, also out of its address.
fn video_id(text: &str) -> Option<&str> {
    let named = text.split_once("v=").map(|(_, id)| id);
    let (path, _) = text.split_once(['?', '#']).unwrap_or((text, ""));
    let last = named.or_else(|| path.trim_end_matches('/').rsplit('/').next())?;
    let last = last.split(['&', '#']).next()?;
    let is_id = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!last.is_empty() && last.len() <= 40 && last.chars().all(is_id)).then_some(last)
}

fn quote(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| if line.trim().is_empty() { ">".to_owned() } else { format!("> {line}") })
        .collect();
    lines.join("\n")
}

fn attribute(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read() {
        let call = Call::parse("figure \"a b.png\" alt='x \\'y\\'' width=300, `z`").unwrap();
        assert_eq!(call.arguments, ["a b.png", "z"]);
        assert_eq!(call.get(&["alt"]), Some("x 'y'"));
        assert_eq!(call.get(&["width"]), Some("300"));
        let call = Call::parse("youtube(id=\"abc\", autoplay=true)").unwrap();
        assert_eq!((call.name.as_str(), call.get(&["id"])), ("youtube", Some("abc")));
        assert_eq!(
            Call::parse("a | b"),
            Some(Call {
                name: "a".into(),
                arguments: vec!["|".into(), "b".into()],
                ..Call::default()
            })
        );
        assert_eq!(Call::parse("\"x\""), None);
    }

    #[test]
    fn well_known_shortcodes_become_markdown() {
        for (text, expected) in [
            ("youtube https://youtu.be/abc?t=3", "<https://www.youtube.com/watch?v=abc>"),
            ("gist user 123", "<https://gist.github.com/user/123>"),
            ("tweet user=\"u\" id=\"1\"", "<https://x.com/u/status/1>"),
            ("figure src=\"a.png\" alt=\"<b>\"", "<img src=\"a.png\" alt=\"&lt;b&gt;\">"),
            (
                "figure src=\"a.png\" caption=\"C\"",
                "<figure><img src=\"a.png\" alt=\"C\"><figcaption>C</figcaption></figure>",
            ),
        ] {
            let call = Call::parse(text).unwrap();
            assert_eq!(known(&call, false).as_deref(), Some(expected), "{text}");
        }
        assert!(known(&Call::parse("vimeo 1").unwrap(), true).unwrap().starts_with("<iframe"));
        assert_eq!(known(&Call::parse("chart 1").unwrap(), true), None);
        assert_eq!(fence("rust,ignore", "```\n"), "````rust\n```\n````");
    }
}
