//! Where somebody goes on after they have signed in: a path at the desk, and nowhere else.

use serde::{Deserialize, Deserializer};

/// The longest path that is kept.
const LONGEST: usize = 500;

/// A path below `/desk/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Next(String);

impl Next {
    /// The desk itself.
    pub(in crate::web) const DESK: &str = "/desk/";

    /// A path that somebody names, if it is one of the desk; else the desk itself.
    pub(in crate::web) fn of(path: &str) -> Self {
        Self(if is_at_desk(path) { path } else { Self::DESK }.to_owned())
    }

    /// The path.
    pub(in crate::web) fn as_str(&self) -> &str {
        &self.0
    }

    /// The page to sign in, which leads there.
    pub(in crate::web) fn after_sign_in(&self) -> String {
        const PAGE: &str = "/desk/sign-in/";
        if self.0 == Self::DESK {
            return PAGE.to_owned();
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("{PAGE}?{}", query.append_pair("next", &self.0).finish())
    }
}

impl Default for Next {
    fn default() -> Self {
        Self(Self::DESK.to_owned())
    }
}

impl<'de> Deserialize<'de> for Next {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(&String::deserialize(deserializer)?))
    }
}

/// What begins with `/desk/` can lead to no other host; the rest keeps browsers from reading it in
/// another way than it is written.
fn is_at_desk(path: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_graphic() && b != b'\\';
    path.starts_with(Next::DESK)
        && path.len() <= LONGEST
        && path.bytes().all(is_plain)
        && !path.contains("//")
        && !path.contains("..")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_desk_is_led_to() {
        for fine in ["/desk/", "/desk/posts/new/", "/desk/?page=2&status=draft"] {
            assert_eq!(Next::of(fine).as_str(), fine);
        }
        for odd in [
            "",
            "/",
            "/desk",
            "/about/",
            "//evil.example/desk/",
            "https://evil.example/desk/",
            "/desk/../about/",
            "/desk//evil.example",
            "/desk/\\evil.example",
            "/desk/\r\nset-cookie: a=b",
            "/desk/ü",
            " /desk/",
            "javascript:alert(1)",
            &format!("/desk/{}", "a".repeat(500)),
        ] {
            assert_eq!(Next::of(odd).as_str(), Next::DESK, "{odd}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_named_leads_to_this_host(path in "(/desk/)?\\PC{0,60}") {
            let base = url::Url::parse("https://example.org/desk/sign-in/").unwrap();
            let target = base.join(Next::of(&path).as_str()).unwrap();
            prop_assert_eq!(target.host_str(), Some("example.org"));
            prop_assert!(target.path().starts_with("/desk/"));
        }
    }
}
