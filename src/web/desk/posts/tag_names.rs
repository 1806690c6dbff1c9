//! Names of tags in one line: separated by commas, in quotation marks where a name has one itself.

/// `News, "Food, and drink"`
pub(super) fn written(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

fn quoted(name: &str) -> String {
    let is_plain = !name.contains([',', '"']) && name.trim() == name && !name.is_empty();
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// The names of a line. Nothing is refused: a quotation mark without its other end is a letter.
pub(super) fn read(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (name, behind) = quoted_name(rest).unwrap_or_else(|| {
            let (name, behind) = rest.split_once(',').unwrap_or((rest, ""));
            (name.trim().to_owned(), behind)
        });
        if !name.is_empty() {
            names.push(name);
        }
        rest = behind.trim_start();
    }
    names
}

/// A name in quotation marks and what stands behind its comma, if there is one.
fn quoted_name(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut name = String::new();
    loop {
        let (part, behind) = rest.split_once('"')?;
        name.push_str(part);
        if let Some(more) = behind.strip_prefix('"') {
            name.push('"');
            rest = more;
            continue;
        }
        let behind = behind.trim_start();
        return match behind.strip_prefix(',') {
            Some(behind) => Some((name, behind)),
            None => behind.is_empty().then_some((name, "")),
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_separated_by_commas() {
        for (line, names) in [
            ("News, #Hidden ,Two words", vec!["News", "#Hidden", "Two words"]),
            (" ,, News,", vec!["News"]),
            ("\"Food, and drink\", 5\" nails", vec!["Food, and drink", "5\" nails"]),
            ("\"Say \"\"cheese\"\"\"", vec!["Say \"cheese\""]),
            ("\"open, end", vec!["\"open", "end"]),
            ("\"a\" b, c", vec!["\"a\" b", "c"]),
            ("", vec![]),
        ] {
            assert_eq!(read(line), names, "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(names in prop::collection::vec("[a-c,\" #]{1,8}", 0..6)) {
            prop_assert_eq!(read(&written(&names)), names);
        }

        #[test]
        fn any_line_gives_names(line in "\\PC{0,80}") {
            for name in read(&line) {
                prop_assert!(!name.is_empty());
            }
        }
    }
}
