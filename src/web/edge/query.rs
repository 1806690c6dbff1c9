//! The query of an address, as far as its route reads it.

use url::form_urlencoded::{Serializer, parse};

/// The parameters of these names, in the order of the names; of one that is given twice the first counts.
pub(super) fn declared(query: Option<&str>, names: &[&str]) -> String {
    let Some(given) = query.filter(|_| !names.is_empty()) else { return String::new() };
    let pairs: Vec<_> = parse(given.as_bytes()).collect();
    let mut names = names.to_vec();
    names.sort_unstable();
    let mut kept = Serializer::new(String::new());
    for name in names {
        if let Some((_, value)) = pairs.iter().find(|(given, _)| given == name) {
            kept.append_pair(name, value);
        }
    }
    kept.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_declared_parameters_stay_in_one_order() {
        for (given, kept) in [
            (Some("q=a+b&page=2"), "page=2&q=a+b"),
            (Some("page=2&utm_source=x&q=a%20b"), "page=2&q=a+b"),
            (Some("q=1&q=2"), "q=1"),
            (Some("Q=1&fbclid=2"), ""),
            (None, ""),
        ] {
            assert_eq!(declared(given, &["q", "page"]), kept);
        }
        assert_eq!(declared(Some("q=1"), &[]), "");
    }
}
