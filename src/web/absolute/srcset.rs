//! `srcset`: several addresses in one attribute.

use url::Url;

use super::resolve;

/// The attribute with every address made absolute (HTML, "parsing a srcset attribute").
///
/// An address ends at a blank, not at a comma, since `data:` addresses have commas in them; its
/// descriptor ends at a comma.
pub(super) fn absolute(page: Option<&Url>, srcset: &str) -> String {
    let is_gap = |c: char| c.is_ascii_whitespace() || c == ',';
    let mut candidates = Vec::new();
    let mut rest = srcset.trim_start_matches(is_gap);
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(is_blank).unwrap_or(rest.len()));
        let address = word.trim_end_matches(',');
        let descriptor = if address.len() < word.len() {
            rest = after;
            ""
        } else {
            let (descriptor, after) = after.split_at(after.find(',').unwrap_or(after.len()));
            rest = after;
            descriptor.trim_matches(is_blank)
        };
        let address = resolve(page, address);
        candidates.push(match descriptor {
            "" => address.into_owned(),
            _ => format!("{address} {descriptor}"),
        });
        rest = rest.trim_start_matches(is_gap);
    }
    candidates.join(", ")
}

const fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_candidate_is_resolved() {
        let page = Url::parse("https://a.example/post/").unwrap();
        for (given, expected) in [
            ("/a.png 1x, b.png 2x", "https://a.example/a.png 1x, https://a.example/post/b.png 2x"),
            ("/a.png", "https://a.example/a.png"),
            (" ,/a.png,\n/b.png 400w,", "https://a.example/a.png, https://a.example/b.png 400w"),
            ("/a,b.png 1x", "https://a.example/a,b.png 1x"),
            ("data:image/png;base64,AA== 1x", "data:image/png;base64,AA== 1x"),
            (",,,", ""),
        ] {
            assert_eq!(absolute(Some(&page), given), expected, "{given}");
        }
    }
}
