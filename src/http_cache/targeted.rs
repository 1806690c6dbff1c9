//! Targeted fields such as `CDN-Cache-Control` (RFC 9213): directives for some caches alone, as a
//! dictionary of structured fields.
//!
//! The first field of the list that a cache goes by, that is there and can be read, stands in place
//! of `Cache-Control` and `Expires`, wholly. One that is empty, is no dictionary, or gives a known
//! directive a value of another type than its own, is as good as not there.

use http::{HeaderMap, HeaderName};
use sfv::{BareItem, Dictionary, ListEntry, Parser};

use super::cache_control::{Argument, DeltaSeconds, ResponseDirectives, Scope};

/// The field of RFC 9213 for caches that stand before an origin.
pub const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");

/// The directives that a cache with these targeted fields goes by, and whether one of them gave
/// them.
#[must_use]
pub fn directives(response: &HeaderMap, targeted: &[HeaderName]) -> (ResponseDirectives, bool) {
    match targeted.iter().find_map(|field| read(response, field)) {
        Some(directives) => (directives, true),
        None => (ResponseDirectives::of(response), false),
    }
}

/// `None` where the field is to be ignored.
fn read(response: &HeaderMap, field: &HeaderName) -> Option<ResponseDirectives> {
    let mut text = Vec::new();
    for line in response.get_all(field) {
        if !text.is_empty() {
            text.extend_from_slice(b", ");
        }
        text.extend_from_slice(line.as_bytes());
    }
    let members: Dictionary = Parser::new(&text).parse().ok()?;
    if members.is_empty() {
        return None;
    }
    let mut read = ResponseDirectives::default();
    for (name, member) in &members {
        // Parameters say nothing here; a list of items is no value of any directive.
        let value = match member {
            ListEntry::Item(item) => Some(&item.bare_item),
            ListEntry::InnerList(_) => None,
        };
        match name.as_str() {
            "max-age" => read.max_age = Some(seconds(value?)?),
            "s-maxage" => read.s_maxage = Some(seconds(value?)?),
            "stale-while-revalidate" => read.stale_while_revalidate = Some(seconds(value?)?),
            "stale-if-error" => read.stale_if_error = Some(seconds(value?)?),
            "no-cache" => read.no_cache = scope(value?)?,
            "private" => read.private = scope(value?)?,
            "no-store" | "must-understand" | "must-revalidate" | "proxy-revalidate" | "public"
            | "immutable" => match value? {
                BareItem::Boolean(true) => read.set_named(name.as_str()),
                BareItem::Boolean(false) => {}
                _ => return None,
            },
            _ => {}
        }
    }
    Some(read)
}

/// `None` for anything but a whole number. One below zero is a number, and no time.
fn seconds(value: &BareItem) -> Option<DeltaSeconds> {
    let BareItem::Integer(number) = value else { return None };
    Some(u64::try_from(i64::from(*number)).map_or(DeltaSeconds::ZERO, DeltaSeconds::new))
}

fn scope(value: &BareItem) -> Option<Scope> {
    match value {
        BareItem::Boolean(true) => Some(Scope::Everything),
        BareItem::Boolean(false) => Some(Scope::Nothing),
        BareItem::String(names) => {
            Some(Scope::of(&Argument::Text(names.as_str().as_bytes().to_vec())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::CACHE_CONTROL;
    use proptest::prelude::*;

    use super::super::cache_control::Flag;
    use super::*;

    fn of(lines: &[&str]) -> (ResponseDirectives, bool) {
        let mut response = HeaderMap::new();
        response.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for line in lines {
            response.append(CDN_CACHE_CONTROL, line.parse().unwrap());
        }
        directives(&response, &[CDN_CACHE_CONTROL])
    }

    #[test]
    fn a_field_that_can_be_read_stands_for_all() {
        for (lines, seconds) in [
            (vec!["max-age=60"], Some(60)),
            (vec!["max-age=60;what=ever"], Some(60)),
            (vec!["foo=bar, max-age=60"], Some(60)),
            (vec!["foo=(a b);c, max-age=60"], Some(60)),
            (vec!["foo, max-age=1", "max-age=60"], Some(60)),
            (vec!["max-age=99999999999"], Some(1 << 31)),
            (vec!["max-age=-1"], Some(0)),
            (vec!["foo"], None),
            (vec!["no-store=?0"], None),
        ] {
            let (read, targeted) = of(&lines);
            assert!(targeted && !read.has(Flag::NoStore), "{lines:?}");
            assert_eq!(read.max_age, seconds.map(DeltaSeconds::new), "{lines:?}");
        }
        assert!(of(&["no-store"]).0.has(Flag::NoStore));
        assert_eq!(of(&["no-cache"]).0.no_cache, Scope::Everything);
        assert_eq!(of(&["private=\"a, b\""]).0.private.fields().len(), 2);
    }

    #[test]
    fn a_field_that_cannot_be_read_is_not_there() {
        for line in [
            "",
            "max-age=60, &&&&&",
            "MaX-aGe=60",
            "max-age =60",
            "max-age= 60",
            "max-age=60,",
            "max-age=\"60\"",
            "max-age=60.5",
            "max-age=sixty",
            "max-age",
            "max-age=(60)",
            "max-age=9999999999999999",
            "no-store=yes",
            "no-cache=token",
            "private=1",
        ] {
            let (read, targeted) = of(&[line]);
            assert!(!targeted && read.has(Flag::NoStore), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_field_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(line) = HeaderValue::from_bytes(&bytes) {
                let mut response = HeaderMap::new();
                response.insert(CDN_CACHE_CONTROL, line);
                let _ = directives(&response, &[CDN_CACHE_CONTROL]);
            }
        }
    }
}
